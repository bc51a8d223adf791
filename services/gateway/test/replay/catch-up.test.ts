import type { Update } from '@tapecast/market';
import { openRecordStore, type RecordStore } from '@tapecast/replay-store';
import { createLogger } from '@tapecast/service-kit';
import type { LogRecord } from '@tapecast/tick-log';
import { encodeUpdateBatch } from '@tapecast/wire';
import { afterEach, expect, test } from 'vitest';
import { CatchUp } from '../../src/replay/catch-up.ts';
import { UpdateWindow } from '../../src/subscriptions/update-window.ts';
import { openStand, type Stand, SYMBOLS } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';
import { replayFolder } from './history-stand.ts';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A gateway whose memory has a few records of the window, on a disk that has all. */
async function stand(tell: { reads: number; broken: boolean }): Promise<Stand & { store: RecordStore }> {
  const { path, remove } = replayFolder();
  open.push({ close: remove });
  const store = await openRecordStore({ path, bytesMax: 2 ** 24, ageMsMax: 300_000 });
  open.push(store);
  const seen = new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (name !== 'read') return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: Parameters<RecordStore['read']>) => {
        tell.reads++;
        if (tell.broken) throw new Error('the disk is broken');
        return target.read(...args);
      };
    },
  });
  const limits = { replayWindowBytes: 2_000, joinAttempts: 1, pendingRetryMs: 20 };
  const made = await openStand({ partitions: 1, replayStore: seen, config: { limits } });
  open.push({ close: () => made.stop() });
  const filled = async (): Promise<number | undefined> =>
    (await made.metrics.getSingleMetric('tapecast_gateway_replay_filled_partitions')?.get())?.values[0]?.value;
  await expect.poll(filled, { interval: 2 }).toBe(1);
  return { ...made, store };
}

/** Each record has a trade and a quote of one instrument, in turns. */
async function write({ market }: Stand, records: number): Promise<void> {
  for (let i = 0; i < records; i++) {
    const symbol = SYMBOLS[i % SYMBOLS.length] as string;
    market.trade(symbol, 100 + i);
    market.quote(symbol, 100 + i);
    await market.write();
  }
}

async function connect({ gateway }: Stand): Promise<StreamClient> {
  const client = await StreamClient.open(gateway.port);
  open.push(client);
  return client;
}

test('instruments whose checkpoint is older than what memory has are served at once, by one reading of the disk', async () => {
  const tell = { reads: 0, broken: false };
  const one = await stand(tell);
  await write(one, 20);
  await one.market.checkpoint();
  await write(one, 400);
  await expect.poll(() => one.store.bounds(0)?.next, { interval: 5 }).toBe(420);
  const client = await connect(one);
  const { results } = await client.subscribe(1, SYMBOLS, ['trade', 'quote']);
  for (const { symbol, channel, seq } of results as Wire[])
    expect([symbol, seq]).toEqual([symbol, one.market.view(symbol).seqs[channel as 'trade' | 'quote']]);
  expect(client.messages.filter(({ type }) => type === 'status')).toEqual([]);
  expect(tell.reads).toBeGreaterThan(0);
  expect(tell.reads).toBeLessThan(5);
  await write(one, 8);
  for (const symbol of SYMBOLS)
    await client.until(() => client.data(symbol, 'trade').filter(({ range }) => range).length === 2);
});

test('while the disk can not be read they are pending, and live with the next checkpoint', async () => {
  const tell = { reads: 0, broken: false };
  const one = await stand(tell);
  await write(one, 20);
  await one.market.checkpoint();
  await write(one, 400);
  await expect.poll(() => one.store.bounds(0)?.next, { interval: 5 }).toBe(420);
  tell.broken = true;
  const client = await connect(one);
  await client.subscribe(1, SYMBOLS.slice(0, 1), ['quote']);
  const { state, reason } = await client.next(({ type }) => type === 'status');
  expect([state, reason]).toEqual(['pending', expect.stringContaining('older than the updates kept here')]);
  await one.market.checkpoint();
  await client.next((message) => message.type === 'status' && message.state === 'live');
  expect(client.data(SYMBOLS[0] as string, 'quote').at(-1)?.range?.[1]).toBe(
    one.market.view(SYMBOLS[0] as string).seqs.quote,
  );
});

test('before there is a checkpoint, one of which memory has nothing more is not said to have no past', async () => {
  const one = await stand({ reads: 0, broken: false });
  one.market.trade('EURUSD$GB', 7);
  await one.market.write();
  for (let i = 0; i < 200; i++) {
    one.market.trade('AAPL$US', 100 + i);
    await one.market.write();
  }
  const client = await connect(one);
  await client.subscribe(1, ['EURUSD$GB'], ['trade']);
  expect((await client.next(({ type }) => type === 'status')).reason).toMatch(/older than the updates kept here/);
  await one.market.checkpoint();
  await client.next((message) => message.type === 'status' && message.state === 'live');
  expect(client.data('EURUSD$GB', 'trade').at(-1)).toMatchObject({ price: 0.07, range: [1, 1] });
});

/** A record with one trade of the instrument, numbered as its offset is. */
function recordAt(offset: number, instrument: string): LogRecord {
  const trade: Update['body'] = { kind: 'trade', id: `${offset}`, price: 1, size: 1, side: undefined, conditions: [] };
  const numbers = { first: offset, last: offset, keyframe: true, priceDecimals: 0, sizeDecimals: 0 };
  const update: Update = { sequence: 'trade', ...numbers, timestampUs: 1, receivedAtUs: 1, body: trade };
  const updates = new Map([[instrument, [update]]]);
  const value = Uint8Array.from(encodeUpdateBatch({ epoch: 'e', ticksNext: 1, computedAtUs: 1, clocks: [], updates }));
  return { offset, key: undefined, value, appendedAtMs: 1 };
}

test('who joins beside one whose checkpoint is older than the disk is served all the same', async () => {
  const records = Array.from({ length: 20 }, (_, offset) => recordAt(offset, offset % 2 === 0 ? 'A' : 'B'));
  const [diskStart, memoryStart] = [5, 15];
  const window = new UpdateWindow(memoryStart, { ms: 1e9, bytes: 1e9 });
  for (const record of records.slice(memoryStart)) window.append(record);
  const catchUp = new CatchUp({
    window: () => window,
    disk: { read: async (_, at) => (at < diskStart ? [] : records.slice(at, at + 4)) },
    recordsAtOnce: 100,
    logger: createLogger('test', 'error'),
  });
  const taken: Record<string, number[]> = { A: [], B: [] };
  const join = (instrument: 'A' | 'B', from: number): Promise<number | undefined> =>
    catchUp.read(0, instrument, from, (_, entry) => {
      taken[instrument]!.push(...entry.updates().map(({ last }) => last));
    });
  expect(await Promise.all([join('A', 2), join('B', 7)])).toEqual([undefined, 20]);
  expect(taken).toEqual({ A: [], B: [7, 9, 11, 13, 15, 17, 19] });
  expect(await Promise.all([join('A', 2), join('B', 4)])).toEqual([undefined, undefined]);
});
