import { CONFIRM_AFTER_MS, CONFIRMS_MAX } from '../limits.ts';
import type { SignalBusLogger } from '../logger.ts';

export interface Published {
  readonly key: string;
  readonly id: string;
  readonly payload: Buffer;
  /** What the store gave it; 0 before the first time. */
  readonly number: number;
}

/**
 * Publishes each signal a second time, a moment after the first. The store knows it by its identity and does nothing, unless a
 * failover lost it: an acknowledged write that no replica had yet.
 */
export class Confirmations {
  readonly #again: (published: Published) => Promise<void>;
  readonly #logger: SignalBusLogger | undefined;
  readonly #due: { published: Published; atMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(again: (published: Published) => Promise<void>, logger: SignalBusLogger | undefined) {
    this.#again = again;
    this.#logger = logger;
  }

  add(published: Published): void {
    if (this.#due.length === CONFIRMS_MAX) this.#due.shift();
    this.#due.push({ published, atMs: performance.now() + CONFIRM_AFTER_MS });
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#due.length = 0;
  }

  #schedule(): void {
    const [first] = this.#due;
    if (this.#timer !== undefined || first === undefined) return;
    // A process that ends does not wait for it.
    this.#timer = setTimeout(() => this.#confirm(), Math.max(1, first.atMs - performance.now())).unref();
  }

  #confirm(): void {
    this.#timer = undefined;
    const now = performance.now();
    while (this.#due[0] !== undefined && this.#due[0].atMs <= now) {
      const { published } = this.#due.shift()!;
      this.#again(published).catch((error: unknown) => {
        this.#logger?.warn(
          { event: 'signal_not_confirmed', error: error instanceof Error ? error.message : String(error) },
          'a signal may be lost',
        );
      });
    }
    this.#schedule();
  }
}
