import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tapecast/testkit';

export const ISSUER = 'https://issuer.test';

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export const newKey = (kid: string): SigningKey => ({ kid, ...generateKeyPairSync('ed25519') });

const jwks = (keys: readonly SigningKey[]): string =>
  JSON.stringify({ keys: keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid })) });

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs what it is told, good or bad, with keys in a file of its own. */
export class TokenIssuer {
  readonly keys: SigningKey[];
  readonly path = join(tmpdir(), `jwks-${randomUUID()}.json`);

  private constructor(keys: SigningKey[]) {
    this.keys = keys;
  }

  static async open(kids: readonly string[] = ['one', 'two']): Promise<TokenIssuer> {
    const issuer = new TokenIssuer(kids.map(newKey));
    await writeFile(issuer.path, jwks(issuer.keys));
    return issuer;
  }

  close(): Promise<void> {
    return rm(this.path, { force: true });
  }

  /** Good for five minutes, and for nothing unless `access` says for what. */
  claims(access: object = {}, more: Record<string, unknown> = {}): Record<string, unknown> {
    const nowS = Math.floor(Date.now() / 1000);
    return { iss: ISSUER, aud: 'tapecast', sub: 'alice', iat: nowS, exp: nowS + 300, tapecast: access, ...more };
  }

  token(access: object = {}, more: Record<string, unknown> = {}): string {
    return signed(this.keys[0] as SigningKey, this.claims(access, more));
  }
}

export function signed(key: SigningKey, claims: unknown, header: object = { alg: 'EdDSA', kid: key.kid }): string {
  const head = `${encoded(header)}.${encoded(claims)}`;
  return `${head}.${sign(null, Buffer.from(head), key.privateKey).toString('base64url')}`;
}

/** Signed with what is public, as if that were a shared secret. */
export function confused(key: SigningKey, claims: unknown): string {
  const head = `${encoded({ alg: 'HS256', kid: key.kid })}.${encoded(claims)}`;
  const secret = key.publicKey.export({ type: 'spki', format: 'pem' });
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

/** The claims of a good token under a header that says it needs no signature. */
export const unsigned = (claims: unknown): string => `${encoded({ alg: 'none' })}.${encoded(claims)}.AAAA`;

/** Serves keys on loopback. */
export class KeyServer {
  readonly #server: Server;
  keys: readonly SigningKey[];

  private constructor(keys: readonly SigningKey[]) {
    this.keys = keys;
    this.#server = createServer((_, response) => response.end(jwks(this.keys)));
  }

  /** Without a port: one that is still to be had when it opens there again, as no outgoing connection is given it. */
  static async open(keys: readonly SigningKey[], port?: number): Promise<KeyServer> {
    const server = new KeyServer(keys);
    const at = port ?? (await freePort());
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject).listen(at, '127.0.0.1', resolve);
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/jwks.json`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
