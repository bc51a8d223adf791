import { createInstrumentFolds } from '@tapecast/market';
import { type MarketState, MarketStateError, openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry, type Logger, type Registry, type RunningService } from '@tapecast/service-kit';
import { type GroupReader, type LogProducer, openMemoryTickLog, type TickLog, TickLogError } from '@tapecast/tick-log';
import { encodeTick, openUpdateBatch } from '@tapecast/wire';
import { startCompute } from '../src/compute.ts';
import { type ComputeConfig, computeConfig } from '../src/config.ts';
import { PartitionFold } from '../src/folds/partition-fold.ts';
import { PendingUpdates } from '../src/publish/pending-updates.ts';
import { CanonicalUpdates } from './canonical.ts';
import { type StreamRecord, tickStream } from './tick-stream.ts';

/** The machine's silence, for real drivers whose own events don't matter to a test. */
export const silent: Logger = createLogger('test', 'silent');

/** Waits for a condition; the deadline is the failure, never the way it ends. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A stream for each partition; it ends with a clock, so that its last record is told. */
export function streamsOf(seed: number, partitions: number, length: number): StreamRecord[][] {
  return Array.from({ length: partitions }, (_, partition) => [
    ...tickStream(seed * 1_000 + partition, length),
    {
      instrument: '',
      source: 'binance/last',
      sourceSeq: 1,
      exchangeTimeUs: undefined,
      receivedAtUs: 1,
      priceDecimals: 0,
      sizeDecimals: 0,
      body: { kind: 'clock', timeMs: 1_900_000_000_000 },
    },
  ]);
}

const CORRUPT = Uint8Array.of(0xff, 0xff, 0xff, 0x01);
export const tickBytes = (tick: StreamRecord): Uint8Array => (tick === undefined ? CORRUPT : encodeTick(tick));

/** Appends from..to of each stream. */
export async function append(
  producer: LogProducer,
  streams: readonly StreamRecord[][],
  from: number,
  to: number,
): Promise<void> {
  for (let at = from; at < to; at += 100) {
    await producer.send(
      streams
        .map((stream, partition) => ({
          partition,
          records: stream.slice(at, Math.min(at + 100, to)).map((tick) => ({ key: undefined, value: tickBytes(tick) })),
        }))
        .filter(({ records }) => records.length > 0),
    );
  }
}

/** Reads all of md.updates as a gateway does. */
export class UpdatesReader {
  readonly updates = new CanonicalUpdates();
  readonly epochs = new Set<string>();
  /** `ticksNext` last told, by partition. */
  readonly ticksNext = new Map<number, number>();
  fault: unknown;
  private close: () => Promise<void> = async () => {};

  static async open(log: TickLog): Promise<UpdatesReader> {
    const reader = new UpdatesReader();
    const read = await log.read({
      topic: 'md.updates',
      from: () => 'earliest',
      onGap: (gap) => {
        reader.fault = new Error(`gap ${JSON.stringify(gap)}`);
      },
      onRecords: (partition, records) => {
        for (const { value } of records) {
          try {
            reader.take(partition, value);
          } catch (error) {
            reader.fault ??= error;
          }
        }
      },
    });
    reader.close = () => read.close();
    return reader;
  }

  private take(partition: number, value: Uint8Array): void {
    const batch = openUpdateBatch(value);
    this.epochs.add(batch.epoch);
    for (const entry of batch.entries)
      for (const update of entry.updates()) this.updates.add(`${partition} ${batch.epoch}`, entry.instrument, update);
    this.ticksNext.set(partition, batch.ticksNext);
  }

  /** Waits until everything of the streams was folded and told, and returns the canonical dump. */
  async finished(
    streams: readonly StreamRecord[][],
    to = Number.POSITIVE_INFINITY,
    deadlineMs = 30_000,
  ): Promise<string> {
    await until(
      'all ticks are in md.updates',
      () =>
        this.fault !== undefined ||
        streams.every((stream, partition) => (this.ticksNext.get(partition) ?? 0) >= Math.min(stream.length, to)),
      deadlineMs,
    );
    await this.close();
    if (this.fault !== undefined) throw this.fault;
    return this.updates.dump();
  }
}

export const CONFIG: ComputeConfig = computeConfig.parse({ flushIntervalMs: 1, checkpointIntervalMs: 100 });

/** The log and the store of one worker, which can be taken away from it at a stroke: what a kill -9 does. */
export class Severable {
  readonly log: TickLog;
  readonly state: MarketState;
  /** The store is away: every call rejects. */
  storeAway = false;
  private severed = false;
  private readers: GroupReader[] = [];

  constructor(log: TickLog, state: MarketState) {
    const check = (): void => {
      if (this.severed) throw new TickLogError('closed', 'this worker is dead');
    };
    const guard = <T>(call: () => Promise<T>): Promise<T> => {
      if (this.severed) return Promise.reject(new MarketStateError('closed', 'this worker is dead'));
      if (this.storeAway) return Promise.reject(new MarketStateError('unavailable', 'the store is away'));
      return call();
    };
    this.log = {
      partitions: log.partitions,
      generation: log.generation,
      failed: log.failed,
      offsets: (topic) => log.offsets(topic),
      offsetsAt: (topic, atMs) => log.offsetsAt(topic, atMs),
      read: (options) => log.read(options),
      close: () => log.close(),
      producer: async (topic) => {
        const producer = await log.producer(topic);
        return {
          send: async (batches) => {
            check();
            return producer.send(batches);
          },
          close: () => producer.close(),
        };
      },
      join: async (options) => {
        const reader = await log.join(options);
        this.readers.push(reader);
        return reader;
      },
    };
    this.state = {
      acquire: (partition) => guard(() => state.acquire(partition)),
      instruments: (partition) => guard(() => state.instruments(partition)),
      checkpoint: (partition, fence, checkpoint, standsOn) =>
        guard(() => state.checkpoint(partition, fence, checkpoint, standsOn)),
      clear: (partition, fence) => guard(() => state.clear(partition, fence)),
      record: (partition) => guard(() => state.record(partition)),
      snapshot: (partition, instrument) => guard(() => state.snapshot(partition, instrument)),
      bars: (partition, instrument, interval, range) => guard(() => state.bars(partition, instrument, interval, range)),
      putCatalogue: (entries) => guard(() => state.putCatalogue(entries)),
      catalogue: () => guard(() => state.catalogue()),
      catalogueVersion: () => guard(() => state.catalogueVersion()),
      close: () => state.close(),
    };
  }

  /** Nothing of the worker reaches log or store from now on; the group finds out. */
  async kill(): Promise<void> {
    this.severed = true;
    for (const reader of this.readers) await reader.close();
  }
}

export interface Worker {
  service: RunningService;
  metrics: Registry;
  /** The value of a counter, all labels together, or of one label value. */
  metric(name: string, label?: string): Promise<number>;
}

export async function startWorker(
  log: TickLog,
  state: MarketState,
  config: Partial<ComputeConfig> = {},
): Promise<Worker> {
  const metrics = createRegistry();
  const service = await startCompute({
    config: { ...CONFIG, ...config },
    log,
    state,
    logger: createLogger('compute', 'silent'),
    metrics,
  });
  return {
    service,
    metrics,
    async metric(name, label) {
      const values = (await metrics.getSingleMetric(`tapecast_compute_${name}`)?.get())?.values ?? [];
      return values
        .filter(({ labels }) => label === undefined || Object.values(labels).includes(label))
        .reduce((sum, { value }) => sum + value, 0);
    },
  };
}

export const ready = (worker: Worker): Promise<void> => until('ready', () => worker.service.ready().ready);

/** What one worker gives from start to end with nothing in its way, in generation `test`. */
export async function undisturbed(streams: readonly StreamRecord[][]): Promise<string> {
  const log = openMemoryTickLog({ partitions: streams.length, generation: 'test' });
  await append(await log.producer('md.ticks'), streams, 0, Math.max(...streams.map((stream) => stream.length)));
  const worker = await startWorker(log, openMemoryMarketState());
  const dump = await (await UpdatesReader.open(log)).finished(streams);
  await worker.service.stop();
  return dump;
}

/** The canonical dump of a partition's stretches folded by hand, each in an epoch of its own. */
export function foldOf(
  stream: readonly StreamRecord[],
  stretches: readonly { epoch: string; from: number; to: number }[],
  partition: string,
): string {
  const updates = new CanonicalUpdates();
  for (const { epoch, from, to } of stretches) {
    const fold = new PartitionFold({
      factory: createInstrumentFolds(),
      epoch,
      position: { ticksNext: from, clocks: {}, sources: {} },
      reports: { hole: () => {}, failed: () => {} },
    });
    const pending = new PendingUpdates(epoch, from);
    for (let offset = from; offset < to; offset++) {
      const tick = stream[offset];
      if (tick !== undefined) fold.fold(offset, tick, pending);
    }
    for (const [instrument, list] of pending.updates)
      for (const update of list) updates.add(`${partition} ${epoch}`, instrument, update);
  }
  return updates.dump();
}
