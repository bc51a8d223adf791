/**
 * The epochs of one partition in the order in which the log had them. A worker that lost its partition may go on writing
 * for a moment: an epoch that was already left is never the current one again.
 */
export class EpochOrder {
  readonly #rank = new Map<string, number>();
  #current = '';

  get current(): string {
    return this.#current;
  }

  /** Notes the epoch of the next record. False when it is one that was left before: the record is to be ignored. */
  take(epoch: string): boolean {
    if (epoch === this.#current) return true;
    if (this.#rank.has(epoch)) return false;
    this.#rank.set(epoch, this.#rank.size);
    this.#current = epoch;
    return true;
  }

  /** Whether `left` is known to come before `right`. An epoch that was never seen is before none. */
  isBefore(left: string, right: string): boolean {
    const a = this.#rank.get(left);
    const b = this.#rank.get(right);
    return a !== undefined && b !== undefined && a < b;
  }
}
