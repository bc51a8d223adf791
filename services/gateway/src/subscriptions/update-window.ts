import type { LogRecord } from '@tapecast/tick-log';

export interface WindowBounds {
  /** By the log's own time: a record this much older than the newest goes. */
  ms: number;
  /** Sum of the records' values. */
  bytes: number;
}

/** Slots of forgotten records are given back in blocks, so that forgetting one costs no copying. */
const COMPACT_AFTER = 1_024;

/**
 * The newest records of one partition of md.updates as they came, for instruments that join later. Contiguous in what the
 * reader delivered: whoever starts at or after `start` misses nothing that was read.
 */
export class UpdateWindow {
  readonly #bounds: WindowBounds;
  #records: LogRecord[] = [];
  #head = 0;
  #bytes = 0;
  #start: number;

  /** `start` is where the reader begins. */
  constructor(start: number, bounds: WindowBounds) {
    this.#start = start;
    this.#bounds = bounds;
  }

  /** The lowest offset from which nothing is missing. */
  get start(): number {
    return this.#start;
  }

  /** After the newest record. */
  get end(): number {
    const newest = this.#records.at(-1);
    return newest === undefined ? this.#start : newest.offset + 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(record: LogRecord): void {
    this.#records.push(record);
    this.#bytes += record.value.byteLength;
    const oldestMs = record.appendedAtMs - this.#bounds.ms;
    for (;;) {
      const oldest = this.#records[this.#head];
      if (oldest === undefined || (oldest.appendedAtMs >= oldestMs && this.#bytes <= this.#bounds.bytes)) break;
      this.#forget(oldest);
    }
    if (this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#records.length) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The log lost records before `offset` was read: nothing older can be relied on. */
  restartAt(offset: number): void {
    this.#records = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#start = offset;
  }

  /** Records that end where these begin: they are kept as if they had been read first. Others are not taken. */
  prepend(older: UpdateWindow): void {
    const last = older.#records.at(-1);
    if (last === undefined || last.offset + 1 !== this.#start) return;
    this.#records = [...older.#records.slice(older.#head), ...this.#records.slice(this.#head)];
    this.#head = 0;
    this.#bytes += older.#bytes;
    this.#start = older.#start;
  }

  /** The record at the offset, if it is kept. */
  at(offset: number): LogRecord | undefined {
    const record = this.#records[this.#indexOf(offset)];
    return record?.offset === offset ? record : undefined;
  }

  /** Records at `offset` or later, oldest first. Only meaningful when `offset >= start`. */
  *from(offset: number): Generator<LogRecord> {
    for (let i = this.#indexOf(offset); i < this.#records.length; i++) yield this.#records[i] as LogRecord;
  }

  #forget(record: LogRecord): void {
    // The slot is emptied at once: the record's bytes must not live on until the next compaction.
    (this.#records as (LogRecord | undefined)[])[this.#head] = undefined;
    this.#head++;
    this.#bytes -= record.value.byteLength;
    this.#start = record.offset + 1;
  }

  #indexOf(offset: number): number {
    let low = this.#head;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle] as LogRecord).offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
