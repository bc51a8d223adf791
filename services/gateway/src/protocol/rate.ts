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

/** What somebody may do: `burst` at once, and then `perSecond`. One object for all who may the same. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Of a burst: the last of it is not refused for the last bits of a time. */
const ROUNDING = 0.001;

/**
 * A bucket in one number, for where there is one for each of very many: the time at which it would be full again, 0 before
 * its first use. Returns the next such number, or undefined when fewer than `count` are left: then nothing is taken.
 */
export function spend({ burst, perSecond }: Rate, fullAtMs: number, nowMs: number, count = 1): number | undefined {
  const from = Math.max(fullAtMs, nowMs);
  const spent = ((from - nowMs) * perSecond) / 1000;
  return spent + count > burst * (1 + ROUNDING) ? undefined : from + (count * 1000) / perSecond;
}

/** The same bucket under another rate: what is left stays left, and nothing is given that was spent. */
export function underRate(before: Rate, after: Rate, fullAtMs: number, nowMs: number): number {
  const spent = (Math.max(0, fullAtMs - nowMs) * before.perSecond) / 1000;
  const left = Math.min(before.burst - spent, after.burst);
  return nowMs + ((after.burst - left) * 1000) / after.perSecond;
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
