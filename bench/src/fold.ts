import { parseArgs } from 'node:util';
import { captureChanged, PartitionFold, PendingUpdates, recordsOf, startCompute } from '@tapecast/compute';
import { createInstrumentFolds, type InstrumentFold, type Levels, type Tick } from '@tapecast/market';
import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { BTCUSDT_PAIR, NO_RECORDED_DATA } from '@tapecast/testkit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { decodeTick, openUpdateBatch } from '@tapecast/wire';
import type { BenchResult } from './bench.ts';
import { recordedTicks } from './recorded-ticks.ts';

const ROUNDS = 9;
const TICKS_A_BATCH = 500;
const RECORD_BYTES = 512 * 1024;
const BOOK_LEVELS = 5_000;
const START = { ticksNext: 0, clocks: {}, sources: {} };

const quiet = {
  hole: () => {},
  failed: (_instrument: string, _offset: number, error: unknown) => {
    throw error;
  },
};
const newFold = (): PartitionFold =>
  new PartitionFold({ factory: createInstrumentFolds(), epoch: 'bench.1.0', position: START, reports: quiet });

interface Measured {
  seconds: number;
  updates: number;
}

/** The round in the middle; the first ones warm up. */
function measure(round: () => number): Measured {
  const results: Measured[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const before = process.cpuUsage();
    const updates = round();
    const { user, system } = process.cpuUsage(before);
    results.push({ seconds: (user + system) / 1e6, updates });
  }
  const warm = results.slice(2).sort((a, b) => a.seconds - b.seconds);
  return warm[warm.length >> 1] as Measured;
}

/** `apply` and `clock` of `@tapecast/market`, nothing around them. */
function instrumentFolds(ticks: readonly Tick[]): number {
  const factory = createInstrumentFolds();
  const folds = new Map<string, InstrumentFold>();
  let clockMs = 0;
  let updates = 0;
  const emit = (): void => {
    updates++;
  };
  for (const tick of ticks) {
    if (tick.body.kind === 'clock') {
      clockMs = tick.body.timeMs;
      for (const fold of folds.values()) fold.clock(clockMs, emit);
      continue;
    }
    let fold = folds.get(tick.instrument);
    if (fold === undefined) {
      fold = factory.create(tick.instrument);
      folds.set(tick.instrument, fold);
    }
    fold.apply(tick, clockMs, emit);
  }
  return updates;
}

/** The partition's fold over ticks made by `tickAt`; what it gives goes to `use`, a batch at a time. */
function partitionFold(count: number, tickAt: (i: number) => Tick, use: (batch: PendingUpdates) => void): number {
  const fold = newFold();
  let pending = new PendingUpdates(fold.epoch, 0);
  for (let i = 0; i < count; i++) {
    fold.fold(i, tickAt(i), pending);
    if (i % TICKS_A_BATCH === TICKS_A_BATCH - 1) {
      pending.seal();
      use(pending);
      pending = new PendingUpdates(fold.epoch, i + 1);
    }
  }
  return fold.counts.updates;
}

/** A real worker on the memory drivers, from the first record it reads to its last update in the log. */
async function wholeWorker(ticks: readonly Uint8Array[]): Promise<Measured & { wallSeconds: number }> {
  const log = openMemoryTickLog({ partitions: 1, topicBytesMax: 2 ** 30 });
  const producer = await log.producer('md.ticks');
  for (let at = 0; at < ticks.length; at += 1_000) {
    const records = ticks.slice(at, at + 1_000).map((value) => ({ key: undefined, value }));
    await producer.send([{ partition: 0, records }]);
  }
  let told = 0;
  let finished = (): void => {};
  const done = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const reader = await log.read({
    topic: 'md.updates',
    from: () => 'earliest',
    onGap: () => {},
    onRecords: (_partition, records) => {
      for (const { value } of records) told = openUpdateBatch(value).ticksNext;
      if (told >= ticks.length) finished();
    },
  });
  const metrics = createRegistry();
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const worker = await startCompute({
    config: { group: 'bench', flushIntervalMs: 4, checkpointIntervalMs: 1_500, checkpointUpdates: 200_000 },
    log,
    state: openMemoryMarketState(),
    logger: createLogger('compute', 'warn'),
    metrics,
  });
  await done;
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(before);
  const counted = (await metrics.getSingleMetric('tapecast_compute_updates_total')?.get())?.values[0]?.value ?? 0;
  await worker.stop();
  await reader.close();
  await log.close();
  return { seconds: (user + system) / 1e6, updates: counted, wallSeconds };
}

/** What a checkpoint costs for one instrument with a full book, and what JSON would. */
async function bookCapture(): Promise<{ captureMs: number; bytes: number; jsonMs: number; jsonBytes: number }> {
  const side = (best: number, step: number): Levels =>
    Array.from({ length: BOOK_LEVELS }, (_, i) => [best + step * i, 1_000 + ((i * 7_919) % 4_000_000)]).flat();
  const tick: Tick = {
    instrument: 'BTCUSDT$BA',
    source: 'binance/bench',
    sourceSeq: 1,
    exchangeTimeUs: 1_723_161_666_000_000,
    receivedAtUs: 1,
    priceDecimals: 2,
    sizeDecimals: 5,
    body: { kind: 'bookSnapshot', bids: side(6_100_000, -3), asks: side(6_100_001, 3), venueSeq: 1 },
  };
  const fold = newFold();
  fold.fold(0, tick, new PendingUpdates(fold.epoch, 0));
  const [entry] = fold.changedInstruments();
  if (entry === undefined) throw new Error('the snapshot changed nothing');
  const times: { capture: number; json: number }[] = [];
  let bytes = 0;
  let jsonBytes = 0;
  for (let i = 0; i < 60; i++) {
    fold.giveBack([entry]);
    const startedAt = performance.now();
    const captured = await captureChanged(
      fold,
      async (run) => {
        run();
        return 0;
      },
      () => {},
    );
    const middle = performance.now();
    const text = Buffer.from(JSON.stringify(entry.fold.save()));
    times.push({ capture: middle - startedAt, json: performance.now() - middle });
    bytes = (captured?.instruments[0]?.fold.length ?? 0) + (captured?.instruments[0]?.view.length ?? 0);
    jsonBytes = text.length;
  }
  const median = (of: 'capture' | 'json'): number => times.map((time) => time[of]).sort((a, b) => a - b)[30] ?? 0;
  return { captureMs: median('capture'), bytes, jsonMs: median('json'), jsonBytes };
}

const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

/** Ticks a core through the folds alone and through a whole worker, on the mix of the recorded BTCUSDT pair. */
export async function run(args: string[]): Promise<BenchResult> {
  const { values } = parseArgs({ args, options: { recording: { type: 'string' } } });
  if (values.recording === undefined && NO_RECORDED_DATA !== undefined) throw new Error(NO_RECORDED_DATA);
  const recordings = values.recording?.split(',') ?? BTCUSDT_PAIR;
  const bytes = await recordedTicks(recordings);
  const ticks = bytes.map(decodeTick);
  const kinds: Record<string, number> = {};
  for (const { body } of ticks) kinds[body.kind] = (kinds[body.kind] ?? 0) + 1;

  const row = (what: string, { seconds, updates }: Measured): Record<string, unknown> => ({
    what,
    ticksPerCpuSecond: round(ticks.length / seconds),
    updatesPerCpuSecond: round(updates / seconds),
    updatesPerTick: round(updates / ticks.length, 2),
  });
  const tickAt = (i: number): Tick => ticks[i] as Tick;
  const decodedAt = (i: number): Tick => decodeTick(bytes[i] as Uint8Array);
  const none = (): void => {};
  let recordBytes = 0;
  const encode = (batch: PendingUpdates): void => {
    for (const record of recordsOf(batch, 1, RECORD_BYTES)) recordBytes += record.length;
  };
  const rows = [
    row(
      'instrument folds alone',
      measure(() => instrumentFolds(ticks)),
    ),
    row(
      'partition fold (doubles, clocks, batches)',
      measure(() => partitionFold(ticks.length, tickAt, none)),
    ),
    row(
      'decode + partition fold',
      measure(() => partitionFold(ticks.length, decodedAt, none)),
    ),
    row(
      'decode + partition fold + encode',
      measure(() => partitionFold(ticks.length, decodedAt, encode)),
    ),
  ];
  const workers: (Measured & { wallSeconds: number })[] = [];
  for (let i = 0; i < 5; i++) workers.push(await wholeWorker(bytes));
  const worker = workers.sort((a, b) => a.seconds - b.seconds)[2] as Measured & { wallSeconds: number };
  rows.push({
    ...row('whole worker, memory log and store', worker),
    ticksPerSecond: round(ticks.length / worker.wallSeconds),
  });
  const book = await bookCapture();
  return {
    name: 'fold',
    conditions: {
      recordings: recordings.map((path) => path.slice(path.lastIndexOf('/') + 1)),
      ticks: ticks.length,
      kinds,
      rounds: ROUNDS,
      recordBytesPerTick: round(recordBytes / ROUNDS / ticks.length, 1),
      checkpointOfBook: {
        levelsASide: BOOK_LEVELS,
        captureMs: round(book.captureMs, 2),
        bytes: book.bytes,
        jsonOfFoldAloneMs: round(book.jsonMs, 2),
        jsonBytes: book.jsonBytes,
      },
    },
    rows,
  };
}
