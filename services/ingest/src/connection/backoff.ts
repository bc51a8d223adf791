/** Waits between tries: full jitter below a ceiling that doubles, so that thousands of clients don't come back together. */
export class Backoff {
  readonly #baseMs: number;
  readonly #capMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor(baseMs: number, capMs: number, random: () => number) {
    this.#baseMs = baseMs;
    this.#capMs = capMs;
    this.#random = random;
  }

  /** ms to wait before the next try. */
  next(): number {
    // 2^30 times any base is above any cap: the exponent stays where the product is exact.
    const ceilingMs = Math.min(this.#capMs, this.#baseMs * 2 ** Math.min(this.#tries, 30));
    this.#tries++;
    return Math.round(this.#random() * ceilingMs);
  }

  reset(): void {
    this.#tries = 0;
  }
}
