import { describe, expect, test } from 'vitest';
import { createInstrumentFolds, type Tick } from '../src/index.ts';
import { BTC, delta, FoldRun, MIDNIGHT, quote, snapshot, tickOf, trade } from './ticks.ts';

const T = MIDNIGHT + 3_600_000;

describe('raised decimals', () => {
  test('rescale the state; the next update of each sequence is a keyframe', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), T);
    run.tick(snapshot([9_999, 1], [10_001, 1]), T);
    run.tick(trade(100_005, 30), T, { priceDecimals: 3, sizeDecimals: 6 });
    expect(run.quote).toMatchObject({ open: 100_000, last: 100_005, volume: 60n, turnover: 6_000_150n, bid: 99_990 });
    run.take();
    run.tick(delta([9_999, 2], []), T);
    const [depth] = run.take();
    expect(depth).toMatchObject({
      sequence: 'depth',
      keyframe: true,
      priceDecimals: 3,
      sizeDecimals: 6,
      body: { bids: [99_990, 20], asks: [100_010, 10] },
    });
    run.tick(delta([9_999, 3], []), T);
    expect(run.take()[0]).toMatchObject({ sequence: 'depth', keyframe: false });
  });

  test('are told by the quote when the tick changes nothing else', () => {
    const run = new FoldRun();
    run.tick(snapshot([100, 1], [101, 1]), T);
    run.take();
    run.tick(delta([1_000, 10], []), T, { priceDecimals: 3, sizeDecimals: 6 });
    expect(run.take()).toMatchObject([{ sequence: 'quote', keyframe: true, priceDecimals: 3, body: { bid: 1_000 } }]);
    expect(run.fold.view('e')).toMatchObject({ priceDecimals: 3, sizeDecimals: 6, bids: [1_000, 10] });
  });

  test('that would overflow a kept value reject the tick and leave everything as it was', () => {
    const run = new FoldRun();
    run.tick(snapshot([1_000_000_000_000, 1], []), T);
    const before = run.fold.view('e');
    const saved = JSON.stringify(run.fold.save());
    run.take();
    expect(run.tick(trade(1, 1), T + 1, { priceDecimals: 6 })).toBe('decimals_overflow');
    expect(run.take()).toEqual([]);
    expect(run.fold.view('e')).toEqual(before);
    expect(JSON.stringify(run.fold.save())).toBe(saved);
    expect(run.tick(trade(1, 1), T + 1, { priceDecimals: 5 })).toBeUndefined();
  });

  test('reject a coarser tick whose value has no room at the instrument’s decimals', () => {
    const run = new FoldRun();
    run.tick(trade(1, 1), T, { priceDecimals: 10 });
    expect(run.tick(trade(Number.MAX_SAFE_INTEGER, 1), T)).toBe('decimals_overflow');
    expect(run.tick(snapshot([100_000_000_000_000, 1], []), T)).toBe('decimals_overflow');
  });
});

describe('a tick that cannot be folded', () => {
  const faulty: [string, Tick][] = [
    ['a price beyond 2^53-1', tickOf(trade(2 ** 53, 1), T)],
    ['a price that is no number', tickOf(trade(Number.NaN, 1), T)],
    ['a fraction', tickOf(trade(1.5, 1), T)],
    ['a negative size', tickOf(trade(1, -1), T)],
    ['a negative level', tickOf(delta([1, -1], []), T)],
    ['half a level', tickOf(delta([1], []), T)],
    ['19 decimals', tickOf(trade(1, 1), T, { priceDecimals: 19 })],
    ['decimals that are no number', tickOf(trade(1, 1), T, { sizeDecimals: Number.NaN })],
    ['a time before 1970', tickOf(trade(1, 1), -1)],
    ['a sum past its bits', tickOf(quote({ volume: 2n ** 106n }), T)],
  ];
  test.each(faulty)('%s is out_of_range and changes nothing', (_, tick) => {
    const run = new FoldRun();
    expect(run.fold.apply(tick, 0, run.emit)).toBe('out_of_range');
    expect(run.updates).toEqual([]);
    expect(run.fold.view('e')).toEqual(new FoldRun().fold.view('e'));
  });

  test('a turnover that its sum has no room for', () => {
    const run = new FoldRun();
    const most = Number.MAX_SAFE_INTEGER;
    const one = trade(most, 2 ** 52);
    expect(run.tick(one, T)).toBeUndefined();
    expect(run.tick(one, T)).toBe('out_of_range');
    expect(run.quote.turnover).toBe(BigInt(most) * 2n ** 52n);
  });

  test('of a kind without meaning here', () => {
    const run = new FoldRun();
    expect(run.fold.apply(tickOf({ kind: 'clock', timeMs: T }, T), T, run.emit)).toBe('unknown_kind');
    expect(run.fold.apply(tickOf({ kind: 'new' } as never, T), T, run.emit)).toBe('unknown_kind');
  });
});

test("a venue's own bar changes nothing of ours", () => {
  const run = new FoldRun();
  const bar = { kind: 'bar', interval: '1m', startMs: T, open: 1, high: 1, low: 1, close: 1 } as const;
  expect(run.tick({ ...bar, volume: 1n, turnover: undefined, trades: 1, final: true }, T)).toBeUndefined();
  expect(run.updates).toEqual([]);
});

test('a status is told when it differs from the last', () => {
  const run = new FoldRun();
  const pending = { kind: 'status', state: 'pending', reason: 'no snapshot', sinceMs: T } as const;
  run.tick(pending, T);
  run.tick(pending, T + 1);
  run.tick({ ...pending, state: 'live', reason: '' }, T + 2);
  expect(run.take().map(({ sequence, last, body }) => [sequence, last, body])).toEqual([
    ['status', 1, { ...pending, source: 'binance' }],
    ['status', 2, { ...pending, state: 'live', reason: '', source: 'binance' }],
  ]);
});

test('what a clock makes carries the wall time at which the clock came', () => {
  const run = new FoldRun();
  run.tick(trade(1, 1), T);
  run.take();
  run.fold.clock(T + 1_000, run.emit, 99);
  expect(run.take().map(({ receivedAtUs }) => receivedAtUs)).toEqual([99, 99, 99, 99, 99]);
});

test('a clock never goes back', () => {
  const run = new FoldRun();
  run.tick(trade(1, 1), T);
  run.clock(T + 200_000);
  run.take();
  run.fold.clock(T + 1_000, run.emit);
  expect(run.take()).toEqual([]);
});

test('state saved by another version is refused', () => {
  const folds = createInstrumentFolds();
  const fold = folds.create(BTC);
  expect(() => folds.restore(fold.view('e'), { ...(fold.save() as object), version: 0 })).toThrow(/fold version 0/);
});

test('a view is a copy that later folding does not change', () => {
  const run = new FoldRun();
  run.tick(snapshot([100, 1], [101, 1]), T);
  run.tick(trade(100, 1), T);
  const view = run.fold.view('e');
  const before = structuredClone(view);
  run.tick(delta([100, 2, 99, 1], []), T);
  run.tick(trade(105, 1), T + 1);
  run.tick(trade(1_055, 1), T + 1, { priceDecimals: 3 });
  expect(view).toEqual(before);
});
