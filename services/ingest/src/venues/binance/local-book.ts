/** What the book needs to know of a diff; `numbers` is how many prices and sizes it holds. */
export interface BookDiff {
  firstId: number;
  lastId: number;
  numbers: number;
}

export type DiffOutcome =
  /** Follows the book: publish it. */
  | 'applied'
  /** Waits for a snapshot. */
  | 'waiting'
  /** The book already includes it. */
  | 'included'
  /** Updates between the book and this diff are missing: the book is lost and waits for a snapshot. */
  | 'gap';

export type SnapshotOutcome<D> =
  /** Publish the snapshot, then `diffs` in order. */
  | { outcome: 'synced'; diffs: D[] }
  /** Older than the first waiting diff: ask again. */
  | { outcome: 'too_old' };

/**
 * Binance's local-book procedure (spot docs, "How to manage a local order book correctly") for one pair, without the
 * levels: it decides which diffs and snapshots follow each other. The levels themselves go downstream, where the book is kept.
 */
export class LocalBook<D extends BookDiff> {
  /** The last update id that the book includes; undefined while it waits for a snapshot. */
  #bookId: number | undefined;
  /** Diffs that follow each other without a gap and wait for a snapshot. */
  #waiting: D[] = [];
  #waitingNumbers = 0;

  get synced(): boolean {
    return this.#bookId !== undefined;
  }

  /** The last update id that the book, or what waits for it, includes; undefined where there is neither. */
  get position(): number | undefined {
    return this.#bookId ?? this.#waiting.at(-1)?.lastId;
  }

  /** Prices and sizes in the diffs that wait. */
  get waitingNumbers(): number {
    return this.#waitingNumbers;
  }

  onDiff(diff: D): DiffOutcome {
    if (this.#bookId === undefined) return this.#wait(diff);
    if (diff.lastId <= this.#bookId) return 'included';
    if (diff.firstId > this.#bookId + 1) {
      this.lose();
      this.#wait(diff);
      return 'gap';
    }
    this.#bookId = diff.lastId;
    return 'applied';
  }

  onSnapshot(lastUpdateId: number): SnapshotOutcome<D> {
    const first = this.#waiting[0];
    if (first !== undefined && lastUpdateId + 1 < first.firstId) return { outcome: 'too_old' };
    // The rest follows without a gap: waiting diffs are contiguous, and the first reaches down to the snapshot.
    const diffs = this.#waiting.filter((diff) => diff.lastId > lastUpdateId);
    this.#bookId = diffs.at(-1)?.lastId ?? lastUpdateId;
    this.#forget();
    return { outcome: 'synced', diffs };
  }

  /** The book is not known any more: a diff was unreadable, or the connection ended. */
  lose(): void {
    this.#bookId = undefined;
    this.#forget();
  }

  /** Lets the oldest waiting diff go; a snapshot must then be newer. */
  dropOldest(): void {
    const oldest = this.#waiting.shift();
    if (oldest !== undefined) this.#waitingNumbers -= oldest.numbers;
  }

  #wait(diff: D): 'waiting' | 'included' {
    const last = this.#waiting.at(-1);
    if (last !== undefined && diff.lastId <= last.lastId) return 'included';
    // Diffs before a hole can't be used: a snapshot that reaches them would not reach over it.
    if (last !== undefined && diff.firstId > last.lastId + 1) this.#forget();
    this.#waiting.push(diff);
    this.#waitingNumbers += diff.numbers;
    return 'waiting';
  }

  #forget(): void {
    this.#waiting = [];
    this.#waitingNumbers = 0;
  }
}
