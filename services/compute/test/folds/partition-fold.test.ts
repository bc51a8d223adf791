import { createInstrumentFolds, type Levels, type Tick, type TickBody } from '@tapecast/market';
import { describe, expect, it } from 'vitest';
import { PartitionFold } from '../../src/folds/partition-fold.ts';
import { PendingUpdates } from '../../src/publish/pending-updates.ts';

function setUp(epoch = 'test.1.0', ticksNext = 0) {
  const holes: unknown[] = [];
  const fold = new PartitionFold({
    factory: createInstrumentFolds(),
    epoch,
    position: { ticksNext, clocks: {}, sources: {} },
    reports: {
      hole: (hole) => holes.push(hole),
      failed: (_instrument, _offset, error) => {
        throw error;
      },
    },
  });
  const pending = new PendingUpdates(epoch, ticksNext);
  const tick = (sourceSeq: number, body: TickBody, instrument = 'BTCUSDT$BA', source = 'binance/1'): void => {
    const whole: Tick = {
      instrument: body.kind === 'clock' ? '' : instrument,
      source,
      sourceSeq,
      exchangeTimeUs: undefined,
      receivedAtUs: 1,
      priceDecimals: 2,
      sizeDecimals: 2,
      body,
    };
    fold.fold(fold.ticksNext, whole, pending);
  };
  return { fold, pending, holes, tick };
}

const trade = (price: number): TickBody => ({
  kind: 'trade',
  id: '',
  price,
  size: 1,
  side: undefined,
  conditions: [],
  counts: 7,
});

describe('a partition fold', () => {
  it('checkpoints a book that changed only below what is published', () => {
    const { fold, pending, tick } = setUp();
    const bids: Levels = Array.from({ length: 60 }, (_, i) => [10_000 - i, 1]).flat();
    tick(1, { kind: 'bookSnapshot', bids, asks: [10_001, 1], venueSeq: undefined });
    for (const entry of fold.changedInstruments()) fold.capture(entry);
    expect(fold.changedCount).toBe(0);
    const before = pending.count;
    tick(2, { kind: 'bookDelta', bids: [9_945, 7], asks: [], venueSeq: undefined });
    expect(pending.count).toBe(before);
    expect(fold.changedInstruments().map(({ instrument }) => instrument)).toEqual(['BTCUSDT$BA']);
  });

  it('does not checkpoint an instrument again because the clock moved', () => {
    const { fold, tick } = setUp();
    tick(1, { kind: 'clock', timeMs: 1_723_161_600_000 });
    tick(2, { kind: 'quote', ...EMPTY_QUOTE, bid: 10_000, bidSize: 1 });
    for (const entry of fold.changedInstruments()) fold.capture(entry);
    for (let i = 1; i <= 30; i++) tick(2 + i, { kind: 'clock', timeMs: 1_723_161_600_000 + i * 1_000 });
    expect(fold.changedCount).toBe(0);
  });

  it('drops what it has of a source and reports what it misses', () => {
    const { fold, pending, holes, tick } = setUp();
    tick(1, trade(100));
    tick(1, trade(100));
    tick(4, trade(101));
    tick(3, trade(102));
    expect(fold.counts).toMatchObject({ folded: 2, duplicates: 2, missing: 2 });
    expect(holes).toEqual([{ source: 'binance/1', missing: 2, offset: 2 }]);
    expect(pending.updates.get('BTCUSDT$BA')?.filter(({ sequence }) => sequence === 'trade')).toHaveLength(2);
  });

  it('leaves out what a source says once one with a higher fence spoke for its venue', () => {
    const { fold, pending, holes, tick } = setUp();
    tick(1, trade(100), 'BTCUSDT$BA', 'binance/a#10');
    tick(1, { kind: 'clock', timeMs: 0 }, '', 'binance/b#11');
    tick(2, trade(101), 'BTCUSDT$BA', 'binance/a#10');
    tick(5, trade(102), 'BTCUSDT$BA', 'binance/a#10');
    tick(1, trade(103), 'BTCUSDT$BA', 'binance/late#9');
    tick(2, trade(104), 'BTCUSDT$BA', 'binance/b#11');
    expect(fold.counts).toMatchObject({ folded: 2, clocks: 1, fenced: 3, missing: 0, duplicates: 0 });
    expect(holes).toEqual([]);
    const told = pending.updates.get('BTCUSDT$BA')!.filter(({ sequence }) => sequence === 'trade');
    expect(told.map(({ body }) => (body as { price?: number }).price)).toEqual([100, 104]);
    expect(fold.position().sources).toEqual({ 'binance/a#10': 1, 'binance/b#11': 2 });
  });

  it('tells every instrument of a venue that some of its ticks are missing, and since when', () => {
    const { pending, tick } = setUp();
    tick(1, { kind: 'status', state: 'halted', reason: 'news', sinceMs: 5 });
    tick(2, trade(100), 'ETHUSDT$BA');
    tick(3, { kind: 'clock', timeMs: 1_723_161_600_000 });
    tick(1, trade(100), 'AAPL$US', 'simulated/1');
    tick(6, trade(101), 'ETHUSDT$BA');
    const statuses = (instrument: string) =>
      (pending.updates.get(instrument) ?? []).flatMap(({ body }) => (body.kind === 'status' ? [body] : []));
    const reason =
      '2 ticks of binance were lost between 2024-08-09T00:00:00.000Z and 1970-01-01T00:00:00.000Z; some may be of this instrument';
    expect(statuses('BTCUSDT$BA').at(-1)).toMatchObject({ state: 'halted', sinceMs: 5, reason });
    expect(statuses('ETHUSDT$BA')).toMatchObject([{ state: 'live', reason }]);
    expect(statuses('AAPL$US')).toEqual([]);
    // Before what came after it.
    expect(
      pending.updates
        .get('ETHUSDT$BA')
        ?.map(({ sequence }) => sequence)
        .indexOf('status'),
    ).toBeLessThan(
      pending.updates
        .get('ETHUSDT$BA')
        ?.map(({ sequence }) => sequence)
        .lastIndexOf('trade') as number,
    );
  });

  it('begins at number 1 with an instrument that it first hears of, also in the middle of an epoch', () => {
    const { fold, tick } = setUp('test.1.5', 5);
    tick(1, trade(100), 'ETHUSDT$BA');
    // Another worker goes on from its checkpoint.
    const next = setUp('test.1.5', fold.ticksNext);
    for (const entry of fold.changedInstruments()) next.fold.restore(fold.capture(entry));
    next.tick(2, trade(101), 'ETHUSDT$BA');
    next.tick(3, trade(102));
    const firsts = (instrument: string) => next.pending.updates.get(instrument)?.map(({ first }) => first);
    expect(new Set(firsts('BTCUSDT$BA'))).toEqual(new Set([1]));
    expect(firsts('ETHUSDT$BA')).toContain(2);
  });

  it('does not call it a hole when a source began before the log did', () => {
    const { holes, tick } = setUp('test.1.500', 500);
    tick(77, trade(100));
    expect(holes).toEqual([]);
  });

  it("moves only the instruments of the clock's own venue", () => {
    const { pending, tick } = setUp();
    const startMs = 1_723_161_600_000;
    tick(1, { kind: 'clock', timeMs: startMs }, '', 'binance/1');
    tick(1, { kind: 'clock', timeMs: startMs }, '', 'simulated/1');
    tick(2, trade(100), 'BTCUSDT$BA', 'binance/1');
    tick(2, trade(100), 'AAPL$US', 'simulated/1');
    tick(3, { kind: 'clock', timeMs: startMs + 63_000 }, '', 'binance/1');
    expect(new Set(pending.bars.map(({ instrument }) => instrument))).toEqual(new Set(['BTCUSDT$BA']));
    expect([...pending.clocks]).toEqual([
      ['binance/1', startMs + 63_000],
      ['simulated/1', startMs],
    ]);
  });

  it('refuses a tick without an instrument and goes on', () => {
    const { fold, tick } = setUp();
    tick(1, trade(100), '');
    tick(2, trade(100));
    expect(fold.counts.rejected.no_instrument).toBe(1);
    expect(fold.counts.folded).toBe(1);
  });
});

const EMPTY_QUOTE = {
  bid: undefined,
  bidSize: undefined,
  ask: undefined,
  askSize: undefined,
  last: undefined,
  open: undefined,
  high: undefined,
  low: undefined,
  prevClose: undefined,
  volume: undefined,
  turnover: undefined,
  venueSeq: undefined,
} as const;
