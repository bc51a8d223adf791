import { calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import { AccessError } from './access-error.ts';
import { KEY_ID_LENGTH_MAX, type KeyLimits } from './limits.ts';

/** Signature algorithms that can be pinned: all with a public key, so that what verifies cannot sign. */
export const TOKEN_ALGORITHMS = [
  'EdDSA',
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

const CURVES: Readonly<Partial<Record<TokenAlgorithm, string>>> = {
  EdDSA: 'Ed25519',
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
};
/** Bits of an RSA modulus; NIST SP 800-131A allows no fewer. */
const RSA_BITS_MIN = 2048;

export interface VerificationKey {
  readonly kid: string | undefined;
  /** Of the key itself (RFC 7638) and its algorithm: the same key published again is the same. */
  readonly thumbprint: string;
  readonly algorithm: TokenAlgorithm;
  readonly key: Awaited<ReturnType<typeof importJWK>>;
}

/**
 * The keys of a JWKS document (RFC 7517) that serve one of the algorithms. Others are left out: other curves, weak RSA, `use` that is not `sig`,
 * `key_ops` without `verify`, an `alg` of its own that is not pinned, symmetric keys, and a second key of the same id. Of a private key only the public part is taken.
 */
export async function readKeySet(
  text: string,
  algorithms: readonly TokenAlgorithm[],
  limits: KeyLimits,
): Promise<VerificationKey[]> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new AccessError('keys_invalid', 'the document of keys is no JSON. Expected a JWKS: {"keys":[…]}');
  }
  const list = typeof document === 'object' && document !== null && 'keys' in document ? document.keys : undefined;
  if (!Array.isArray(list))
    throw new AccessError('keys_invalid', 'the document of keys has no list "keys". Expected a JWKS: {"keys":[…]}');
  if (list.length > limits.keysMax)
    throw new AccessError(
      'keys_invalid',
      `the document has ${list.length} keys, and at most ${limits.keysMax} are read`,
    );
  const found: VerificationKey[] = [];
  const taken = new Set<string>();
  for (const item of list as unknown[]) {
    if (typeof item !== 'object' || item === null) continue;
    const jwk = item as JWK; // Each field is checked below, or by jose when it imports the key.
    const id = typeof jwk.kid === 'string' ? jwk.kid : undefined;
    if (id !== undefined && (id.length > KEY_ID_LENGTH_MAX || taken.has(id))) continue;
    const keys = await importKey(jwk, id, algorithms);
    if (keys.length > 0 && id !== undefined) taken.add(id);
    found.push(...keys);
  }
  return found;
}

/** The key once for each algorithm that it serves: an RSA key without `alg` may serve several. */
async function importKey(
  jwk: JWK,
  kid: string | undefined,
  algorithms: readonly TokenAlgorithm[],
): Promise<VerificationKey[]> {
  if (jwk.use !== undefined && jwk.use !== 'sig') return [];
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) return [];
  const keys: VerificationKey[] = [];
  for (const algorithm of algorithms) {
    const bare = publicPart(jwk, algorithm);
    if (bare === undefined) continue;
    try {
      const key = await importJWK(bare, algorithm);
      keys.push({ kid, algorithm, key, thumbprint: `${algorithm} ${await calculateJwkThumbprint(bare)}` });
    } catch {
      // Not a point of its curve, or no base64url: it can verify nothing, and the other keys are still good.
    }
  }
  return keys;
}

/** What of a key the algorithm needs; undefined where it is none for it. */
function publicPart(jwk: JWK, algorithm: TokenAlgorithm): JWK | undefined {
  // Ed25519 is the newer name of EdDSA on that curve (RFC 9864).
  const named = jwk.alg === 'Ed25519' ? 'EdDSA' : jwk.alg;
  if (named !== undefined && named !== algorithm) return undefined;
  const curve = CURVES[algorithm];
  if (curve === undefined) {
    if (jwk.kty !== 'RSA' || typeof jwk.n !== 'string' || typeof jwk.e !== 'string') return undefined;
    if (Buffer.from(jwk.n, 'base64url').length * 8 < RSA_BITS_MIN) return undefined;
    return { kty: 'RSA', n: jwk.n, e: jwk.e };
  }
  if (jwk.crv !== curve || typeof jwk.x !== 'string') return undefined;
  if (algorithm === 'EdDSA') return jwk.kty === 'OKP' ? { kty: 'OKP', crv: curve, x: jwk.x } : undefined;
  return jwk.kty === 'EC' && typeof jwk.y === 'string' ? { kty: 'EC', crv: curve, x: jwk.x, y: jwk.y } : undefined;
}
