import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 16;
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

export function newIdentity(id: string, nowMs: number): SessionIdentity {
  return { id, secret: randomBytes(SECRET_BYTES).toString('base64url'), generation: 1, sinceMs: Math.floor(nowMs) };
}

export const resumeTokenOf = ({ id, secret }: SessionIdentity): string => `${id}.${secret}`;

/** undefined where no gateway gave such a token. */
export function readResumeToken(token: string): { id: string; secret: string } | undefined {
  const match = TOKEN.exec(token);
  return match === null ? undefined : { id: match[1] as string, secret: match[2] as string };
}

/** Secrets are 128 random bits, which nobody finds by trying: one round of a hash keeps them from who reads the store. */
export const hashOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
