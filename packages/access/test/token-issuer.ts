import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const ISSUER = 'https://issuer.test';
export const AUDIENCE = 'tapecast';

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export function newKey(kid: string): SigningKey {
  return { kid, ...generateKeyPairSync('ed25519') };
}

/** The public half as a JWKS has it. */
export const jwkOf = ({ kid, publicKey }: SigningKey, more: object = {}): object => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  alg: 'EdDSA',
  use: 'sig',
  ...more,
});

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Claims that are good at `nowMs`. */
export const goodClaims = (nowMs: number): Record<string, unknown> => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'alice',
  iat: Math.floor(nowMs / 1000),
  exp: Math.floor(nowMs / 1000) + 300,
  tapecast: { channels: ['quote'], symbols: ['AAPL$US'] },
});

/** A token of these parts; a text stands as it is, anything else as its JSON. */
export function signed(key: SigningKey, claims: unknown, header: unknown = { alg: 'EdDSA', kid: key.kid }): string {
  const head = `${encoded(header)}.${encoded(claims)}`;
  return `${head}.${sign(null, Buffer.from(head), key.privateKey).toString('base64url')}`;
}

/** Signed with a shared secret: what an attacker makes of a public key. */
export function hmacSigned(secret: string | Buffer, claims: unknown, header: unknown): string {
  const head = `${encoded(header)}.${encoded(claims)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

export const unsigned = (claims: unknown, header: unknown): string => `${encoded(header)}.${encoded(claims)}.`;

/** An HTTP server with a JWKS, whose answers a test decides. */
export class KeyServer {
  readonly #server: Server;
  requests = 0;
  keys: object[] = [];
  cacheControl = 'max-age=300';
  /** Answers instead, where it is there. */
  misbehave: ((response: ServerResponse) => void) | undefined;

  private constructor() {
    this.#server = createServer((_, response) => {
      this.requests++;
      if (this.misbehave !== undefined) {
        this.misbehave(response);
        return;
      }
      response.setHeader('cache-control', this.cacheControl);
      response.end(JSON.stringify({ keys: this.keys }));
    });
  }

  static async open(keys: object[], port = 0): Promise<KeyServer> {
    const server = new KeyServer();
    server.keys = keys;
    await new Promise<void>((resolve) => server.#server.listen(port, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/.well-known/jwks.json`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
