/** How much more a turn may take than one that was not long enough: a turn that was held up by others is soon made good. */
const GROWTH_MAX = 2;

/**
 * Bounds how long a loop turn takes because of what was read of the log: what is taken, encoded and flushed of it. A reader that is behind
 * finds megabytes of records at once, and all of them in one turn would hold up everybody for seconds: heartbeats, handshakes, and
 * the timers that would find out. Not less than is told in that time is gathered, for each flush costs a write a client.
 */
export class TurnBudget {
  readonly #turnMs: number;
  readonly #nowMs: () => number;
  readonly #later: (ended: () => void) => void;
  #begunAtMs: number | undefined;
  #bytes = 0;
  #bytesMax = Number.POSITIVE_INFINITY;
  #next: Promise<void> | undefined;

  /** `later`: calls back after what was noted in this turn was flushed. */
  constructor(
    turnMs: number,
    nowMs: () => number = () => performance.now(),
    later: (ended: () => void) => void = (ended) => void setImmediate(ended),
  ) {
    this.#turnMs = turnMs;
    this.#nowMs = nowMs;
    this.#later = later;
  }

  /** Before records are taken: the turn may begin with them. */
  begin(): void {
    this.#begunAtMs ??= this.#nowMs();
  }

  /** So many bytes were taken. Where that is enough for this turn: resolves in the next. */
  took(bytes: number): Promise<void> | undefined {
    if (this.#bytes === 0) this.#later(() => this.#ended());
    this.#bytes += bytes;
    if (this.#bytes < this.#bytesMax) return undefined;
    this.#next ??= new Promise((resolve) => this.#later(resolve));
    return this.#next;
  }

  #ended(): void {
    const tookMs = this.#nowMs() - (this.#begunAtMs ?? 0);
    // What a turn takes that had less than it may says nothing of more.
    if (tookMs > this.#turnMs || this.#next !== undefined)
      this.#bytesMax = this.#bytes * Math.min(GROWTH_MAX, this.#turnMs / Math.max(1, tookMs));
    this.#begunAtMs = undefined;
    this.#bytes = 0;
    this.#next = undefined;
  }
}
