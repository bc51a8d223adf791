import { readFileSync } from 'node:fs';
import { type Channel, type Protocol, TapecastClient } from '@tapecast/client';
import { computeConfig, startCompute } from '@tapecast/compute';
import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import {
  type BinanceContent,
  BTCUSDT_PAIR,
  type ClientRecord,
  type DumpedUpdate,
  judgeClient,
  type RunningCluster,
  readBinance,
  recordClient,
} from '@tapecast/testkit';
import { openMemoryTickLog, type TickLog, type Topic } from '@tapecast/tick-log';
import { openRecording } from '@tapecast/venue-server';
import { openUpdateBatch } from '@tapecast/wire';
import { expect } from 'vitest';

export const SYMBOL = 'BTCUSDT$BA';

const CHANNELS: Channel[] = [
  'trade',
  'quote',
  'depth@50',
  'kline@1m',
  'kline@5m',
  'kline@15m',
  'kline@30m',
  'kline@1h',
  'kline@1d',
];

/** What the recordings say, by the venue's own keys. */
export async function readPair(): Promise<BinanceContent> {
  const recordings = await Promise.all(BTCUSDT_PAIR.map((file) => openRecording(file)));
  return readBinance(
    recordings.map((recording) => {
      if (!('frames' in recording)) throw new Error(`${recording.path} has no frames`);
      return recording;
    }),
  );
}

export interface Watcher {
  client: TapecastClient;
  record: ClientRecord;
  intervalMs: number;
}

/** A client that holds channels of a symbol; left out, every one of `SYMBOL`, each update as it comes. */
export async function watch(
  url: string,
  protocol: Protocol,
  intervalMs = 0,
  of = SYMBOL,
  channels: Channel[] = CHANNELS,
): Promise<Watcher> {
  const client = new TapecastClient({ url, protocol });
  const record = recordClient(client, of);
  client.connect();
  const results = await client.subscribe([of], channels, { intervalMs });
  expect(results.map((result) => [result.ok, result.channel, result.intervalMs])).toEqual(
    channels.map((channel) => [true, channel, intervalMs]),
  );
  for (const { symbol, channel, seq = 0 } of results) record.ranges.startAt(symbol, channel, seq);
  return { client, record, intervalMs };
}

/** Resolves when `count` trades came and then nothing for `quietMs`, or the deadline passed: what is missing then is the judge's to say. */
export async function played({ record }: Watcher, count: number, deadlineMs: number, quietMs = 4_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  await expect
    .poll(() => record.tradeIds.length >= count || performance.now() > deadline, {
      timeout: deadlineMs + 1_000,
      interval: 100,
    })
    .toBe(true);
  // The venue's clock runs on after the last frame: bars and k-lines above 1m are told by it.
  await expect
    .poll(() => performance.now() - record.lastDataAt > quietMs, { timeout: 70_000, interval: 100 })
    .toBe(true);
}

/** Tops of the pair that bookTicker itself skipped: the recording's own two. */
const SKIPPED_BY_BOOK_TICKER = [1723161666102, 1723161667202];

/** Played at 12 times its speed the pair lasts most of a minute: a book a second at the longest interval. */
const MERGED_BOOKS_MIN = 20;

/** Whether a client was told what the recordings say: all of it, or, at an interval, each state that it was told. */
export function expectRight({ record, intervalMs }: Watcher, content: BinanceContent): void {
  const verdict = judgeClient(record, content);
  const { trades, booksUnequal, barsUnequal, rangeFaults, gaps, told } = verdict;
  // Said with each failure: a client that was merged or held back knows less by right, and its test had too little of the machine.
  const why = told.length === 0 ? 'nothing was told of it' : `the client was told: ${told.join('; ')}`;
  expect(verdict.cuts, why).toEqual([]);
  expect(trades, why).toEqual({ missing: [], doubled: [], unknown: [], outOfOrder: [] });
  expect({ booksUnequal, barsUnequal, rangeFaults, gaps }, why).toEqual({
    booksUnequal: [],
    barsUnequal: [],
    rangeFaults: [],
    gaps: [],
  });
  // The checks were made at all.
  expect(verdict.tradesArrived, why).toBe(content.trades.length);
  expect(verdict.barsCompared, why).toBeGreaterThan(15);
  expect(verdict.daysCompared, why).toBe(2);
  if (intervalMs > 0) {
    // The first day's last state may be merged with the second day's first; the book is not told after each difference.
    expect(
      verdict.daysUnequal.filter((fault) => !fault.startsWith('day 0:')),
      why,
    ).toEqual([]);
    expect(verdict.booksCompared, why).toBeGreaterThan(MERGED_BOOKS_MIN);
    return;
  }
  expect(verdict.daysUnequal, why).toEqual([]);
  expect(verdict.topsUnequal, why).toEqual(SKIPPED_BY_BOOK_TICKER);
  expect(verdict.topsCompared, why).toBeGreaterThanOrEqual(6_492);
  expect(verdict.booksCompared, why).toBeGreaterThan(6_000);
  expect(verdict.rangesCompared, why).toBeGreaterThan(100_000);
}

/** All records of a topic, by partition. */
export async function readAll(log: TickLog, topic: Topic): Promise<Uint8Array[][]> {
  const ends = (await log.offsets(topic)).map(({ end }) => end);
  const records: Uint8Array[][] = ends.map(() => []);
  await new Promise<void>((done, fail) => {
    const enough = () => ends.every((end, partition) => records[partition]!.length >= end) && done();
    log
      .read({
        topic,
        from: () => 'earliest',
        onRecords: (partition, batch) => {
          for (const { value } of batch)
            if (records[partition]!.length < ends[partition]!) records[partition]!.push(value);
          enough();
        },
        onGap: (gap) => fail(new Error(`the log lost ${JSON.stringify(gap)}`)),
      })
      .then((reader) => {
        enough();
        void log.failed.then(fail);
        return reader;
      }, fail);
  });
  return records;
}

export function* updatesOf(records: Uint8Array[][]): Generator<DumpedUpdate> {
  for (const partition of records)
    for (const value of partition) {
      const batch = openUpdateBatch(value);
      for (const entry of batch.entries)
        for (const update of entry.updates()) yield { instrument: entry.instrument, epoch: batch.epoch, update };
    }
}

/** Folds recorded ticks again, by one whole compute service on the memory drivers, and gives what it writes. */
export async function foldAgain(ticks: Uint8Array[][], generation: string): Promise<Uint8Array[][]> {
  const log = openMemoryTickLog({ partitions: ticks.length, generation });
  const state = openMemoryMarketState();
  const producer = await log.producer('md.ticks');
  for (const [partition, records] of ticks.entries())
    for (let at = 0; at < records.length; at += 1_000)
      await producer.send([
        { partition, records: records.slice(at, at + 1_000).map((value) => ({ key: undefined, value })) },
      ]);
  const compute = await startCompute({
    config: computeConfig.parse({}),
    log,
    state,
    logger: createLogger('compute', 'error'),
    metrics: createRegistry(),
  });
  const lastTicksNext = new Array<number>(ticks.length).fill(0);
  const updates: Uint8Array[][] = ticks.map(() => []);
  const done = Promise.withResolvers<void>();
  const reader = await log.read({
    topic: 'md.updates',
    from: () => 'earliest',
    onRecords: (partition, batch) => {
      for (const { value } of batch) {
        updates[partition]!.push(value);
        lastTicksNext[partition] = openUpdateBatch(value).ticksNext;
      }
      if (lastTicksNext.every((next, i) => next >= ticks[i]!.length)) done.resolve();
    },
    onGap: (gap) => done.reject(new Error(`the memory log lost ${JSON.stringify(gap)}`)),
  });
  await done.promise;
  await reader.close();
  await compute.stop();
  await producer.close();
  await log.close();
  await state.close();
  return updates;
}

/** What the services said last: the cluster and its logs are gone when the test has failed. */
export function printLogs(cluster: RunningCluster): void {
  for (const { role, index, log } of cluster.processes()) {
    if (log === null || !['ingest', 'compute', 'gateway'].includes(role)) continue;
    process.stdout.write(`--- ${role} ${index}\n${readFileSync(log, 'utf8').split('\n').slice(-25).join('\n')}\n`);
  }
}
