import { COUNTED_MAX } from '../limits.ts';

interface Counted {
  count: number;
  untilMs: number;
}

/** Counts by name in windows of fixed length that begin with a name's first event. Bounded: the oldest name is forgotten first. */
export class WindowCounter {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #counted = new Map<string, Counted>();

  constructor(most: number, windowMs: number) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** Whether the name has had its most; `0` when it has not, else ms until it may again. */
  fullForMs(name: string, nowMs: number): number {
    const counted = this.#counted.get(name);
    if (counted === undefined || counted.untilMs <= nowMs || counted.count < this.#most) return 0;
    return counted.untilMs - nowMs;
  }

  add(name: string, nowMs: number): void {
    const counted = this.#counted.get(name);
    if (counted !== undefined && counted.untilMs > nowMs) {
      counted.count += 1;
      return;
    }
    this.#counted.delete(name);
    if (this.#counted.size >= COUNTED_MAX) {
      const [oldest] = this.#counted.keys();
      if (oldest !== undefined) this.#counted.delete(oldest);
    }
    this.#counted.set(name, { count: 1, untilMs: nowMs + this.#windowMs });
  }
}
