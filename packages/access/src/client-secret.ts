import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * How a client's secret is kept: `scrypt$N$r$p$salt$hash`, salt and hash as base64url (RFC 7914). Cost is part of it, so
 * that it can be raised without asking clients for their secrets.
 */
export interface SecretHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** 16 MiB and some 40 ms of a core: a stolen file of hashes is not worth trying words on. */
const COST = { cost: 16_384, blockSize: 8, parallelization: 1 };
/** A file must not be able to ask for more: 64 MiB and some 0.2 s a check. */
const COST_MAX = 65_536;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const FORM = /^scrypt\$(\d{1,6})\$(\d{1,2})\$(\d)\$([A-Za-z0-9_-]{16,86})\$([A-Za-z0-9_-]{43})$/;

/** 256 random bits: a secret that nobody has to remember. */
export const makeSecret = (): string => randomBytes(32).toString('base64url');

export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(secret, { ...COST, salt });
  return ['scrypt', COST.cost, COST.blockSize, COST.parallelization, text(salt), text(hash)].join('$');
}

/** Undefined where it is no hash of `hashSecret`, or one that costs too much to check. */
export function readSecretHash(written: string): SecretHash | undefined {
  const match = FORM.exec(written);
  if (match === null) return undefined;
  const [cost, blockSize, parallelization] = match.slice(1, 4).map(Number) as [number, number, number];
  const powerOfTwo = cost > 1 && (cost & (cost - 1)) === 0;
  if (!powerOfTwo || cost > COST_MAX || blockSize !== COST.blockSize || parallelization !== 1) return undefined;
  const [salt, hash] = match.slice(4, 6).map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer];
  return { cost, blockSize, parallelization, salt, hash };
}

/** Takes a core for as long as the hash costs, off the event loop: bound how many run at once. */
export async function isSecret(secret: string, kept: SecretHash): Promise<boolean> {
  return timingSafeEqual(await derive(secret, kept), kept.hash);
}

function derive(secret: string, { cost, blockSize, parallelization, salt }: Omit<SecretHash, 'hash'>): Promise<Buffer> {
  // Node's own bound leaves no room for what scrypt needs beside its blocks.
  const maxmem = 2 * 128 * cost * blockSize;
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, HASH_BYTES, { cost, blockSize, parallelization, maxmem }, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}

const text = (bytes: Buffer): string => bytes.toString('base64url');
