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

  /**
   * Whether the log may have records of `epoch` after those of `current`, the newest that was read: it is not known to come before,
   * and of the same pair of topics, in which folds begin ever later.
   */
  mayFollow(epoch: string, current: string): boolean {
    if (epoch === current || this.isBefore(epoch, current)) return false;
    const [then, now] = [partsOf(epoch), partsOf(current)];
    if (then === undefined || now === undefined || then.generation !== now.generation) return false;
    return then.start === now.start ? then.version >= now.version : then.start > now.start;
  }
}

/** Compute names an epoch by the pair of topics, the version of the folds, and the offset at which they began. */
const EPOCH = /^(.+)\.(\d+)\.(\d+)(?:r\d+)?$/;

function partsOf(epoch: string): { generation: string; version: number; start: number } | undefined {
  const parts = EPOCH.exec(epoch);
  return parts === null
    ? undefined
    : { generation: parts[1] as string, version: Number(parts[2]), start: Number(parts[3]) };
}
