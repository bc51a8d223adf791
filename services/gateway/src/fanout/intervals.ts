/**
 * Intervals that a subscription may have, in ms; 0: each update as it comes, at the end of the loop turn in which it was read.
 * Streams of one interval are flushed together; different intervals never in the same turn, so that none of them carries all.
 */
export const INTERVALS_OFFERED_MS = [0, 50, 100, 250, 500, 1000] as const;

/** Every interval but 0 is a multiple of this; within it each has a moment of its own. */
const GRID_MS = 50;
const APART_MS = GRID_MS / (INTERVALS_OFFERED_MS.length - 1);

/** Index of the interval that a client gets for the one it names: the next longer that is offered, at most the longest. */
export function intervalIndex(intervalMs: number): number {
  const index = INTERVALS_OFFERED_MS.findIndex((offered) => offered >= intervalMs);
  return index < 0 ? INTERVALS_OFFERED_MS.length - 1 : index;
}

/** Waits in real time; tests bring their own. The timer may fire a little early or late, and keeps no process alive. */
export interface Timers {
  /** Calls `due` once after `ms`. */
  after(ms: number, due: () => void): void;
}

/**
 * Says when the streams of one interval are flushed: at moments of the wall clock that all gateways share, and only while
 * something waits for it.
 */
export class IntervalTimer {
  readonly #intervalMs: number;
  readonly #phaseMs: number;
  readonly #timers: Timers;
  readonly #nowMs: () => number;
  readonly #flush: () => void;
  #armed = false;
  /** The last moment that was used: a timer that fired early must not use it again. */
  #slot = Number.NEGATIVE_INFINITY;

  constructor(index: number, timers: Timers, nowMs: () => number, flush: () => void) {
    this.#intervalMs = INTERVALS_OFFERED_MS[index] as number;
    this.#phaseMs = (index - 1) * APART_MS;
    this.#timers = timers;
    this.#nowMs = nowMs;
    this.#flush = flush;
  }

  /** Something waits: it is flushed at the next moment of the interval. */
  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    const nowMs = this.#nowMs();
    let slot = Math.floor((nowMs - this.#phaseMs) / this.#intervalMs) + 1;
    // The wall clock may also have been set back by more: then the old moments are forgotten.
    if (slot === this.#slot) slot++;
    this.#slot = slot;
    this.#timers.after(Math.max(0, slot * this.#intervalMs + this.#phaseMs - nowMs), this.#due);
  }

  readonly #due = (): void => {
    this.#armed = false;
    this.#flush();
  };
}
