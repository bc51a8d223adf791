import type { RecordStore } from '@tapecast/replay-store';
import type { Logger } from '@tapecast/service-kit';
import type { PartitionBatch } from '@tapecast/tick-log';
import { messageOf } from '../errors.ts';
import { FaultLog } from '../fault-log.ts';
import type { IngestLimits } from '../limits.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { WaitingBatch } from './partition-ledger.ts';

type Records = PartitionBatch['records'][number][];

export interface SpoolOptions {
  store: RecordStore;
  limits: Pick<IngestLimits, 'spoolBytesMax' | 'spoolAgeMsMax' | 'flushBytesMax' | 'flushRecordsMax'>;
  logger: Logger;
  metrics: IngestMetrics;
  /** Monotonic; default the process's. */
  nowMs?: () => number;
}

interface Part {
  /** The oldest that is not in the log yet. */
  first: number;
  /** The end of what is written. */
  next: number;
  /** Stretches [from, to) that could not be written, or only in part: the caller has them. */
  failed: [from: number, to: number][];
}

/** What `oldest` gave, until it is told to be in the log. */
export interface Spooled {
  batches: WaitingBatch[];
  /** Of each partition, the ticks among these that could not be read back. */
  lost: Map<number, number>;
  /** Offset after the last record of each partition. */
  nexts: Map<number, number>;
  records: number;
}

/**
 * Ticks on this machine's disk that the log has not acknowledged, in the order of `append` within a partition. What an earlier
 * process left is there from the start. A disk that can't be written is told and counted, and costs nothing but the spool.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #faults: FaultLog;
  readonly #nowMs: () => number;
  readonly #parts = new Map<number, Part>();
  #records = 0;
  #oldestMs: number | undefined;
  #full = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#faults = new FaultLog(options.logger);
    this.#nowMs = options.nowMs ?? (() => performance.now());
    const { store, logger } = options;
    for (const partition of store.partitions()) {
      const bounds = store.bounds(partition);
      if (bounds === undefined) continue;
      this.#parts.set(partition, { first: bounds.first, next: bounds.next, failed: [] });
      this.#records += bounds.next - bounds.first;
    }
    if (this.#records > 0) {
      this.#oldestMs = this.#nowMs();
      logger.warn({ event: 'spool_found', ticks: this.#records, bytes: store.bytes });
    }
    this.#count();
  }

  /** Ticks on disk that are not known to be in the log. */
  get waiting(): number {
    return this.#records;
  }

  /** The same, of each partition that has some. */
  *waitingIn(): Iterable<[partition: number, ticks: number]> {
    for (const [partition, { first, next }] of this.#parts) if (next > first) yield [partition, next - first];
  }

  /** Whether it takes more: not past its bounds in bytes and age. */
  get full(): boolean {
    const { store, limits, logger } = this.#options;
    const old = this.#oldestMs !== undefined && this.#nowMs() - this.#oldestMs > limits.spoolAgeMsMax;
    const full = store.bytes >= limits.spoolBytesMax || old;
    if (full !== this.#full) {
      this.#full = full;
      logger.warn({ event: full ? 'spool_full' : 'spool_takes_again', bytes: store.bytes, ticks: this.#records });
    }
    return full;
  }

  /** What is on disk now; undefined: none of it counts as there, and the caller keeps it. One at a time. */
  async append(batches: readonly PartitionBatch[]): Promise<Pick<Spooled, 'nexts' | 'records'> | undefined> {
    const { store, metrics } = this.#options;
    const nowMs = this.#nowMs();
    let records = 0;
    const stored = batches.map((batch) => {
      records += batch.records.length;
      return {
        partition: batch.partition,
        offset: this.#part(batch.partition).next,
        appendedAtMs: Date.now(),
        values: batch.records.map(pack),
      };
    });
    try {
      await store.append(stored);
    } catch (error) {
      for (const { partition, values } of stored) {
        const part = this.#part(partition);
        // A record never changes: what comes next has offsets of its own.
        part.failed.push([part.next, part.next + values.length]);
        part.next += values.length;
      }
      metrics.spoolFailures.inc();
      this.#faults.warn('spool_failed', () => ({ reason: messageOf(error), bytes: store.bytes }));
      return undefined;
    }
    const nexts = new Map<number, number>();
    for (const { partition, values } of stored) {
      const part = this.#part(partition);
      part.next += values.length;
      nexts.set(partition, part.next);
    }
    this.#records += records;
    this.#oldestMs ??= nowMs;
    metrics.spooled.inc(records);
    this.#count();
    return { nexts, records };
  }

  /** The oldest of each partition, as much as a flush may hold; undefined: nothing is left. */
  async oldest(): Promise<Spooled | undefined> {
    const { store, limits, metrics } = this.#options;
    const batches: WaitingBatch[] = [];
    const nexts = new Map<number, number>();
    const losses = new Map<number, number>();
    let records = 0;
    for (const [partition, part] of this.#parts) {
      if (part.first >= part.next) continue;
      const end = part.next;
      const read = await store.read(partition, part.first, limits.flushBytesMax);
      const had = read.filter(({ offset }) => offset < end).slice(0, limits.flushRecordsMax);
      const next = had.length === 0 ? end : had.at(-1)!.offset + 1;
      const taken = had.filter(({ offset }) => !part.failed.some(([from, to]) => offset >= from && offset < to));
      let wanted = next - part.first;
      for (const [from, to] of part.failed) wanted -= Math.max(0, Math.min(to, next) - Math.max(from, part.first));
      const lost = wanted - taken.length;
      if (lost > 0) {
        // Damaged, aged, or never written: what is not there can't be sent.
        metrics.spoolLost.inc(lost);
        losses.set(partition, lost);
        this.#faults.warn('spool_lost', () => ({ partition, ticks: lost }));
      }
      records += wanted;
      nexts.set(partition, next);
      if (taken.length === 0) continue;
      // Another process may have written it: only wall time tells how long ago.
      const sinceMs = performance.now() - Math.max(0, Date.now() - taken[0]!.appendedAtMs);
      batches.push({ partition, records: taken.map(({ value }) => unpack(value)), sinceMs });
    }
    return nexts.size === 0 ? undefined : { batches, lost: losses, nexts, records };
  }

  /** These are in the log. */
  async sent({ nexts, records }: Pick<Spooled, 'nexts' | 'records'>): Promise<void> {
    const { store } = this.#options;
    for (const [partition, next] of nexts) {
      const part = this.#part(partition);
      part.first = next;
      part.failed = part.failed.filter(([, to]) => to > next);
    }
    this.#records -= records;
    if (this.#records === 0) this.#oldestMs = undefined;
    this.#count();
    try {
      for (const [partition, next] of nexts) await store.trim(partition, next);
    } catch (error) {
      // The next start sends them again: doubles by their numbers.
      this.#faults.warn('spool_failed', () => ({ reason: messageOf(error) }));
    }
  }

  #part(partition: number): Part {
    let part = this.#parts.get(partition);
    if (part === undefined) {
      part = { first: 0, next: 0, failed: [] };
      this.#parts.set(partition, part);
    }
    return part;
  }

  #count(): void {
    const { store, metrics } = this.#options;
    metrics.spoolWaiting.set(this.#records);
    metrics.spoolBytes.set(this.#records === 0 ? 0 : store.bytes);
  }
}

const KEY_BYTES = 2;

/** Length of the key (65535: there is none), key, value. */
function pack({ key, value }: Records[number]): Uint8Array {
  const keyLength = key?.length ?? 0;
  const packed = Buffer.allocUnsafe(KEY_BYTES + keyLength + value.length);
  packed.writeUInt16LE(key === undefined ? 0xffff : keyLength, 0);
  if (key !== undefined) packed.set(key, KEY_BYTES);
  packed.set(value, KEY_BYTES + keyLength);
  return packed;
}

function unpack(packed: Uint8Array): Records[number] {
  const keyLength = packed[0]! | (packed[1]! << 8);
  if (keyLength === 0xffff) return { key: undefined, value: packed.subarray(KEY_BYTES) };
  const valueAt = KEY_BYTES + keyLength;
  return { key: packed.subarray(KEY_BYTES, valueAt), value: packed.subarray(valueAt) };
}
