import { describe, expect, test } from 'vitest';
import { COUNTS_HIGH_LOW, COUNTS_LAST, COUNTS_VOLUME } from '../../src/index.ts';
import { FoldRun, MIDNIGHT, quote, trade } from '../ticks.ts';

const NOON = MIDNIGHT - 12 * 3_600_000;

describe('statistics of a day', () => {
  test('come from its trades, and say since when they count', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), NOON);
    run.tick(trade(10_500, 1), NOON + 1);
    run.tick(trade(9_900, 2), NOON + 2);
    expect(run.quote).toMatchObject({
      last: 9_900,
      open: 10_000,
      high: 10_500,
      low: 9_900,
      prevClose: undefined,
      change: undefined,
      changePct: undefined,
      volume: 6n,
      turnover: 60_300n,
      vwap: 100_500_000n,
      sinceMs: NOON,
    });
  });

  test('are complete when the first tick is of the first millisecond of the day', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT);
    expect(run.quote.sinceMs).toBeUndefined();
  });

  test('begin anew with the first trade of the next day, whose previous close is the last price', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    run.tick(trade(10_100, 5), MIDNIGHT);
    expect(run.quote).toMatchObject({
      last: 10_100,
      open: 10_100,
      high: 10_100,
      low: 10_100,
      prevClose: 10_000,
      change: 100,
      changePct: 10_000,
      volume: 5n,
      turnover: 50_500n,
      sinceMs: undefined,
    });
  });

  test('begin anew when the clock is past the start of the day by its grace, not before', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    run.take();
    run.clock(MIDNIGHT + 1_999);
    expect(run.take().filter(({ sequence }) => sequence === 'quote')).toEqual([]);
    run.clock(MIDNIGHT + 2_000);
    expect(run.take().filter(({ sequence }) => sequence === 'quote')).toHaveLength(1);
    expect(run.quote).toMatchObject({
      last: 10_000,
      open: undefined,
      high: undefined,
      low: undefined,
      prevClose: 10_000,
      change: 0,
      volume: 0n,
      turnover: 0n,
      vwap: undefined,
      sinceMs: undefined,
    });
  });

  test('leave out a trade of the day before that comes after the roll; its bars count it', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    run.clock(MIDNIGHT + 2_000);
    const before = run.quote;
    run.take();
    expect(run.tick(trade(12_000, 4), MIDNIGHT - 2)).toBeUndefined();
    expect(run.quote).toEqual(before);
    const told = run.take();
    expect(told.map(({ sequence }) => sequence)).toEqual([
      'trade',
      'kline@1m',
      'kline@5m',
      'kline@15m',
      'kline@30m',
      'kline@1h',
      'kline@1d',
    ]);
    expect(told.at(-1)?.body).toMatchObject({ volume: 7n, high: 12_000, final: true, revision: 1 });
  });

  test('follow what each trade says it counts for', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), NOON);
    run.tick(trade(20_000, 1, { counts: COUNTS_LAST }), NOON);
    expect(run.quote).toMatchObject({ last: 20_000, high: 10_000, volume: 3n });
    run.tick(trade(30_000, 1, { counts: COUNTS_HIGH_LOW }), NOON);
    expect(run.quote).toMatchObject({ last: 20_000, high: 30_000, volume: 3n });
    run.tick(trade(40_000, 1, { counts: COUNTS_VOLUME }), NOON);
    expect(run.quote).toMatchObject({ last: 20_000, high: 30_000, volume: 4n, turnover: 70_000n });
    run.take();
    run.tick(trade(50_000, 1, { counts: 0 }), NOON);
    expect(run.take().map(({ sequence }) => sequence)).toEqual(['trade']);
  });

  test('a trade that counts for nothing does not roll the day', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    run.tick(trade(10_000, 3, { counts: 0 }), MIDNIGHT);
    expect(run.quote).toMatchObject({ volume: 3n, prevClose: undefined });
  });

  test('two equal trades are two trades, and one of size 0 is one', () => {
    const run = new FoldRun();
    for (let i = 0; i < 2; i++) run.tick(trade(10_000, 3), NOON);
    run.tick(trade(10_001, 0), NOON);
    expect(run.quote).toMatchObject({ volume: 6n, last: 10_001, high: 10_001 });
    expect(run.fold.view('e').seqs.trade).toBe(3);
  });

  test('stay exact beyond 2^53', () => {
    const run = new FoldRun();
    const price = Number.MAX_SAFE_INTEGER;
    run.tick(trade(price, 3), NOON);
    run.tick(trade(price - 1, 4), NOON);
    expect(run.quote.turnover).toBe(BigInt(price) * 3n + BigInt(price - 1) * 4n);
    // (3p + 4(p - 1)) / 7, four decimals on: p - 4/7.
    expect(run.quote.vwap).toBe(BigInt(price) * 10_000n - 5714n);
  });

  test('change percent is rounded half to even at four decimals', () => {
    const run = new FoldRun();
    run.tick(quote({ prevClose: 800_000_000 }), NOON);
    run.tick(trade(800_000_400, 1), NOON);
    expect(run.quote.changePct).toBe(0);
    run.tick(trade(800_001_200, 1), NOON);
    expect(run.quote.changePct).toBe(2);
    run.tick(trade(799_998_800, 1), NOON);
    expect(run.quote.changePct).toBe(-2);
  });
});

describe("the venue's own statistics", () => {
  const venue = { open: 9_000, high: 11_000, low: 8_000, volume: 500n, turnover: 5_000_000n };

  test('seed, once, a day whose start was not seen', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), NOON);
    run.tick(trade(12_000, 1), NOON);
    run.tick(quote(venue), NOON);
    expect(run.quote).toMatchObject({ open: 9_000, high: 12_000, low: 8_000, volume: 500n, sinceMs: undefined });
    run.tick(trade(7_000, 2), NOON);
    run.tick(quote({ ...venue, volume: 900n }), NOON);
    expect(run.quote).toMatchObject({ open: 9_000, low: 7_000, volume: 502n, turnover: 5_014_000n });
  });

  test('never change a day that was seen from its start', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    run.tick(trade(10_100, 1), MIDNIGHT);
    run.tick(quote(venue), MIDNIGHT + 1);
    expect(run.quote).toMatchObject({ open: 10_100, high: 10_100, volume: 1n });
  });

  test('a volume without a turnover leaves vwap unknown rather than mixed', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), NOON);
    run.tick(quote({ volume: 500n }), NOON);
    run.tick(trade(10_000, 1), NOON);
    expect(run.quote).toMatchObject({ volume: 501n, turnover: undefined, vwap: undefined, sinceMs: NOON });
  });

  test('are followed while there is no trade at all', () => {
    const run = new FoldRun();
    run.tick(quote({ ...venue, last: 10_000 }), NOON);
    run.tick(quote({ ...venue, last: 10_500, volume: 900n }), NOON + 1);
    expect(run.quote).toMatchObject({ last: 10_500, volume: 900n, sinceMs: undefined });
    run.clock(MIDNIGHT + 2_000);
    expect(run.quote).toMatchObject({ prevClose: 10_500, open: undefined, volume: undefined, turnover: undefined });
  });

  test('of a day that is over say of this one what its previous close is, and no more', () => {
    const yesterday = { ...venue, last: 10_000, prevClose: 9_500 };
    const run = new FoldRun();
    run.clockMs = MIDNIGHT + 5_000;
    run.tick(quote(yesterday), MIDNIGHT - 1);
    expect(run.quote).toMatchObject({
      last: 10_000,
      prevClose: 10_000,
      open: undefined,
      high: undefined,
      low: undefined,
    });
    expect(run.quote).toMatchObject({ volume: undefined, turnover: undefined, change: 0 });
    run.tick(quote({ ...venue, last: 10_300, prevClose: 10_010 }), MIDNIGHT + 5_000);
    expect(run.quote).toMatchObject({ last: 10_300, prevClose: 10_010, open: 9_000, volume: 500n });
    run.tick(quote(yesterday), MIDNIGHT - 1);
    expect(run.quote).toMatchObject({ last: 10_300, prevClose: 10_010, open: 9_000, volume: 500n });
  });

  test('of a day that is over change nothing once this one has trades', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    run.tick(trade(10_100, 1), MIDNIGHT);
    run.tick(quote({ ...venue, last: 10_000, prevClose: 9_500 }), MIDNIGHT - 1);
    expect(run.quote).toMatchObject({ last: 10_100, prevClose: 10_000, open: 10_100, volume: 1n });
  });

  test('of the next day begin it, as its first trade does', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    run.tick(quote({ prevClose: 10_050 }), MIDNIGHT + 1);
    expect(run.quote).toMatchObject({ last: 10_000, prevClose: 10_050, open: undefined, volume: 0n });
    run.tick(trade(10_100, 1), MIDNIGHT + 2);
    run.clock(MIDNIGHT + 2_000);
    expect(run.quote).toMatchObject({ prevClose: 10_050, open: 10_100, volume: 1n });
  });

  test('its previous close always wins', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    run.tick(trade(10_100, 3), MIDNIGHT);
    expect(run.quote).toMatchObject({ prevClose: 10_000 });
    run.tick(quote({ prevClose: 10_050 }), MIDNIGHT + 1);
    expect(run.quote).toMatchObject({ prevClose: 10_050, change: 50 });
  });
});

describe('the time of a trade', () => {
  test('is the clock of its source where the venue gives none', () => {
    const run = new FoldRun();
    run.clock(NOON);
    run.tick(trade(10_000, 3));
    expect(run.take().every(({ timestampUs }) => timestampUs === NOON * 1000)).toBe(true);
  });

  test('is that of the last tick where there is no clock either; without any, it makes no bar', () => {
    const run = new FoldRun();
    run.tick(trade(10_000, 3));
    expect(run.take().map(({ sequence, timestampUs }) => [sequence, timestampUs])).toEqual([
      ['trade', 0],
      ['quote', 0],
    ]);
    run.tick(quote({ bid: 1, bidSize: 1 }), NOON);
    run.tick(trade(10_000, 3));
    expect(run.take().at(-1)).toMatchObject({ sequence: 'quote', timestampUs: NOON * 1000 });
    expect(run.quote).toMatchObject({ volume: 6n, sinceMs: NOON });
  });

  test('more than 10 s ahead of the clock is put at the clock, and said so', () => {
    const run = new FoldRun();
    run.clock(MIDNIGHT - 60_000);
    expect(run.tick(trade(10_000, 3), MIDNIGHT - 50_000)).toBeUndefined();
    run.take();
    expect(run.tick(trade(11_000, 1), MIDNIGHT + 86_400_000)).toBe('future_time');
    const told = run.take();
    expect(told[0]).toMatchObject({ sequence: 'trade', timestampUs: (MIDNIGHT - 60_000) * 1000 });
    expect(run.quote).toMatchObject({ last: 11_000, volume: 4n, prevClose: undefined });
    expect(run.bars().every(({ startMs }) => startMs < MIDNIGHT)).toBe(true);
  });

  test('of a day that is over does not bring that day back at the first tick', () => {
    const run = new FoldRun();
    run.clockMs = MIDNIGHT + 5_000;
    run.tick(trade(10_000, 3), MIDNIGHT - 1);
    expect(run.quote).toMatchObject({ volume: undefined, sinceMs: MIDNIGHT + 5_000 });
    run.tick(trade(10_000, 1), MIDNIGHT + 5_001);
    expect(run.quote).toMatchObject({ volume: 1n, prevClose: undefined });
  });
});
