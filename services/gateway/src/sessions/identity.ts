import { hash, randomBytes } from 'node:crypto';

/** 128 bits of a hash, as base64url has them. */
const SECRET_CHARACTERS = 22;
/** Of this process, and gone with it: the secrets that it has given are known by their hashes. */
const KEY = randomBytes(32).toString('base64url');
/** `<session>.<secret>`, as `resumeTokenOf` writes it. */
const TOKEN = /^([0-9a-f-]{36})\.([A-Za-z0-9_-]{22})$/;

/** Which session a connection speaks for, and how somebody proves later that it is his. */
export interface SessionIdentity {
  readonly id: string;
  readonly secret: string;
  /** Counts who took the session; see `SessionStore`. */
  readonly generation: number;
  /** Unix ms of its first connection. */
  readonly sinceMs: number;
}

/**
 * A connection's own session, as most connections speak for one. Nothing of it is kept beside the connection: the secret
 * is made of the session's name each time that somebody asks, which is at its `hello` and when it is written.
 */
export class OwnIdentity implements SessionIdentity {
  readonly id: string;
  readonly generation = 1;
  readonly sinceMs: number;

  constructor(id: string, openedAtMs: number) {
    this.id = id;
    this.sinceMs = Math.floor(openedAtMs);
  }

  get secret(): string {
    // In one call, without an object that its memory waits for; the key on both sides, so that nothing can be added to the name.
    return hash('sha256', `${KEY}${this.id}${KEY}`, 'base64url').slice(0, SECRET_CHARACTERS);
  }
}

export const resumeTokenOf = ({ id, secret }: SessionIdentity): string => `${id}.${secret}`;

/** undefined where no gateway gave such a token. */
export function readResumeToken(token: string): { id: string; secret: string } | undefined {
  const match = TOKEN.exec(token);
  return match === null ? undefined : { id: match[1] as string, secret: match[2] as string };
}

/** Secrets are 128 bits that nobody can tell from random ones, nor find by trying: one round of a hash keeps them from who reads the store. */
export const hashOfSecret = (secret: string): string => hash('sha256', secret, 'base64url');
