import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { KEYS_MAX, REVOCATIONS_MAX } from '../limits.ts';
import { thumbprint } from './key-material.ts';
import type { KeyRing } from './key-ring.ts';

/**
 * The ring as it lies in the store: sealed whole by AES-256-GCM, public keys and times too, so that whoever can write to
 * the store can neither read a key nor have one published.
 *
 *     'TCKR' | format 1 | id of the key-encryption key (8 bytes) | nonce (12) | ciphertext | tag (16)
 *
 * All before the nonce is authenticated with it. The id tells a wrong key-encryption key from a changed document.
 */
const MAGIC = Buffer.from('TCKR\x01', 'latin1');
const ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = MAGIC.length + ID_BYTES;

/**
 * - `wrong_key`: sealed with a key-encryption key that we were not given.
 * - `damaged`: not what was sealed: changed, cut off, or of another format.
 */
export class SealedRingError extends Error {
  readonly code: 'wrong_key' | 'damaged';

  constructor(code: SealedRingError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SealedRingError';
    this.code = code;
  }
}

/** A key that seals rings. `id` may be shown to anyone. */
export interface KeyEncryptionKey {
  readonly id: string;
  readonly secret: Buffer;
}

/** Of 32 random bytes. The id is derived, so that it says nothing of them. */
export function keyEncryptionKey(secret: Buffer): KeyEncryptionKey {
  const id = Buffer.from(hkdfSync('sha256', secret, '', 'tapecast key-encryption key id', ID_BYTES));
  return { id: id.toString('hex'), secret };
}

const ms = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const base64url = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const ringSchema = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        kid: base64url,
        x: base64url,
        d: base64url,
        publishedFromMs: ms,
        signsFromMs: ms.optional(),
        signsUntilMs: ms.optional(),
        publishedUntilMs: ms.optional(),
      }),
    )
    // An instance of a newer version may keep more of them.
    .max(4 * KEYS_MAX),
  revoked: z.array(z.strictObject({ kid: base64url, forgetAtMs: ms })).max(4 * REVOCATIONS_MAX),
});

/** No two sealed rings have equal bytes: the nonce is random. */
export function sealRing(ring: KeyRing, key: KeyEncryptionKey): Uint8Array {
  const header = Buffer.concat([MAGIC, Buffer.from(key.id, 'hex')]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce).setAAD(header);
  const sealed = [cipher.update(JSON.stringify(ring), 'utf8'), cipher.final()];
  return Buffer.concat([header, nonce, ...sealed, cipher.getAuthTag()]);
}

/** Opens with whichever of the keys sealed it: two while the key-encryption key is changed. */
export function openRing(document: Uint8Array, keys: readonly KeyEncryptionKey[]): KeyRing {
  const bytes = Buffer.from(document);
  if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new SealedRingError('damaged', 'the key ring in the store is not a key ring of this format');
  const id = bytes.subarray(MAGIC.length, HEADER_BYTES).toString('hex');
  const key = keys.find((candidate) => candidate.id === id);
  if (key === undefined) {
    const ours = keys.map((candidate) => candidate.id).join(', ');
    throw new SealedRingError(
      'wrong_key',
      `the key ring in the store was sealed with the key-encryption key ${id}; ours is ${ours}`,
    );
  }
  return readRing(decrypt(bytes, key));
}

function decrypt(bytes: Buffer, key: KeyEncryptionKey): string {
  const nonce = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key.secret, nonce, { authTagLength: TAG_BYTES })
    .setAAD(bytes.subarray(0, HEADER_BYTES))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const opened = decipher.update(bytes.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SealedRingError('damaged', 'the key ring in the store was changed by someone else or is damaged', {
      cause,
    });
  }
}

/** Sealed by us, so it is ours: what can be wrong is the version. Nothing of the text may get into the error. */
function readRing(text: string): KeyRing {
  const parsed = ringSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new SealedRingError('damaged', 'the key ring in the store is of another version');
  const { keys, revoked } = parsed.data;
  if (keys.some(({ kid, x }) => kid !== thumbprint(x)))
    throw new SealedRingError('damaged', 'a key of the ring in the store does not have the name of its public part');
  return {
    keys: keys.map(({ signsFromMs, signsUntilMs, publishedUntilMs, ...key }) => ({
      ...key,
      signsFromMs,
      signsUntilMs,
      publishedUntilMs,
    })),
    revoked,
  };
}
