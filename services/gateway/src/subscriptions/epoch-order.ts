/**
 * The epochs of one partition in the order in which the log had them. A worker that lost its partition may go on writing
 * for a moment, so an epoch that was left does not become the current one again by its records alone: `restore` does that
 * when the store says so. (A reader that begins behind an epoch's last records can't know that it was left.)
 */
export class EpochOrder {
  readonly #rank = new Map<string, number>();
  #lastRank = 0;
  #current = '';

  get current(): string {
    return this.#current;
  }

  /** Notes the epoch of the next record. False when it is one that was left before. */
  take(epoch: string): boolean {
    if (epoch === this.#current) return true;
    if (this.#rank.has(epoch)) return false;
    this.restore(epoch);
    return true;
  }

  /** The epoch is the newest, whatever was seen of it before. */
  restore(epoch: string): void {
    this.#rank.set(epoch, ++this.#lastRank);
    this.#current = epoch;
  }

  /** Whether `left` is known to come before `right`. An epoch that was never seen is before none. */
  isBefore(left: string, right: string): boolean {
    const a = this.#rank.get(left);
    const b = this.#rank.get(right);
    return a !== undefined && b !== undefined && a < b;
  }
}
