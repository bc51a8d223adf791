import {
  AccessError,
  ANONYMOUS,
  checkKeySource,
  createTokenVerifier,
  type Grant,
  type KeyLimits,
  type TokenAlgorithm,
  type TokenFaultCode,
  type TokenVerifier,
} from '@tapecast/access';
import { isLoopback, type Logger, StartError } from '@tapecast/service-kit';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { AdmissionMetrics } from './admission-metrics.ts';
import { type Spending, type SubjectLimits, SubjectRates } from './subject-rates.ts';

export interface AdmissionOptions {
  /** Market data is open to everyone who reaches this gateway. */
  anonymous: boolean;
  /** The operator said in so many words that this holds beyond this machine too. */
  anonymousBeyondLoopback?: boolean | undefined;
  /** Address on which the gateway listens. */
  host: string;
  /** File or address of the JWKS that tokens are checked against; none where '' or undefined. */
  jwks?: string | undefined;
  /** Needed with `jwks`. */
  tokenIssuer?: string | undefined;
  /** Default `tapecast`. */
  tokenAudience?: string | undefined;
  /** Default EdDSA. */
  tokenAlgorithms?: readonly TokenAlgorithm[] | undefined;
  /** Overrides of single limits of the keys, for tests. */
  keyLimits?: Partial<KeyLimits> | undefined;
}

export const AUDIENCE = 'tapecast';
export const ALGORITHMS: readonly TokenAlgorithm[] = ['EdDSA'];

/** Why somebody is not let in; `forbidden`: the token is good, but not for this. */
export interface Refusal {
  code: 'unauthorized' | 'forbidden' | TokenFaultCode;
  msg: string;
}

/**
 * Decides who a client is: the handshake, an `auth` message and each REST request pass here. What it may have is its
 * grant's answer.
 */
export interface Admission {
  /** `token` as the client gave it, undefined where it gave none: that is answered at once. Never rejects. */
  admit(token: string | undefined): Grant | Refusal | Promise<Grant | Refusal>;
  /** What its user does, with all connections and requests: 0 where it may, or ms until it may again. */
  spend(what: Spending, grant: Grant, nowMs: number): number;
  /** Pages of any origin may use the REST interface: only where there is nothing to be stolen by it. */
  readonly openToAllOrigins: boolean;
  /** Why nobody can be let in yet; '' when somebody can. */
  notReady(): string;
  /** Reads the keys for the first time. Rejects with StartError where a file has none; an address is asked again and again. */
  open(): Promise<void>;
  close(): void;
}

export interface AdmissionDeps {
  metrics: AdmissionMetrics;
  logger: Logger;
  /** Wall time, Unix ms. */
  nowMs: () => number;
  /** Default DEFAULT_LIMITS. */
  limits?: SubjectLimits;
  /** A look at the issuer's keys went well, or did not. */
  looked?: (well: boolean) => void;
}

const UNAUTHORIZED: Refusal = Object.freeze({
  code: 'unauthorized',
  msg: 'a token is needed here. Give it as an Authorization: Bearer header, as ?token=, or on the stream with {"action":"auth","token":"…"}',
});

/** Throws StartError where the options would let in nobody, or more than was said, or keys may not come from where they say. */
export function checkAdmissionOptions(options: AdmissionOptions): void {
  const { anonymous, anonymousBeyondLoopback, host, jwks = '', tokenIssuer = '' } = options;
  if (!anonymous && jwks === '') {
    throw new StartError(
      'unsafe_listen',
      'No keys to check tokens with are configured, so nobody could be let in. Name them with --jwks and --token-issuer, or start with --anonymous to open market data to everyone who reaches this address.',
    );
  }
  if (anonymous && !isLoopback(host) && anonymousBeyondLoopback !== true) {
    throw new StartError(
      'unsafe_listen',
      `--host ${host} can be reached from other machines, and with --anonymous nobody needs a token there. Listen on 127.0.0.1, or say --anonymous-beyond-loopback.`,
    );
  }
  if (jwks !== '' && tokenIssuer === '') {
    throw new StartError(
      'bad_option',
      '--jwks needs --token-issuer beside it: the iss of the tokens that its keys sign. Keys alone would let in what the issuer signed for others.',
    );
  }
  if (jwks === '' && tokenIssuer !== '')
    throw new StartError('bad_option', '--token-issuer needs --jwks beside it: without keys no token is checked.');
  try {
    if (jwks !== '') checkKeySource(jwks);
  } catch (error) {
    if (error instanceof AccessError) throw new StartError('bad_option', `--jwks: ${error.message}.`);
    throw error;
  }
}

/** Throws StartError as `checkAdmissionOptions` does. */
export function createAdmission(options: AdmissionOptions, deps: AdmissionDeps): Admission {
  checkAdmissionOptions(options);
  return options.jwks === undefined || options.jwks === '' ? OPEN : new TokenAdmission(options, options.jwks, deps);
}

export const isRefusal = (answer: Grant | Refusal): answer is Refusal => 'code' in answer;

/** No keys: everyone is let in, and a token is ignored, because it can be neither good nor bad. */
const OPEN: Admission = {
  admit: () => ANONYMOUS,
  spend: () => 0,
  openToAllOrigins: true,
  notReady: () => '',
  open: () => Promise.resolve(),
  close: () => {},
};

/** Keys: a token is checked, and a bad one refused also where anonymous clients are let in. */
class TokenAdmission implements Admission {
  readonly openToAllOrigins = false;
  readonly #anonymous: boolean;
  readonly #fromFile: boolean;
  readonly #verifier: TokenVerifier;
  readonly #metrics: AdmissionMetrics;
  readonly #rates: SubjectRates;

  constructor(
    options: AdmissionOptions,
    jwks: string,
    { metrics, logger, nowMs, looked, limits = DEFAULT_LIMITS }: AdmissionDeps,
  ) {
    this.#anonymous = options.anonymous;
    this.#fromFile = !/^https?:/i.test(jwks);
    this.#metrics = metrics;
    this.#rates = new SubjectRates(limits);
    let away = false;
    this.#verifier = createTokenVerifier({
      jwks,
      issuer: options.tokenIssuer ?? '',
      audience: options.tokenAudience ?? AUDIENCE,
      algorithms: options.tokenAlgorithms ?? ALGORITHMS,
      nowMs,
      ...(options.keyLimits === undefined ? {} : { limits: options.keyLimits }),
      looked: (outcome, error) => {
        metrics.keysFetched(outcome);
        looked?.(error === undefined);
        if (error !== undefined && !away) logger.warn({ event: 'keys_away', outcome, reason: error.message });
        if (error === undefined && away) logger.warn({ event: 'keys_back' });
        away = error !== undefined;
      },
    });
    metrics.watchKeys({ known: () => this.#verifier.keys, ageMs: () => this.#verifier.keysAgeMs });
  }

  admit(token: string | undefined): Grant | Refusal | Promise<Grant | Refusal> {
    if (token !== undefined) return this.#check(token);
    return this.#anonymous ? ANONYMOUS : UNAUTHORIZED;
  }

  spend(what: Spending, grant: Grant, nowMs: number): number {
    const waitMs = this.#rates.spend(what, grant, nowMs);
    if (waitMs > 0) this.#metrics.subjectLimited(what);
    return waitMs;
  }

  notReady(): string {
    return this.#anonymous || this.#verifier.keysAgeMs < Infinity ? '' : 'no keys to check tokens with yet';
  }

  async open(): Promise<void> {
    try {
      await this.#verifier.open();
    } catch (error) {
      // An address may come up after us; what is wrong with a file stays wrong.
      if (this.#fromFile && error instanceof AccessError)
        throw new StartError('bad_option', `--jwks: ${error.message}.`);
    }
    if (this.#fromFile && this.#verifier.keys === 0) {
      throw new StartError(
        'bad_option',
        `--jwks: ${this.#verifier.source} has no key for what --token-algorithms names, so no token could be checked.`,
      );
    }
  }

  close(): void {
    this.#verifier.close();
  }

  async #check(token: string): Promise<Grant | Refusal> {
    const startedAt = performance.now();
    const verdict = await this.#verifier.verify(token);
    this.#metrics.checked((performance.now() - startedAt) / 1000);
    return 'grant' in verdict ? verdict.grant : verdict;
  }
}
