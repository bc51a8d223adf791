import { setTimeout as delay } from 'node:timers/promises';
import { type LogRecord, openKafkaTickLog, type PartitionBatch, type TickLog, type Topic } from '@tapecast/tick-log';
import { decodeTick } from '@tapecast/wire';
import { Flusher, LIKE_COMPUTE, LIKE_INGEST } from './flusher.ts';
import { wallUs } from './percentiles.ts';
import type { Calls } from './role-process.ts';

export interface RelayLog {
  brokers: readonly string[];
  partitions: number;
}

/** Offsets from..to (exclusive) by partition: what a topic took in the measured window. */
export interface Stretch {
  from: readonly number[];
  to: readonly number[];
}

export interface SourceOptions extends RelayLog {
  ticks: Stretch;
}

export interface HopOptions extends RelayLog {
  updates: Stretch;
  /** Records of md.ticks in the same window. */
  ticks: number;
}

export interface StretchSize {
  records: number;
  bytes: number;
}

interface Due {
  partition: number;
  dueUs: number;
  key: Uint8Array | undefined;
  value: Uint8Array;
}

const DUE_BYTES = 8;
const FILLER_BYTES = 4 * 1024 * 1024;
const READ_WITHIN_MS = 20_000;
const BEGINS_AFTER_US = 200_000;

/** Writes md.ticks's own records of the window again, as far apart as they were received, whatever the log does (open loop). */
export async function startSource(options: SourceOptions): Promise<{ told: StretchSize; calls: Calls }> {
  const log = await openLog(options);
  const all: Due[] = [];
  let bytes = 0;
  await readStretch(log, 'md.ticks', options.ticks, (partition, { key, value }) => {
    bytes += value.length + (key?.length ?? 0);
    all.push({ partition, dueUs: decodeTick(value).receivedAtUs, key, value: Buffer.from(value) });
  });
  all.sort((a, b) => a.dueUs - b.dueUs);
  const queues: Due[][] = Array.from({ length: options.partitions }, () => []);
  const flusher = new Flusher(await log.producer('md.ticks'), LIKE_INGEST, () =>
    queues.flatMap((queue, partition) => (queue.length === 0 ? [] : [{ partition, records: queue.splice(0) }])),
  );
  const play = async (): Promise<{ startedAtUs: number }> => {
    const startedAtUs = wallUs() + BEGINS_AFTER_US;
    const shiftUs = startedAtUs - (all[0]?.dueUs ?? 0);
    for (let next = 0; next < all.length; ) {
      const now = wallUs();
      for (; next < all.length && all[next]!.dueUs + shiftUs <= now; next++) {
        const due = all[next]!;
        // In the place of the tick's first bytes, so that the record has the size it had.
        writeDouble(due.value, 0, due.dueUs + shiftUs);
        queues[due.partition]!.push(due);
        flusher.offer();
      }
      await delay(1);
    }
    return { startedAtUs };
  };
  return { told: { records: all.length, bytes }, calls: { play } };
}

/** Reads md.ticks and writes to md.updates one record a partition and flush, with as many bytes for each tick as compute wrote. */
export async function startHop(options: HopOptions): Promise<{ told: StretchSize; calls: Calls }> {
  const log = await openLog(options);
  const pieces: Uint8Array[] = [];
  const size: StretchSize = { records: 0, bytes: 0 };
  let kept = 0;
  await readStretch(log, 'md.updates', options.updates, (_partition, { key, value }) => {
    size.records++;
    size.bytes += value.length + (key?.length ?? 0);
    if (kept < FILLER_BYTES) pieces.push(Buffer.from(value));
    kept += value.length;
  });
  const filler = new Filler(Buffer.concat(pieces));
  const bytesPerTick = size.bytes / Math.max(1, options.ticks);
  const queues: number[][] = Array.from({ length: options.partitions }, () => []);
  const take = (): PartitionBatch[] =>
    queues.flatMap((queue, partition) => {
      if (queue.length === 0) return [];
      const value = filler.record(queue.splice(0), bytesPerTick);
      return [{ partition, records: [{ key: undefined, value }] }];
    });
  const flusher = new Flusher(await log.producer('md.updates'), LIKE_COMPUTE, take);
  const arrivals = new Arrivals();
  await readNew(log, 'md.ticks', (partition, records) => {
    const now = wallUs();
    for (const { value } of records) {
      const dueUs = Buffer.from(value.buffer, value.byteOffset).readDoubleLE(0);
      arrivals.add(dueUs, now);
      queues[partition]!.push(dueUs);
    }
    flusher.offer();
  });
  return { told: size, calls: arrivals.calls };
}

/** Reads md.updates to its end. */
export async function startSink(options: RelayLog): Promise<{ told: undefined; calls: Calls }> {
  const log = await openLog(options);
  const arrivals = new Arrivals();
  await readNew(log, 'md.updates', (_partition, records) => {
    const now = wallUs();
    for (const { value } of records) {
      const buffer = Buffer.from(value.buffer, value.byteOffset, value.length);
      const count = buffer.readUInt32LE(0);
      for (let i = 0; i < count; i++) arrivals.add(buffer.readDoubleLE(4 + DUE_BYTES * i), now);
    }
  });
  return { told: undefined, calls: arrivals.calls };
}

/** Due and arrival of each tick, in turn. */
class Arrivals {
  readonly #times: number[] = [];
  readonly calls: Calls = {
    count: () => this.#times.length / 2,
    report: () => Float64Array.from(this.#times),
  };

  add(dueUs: number, arrivedUs: number): void {
    this.#times.push(dueUs, arrivedUs);
  }
}

/** Records of real content, so that they compress as compute's do. */
class Filler {
  readonly #content: Buffer;
  #at = 0;

  constructor(content: Buffer) {
    this.#content = content;
  }

  record(dues: readonly number[], bytesPerTick: number): Uint8Array {
    const head = 4 + DUE_BYTES * dues.length;
    const length = Math.max(head, Math.round(bytesPerTick * dues.length));
    const record = Buffer.allocUnsafe(length);
    record.writeUInt32LE(dues.length, 0);
    dues.forEach((dueUs, i) => {
      record.writeDoubleLE(dueUs, 4 + DUE_BYTES * i);
    });
    for (let at = head; at < length; ) {
      const copied = this.#content.copy(record, at, this.#at, Math.min(this.#content.length, this.#at + length - at));
      this.#at = (this.#at + copied) % this.#content.length;
      at += copied;
    }
    return record;
  }
}

function writeDouble(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setFloat64(at, value, true);
}

function openLog({ brokers, partitions }: RelayLog): Promise<TickLog> {
  const logger = {
    info: () => {},
    warn: (fields: object, event: string) => {
      process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
    },
  };
  return openKafkaTickLog({ brokers, partitions, replication: 1, clientId: 'bench-relay', logger });
}

async function readNew(
  log: TickLog,
  topic: Topic,
  take: (partition: number, records: readonly LogRecord[]) => void,
): Promise<void> {
  const offsets = await log.offsets(topic);
  const onGap = (): never => {
    throw new Error(`${topic} lost records while they were relayed`);
  };
  await log.read({ topic, from: (partition) => offsets[partition]!.end, onRecords: take, onGap });
}

async function readStretch(
  log: TickLog,
  topic: Topic,
  { from, to }: Stretch,
  take: (partition: number, record: LogRecord) => void,
): Promise<void> {
  const open = new Set(from.flatMap((offset, partition) => (offset < to[partition]! ? [partition] : [])));
  if (open.size === 0) return;
  const deadline = performance.now() + READ_WITHIN_MS;
  const reader = await log.read({
    topic,
    from: (partition) => from[partition]!,
    onRecords: (partition, records) => {
      for (const record of records) if (record.offset < to[partition]!) take(partition, record);
      if (records.at(-1)!.offset + 1 >= to[partition]!) open.delete(partition);
    },
    onGap: () => {},
  });
  while (open.size > 0) {
    if (performance.now() > deadline) throw new Error(`${topic} was not read back within ${READ_WITHIN_MS} ms`);
    await delay(20);
  }
  await reader.close();
}
