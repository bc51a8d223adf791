/** Lets `burst` through at once and then `perSecond`. Pure: time is passed in. */
export class TokenBucket {
  #burst: number;
  #perSecond: number;
  #tokens: number;
  #atMs: number;

  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  get burst(): number {
    return this.#burst;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Other bounds from now on. What is left stays left: it gives nothing that was spent. */
  limit(burst: number, perSecond: number): void {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = Math.min(this.#tokens, burst);
  }

  /** False, and nothing is taken, when there are fewer than `count` left. */
  take(nowMs: number, count = 1): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, nowMs - this.#atMs) * (this.#perSecond / 1000));
    this.#atMs = nowMs;
    if (this.#tokens < count) return false;
    this.#tokens -= count;
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
