import { sizeOf } from '../check-batches.ts';
import type { LogRecord, PartitionBatch } from '../contract.ts';

/** Places of dropped records are cut off the array's front in pieces of this many, not one by one. */
const COMPACT_AT = 4_096;

/** One partition's records in memory: appended at the end, dropped at the front. */
export class PartitionLog {
  /** A dropped one is let go of at once: its place remains, its bytes are no more counted and must not be there. */
  #records: (LogRecord | undefined)[] = [];
  /** How many entries of the array's front are dropped already. */
  #dropped = 0;
  #end = 0;
  #bytes = 0;

  get oldest(): number {
    return this.#end - (this.#records.length - this.#dropped);
  }

  /** The next offset to be written. */
  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#bytes;
  }

  oldestRecord(): LogRecord | undefined {
    return this.#records[this.#dropped];
  }

  append(records: PartitionBatch['records'], appendedAtMs: number): void {
    for (const { key, value } of records) {
      this.#records.push({ offset: this.#end, key, value, appendedAtMs });
      this.#end += 1;
      this.#bytes += sizeOf(key, value);
    }
  }

  /** Begins with records of an earlier process. Only before anything was appended. */
  restore(oldest: number): void {
    this.#end = oldest;
  }

  dropOldest(): void {
    const record = this.#records[this.#dropped];
    if (record === undefined) return;
    this.#bytes -= sizeOf(record.key, record.value);
    this.#records[this.#dropped] = undefined;
    this.#dropped += 1;
    if (this.#dropped >= COMPACT_AT && this.#dropped * 2 >= this.#records.length) {
      this.#records = this.#records.slice(this.#dropped);
      this.#dropped = 0;
    }
  }

  /** The first offset that was appended then or later; the end where there is none. */
  offsetAt(atMs: number): number {
    let low = this.#dropped;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#records[middle]!.appendedAtMs < atMs) low = middle + 1;
      else high = middle;
    }
    return this.oldest + (low - this.#dropped);
  }

  /** Records from an offset that is not below the oldest, at most `max`. */
  slice(from: number, max: number): LogRecord[] {
    const start = this.#dropped + (from - this.oldest);
    return this.#records.slice(start, start + max) as LogRecord[]; // From `oldest` on nothing is dropped.
  }
}
