import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSecret } from '@tapecast/access';
import { openMemoryKeyRingStore } from '@tapecast/market-state';
import { createRegistry, type Logger, type Registry } from '@tapecast/service-kit';
import { type AuthConfig, type AuthDeps, type AuthService, keyEncryptionKey, startAuth } from '../src/index.ts';

export const SECRET = 'correct-horse-battery-staple-0123456789';
export const ISSUER = 'https://tokens.example';

export interface Stand {
  auth: AuthService;
  metrics: Registry;
  dir: string;
  /** Every log line so far. */
  log(): string;
  clientsFile: string;
  /** Form by default; `json` sends JSON. */
  ask(fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface StandOptions extends Partial<Omit<AuthDeps, 'config'>> {
  config?: Partial<AuthConfig>;
  clients?: object[];
}

/** A logger that keeps all it is given, before anything is cut out of it. */
export function keptLog(): { logger: Logger; text: () => string } {
  const lines: string[] = [];
  const keep = (...words: unknown[]): void => void lines.push(JSON.stringify(words));
  // The service uses no more of a logger.
  const logger = { debug: keep, info: keep, warn: keep, error: keep } as unknown as Logger;
  return { logger, text: () => lines.join('\n') };
}

/** Costs a core for a while: made once. */
const HASH = hashSecret(SECRET);

export const clientNamed = async (id: string, fields: object = {}): Promise<object> => ({
  id,
  secret_hashes: [await HASH],
  channels: ['*'],
  symbols: ['*'],
  ...fields,
});

/** A real service on a free port of loopback, with the memory store. */
export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const { config, clients, ...deps } = options;
  const dir = mkdtempSync(join(tmpdir(), 'tapecast-auth-'));
  const clientsFile = join(dir, 'clients.json');
  writeFileSync(clientsFile, JSON.stringify({ clients: clients ?? [await clientNamed('broker')] }));
  const metrics = createRegistry();
  const { logger, text } = keptLog();
  const auth = await startAuth({
    store: openMemoryKeyRingStore(),
    keyEncryptionKeys: [keyEncryptionKey(Buffer.alloc(32, 7))],
    logger,
    metrics,
    ...deps,
    config: {
      host: '127.0.0.1',
      port: 0,
      tokenIssuer: ISSUER,
      tokenAudience: 'tapecast',
      tokenSecondsMax: 900,
      rotateEveryMs: 86_400_000,
      clientsFile,
      ...config,
    },
  });
  return {
    auth,
    metrics,
    dir,
    log: text,
    clientsFile,
    ask: (fields, headers) => askForToken(auth.url, fields, headers),
    stop: async () => {
      await auth.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function askForToken(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/v1/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

export const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});
