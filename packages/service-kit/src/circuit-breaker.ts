/** `closed`: calls go through. `open`: they are refused at once. `half_open`: one goes through, and says how it goes on. */
export type CircuitState = 'closed' | 'open' | 'half_open';

/** What is told of a circuit. */
export interface Circuit {
  readonly target: string;
  readonly state: CircuitState;
  /** How often it opened, and calls that were refused. */
  readonly opened: number;
  readonly refused: number;
}

export interface CircuitOptions {
  /** What is called, for errors, logs and metrics: `redis`. */
  target: string;
  /** Failures in a row after which it opens. */
  failuresMax: number;
  /** From opening to the next try; doubled with each try that fails, up to `openMsMax`. */
  openMs: number;
  openMsMax: number;
  /** Milliseconds of a clock that only goes on. */
  nowMs: () => number;
  /** Whether an error says that the target is not well; without it each does. One that says that the call was wrong is none. */
  isFailure?: (error: unknown) => boolean;
  changed?: (state: CircuitState) => void;
}

/** The call was not made. */
export class CircuitOpenError extends Error {
  readonly target: string;
  /** Until the next call may go through. */
  readonly retryAfterMs: number;

  constructor(target: string, retryAfterMs: number) {
    super(`${target} did not answer the last times; it is asked again in ${Math.ceil(retryAfterMs)} ms`);
    this.name = 'CircuitOpenError';
    this.target = target;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Stands before something that a service calls and that may be away. Once it has failed so often in a row, callers get their
 * error at once instead of waiting for it, and what comes back is not met by all who waited: one call at a time tries it.
 * Written here because what a library adds (policies, cancellation, events) is more than this and would be a dependency of all.
 */
export class CircuitBreaker implements Circuit {
  readonly target: string;
  readonly #options: CircuitOptions;
  #state: CircuitState = 'closed';
  #failures = 0;
  #openedAtMs = 0;
  /** When it opened first since it was last closed. */
  #awaySinceMs: number | undefined;
  #openMs: number;
  /** How often it opened, and calls that were refused. */
  opened = 0;
  refused = 0;

  constructor(options: CircuitOptions) {
    this.target = options.target;
    this.#options = options;
    this.#openMs = options.openMs;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** How long it has not been closed; 0 while it is. */
  get awayMs(): number {
    return this.#awaySinceMs === undefined ? 0 : this.#options.nowMs() - this.#awaySinceMs;
  }

  /** Until the next call may be made; 0: now. */
  get waitMs(): number {
    if (this.#state === 'closed') return 0;
    // While one tries, whoever else asks waits for what comes of it.
    const untilMs = this.#state === 'open' ? this.#openedAtMs + this.#openMs - this.#options.nowMs() : this.#openMs;
    return Math.max(0, untilMs);
  }

  /** Makes the call where it may be made. Rejects with `CircuitOpenError`, or as the call does. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    this.#enter();
    return this.watch(call);
  }

  /** Makes the call whatever the state, for one who waits and asks again at a pace of its own: how it goes counts all the same. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      this.succeeded();
      return result;
    } catch (error) {
      if (this.#options.isFailure?.(error) === false) this.succeeded();
      else this.failed();
      throw error;
    }
  }

  /** The target itself said when to ask again: until then calls are refused. */
  openFor(ms: number): void {
    this.#openedAtMs = this.#options.nowMs();
    this.#openMs = ms;
    this.#awaySinceMs ??= this.#openedAtMs;
    if (this.#state !== 'open') this.opened++;
    this.#become('open');
  }

  /** Of a caller that decides itself when it calls: the target answered. */
  succeeded(): void {
    this.#failures = 0;
    this.#openMs = this.#options.openMs;
    this.#awaySinceMs = undefined;
    this.#become('closed');
  }

  /** Of such a caller: it did not. */
  failed(): void {
    const { nowMs, failuresMax, openMsMax } = this.#options;
    this.#failures++;
    if (this.#state === 'half_open') this.#openMs = Math.min(openMsMax, this.#openMs * 2);
    else if (this.#failures < failuresMax) return;
    // Calls that were under way when it opened say nothing new.
    if (this.#state === 'open') return;
    this.#openedAtMs = nowMs();
    this.#awaySinceMs ??= this.#openedAtMs;
    this.opened++;
    this.#become('open');
  }

  #enter(): void {
    if (this.#state === 'closed') return;
    const { nowMs, target } = this.#options;
    const leftMs = this.#openedAtMs + this.#openMs - nowMs();
    if (this.#state === 'open' && leftMs <= 0) {
      this.#become('half_open');
      return;
    }
    this.refused++;
    throw new CircuitOpenError(target, Math.max(0, leftMs));
  }

  #become(state: CircuitState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.changed?.(state);
  }
}
