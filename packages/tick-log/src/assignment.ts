import type { GroupReaderOptions } from './contract.ts';

/** Delivers partitions of one topic from given positions; what an assignment switches on and off. */
export interface PartitionFeed {
  /** Delivers from this offset on. After `stop` of the same partition, not before a handler still running has finished. */
  start(partition: number, from: number | 'earliest'): void;
  /** Nothing of the partition is delivered after this call. */
  stop(partition: number): void;
}

/** Questions are numbered from 1. */
const NO_QUESTION = 0;

/**
 * The partitions that one group member holds now. Asks `onAssigned` for each and starts it when the answer comes, unless
 * it was taken away, or asked again, meanwhile: an answer counts only for the newest question.
 */
export class Assignment {
  readonly #options: GroupReaderOptions;
  readonly #feed: PartitionFeed;
  readonly #fail: (cause: unknown, where: string) => void;
  /** Partition to the number of its newest question. */
  readonly #held = new Map<number, number>();
  #questions = 0;
  #dealt = false;

  constructor(options: GroupReaderOptions, feed: PartitionFeed, fail: (cause: unknown, where: string) => void) {
    this.#options = options;
    this.#feed = feed;
    this.#fail = fail;
  }

  /** A deal is in force, though it may give this member nothing. */
  get dealt(): boolean {
    return this.#dealt;
  }

  partitions(): number[] {
    return [...this.#held.keys()].sort((a, b) => a - b);
  }

  /** Holds these from now on: gives up the others, asks for those that are new, and goes on with those that stay. */
  assign(partitions: readonly number[]): void {
    this.#dealt = true;
    for (const partition of this.partitions()) if (!partitions.includes(partition)) this.#revoke(partition);
    for (const partition of partitions) if (!this.#held.has(partition)) this.#ask(partition);
  }

  revokeAll(): void {
    this.#dealt = false;
    for (const partition of this.partitions()) this.#revoke(partition);
  }

  #revoke(partition: number): void {
    this.#held.delete(partition);
    this.#feed.stop(partition);
    this.#guard('onRevoked', () => this.#options.onRevoked(partition));
  }

  /** Drops everything without telling: the member is closed. */
  close(): void {
    this.#dealt = false;
    for (const partition of this.#held.keys()) this.#feed.stop(partition);
    this.#held.clear();
  }

  /** Delivers nothing of a held partition until `restart`. */
  pause(partition: number): void {
    if (!this.#held.has(partition)) return;
    this.#feed.stop(partition);
    // An answer that is still to come does not start it.
    this.#held.set(partition, NO_QUESTION);
  }

  restart(partition: number): void {
    if (!this.#held.has(partition)) return;
    this.#feed.stop(partition);
    this.#ask(partition);
  }

  #ask(partition: number): void {
    this.#questions += 1;
    const question = this.#questions;
    this.#held.set(partition, question);
    const answered = (from: number | 'earliest'): void => {
      if (this.#held.get(partition) === question) this.#feed.start(partition, from);
    };
    const refused = (cause: unknown): void => {
      if (this.#held.get(partition) === question) this.#fail(cause, 'onAssigned');
    };
    this.#guard('onAssigned', () => {
      this.#options.onAssigned(partition).then(answered, refused);
    });
  }

  #guard(where: string, call: () => void): void {
    try {
      call();
    } catch (cause) {
      this.#fail(cause, where);
    }
  }
}
