import type { Update } from '@tapecast/market';
import { describe, expect, it } from 'vitest';
import {
  BookOracle,
  canonicalDump,
  dayStatisticsOracle,
  divideHalfEven,
  idJumps,
  klineOracle,
  RangeOracle,
  scaled,
  tradeOracle,
  UnequalUpdateError,
} from '../../src/index.ts';

describe('exact numbers', () => {
  it('are scaled without a float, or refused', () => {
    expect(scaled('61837.63000000', 2)).toBe(6_183_763n);
    expect(scaled('-0.05', 2)).toBe(-5n);
    expect(scaled('9007199254740993.1', 1)).toBe(90_071_992_547_409_931n);
    for (const text of ['1e-9', 'NaN', '', '.5', '1.234']) expect(() => scaled(text, 2)).toThrow();
  });

  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [7n, 3n, 2n],
    [8n, 3n, 3n],
    [-8n, 3n, -3n],
  ])('%d / %d is %d, ties to even', (numerator, denominator, expected) => {
    expect(divideHalfEven(numerator, denominator)).toBe(expected);
  });
});

describe('k-lines and day statistics', () => {
  const day = 86_400_000;
  const trades = [
    { price: '10.00', size: '1.5', timeMs: 60_000 },
    { price: '12.00', size: '0.5', timeMs: 119_999 },
    { price: '9.50', size: '2.0', timeMs: 180_000 },
    { price: '9.75', size: '0', timeMs: day },
  ];
  const decimals = { priceDecimals: 2, sizeDecimals: 1 };

  it('are first, highest, lowest, last and sums; a minute without trades has none', () => {
    expect(klineOracle(trades.slice(0, 3), 60_000, decimals)).toEqual([
      {
        startMs: 60_000,
        open: 1000n,
        high: 1200n,
        low: 1000n,
        close: 1200n,
        volume: 20n,
        turnover: 21_000n,
        trades: 2,
        vwap: 10_500_000n,
      },
      {
        startMs: 180_000,
        open: 950n,
        high: 950n,
        low: 950n,
        close: 950n,
        volume: 20n,
        turnover: 19_000n,
        trades: 1,
        vwap: 9_500_000n,
      },
    ]);
  });

  it('begin anew with the UTC day, from the last close', () => {
    const [first, second] = dayStatisticsOracle(trades, decimals);
    expect(first).toMatchObject({ startMs: 0, close: 950n, volume: 40n, prevClose: undefined, change: undefined });
    // 100 x 0.25 / 9.50 = 2.63157… %
    expect(second).toMatchObject({
      startMs: day,
      prevClose: 950n,
      change: 25n,
      changePct: 26_316n,
      volume: 0n,
      vwap: undefined,
    });
  });
});

describe('trade ids', () => {
  it('exactly once and in order has no fault', () => {
    expect(tradeOracle([1, 2, 3], ['1', '2', '3'])).toEqual({ missing: [], doubled: [], unknown: [], outOfOrder: [] });
  });
  it('each fault is named', () => {
    expect(tradeOracle([1, 2, 3, 4, 5], [1, 3, 2, 3, 9, 5])).toEqual({
      missing: ['4'],
      doubled: ['3'],
      unknown: ['9'],
      outOfOrder: ['2'],
    });
    expect(idJumps([1, 2, 4, 4])).toEqual([
      [2, 4],
      [4, 4],
    ]);
  });
});

describe('ranges', () => {
  it('that follow one another have no fault, each channel by itself', () => {
    const oracle = new RangeOracle();
    oracle.startAt('A$US', 'quote', 7);
    oracle.message('A$US', 'quote', [8, 10]);
    oracle.message('A$US', 'trade', [3, 3]);
    oracle.message('A$US', 'quote', [11, 11]);
    expect(oracle.faults).toEqual([]);
    expect([oracle.checked, oracle.lastOf('A$US', 'quote')]).toEqual([3, 11]);
  });

  it('holes, overlaps and ranges turned round are told', () => {
    const oracle = new RangeOracle();
    oracle.startAt('A$US', 'quote', 7);
    oracle.message('A$US', 'quote', [9, 10]);
    oracle.message('A$US', 'quote', [10, 12]);
    oracle.message('A$US', 'quote', [13, 12]);
    expect(oracle.faults.map(({ kind, expected, first }) => [kind, expected, first])).toEqual([
      ['hole', 8, 9],
      ['overlap', 11, 10],
      ['backwards', 13, 13],
    ]);
  });
});

describe('the book by the official procedure', () => {
  const diff = (firstId: number, lastId: number, bids: [string, string][] = []) => ({
    symbol: 'X',
    firstId,
    lastId,
    eventTimeMs: lastId,
    bids,
    asks: [],
  });
  const snapshot = {
    lastUpdateId: 10,
    bids: [['5.0', '1']] as [string, string][],
    asks: [['6.0', '2']] as [string, string][],
  };

  it('buffers, drops what is older than the snapshot, bridges, removes at 0', () => {
    const book = new BookOracle();
    expect([book.diff(diff(8, 9, [['4.0', '9']])), book.diff(diff(10, 12, [['5.5', '3']]))]).toEqual([
      'buffered',
      'buffered',
    ]);
    book.snapshot(snapshot);
    expect(book.id).toBe(12);
    expect(book.bids(9)).toEqual([
      [550_000_000n, 300_000_000n],
      [500_000_000n, 100_000_000n],
    ]);
    expect(book.diff(diff(11, 12))).toBe('ignored');
    expect(book.diff(diff(13, 13, [['5.5', '0.0']]))).toBe('applied');
    expect(book.topIs({ symbol: 'X', id: 13, bid: '5', bidSize: '1.0', ask: '6.00', askSize: '2' })).toBe(true);
    expect(book.topIs({ symbol: 'X', id: 13, bid: '5', bidSize: '1.1', ask: '6.00', askSize: '2' })).toBe(false);
  });

  it('tells a gap, and begins again with a snapshot that reaches it', () => {
    const book = new BookOracle();
    book.snapshot(snapshot);
    expect(book.diff(diff(12, 13))).toBe('gap');
    expect(book.id).toBeUndefined();
    book.snapshot(snapshot);
    expect([book.id, book.gaps]).toEqual([undefined, 2]);
    book.snapshot({ ...snapshot, lastUpdateId: 12 });
    expect(book.id).toBe(13);
  });
});

describe('the canonical dump', () => {
  const update = (first: number, price: number, receivedAtUs: number): Update => ({
    sequence: 'trade',
    first,
    last: first,
    keyframe: true,
    priceDecimals: 2,
    sizeDecimals: 3,
    timestampUs: 5,
    receivedAtUs,
    body: { kind: 'trade', id: `t${first}`, price, size: 7, side: 'buy', conditions: [] },
  });
  const depth = (bids: number[]): Update => ({
    ...update(1, 0, 0),
    sequence: 'depth',
    keyframe: false,
    body: { kind: 'depth', bids, asks: [] },
  });
  const of = (instrument: string, each: Update, epoch = 'e1') => ({ instrument, epoch, update: each });

  it('is equal whatever the wall times, the order between sequences, repetitions and the order of levels', () => {
    const one = [of('B$US', update(1, 100, 1)), of('B$US', update(2, 101, 2)), of('A$US', depth([1, 2, 3, 4]))];
    const other = [
      of('A$US', depth([3, 4, 1, 2])),
      of('B$US', update(1, 100, 8)),
      of('B$US', update(1, 100, 9)),
      of('B$US', update(2, 101, 9)),
    ];
    expect(canonicalDump(other)).toBe(canonicalDump(one));
    expect(canonicalDump(one)).toBe(
      '# A$US depth\ne1 1..1 change 2/3 @5 bids=1:2,3:4 asks=\n' +
        '# B$US trade\ne1 1..1 key 2/3 @5 id=t1 7x100 buy []\ne1 2..2 key 2/3 @5 id=t2 7x101 buy []\n',
    );
  });

  it('differs with a value, an epoch or a missing update', () => {
    const dump = canonicalDump([of('B$US', update(1, 100, 1))]);
    expect(canonicalDump([of('B$US', update(1, 101, 1))])).not.toBe(dump);
    expect(canonicalDump([of('B$US', update(1, 100, 1), 'e2')])).not.toBe(dump);
    expect(canonicalDump([])).toBe('');
  });

  it('refuses one number with two values', () => {
    expect(() => canonicalDump([of('B$US', update(1, 100, 1)), of('B$US', update(1, 101, 1))])).toThrow(
      UnequalUpdateError,
    );
  });
});
