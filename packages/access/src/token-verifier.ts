import { hash } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { AccessError } from './access-error.ts';
import { type Grant, readGrant } from './grant.ts';
import { type FetchOutcome, KeyRing } from './key-ring.ts';
import type { TokenAlgorithm } from './key-set.ts';
import { openKeySource } from './key-source.ts';
import {
  CLOCK_TOLERANCE_S,
  DEFAULT_KEY_LIMITS,
  EXPIRY_AHEAD_S_MAX,
  KEY_ID_LENGTH_MAX,
  type KeyLimits,
  REMEMBERED_LENGTH_MAX,
  TOKEN_LENGTH_MAX,
} from './limits.ts';
import { repeatsNames } from './repeated-names.ts';

export interface TokenVerifierOptions {
  /** A file or `http(s):` address of the issuer's JWKS. */
  jwks: string;
  issuer: string;
  audience: string;
  /** What a token may be signed with; nothing else is looked at, whatever its header says. */
  algorithms: readonly TokenAlgorithm[];
  /** Wall time, Unix ms. */
  nowMs: () => number;
  limits?: Partial<KeyLimits>;
  /** Characters of verified tokens that are remembered. Default REMEMBERED_LENGTH_MAX; 0 remembers none. */
  rememberedLengthMax?: number;
  /** Told after each look at the JWKS. */
  looked?: (outcome: FetchOutcome, error: AccessError | undefined) => void;
}

/** Codes as on the wire. */
export type TokenFaultCode = 'token_invalid' | 'token_expired' | 'token_not_yet_valid' | 'unavailable';

/** `msg` says what was wrong and what was expected, and nothing of the token itself. */
export type Verdict = { grant: Grant } | { code: TokenFaultCode; msg: string };

export interface TokenVerifier {
  /** Never rejects. */
  verify(token: string): Promise<Verdict>;
  /** Distinct keys known now. */
  readonly keys: number;
  /** Since the JWKS was last read; Infinity before the first time. */
  readonly keysAgeMs: number;
  /** Where keys come from, as it may be shown. */
  readonly source: string;
  /** The first look at the JWKS. Rejects with AccessError where it fails; `verify` works all the same, and looks go on. */
  open(): Promise<void>;
  close(): void;
}

/** Throws AccessError (`bad_source`) where `jwks` is no place that may be used. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  return new JwksTokenVerifier(options);
}

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const invalid = (msg: string): Verdict => ({ code: 'token_invalid', msg });

interface Remembered {
  grant: Grant;
  thumbprint: string;
  /** Characters of the token. */
  length: number;
}

class JwksTokenVerifier implements TokenVerifier {
  readonly source: string;
  readonly #options: TokenVerifierOptions;
  readonly #ring: KeyRing;
  /** By the token's hash, so that no token is kept. Oldest first. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #rememberedMax: number;
  #rememberedLength = 0;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#rememberedMax = options.rememberedLengthMax ?? REMEMBERED_LENGTH_MAX;
    const limits = { ...DEFAULT_KEY_LIMITS, ...options.limits };
    const source = openKeySource(options.jwks, limits);
    this.source = source.name;
    this.#ring = new KeyRing({
      source,
      algorithms: options.algorithms,
      limits,
      looked: (outcome, error) => options.looked?.(outcome, error),
    });
  }

  get keys(): number {
    return this.#ring.size;
  }

  get keysAgeMs(): number {
    return this.#ring.ageMs;
  }

  open(): Promise<void> {
    return this.#ring.open();
  }

  close(): void {
    this.#ring.close();
    this.#remembered.clear();
    this.#rememberedLength = 0;
  }

  async verify(token: string): Promise<Verdict> {
    if (token.length > TOKEN_LENGTH_MAX)
      return invalid(`the token has ${token.length} characters, and at most ${TOKEN_LENGTH_MAX} are read`);
    if (!COMPACT.test(token))
      return invalid('the token is no JWT. Expected three parts of base64url with dots between them');
    const remembered = this.#recall(token);
    if (remembered !== undefined) return remembered;
    const header = this.#readHeader(token);
    if ('code' in header) return header;
    const search = await this.#ring.find(header.kid, header.algorithm);
    if ('missing' in search) return missingKey(search.missing);
    const payload = await this.#verifySignature(token, search.key.key);
    if ('code' in payload) return payload;
    const verdict = this.#readPayload(token, payload.claims);
    if ('grant' in verdict) this.#remember(token, verdict.grant, search.key.thumbprint);
    return verdict;
  }

  /** Chosen from what is pinned, before any key is touched: `alg` of a token never decides how it is verified. */
  #readHeader(
    token: string,
  ): { kid: string | undefined; algorithm: TokenAlgorithm } | { code: TokenFaultCode; msg: string } {
    const { algorithms } = this.#options;
    const header = readJson(token.slice(0, token.indexOf('.')));
    if (typeof header === 'string') return { code: 'token_invalid', msg: `the header of the token ${header}` };
    // jwk, jku, x5u and x5c, by which a token brings its own key, are never read.
    const algorithm = algorithms.find((name) => name === header.alg);
    if (algorithm === undefined)
      return {
        code: 'token_invalid',
        msg: `the token is not signed with ${algorithms.join(' or ')}, which is what counts here`,
      };
    if (header.crit !== undefined)
      return { code: 'token_invalid', msg: 'the token asks for extensions (crit), and none are known here' };
    const { kid } = header;
    if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > KEY_ID_LENGTH_MAX))
      return { code: 'token_invalid', msg: `kid of the token is no text of 1 to ${KEY_ID_LENGTH_MAX} characters` };
    return { kid, algorithm };
  }

  async #verifySignature(
    token: string,
    key: Parameters<typeof jwtVerify>[1],
  ): Promise<{ claims: Record<string, unknown> } | { code: TokenFaultCode; msg: string }> {
    const { issuer, audience, algorithms, nowMs } = this.#options;
    try {
      const { payload } = await jwtVerify(token, key, {
        issuer,
        audience,
        algorithms: [...algorithms],
        // Also eases `exp`, which is looked at again, exactly.
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(nowMs()),
        requiredClaims: ['exp', 'sub'],
      });
      return { claims: payload };
    } catch (error) {
      return faultOf(error);
    }
  }

  #readPayload(token: string, claims: Record<string, unknown>): Verdict {
    const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    if (repeatsNames(text, claims)) return invalid('the token has a claim twice');
    const reading = readGrant(claims);
    if ('fault' in reading) return invalid(`claims of the token are not as expected: ${reading.fault}`);
    const { grant } = reading;
    const nowMs = this.#options.nowMs();
    if (grant.expiresAtMs <= nowMs) return expired();
    if (grant.expiresAtMs > nowMs + EXPIRY_AHEAD_S_MAX * 1000)
      return invalid(`exp of the token is more than ${EXPIRY_AHEAD_S_MAX / 86_400} days ahead`);
    if (typeof claims.iat === 'number' && claims.iat * 1000 > nowMs + CLOCK_TOLERANCE_S * 1000) return notYet('iat');
    return { grant };
  }

  #recall(token: string): Verdict | undefined {
    if (this.#remembered.size === 0) return undefined;
    const name = hash('sha256', token, 'base64');
    const found = this.#remembered.get(name);
    if (found === undefined) return undefined;
    if (found.grant.expiresAtMs > this.#options.nowMs() && this.#ring.has(found.thumbprint))
      return { grant: found.grant };
    this.#forget(name, found);
    return undefined;
  }

  #remember(token: string, grant: Grant, thumbprint: string): void {
    const { length } = token;
    if (length > this.#rememberedMax) return;
    for (const [name, oldest] of this.#remembered) {
      if (this.#rememberedLength + length <= this.#rememberedMax) break;
      this.#forget(name, oldest);
    }
    const name = hash('sha256', token, 'base64');
    const before = this.#remembered.get(name);
    if (before !== undefined) this.#forget(name, before);
    this.#remembered.set(name, { grant, thumbprint, length });
    this.#rememberedLength += length;
  }

  #forget(name: string, { length }: Remembered): void {
    this.#remembered.delete(name);
    this.#rememberedLength -= length;
  }
}

/** A part of a token as an object; else what is wrong with it. */
function readJson(part: string): Record<string, unknown> | string {
  const text = Buffer.from(part, 'base64url').toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no JSON object';
  return repeatsNames(text, value) ? 'has a name twice' : (value as Record<string, unknown>);
}

const expired = (): { code: TokenFaultCode; msg: string } => ({
  code: 'token_expired',
  msg: 'the token has expired. Get a new one',
});

const notYet = (claim: string): { code: TokenFaultCode; msg: string } => ({
  code: 'token_not_yet_valid',
  msg: `${claim} of the token is more than ${CLOCK_TOLERANCE_S} s ahead. Check the issuer's clock, or use the token later`,
});

function missingKey(missing: 'unknown' | 'ambiguous' | 'unavailable'): Verdict {
  if (missing === 'unknown') return invalid('the token is signed with a key that its issuer does not have');
  if (missing === 'ambiguous') return invalid('the token names no key (kid), and its issuer has several');
  return { code: 'unavailable', msg: 'the key of the token can not be fetched at the moment. Try again' };
}

/** What jose refused, by its codes; none of its texts, which repeat values. */
function faultOf(error: unknown): { code: TokenFaultCode; msg: string } {
  if (error instanceof errors.JWTExpired) return expired();
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    if (claim === 'nbf' && reason === 'check_failed') return notYet('nbf');
    const why =
      reason === 'missing'
        ? 'is missing'
        : reason === 'check_failed'
          ? 'is not what is expected here'
          : 'has the wrong type';
    return { code: 'token_invalid', msg: `${claim} of the token ${why}` };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return { code: 'token_invalid', msg: 'the signature of the token is wrong' };
  return { code: 'token_invalid', msg: 'the token is no JWT that can be read' };
}
