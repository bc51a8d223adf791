import { readFileSync, statSync } from 'node:fs';
import { type AccessClaim, accessClaimSchema, readSecretHash, type SecretHash, unknownNames } from '@tapecast/access';
import { z } from 'zod';
import {
  CLIENT_ID_LENGTH_MAX,
  CLIENTS_FILE_BYTES_MAX,
  CLIENTS_MAX,
  SECRETS_PER_CLIENT_MAX,
  TOKEN_SECONDS_MAX,
} from '../limits.ts';

/** Who may ask for tokens, and the most that these may allow. */
export interface Client {
  readonly id: string;
  readonly secretHashes: readonly SecretHash[];
  readonly most: AccessClaim;
  readonly secondsMax: number;
}

const hashSchema = z.string().transform((written, context) => {
  const hash = readSecretHash(written);
  if (hash !== undefined) return hash;
  context.addIssue('is no hash of a secret; make one with npx tapecast client-secret');
  return z.NEVER;
});

const clientSchema = z.strictObject({
  id: z
    .string()
    .max(CLIENT_ID_LENGTH_MAX)
    .regex(/^[A-Za-z0-9._~-]+$/, 'expected letters, digits and . _ ~ -'),
  secret_hashes: z.array(hashSchema).min(1).max(SECRETS_PER_CLIENT_MAX),
  ...accessClaimSchema.shape,
  expires_in_max: z.number().int().min(5).max(TOKEN_SECONDS_MAX).default(TOKEN_SECONDS_MAX),
});
const fileSchema = z.strictObject({ clients: z.array(clientSchema).max(CLIENTS_MAX) });

/** What is wrong with the file, one fault a line, for the person who wrote it. No secret and no hash is in it. */
export class ClientsFileError extends Error {}

export function readClientsFile(path: string): ReadonlyMap<string, Client> {
  const text = readText(path);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's own words repeat a part of the file.
    throw new ClientsFileError(`${path} is no JSON`);
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) throw new ClientsFileError(faults(path, parsed.error));
  const clients = new Map<string, Client>();
  for (const { id, secret_hashes, expires_in_max, ...most } of parsed.data.clients) {
    if (clients.has(id)) throw new ClientsFileError(`${path}: there are two clients named ${id}`);
    const [unknown] = unknownNames(most);
    if (unknown !== undefined) throw new ClientsFileError(`${path}: client ${id}: ${unknown}`);
    clients.set(id, { id, secretHashes: secret_hashes, most, secondsMax: expires_in_max });
  }
  return clients;
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > CLIENTS_FILE_BYTES_MAX)
      throw new ClientsFileError(`${path} has ${size} bytes; at most ${CLIENTS_FILE_BYTES_MAX} are read`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ClientsFileError) throw error;
    throw new ClientsFileError(`${path} can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

const faults = (path: string, { issues }: z.ZodError): string =>
  issues.map((issue) => `${path}: ${issue.path.join('.') || 'the file'}: ${issue.message}`).join('\n');
