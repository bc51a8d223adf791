import type { RecordStore, StoredRecord } from '@tapecast/replay-store';
import type { Logger } from '@tapecast/service-kit';
import type { LogRecord } from '@tapecast/tick-log';
import type { ReplayLimits } from './limits.ts';

export interface WindowDiskOptions {
  store: RecordStore;
  partitions: number;
  limits: Pick<ReplayLimits, 'storeFlushMs' | 'storeFlushBytes' | 'storeWaitingBytes'>;
  logger: Logger;
  /** Records that did not get to the disk. */
  lost: (records: number) => void;
}

/** One read brings the records that follow, too: instruments trade in each of them. */
const READ_BYTES = 256 * 1024;

/**
 * The raw records of the window on disk. They are gathered and written behind the reader's back: a disk that is slow, full or
 * broken costs the window its past, and nothing else. It is used again when it takes records again.
 */
export class WindowDisk {
  readonly #options: WindowDiskOptions;
  /** By partition: what is not written yet, oldest first, without a hole. Of what is under way and what waits behind it. */
  #writing: LogRecord[][];
  #waiting: LogRecord[][];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #write: Promise<void> | undefined;
  #failing = false;

  constructor(options: WindowDiskOptions) {
    this.#options = options;
    this.#writing = none(options.partitions);
    this.#waiting = none(options.partitions);
  }

  get bytes(): number {
    return this.#options.store.bytes;
  }

  get damaged(): number {
    return this.#options.store.counts.damaged;
  }

  bounds(partition: number): { oldest: number; next: number } | undefined {
    return this.#options.store.bounds(partition);
  }

  /** Records of a partition follow each other; one that does not begins a new past. */
  append(partition: number, record: LogRecord): void {
    const waiting = this.#waiting[partition] as LogRecord[];
    waiting.push(record);
    this.#waitingBytes += record.value.byteLength;
    const { storeFlushBytes, storeWaitingBytes, storeFlushMs } = this.#options.limits;
    if (this.#waitingBytes > storeWaitingBytes) this.#forgetWaiting();
    else if (this.#waitingBytes >= storeFlushBytes) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), storeFlushMs).unref();
  }

  /** The lowest offset from which all can be read here up to `memoryStart`, where memory goes on. */
  start(partition: number, memoryStart: number): number {
    let start = memoryStart;
    for (const records of [this.#waiting[partition], this.#writing[partition]]) {
      const [oldest] = records ?? [];
      const newest = records?.at(-1);
      if (oldest !== undefined && newest !== undefined && newest.offset + 1 >= start)
        start = Math.min(start, oldest.offset);
    }
    const bounds = this.#options.store.bounds(partition);
    return bounds !== undefined && bounds.next >= start ? Math.min(start, bounds.oldest) : start;
  }

  /** The record at the offset and some that follow; [] where it is not there. Rejects where the disk can't be read. */
  async read(partition: number, offset: number): Promise<readonly (LogRecord | StoredRecord)[]> {
    for (const records of [this.#waiting[partition], this.#writing[partition]]) {
      const found = records?.find((record) => record.offset === offset);
      if (found !== undefined) return [found];
    }
    const records = await this.#options.store.read(partition, offset, READ_BYTES);
    return records[0]?.offset === offset ? records : [];
  }

  /** All that is there from `from` on, below `to`, oldest first. */
  async *stored(partition: number, from: number, to: number): AsyncGenerator<readonly StoredRecord[]> {
    for (let at = from; at < to; ) {
      const records = (await this.#options.store.read(partition, at, READ_BYTES * 4)).filter(
        ({ offset }) => offset < to,
      );
      const last = records.at(-1);
      if (last === undefined) return;
      yield records;
      at = last.offset + 1;
    }
  }

  /** Records of the past: written before the caller goes on. Rejects as the store does. */
  fill(partition: number, records: readonly LogRecord[]): Promise<void> {
    return this.#options.store.append(batchesOf(partition, records));
  }

  /** Writes what waits; the store is closed by who opened it. */
  async close(): Promise<void> {
    for (;;) {
      this.#flush();
      if (this.#write === undefined) return;
      await this.#write;
    }
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#write !== undefined || this.#waitingBytes === 0) return;
    this.#writing = this.#waiting;
    this.#waiting = none(this.#options.partitions);
    this.#waitingBytes = 0;
    // Owned here: it ends by itself, and what it can't write is lost and told.
    this.#write = this.#writeAll().finally(() => {
      this.#write = undefined;
      this.#writing = none(this.#options.partitions);
      if (this.#waitingBytes >= this.#options.limits.storeFlushBytes) this.#flush();
      else if (this.#waitingBytes > 0) this.#timer ??= setTimeout(() => this.#flush(), 0).unref();
    });
  }

  async #writeAll(): Promise<void> {
    const { store, logger, lost } = this.#options;
    const batches = this.#writing.flatMap((records, partition) => batchesOf(partition, records));
    try {
      await store.append(batches);
      if (this.#failing) logger.info({ event: 'replay_store_writes_again' });
      this.#failing = false;
    } catch (error) {
      lost(batches.length);
      if (!this.#failing) logger.warn({ event: 'replay_store_failed', error: String(error) });
      this.#failing = true;
    }
  }

  #forgetWaiting(): void {
    const records = this.#waiting.reduce((sum, { length }) => sum + length, 0);
    this.#options.lost(records);
    this.#options.logger.warn({ event: 'replay_store_slow', records, bytes: this.#waitingBytes });
    this.#waiting = none(this.#options.partitions);
    this.#waitingBytes = 0;
  }
}

const none = (partitions: number): LogRecord[][] => Array.from({ length: partitions }, () => []);

const batchesOf = (partition: number, records: readonly LogRecord[]) =>
  records.map(({ offset, appendedAtMs, value }) => ({ partition, offset, appendedAtMs, values: [value] }));
