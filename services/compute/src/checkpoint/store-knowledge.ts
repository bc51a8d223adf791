import type { KnownRecord } from '@tapecast/market-state';
import { ATTEMPTS_KEPT } from '../limits.ts';

/**
 * The records of which the store must have one: the last that it acknowledged or gave us, and those whose write ended in
 * an error since, of which nobody knows whether it was made. A checkpoint has what changed since the acknowledged one, so
 * it is whole on top of any of these, and of nothing else: a failover that lost the acknowledged one shows by this.
 */
export class StoreKnowledge {
  private stored: KnownRecord;
  private attempted: KnownRecord[] = [];

  constructor(stored: KnownRecord) {
    this.stored = stored;
  }

  /** The store acknowledged it, or gave it to us. */
  has(record: KnownRecord): void {
    this.stored = record;
    this.attempted = [];
  }

  /** A write of it begins: until its answer the store may have it. */
  mayHave(record: KnownRecord): void {
    this.attempted.push(record);
    if (this.attempted.length > ATTEMPTS_KEPT) this.attempted.shift();
  }

  records(): KnownRecord[] {
    return [this.stored, ...this.attempted];
  }

  /** Whether what the store has is among them. */
  covers(record: Exclude<KnownRecord, 'none'> | undefined): boolean {
    return this.records().some((known) =>
      known === 'none' ? record === undefined : known.epoch === record?.epoch && known.ticksNext === record.ticksNext,
    );
  }

  /** Every tick below this offset is in the acknowledged record; undefined when the store has none. */
  get ticksNext(): number | undefined {
    return this.stored === 'none' ? undefined : this.stored.ticksNext;
  }
}
