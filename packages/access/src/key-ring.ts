import { setTimeout as delay } from 'node:timers/promises';
import { AccessError } from './access-error.ts';
import { readKeySet, type TokenAlgorithm, type VerificationKey } from './key-set.ts';
import type { KeySource } from './key-source.ts';
import type { KeyLimits } from './limits.ts';

/** What came of a look at the source. */
export type FetchOutcome = 'ok' | 'unreachable' | 'invalid';

export interface KeyRingOptions {
  source: KeySource;
  algorithms: readonly TokenAlgorithm[];
  limits: KeyLimits;
  /** Told after each look; `error` is undefined when it went well. */
  looked: (outcome: FetchOutcome, error: AccessError | undefined) => void;
}

export type KeySearch =
  | { key: VerificationKey }
  /** `unknown`: the issuer has no such key. `ambiguous`: no id, and several keys. `unavailable`: the issuer can't be asked. */
  | { missing: 'unknown' | 'ambiguous' | 'unavailable' };

/**
 * The keys of an issuer, kept fresh. They are fetched again before they are too old, and when a token names one that is not
 * known: then at most once in the source's cooldown, for all who wait together. One fetch is under way at a time. A fetch
 * that fails changes nothing: known keys go on working. A key that is gone from the document is gone here.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #closing = new AbortController();
  #keys: readonly VerificationKey[] = [];
  #loaded = false;
  #failures = 0;
  #loadedAtMs = 0;
  #startedAtMs = -Infinity;
  #loading: Promise<FetchOutcome> | undefined;
  /** A look that has not begun yet, for those whose key is unknown. */
  #next: Promise<FetchOutcome> | undefined;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** Distinct keys known now. */
  get size(): number {
    return new Set(this.#keys.map(({ thumbprint }) => thumbprint)).size;
  }

  /** Since the source was last read; Infinity before the first time. */
  get ageMs(): number {
    return this.#loaded ? performance.now() - this.#loadedAtMs : Infinity;
  }

  has(thumbprint: string): boolean {
    return this.#keys.some((key) => key.thumbprint === thumbprint);
  }

  /** The first look. Rejects with AccessError where it fails, and goes on trying all the same. */
  async open(): Promise<void> {
    let fault: AccessError | undefined;
    await this.#look((error) => (fault = error));
    if (fault !== undefined) throw fault;
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  async find(kid: string | undefined, algorithm: TokenAlgorithm): Promise<KeySearch> {
    const known = this.#search(kid, algorithm);
    if ('key' in known || known.missing === 'ambiguous') return known;
    if (this.#waiting >= this.#options.limits.waitingMax) return { missing: 'unavailable' };
    this.#waiting++;
    try {
      // Not decisive, because it may have begun before the key was published; but it may be all that is needed.
      if (this.#loading !== undefined) {
        await this.#loading;
        const found = this.#search(kid, algorithm);
        if ('key' in found) return found;
      }
      this.#next ??= this.#lookAfterCooldown();
      const outcome = await this.#next;
      const found = this.#search(kid, algorithm);
      return 'key' in found || outcome === 'ok' ? found : { missing: 'unavailable' };
    } finally {
      this.#waiting--;
    }
  }

  #search(kid: string | undefined, algorithm: TokenAlgorithm): KeySearch {
    const usable = this.#keys.filter((key) => key.algorithm === algorithm);
    if (kid === undefined) {
      if (usable.length > 1) return { missing: 'ambiguous' };
      return usable[0] === undefined ? { missing: 'unknown' } : { key: usable[0] };
    }
    const key = usable.find((one) => one.kid === kid);
    return key === undefined ? { missing: 'unknown' } : { key };
  }

  async #lookAfterCooldown(): Promise<FetchOutcome> {
    try {
      for (;;) {
        const wait = Math.max(0, this.#startedAtMs + this.#options.source.cooldownMs - performance.now());
        // Also where there is nothing to wait for: `#next` must be set before it is cleared below.
        await delay(wait, undefined, { ref: false, signal: this.#closing.signal });
        if (this.#loading === undefined) break;
        await this.#loading;
      }
    } catch {
      return 'unreachable'; // Closed while it waited.
    } finally {
      this.#next = undefined;
    }
    return this.#look();
  }

  #look(failed: (error: AccessError) => void = () => {}): Promise<FetchOutcome> {
    this.#startedAtMs = performance.now();
    this.#loading = this.#load(failed).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(failed: (error: AccessError) => void): Promise<FetchOutcome> {
    const { source, algorithms, limits, looked } = this.#options;
    clearTimeout(this.#timer);
    let again = limits.retryMsMin;
    try {
      const { text, maxAgeMs } = await source.read(this.#failures > 0 || !this.#loaded, this.#closing.signal);
      if (text !== undefined) this.#keys = await readKeySet(text, algorithms, limits);
      this.#loaded = true;
      this.#loadedAtMs = performance.now();
      this.#failures = 0;
      again = maxAgeMs * 0.8;
      looked('ok', undefined);
      return 'ok';
    } catch (error) {
      const fault = error instanceof AccessError ? error : new AccessError('keys_invalid', String(error));
      again = Math.min(limits.retryMsMax, limits.retryMsMin * 2 ** Math.min(this.#failures++, 20));
      const outcome = fault.code === 'keys_invalid' ? 'invalid' : 'unreachable';
      if (!this.#closing.signal.aborted) {
        looked(outcome, fault);
        failed(fault);
      }
      return outcome;
    } finally {
      if (!this.#closing.signal.aborted) this.#timer = this.#lookLater(again);
    }
  }

  #lookLater(ms: number): NodeJS.Timeout {
    // Spread, so that a fleet that started together does not ask together.
    const timer = setTimeout(
      () => {
        // Owned here: a look never rejects.
        if (this.#loading === undefined) void this.#look();
      },
      ms * (0.9 + 0.1 * Math.random()),
    );
    timer.unref();
    return timer;
  }
}
