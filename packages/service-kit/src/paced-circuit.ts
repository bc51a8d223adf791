import type { Circuit } from './circuit-breaker.ts';

export interface PacedCircuitOptions {
  /** What is called, for metrics: `leases`. */
  target: string;
  /** A call that has not been answered for so long says that the target is not well. */
  lateMs: number;
  /** Milliseconds of a clock that only goes on. */
  nowMs?: () => number;
  /** Whether an error says that the target is not well; without it each does. */
  isFailure?: (error: unknown) => boolean;
}

/**
 * The state of something that is called by one who waits for the answer and asks again at a pace of its own, however it went: a
 * circuit by nature, in which nothing piles up and nobody is refused. It is open from a call that failed or is late to the next
 * one that is answered.
 */
export class PacedCircuit implements Circuit {
  readonly target: string;
  readonly refused = 0;
  readonly #options: PacedCircuitOptions;
  readonly #nowMs: () => number;
  #failed = false;
  #underWay = 0;
  /** Since when nothing was answered though something is under way. */
  #unansweredSinceMs = 0;
  #lateNoted = false;
  #opened = 0;

  constructor(options: PacedCircuitOptions) {
    this.target = options.target;
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  get state(): 'closed' | 'open' {
    this.#noteLate();
    return this.#failed || this.#lateNoted ? 'open' : 'closed';
  }

  get opened(): number {
    this.#noteLate();
    return this.#opened;
  }

  /** Makes the call, whatever the state. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    if (this.#underWay++ === 0) this.#unansweredSinceMs = this.#nowMs();
    let ended: 'well' | 'ill' = 'well';
    try {
      return await call();
    } catch (error) {
      if (this.#options.isFailure?.(error) !== false) ended = 'ill';
      throw error;
    } finally {
      if (ended === 'well') this.succeeded();
      else this.failed();
      this.#underWay--;
    }
  }

  /** `target`, each call of whose methods is watched, where it gives a promise. */
  watched<T extends object>(target: T): T {
    const methods = new Map<PropertyKey, unknown>();
    return new Proxy(target, {
      get: (of, name) => {
        const known = methods.get(name);
        if (known !== undefined) return known;
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        const method = (...args: unknown[]): unknown => {
          const result: unknown = value.apply(of, args);
          return result instanceof Promise ? this.watch(() => result) : result;
        };
        methods.set(name, method);
        return method;
      },
    });
  }

  /** Of a caller whose call is no promise: the target answered. */
  succeeded(): void {
    this.#noteLate();
    this.#failed = false;
    this.#lateNoted = false;
    this.#unansweredSinceMs = this.#nowMs();
  }

  /** Of such a caller: it did not. */
  failed(): void {
    if (this.state === 'closed') this.#opened++;
    this.#failed = true;
  }

  /** Nothing runs while nobody asks: lateness is found by who looks, or by the answer. */
  #noteLate(): void {
    if (this.#lateNoted || this.#underWay === 0) return;
    if (this.#nowMs() - this.#unansweredSinceMs < this.#options.lateMs) return;
    if (!this.#failed) this.#opened++;
    this.#lateNoted = true;
  }
}
