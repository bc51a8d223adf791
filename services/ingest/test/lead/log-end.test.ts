import { COUNTS_ALL, emptyView, type TickBody } from '@tapecast/market';
import { type MarketState, openMemoryMarketState } from '@tapecast/market-state';
import { openMemoryTickLog, partitionOf, type TickLog } from '@tapecast/tick-log';
import { encodeTick, encodeView } from '@tapecast/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { readLogEnd } from '../../src/lead/log-end.ts';
import { LIMITS } from '../../src/limits.ts';

const PARTITIONS = 2;
const GENERATION = 'g1';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function setUp() {
  const log: TickLog = openMemoryTickLog({ partitions: PARTITIONS, generation: GENERATION });
  const state: MarketState = openMemoryMarketState();
  ends.push(
    () => log.close(),
    () => state.close(),
  );
  const producer = await log.producer('md.ticks');
  let seq = 0;
  const write = async (source: string, instrument: string, body: TickBody, receivedAtUs = 1): Promise<void> => {
    seq++;
    const value = encodeTick({
      instrument,
      source,
      sourceSeq: seq,
      exchangeTimeUs: undefined,
      receivedAtUs,
      priceDecimals: 2,
      sizeDecimals: 2,
      body,
    });
    const partition = partitionOf(instrument, PARTITIONS);
    await producer.send([{ partition, records: [{ key: undefined, value }] }]);
  };
  /** A checkpoint of compute that has the ticks until now, and these as the instrument's last trades. */
  const checkpoint = async (instrument: string, ids: readonly string[], generation = GENERATION): Promise<void> => {
    const partition = partitionOf(instrument, PARTITIONS);
    const ticksNext = (await log.offsets('md.ticks'))[partition]!.end;
    const view = emptyView(instrument, `${generation}.1.0`);
    view.trades = ids.map((id, i) => ({
      kind: 'trade',
      id,
      price: 1,
      size: 1,
      side: undefined,
      conditions: [],
      seq: i + 1,
      timestampUs: 1,
      priceDecimals: 2,
      sizeDecimals: 2,
    }));
    await state.putCatalogue([{ instrument, name: '', venue: 'binance', priceDecimals: 2, sizeDecimals: 2 }]);
    const { fence } = await state.acquire(partition);
    const record = { epoch: `${generation}.1.0`, ticksNext, updatesNext: 0, clocks: {}, sources: {} };
    const state_ = { instrument, view: encodeView(view), fold: new Uint8Array(1), ticksNext, updatesNext: 0 };
    expect(await state.checkpoint(partition, fence, { instruments: [state_], bars: [], record })).toBe('written');
  };
  const end = async (limits: Partial<typeof LIMITS> = {}) =>
    (await readLogEnd({ log, state, limits: { ...LIMITS, ...limits } }))('binance');
  return { write, checkpoint, end };
}

const trade = (id: string, size = 1): TickBody => ({
  kind: 'trade',
  id,
  price: 1,
  size,
  side: undefined,
  conditions: [],
  counts: COUNTS_ALL,
});

describe('the end of the log', () => {
  it('has the last trade of each instrument: of those that traded since the checkpoint, and of quiet ones', async () => {
    const { write, checkpoint, end } = await setUp();
    await write('binance/a', 'BTCUSDT$BA', trade('10'));
    await write('binance/a', 'ETHUSDT$BA', trade('500'));
    await checkpoint('ETHUSDT$BA', ['499', '500']);
    await checkpoint('BTCUSDT$BA', ['9', '10']);
    await write('binance/a', 'BTCUSDT$BA', trade('11'), 77);
    const found = await end();
    expect(found.lastTradeId('BTCUSDT$BA')).toBe(11);
    expect(found.lastTradeId('ETHUSDT$BA')).toBe(500);
    expect(found.lastTradeId('SOLUSDT$BA')).toBeUndefined();
    expect(found.receivedAtUs).toBe(77);
  });

  it('leaves out what was void when it was written, and other venues', async () => {
    const { write, end } = await setUp();
    await write('binance/a#5', 'BTCUSDT$BA', trade('10'));
    await write('binance/b#6', 'BTCUSDT$BA', { kind: 'clock', timeMs: 0 });
    await write('binance/a#5', 'BTCUSDT$BA', trade('12'));
    await write('test/b#6', 'BTCUSDT$BA', trade('99'));
    expect((await end()).lastTradeId('BTCUSDT$BA')).toBe(10);
  });

  it('believes no checkpoint of another pair of topics, and none for what it could not read up to', async () => {
    const { write, checkpoint, end } = await setUp();
    await write('binance/a', 'BTCUSDT$BA', trade('10'));
    await checkpoint('BTCUSDT$BA', ['9000'], 'g0');
    expect((await end()).lastTradeId('BTCUSDT$BA')).toBe(10);
    const late = await setUp();
    await late.write('binance/a', 'BTCUSDT$BA', trade('10'));
    await late.checkpoint('BTCUSDT$BA', ['10']);
    for (let i = 0; i < 20; i++) await late.write('binance/a', 'BTCUSDT$BA', { kind: 'clock', timeMs: i });
    expect((await late.end({ endRecordsMax: 10 } as never)).lastTradeId('BTCUSDT$BA')).toBeUndefined();
    expect((await late.end()).lastTradeId('BTCUSDT$BA')).toBe(10);
  });

  it('keeps the newest trades of a venue without ids, in order', async () => {
    const { write, end } = await setUp();
    for (let size = 1; size <= 5; size++) await write('binance/a', 'X$BA', trade('', size), size);
    const found = await end({ endTradesMax: 3 } as never);
    expect(found.recentTrades('X$BA').map(({ body }) => (body as { size: number }).size)).toEqual([3, 4, 5]);
    expect(found.lastReceivedAtUs('X$BA')).toBe(5);
    expect(found.lastTradeId('X$BA')).toBeUndefined();
  });

  it('of a log without ticks is nothing', async () => {
    const { end } = await setUp();
    expect((await end()).receivedAtUs).toBeUndefined();
  });
});
