const EXACT_MS = 0.001;

/**
 * A token bucket for each key, in bounded memory and without timers: `burst` at once, then `perSecond`. A key's bucket is
 * one number, the time at which it will be full again (generic cell rate algorithm), so a key that is not there has a
 * full one. Pure: time is passed in.
 *
 * Two maps share `keysMax`: at half of it the younger becomes the older, whose keys are forgotten with it unless they
 * come again meanwhile. So a key's bucket is kept until at least `keysMax / 2` others came; one who has more addresses
 * than that is not held by a limit per address.
 */
export class RateTable {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #halfMax: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  constructor(burst: number, perSecond: number, keysMax: number) {
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = burst * this.#intervalMs;
    this.#halfMax = Math.max(1, Math.floor(keysMax / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** 0 and one is taken, or ms until there is one to take. */
  take(key: string, nowMs: number): number {
    const known = this.#young.get(key) ?? this.#old.get(key);
    // A clock that went back gives nothing away and takes nothing: no bucket is emptier than empty.
    const fullAt = known === undefined ? nowMs : Math.min(Math.max(known, nowMs), nowMs + this.#burstMs);
    const waitMs = fullAt + this.#intervalMs - nowMs - this.#burstMs;
    // Not 0: of the size of Unix times, sums of parts of a millisecond are not exact.
    if (waitMs > EXACT_MS) {
      this.#keep(key, fullAt);
      return waitMs;
    }
    this.#keep(key, fullAt + this.#intervalMs);
    return 0;
  }

  #keep(key: string, fullAt: number): void {
    if (!this.#young.has(key) && this.#young.size >= this.#halfMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, fullAt);
    if (this.#old.size > 0) this.#old.delete(key);
  }
}
