import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hashSecret, makeSecret } from './client-secret.ts';

/**
 * What the commands for one machine make for trying tokens, in `<data folder>/auth/`, readable by the user alone: a client
 * that may grant everything, the file of clients for the auth service, and the key that its key ring is sealed with.
 */
export interface TrialCredentials {
  readonly clientsFile: string;
  readonly keyEncryptionKeyFile: string;
  /** Tells `npx tapecast token` where the auth service is, once that is known. */
  announce(url: string): void;
}

const trialClientSchema = z.object({
  /** Address of the auth service, `http://127.0.0.1:8090`. */
  url: z.url(),
  client: z.string().min(1),
  secret: z.string().min(1),
});
/** What `npx tapecast token` needs. */
export type TrialClient = z.infer<typeof trialClientSchema>;

const TRIAL_CLIENT = 'trial';
const KEY_BYTES = 32;
const trialFolder = (dataDir: string): string => join(dataDir, 'auth');
export const trialClientFile = (dataDir: string): string => join(trialFolder(dataDir), 'trial-client.json');

/**
 * A new secret each time; the key-encryption key of an earlier run is used again, because the ring that it sealed may be
 * in the store still.
 */
export async function writeTrialCredentials(dataDir: string): Promise<TrialCredentials> {
  const folder = trialFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keyEncryptionKeyFile = join(folder, 'key-encryption-key');
  if (!existsSync(keyEncryptionKeyFile))
    writePrivate(keyEncryptionKeyFile, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  const secret = makeSecret();
  const client = {
    id: TRIAL_CLIENT,
    secret_hashes: [await hashSecret(secret)],
    channels: ['*'],
    symbols: ['*'],
    limits: {},
  };
  const clientsFile = join(folder, 'clients.json');
  writePrivate(clientsFile, `${JSON.stringify({ clients: [client] }, undefined, 2)}\n`);
  const announce = (url: string): void => {
    const trial: TrialClient = { url, client: TRIAL_CLIENT, secret };
    writePrivate(trialClientFile(dataDir), `${JSON.stringify(trial, undefined, 2)}\n`);
  };
  return { clientsFile, keyEncryptionKeyFile, announce };
}

/** At the end of a run: what is left then says that nothing runs. */
export function removeTrialClient(dataDir: string): void {
  rmSync(trialClientFile(dataDir), { force: true });
}

/** Undefined where nothing runs that made one. */
export function readTrialClient(dataDir: string): TrialClient | undefined {
  try {
    return trialClientSchema.parse(JSON.parse(readFileSync(trialClientFile(dataDir), 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** In one step, and never readable by others, not even while it is written. */
function writePrivate(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  // The mode above counts for new files only.
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}
