import type { Update } from '@tapecast/market';
import { openMemoryMarketState } from '@tapecast/market-state';
import { openRecordStore, openSharedRecordStore, StoreSharing } from '@tapecast/replay-store';
import { openMemoryTickLog, type ReaderOptions, type TickLog, type Topic } from '@tapecast/tick-log';
import { afterEach, describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { REPLAY_LIMITS } from '../../src/replay/limits.ts';
import { MarketWriter } from '../stand/market-writer.ts';
import { type HistoryOptions, type HistoryStand, openHistory, replayFolder, tradesOf } from './history-stand.ts';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const SOON = { interval: 2 };
const A = 'AAPL$US';
const B = 'BTCUSDT$BA';

async function market() {
  const log = openMemoryTickLog({ partitions: 2, generation: 'test' });
  const state = openMemoryMarketState();
  open.push(log);
  return { log, state, writer: await MarketWriter.open(log, state) };
}

async function stand(options: HistoryOptions): Promise<HistoryStand> {
  const made = await openHistory(options);
  open.push(made);
  return made;
}

function folder(): string {
  const { path, remove } = replayFolder();
  open.push({ close: remove });
  return path;
}

/** So many records with a trade of A and a quote, and of B every third. Prices are the numbers. */
async function write(writer: MarketWriter, records: number): Promise<void> {
  for (let i = 0; i < records; i++) {
    writer.trade(A, writer.view(A).seqs.trade + 1);
    writer.quote(A, i + 1);
    if (i % 3 === 0) for (let n = 0; n < 4; n++) writer.trade(B, writer.view(B).seqs.trade + 1);
    await writer.write();
  }
}

const run = (from: number, to: number): [number, number][] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, from + i]);

/** The store as one thread has it, while another keeps the same records there. */
async function sharedStore(log: TickLog, storeBytes: number) {
  const options = { path: folder(), bytesMax: storeBytes, ageMsMax: DEFAULT_LIMITS.replayWindowMs };
  const store = await openRecordStore({ ...options, identity: log.generation });
  const sharing = new StoreSharing(store);
  open.push(store, { close: () => sharing.close() });
  const [own, others] = [openSharedRecordStore(sharing.access()), openSharedRecordStore(sharing.access())];
  open.push(own, others);
  await stand({ log, store: others, replay: { storeFlushMs: 3 } });
  return own;
}

describe.each(['memory', 'a disk', 'a disk that threads share'] as const)('trades on %s', (where) => {
  const at = async (log: TickLog, storeBytes = REPLAY_LIMITS.storeBytes): Promise<Partial<HistoryOptions>> => {
    if (where === 'memory') return {};
    return where === 'a disk' ? { path: folder() } : { store: await sharedStore(log, storeBytes) };
  };

  test('are all there, from before the start and from after it, from any number to any other', async () => {
    const { log, writer } = await market();
    await write(writer, 60);
    const gateway = await stand({ log, ...(await at(log)), replay: { recordsAtOnce: 7, tradesAtOnce: 9 } });
    await gateway.filled();
    await write(writer, 60);
    await expect.poll(() => gateway.history.newest(A, writer.epoch), SOON).toBe(120);
    await expect.poll(() => gateway.history.newest(B, writer.epoch), SOON).toBe(160);
    expect(gateway.history.oldest(A, writer.epoch)).toBe(1);
    for (const [from, to] of [
      [1, 120],
      [60, 61],
      [120, 120],
      [3, 50],
    ] as const)
      expect(await tradesOf(gateway, A, writer.epoch, from, to)).toEqual(run(from, to));
    expect(await tradesOf(gateway, B, writer.epoch, 2, 159)).toEqual(run(2, 159));
    expect(await tradesOf(gateway, A, writer.epoch, 100, 5_000)).toEqual(run(100, 120));
    expect(gateway.history.oldest(A, 'another')).toBeUndefined();
    expect(await tradesOf(gateway, A, 'another', 1, 9)).toEqual([]);
    expect(await tradesOf(gateway, 'NONE$XX', writer.epoch, 1, 9)).toEqual([]);
  });

  test('that are written twice, in other pieces, come once', async () => {
    const { log, writer } = await market();
    const gateway = await stand({ log, ...(await at(log)) });
    const updates: Update[] = [];
    for (let i = 0; i < 30; i++) updates.push(writer.trade(A, i + 1));
    writer.forgetUnwritten();
    const partition = writer.partition(A);
    const put = (from: number, to: number, epoch?: string) =>
      writer.writeBatch(partition, new Map([[A, updates.slice(from - 1, to)]]), [], epoch);
    await put(1, 10);
    await put(5, 12);
    await put(3, 9);
    await put(11, 20);
    await put(21, 30);
    await put(1, 30);
    await expect.poll(() => gateway.history.newest(A, writer.epoch), SOON).toBe(30);
    expect(await tradesOf(gateway, A, writer.epoch, 1, 30)).toEqual(run(1, 30));
    // A new epoch begins with number 1; what a worker of the old one still writes is not taken.
    await put(1, 4, 'later');
    await put(1, 30);
    await expect.poll(() => gateway.history.newest(A, 'later'), SOON).toBe(4);
    expect(gateway.history.oldest(A, writer.epoch)).toBeUndefined();
    expect(await tradesOf(gateway, A, 'later', 1, 4)).toEqual(run(1, 4));
  });

  test('that are older than the window are gone, and what is left begins where they end', async () => {
    const { log, writer } = await market();
    const limits = where === 'memory' ? { replayWindowBytes: 12_000 } : {};
    const replay = { memoryBytes: 4_000, storeBytes: 20_000 };
    const gateway = await stand({ log, ...(await at(log, replay.storeBytes)), limits, replay });
    await gateway.filled();
    for (let round = 0; round < 12; round++) {
      await write(writer, 20);
      await expect.poll(() => gateway.history.newest(A, writer.epoch), SOON).toBe((round + 1) * 20);
      // What waits for the disk is not counted there yet, and what is written pushes out what is older.
      const { store } = gateway;
      if (store !== undefined)
        for (const partition of [0, 1])
          await expect.poll(() => store.bounds(partition)?.next ?? 0, SOON).toBe(gateway.feed.position(partition));
      // Its turn comes when what was pushed out is gone.
      await store?.trim(0, 0);
      gateway.feed.sweep();
    }
    const newest = 240;
    const oldest = gateway.history.oldest(A, writer.epoch) as number;
    expect(oldest).toBeGreaterThan(1);
    expect(oldest).toBeLessThan(newest);
    const { first, trades } = await gateway.history.trades(A, writer.epoch, 1, newest);
    expect(first).toBeGreaterThanOrEqual(oldest);
    expect(trades.length).toBeGreaterThan(0);
    expect(await tradesOf(gateway, A, writer.epoch, oldest, newest)).toEqual(run(oldest, newest));
    expect(gateway.feed.notedRecords).toBeLessThan(400);
    expect(gateway.lost()).toBe(0);
  });
});

test('a gateway that is started again has its window from the disk, and from the log what came meanwhile', async () => {
  const { log, state, writer } = await market();
  const path = folder();
  const first = await openHistory({ log, path });
  await first.filled();
  await write(writer, 90);
  await expect.poll(() => first.store?.bounds(writer.partition(A))?.next, SOON).toBe(90);
  await first.close();
  await write(writer, 30);
  await writer.checkpoint();
  const { reads, log: counted } = countedReads(log);
  const second = await stand({ log: counted, state, path });
  await second.filled();
  await expect.poll(() => second.history.newest(A, writer.epoch), SOON).toBe(120);
  expect(await tradesOf(second, A, writer.epoch, 1, 120)).toEqual(run(1, 120));
  // What is on disk is not asked of the log again.
  expect(reads[1]?.[writer.partition(A)]).toBe(90);
});

test('what is on disk is there also when the log has nothing of it any more', async () => {
  const { log, state, writer } = await market();
  const path = folder();
  const first = await openHistory({ log, path });
  await first.filled();
  await write(writer, 40);
  await expect.poll(() => first.store?.bounds(writer.partition(A))?.next, SOON).toBe(40);
  await first.close();
  await writer.checkpoint();
  const ends = async (topic: Topic): Promise<number[]> => (await log.offsets(topic)).map(({ end }) => end);
  const emptied = {
    ...{ partitions: log.partitions, generation: log.generation },
    read: (options: ReaderOptions) => log.read(options),
    offsets: async (topic: Topic) => (await ends(topic)).map((end) => ({ oldest: end, end })),
    offsetsAt: ends,
  };
  const second = await stand({ log: emptied as unknown as TickLog, state, path });
  await second.filled();
  await write(writer, 10);
  await expect.poll(() => second.history.newest(A, writer.epoch), SOON).toBe(50);
  expect(await tradesOf(second, A, writer.epoch, 1, 50)).toEqual(run(1, 50));
});

test('a disk that takes nothing costs the past and nothing else', async () => {
  const { log, writer } = await market();
  const gateway = await stand({ log, path: folder(), replay: { memoryBytes: 3_000 } });
  await gateway.filled();
  await write(writer, 30);
  await expect.poll(() => gateway.history.newest(A, writer.epoch), SOON).toBe(30);
  await gateway.store?.close();
  await write(writer, 60);
  await expect.poll(() => gateway.history.newest(A, writer.epoch), SOON).toBe(90);
  await expect.poll(() => gateway.lost(), SOON).toBeGreaterThan(0);
  await expect.poll(() => gateway.history.oldest(A, writer.epoch), SOON).toBeGreaterThan(30);
  const oldest = gateway.history.oldest(A, writer.epoch) as number;
  expect(await tradesOf(gateway, A, writer.epoch, oldest, 90)).toEqual(run(oldest, 90));
});

function countedReads(log: ReturnType<typeof openMemoryTickLog>) {
  const reads: (number | 'earliest' | 'end')[][] = [];
  const counted = new Proxy(log, {
    get: (target, name) => {
      if (name === 'read')
        return (options: Parameters<typeof log.read>[0]) => {
          reads.push(Array.from({ length: log.partitions }, (_, partition) => options.from(partition)));
          return target.read(options);
        };
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
  return { reads, log: counted };
}
