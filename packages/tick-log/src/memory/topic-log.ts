import type { PartitionBatch } from '../contract.ts';
import { PartitionLog } from './partition-log.ts';

export interface TopicBounds {
  retentionMs: number;
  bytesMax: number;
}

/** Reads a partition at its own pace; the topic wakes it after each append and asks it before it drops what is unread. */
export interface Cursor {
  readonly partition: number;
  /** Next offset to be handed over. */
  readonly position: number;
  wake(): void;
}

/** One topic in memory, bounded by time and by bytes over all its partitions. */
export class TopicLog {
  readonly partitions: readonly PartitionLog[];
  readonly #bounds: TopicBounds;
  readonly #now: () => number;
  /** By partition. */
  readonly #cursors: readonly Set<Cursor>[];
  /** Readers no longer waited for, with where they stood. */
  readonly #givenUp = new WeakMap<Cursor, number>();
  #bytes = 0;

  constructor(partitions: number, bounds: TopicBounds, now: () => number) {
    this.partitions = Array.from({ length: partitions }, () => new PartitionLog());
    this.#cursors = this.partitions.map(() => new Set<Cursor>());
    this.#bounds = bounds;
    this.#now = now;
  }

  partition(index: number): PartitionLog {
    return this.partitions[index]!;
  }

  attach(cursor: Cursor): void {
    this.#cursors[cursor.partition]?.add(cursor);
  }

  detach(cursor: Cursor): void {
    this.#cursors[cursor.partition]?.delete(cursor);
  }

  get nowMs(): number {
    return this.#now();
  }

  /** Returns the first record's offset. */
  append(batch: PartitionBatch, appendedAtMs = this.#now()): number {
    const log = this.partition(batch.partition);
    const first = log.end;
    const before = log.bytes;
    log.append(batch.records, appendedAtMs);
    this.#bytes += log.bytes - before;
    this.#dropOld();
    this.wakeCursors(batch.partition);
    return first;
  }

  wakeCursors(partition: number): void {
    for (const cursor of this.#cursors[partition] ?? []) cursor.wake();
  }

  /** Whether bytes to come would push out records that a reader has not taken yet and is still waited for. */
  wouldOverrun(bytes: number): boolean {
    return this.#overrun(bytes).length > 0;
  }

  /** Waits no more for the readers in the way, until they move: each stands still at the cost of one wait, not one a write. */
  giveUpWaiting(bytes: number): void {
    for (const cursor of this.#overrun(bytes)) this.#givenUp.set(cursor, cursor.position);
  }

  #overrun(bytes: number): Cursor[] {
    if (this.#bytes + bytes <= this.#bounds.bytesMax) return [];
    const victim = this.#victim();
    if (victim === -1) return [];
    const { oldest } = this.partition(victim);
    const unread = [...(this.#cursors[victim] ?? [])].filter((cursor) => cursor.position <= oldest);
    return unread.filter((cursor) => this.#givenUp.get(cursor) !== cursor.position);
  }

  #dropOld(): void {
    const before = this.#now() - this.#bounds.retentionMs;
    for (const log of this.partitions) {
      while ((log.oldestRecord()?.appendedAtMs ?? Number.POSITIVE_INFINITY) < before) this.#drop(log);
    }
    while (this.#bytes > this.#bounds.bytesMax) {
      const victim = this.#victim();
      if (victim === -1) return;
      this.#drop(this.partition(victim));
    }
  }

  #drop(log: PartitionLog): void {
    const before = log.bytes;
    log.dropOldest();
    this.#bytes += log.bytes - before;
  }

  /** The partition with the oldest record of the topic. */
  #victim(): number {
    let victim = -1;
    let oldest = Number.POSITIVE_INFINITY;
    this.partitions.forEach((log, index) => {
      const at = log.oldestRecord()?.appendedAtMs ?? Number.POSITIVE_INFINITY;
      if (at < oldest) {
        oldest = at;
        victim = index;
      }
    });
    return victim;
  }
}

/** Appends batches and returns the offset of each partition's first record. */
export function appended(
  topic: TopicLog,
  batches: readonly PartitionBatch[],
  appendedAtMs?: number,
): Map<number, number> {
  const first = new Map<number, number>();
  for (const batch of batches) {
    if (batch.records.length === 0) continue;
    const offset = topic.append(batch, appendedAtMs);
    if (!first.has(batch.partition)) first.set(batch.partition, offset);
  }
  return first;
}
