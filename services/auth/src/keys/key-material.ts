import { createHash, generateKeyPairSync } from 'node:crypto';
import type { KeyMaterial } from './key-ring.ts';

/** A new Ed25519 key (RFC 8037). */
export function makeKey(): KeyMaterial {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (x === undefined || d === undefined) throw new Error('an Ed25519 key has no x or d');
  return { kid: thumbprint(x), x, d };
}

/** RFC 7638: the hash of the required members of the JWK in alphabetical order. The name of a key is bound to the key by it. */
export function thumbprint(x: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
}
