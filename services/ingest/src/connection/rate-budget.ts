/** A token bucket: `capacity` at once, refilled evenly over `periodMs`. Time is passed in. */
export class RateBudget {
  #capacity: number;
  #perMs: number;
  #left: number;
  #atMs: number;

  constructor(capacity: number, periodMs: number, nowMs: number) {
    this.#capacity = capacity;
    this.#perMs = capacity / periodMs;
    this.#left = capacity;
    this.#atMs = nowMs;
  }

  /** Takes `amount` and returns 0, or takes nothing and returns the ms until it would be there. */
  take(amount: number, nowMs: number): number {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#left = Math.min(this.#capacity, this.#left + passedMs * this.#perMs);
    this.#atMs = nowMs;
    // More than the whole bucket would never come: it passes when the bucket is full.
    const needed = Math.min(amount, this.#capacity);
    if (this.#left >= needed) {
      this.#left -= amount;
      return 0;
    }
    return Math.ceil((needed - this.#left) / this.#perMs);
  }

  /** Another capacity for the same period, when the venue tells its own limit. */
  resize(capacity: number, periodMs: number): void {
    this.#left = Math.min(capacity, Math.max(0, this.#left + capacity - this.#capacity));
    this.#capacity = capacity;
    this.#perMs = capacity / periodMs;
  }
}
