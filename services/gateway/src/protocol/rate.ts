/** Lets `burst` through at once and then `perSecond`. Pure: time is passed in. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #atMs: number;

  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** False when there is none left. */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

/** Counts events in windows of fixed length. */
export class WindowCount {
  readonly #max: number;
  readonly #windowMs: number;
  #count = 0;
  #startMs: number;

  constructor(max: number, windowMs: number, nowMs: number) {
    this.#max = max;
    this.#windowMs = windowMs;
    this.#startMs = nowMs;
  }

  /** Counts one; false when there were more than allowed in the window. */
  take(nowMs: number): boolean {
    if (nowMs - this.#startMs >= this.#windowMs) {
      this.#startMs = nowMs;
      this.#count = 0;
    }
    return ++this.#count <= this.#max;
  }
}
