import { describe, expect, test } from 'vitest';
import { COUNTS_VOLUME } from '../../src/index.ts';
import { FoldRun, MIDNIGHT, trade } from '../ticks.ts';

const T = MIDNIGHT + 36_000_000;
const sequences = (run: FoldRun) => run.take().map(({ sequence }) => sequence);

describe('k-lines', () => {
  test('of 1m are told at each trade, longer ones once a second of the clock when changed', () => {
    const run = new FoldRun();
    run.clock(T);
    run.tick(trade(100, 1), T);
    run.tick(trade(101, 1), T + 1);
    expect(sequences(run).filter((name) => name.startsWith('kline'))).toEqual(['kline@1m', 'kline@1m']);
    run.clock(T + 999);
    expect(sequences(run)).toEqual([]);
    run.clock(T + 1_000);
    expect(sequences(run)).toEqual(['kline@5m', 'kline@15m', 'kline@30m', 'kline@1h', 'kline@1d']);
    run.clock(T + 2_000);
    expect(sequences(run)).toEqual([]);
  });

  test('are final when the clock has passed their end by the grace, never by a newer trade', () => {
    const run = new FoldRun();
    run.clock(T + 59_000);
    run.tick(trade(100, 1), T + 59_000);
    run.tick(trade(105, 2), T + 60_500);
    expect(run.bars().some(({ final }) => final)).toBe(false);
    run.take();
    run.clock(T + 61_999);
    expect(run.take().filter(({ sequence }) => sequence === 'kline@1m')).toEqual([]);
    run.clock(T + 62_000);
    const told = run.take().filter(({ sequence }) => sequence === 'kline@1m');
    expect(told.map(({ body }) => body)).toEqual([
      {
        kind: 'kline',
        interval: '1m',
        startMs: T,
        open: 100,
        high: 100,
        low: 100,
        close: 100,
        volume: 1n,
        turnover: 100n,
        trades: 1,
        final: true,
        revision: 0,
      },
    ]);
    expect(told[0]?.timestampUs).toBe((T + 62_000) * 1000);
  });

  test('count a trade within the grace, and a later one as the next revision', () => {
    const run = new FoldRun();
    run.clock(T + 61_000);
    run.tick(trade(100, 1), T + 59_999);
    run.clock(T + 62_000);
    run.tick(trade(101, 1), T + 62_000);
    run.take();
    run.tick(trade(99, 5), T + 59_998);
    run.tick(trade(99, 5), T + 59_998);
    const told = run.take().filter(({ sequence }) => sequence === 'kline@1m');
    expect(told.map(({ body }) => body)).toMatchObject([
      { startMs: T, low: 99, volume: 6n, final: true, revision: 1 },
      { startMs: T, low: 99, volume: 11n, final: true, revision: 2 },
    ]);
    // The newest bar of the view is still the one of the newest minute.
    expect(run.fold.view('e').bars['1m']).toMatchObject({ startMs: T + 60_000 });
  });

  test('of a minute without trades do not exist; a late first trade makes one that is final at once', () => {
    const run = new FoldRun();
    run.clock(T);
    run.tick(trade(100, 1), T);
    run.clock(T + 200_000);
    expect(new Set(run.bars().map(({ interval, startMs }) => `${interval} ${startMs - T}`))).toEqual(
      new Set(['1m 0', '5m 0', '15m 0', '30m 0', '1h 0', '1d -36000000']),
    );
    run.take();
    run.tick(trade(100, 1), T + 61_000);
    expect(run.take()[1]?.body).toMatchObject({ interval: '1m', startMs: T + 60_000, final: true, revision: 0 });
  });

  test('that ended too long ago are not kept: the trade counts in what is', () => {
    const run = new FoldRun();
    run.clock(T);
    run.tick(trade(100, 1), T);
    run.clock(T + 60_000 + 600_000);
    run.take();
    expect(run.tick(trade(90, 2), T + 1)).toBe('late_bar');
    expect(sequences(run)).toEqual(['trade', 'kline@5m', 'quote']);
    expect(run.quote).toMatchObject({ low: 90, volume: 3n });
    run.clock(T + 662_000);
    expect(run.take().find(({ sequence }) => sequence === 'kline@1h')?.body).toMatchObject({ volume: 3n, low: 90 });
  });

  test('are as late as the clock says, whether or not it had anything to do', () => {
    const run = new FoldRun();
    run.clock(T);
    run.tick(trade(100, 1), T);
    run.clock(T + 62_000);
    run.clock(T + 659_999);
    expect(run.tick(trade(90, 2), T + 1)).toBeUndefined();
    run.clock(T + 660_000);
    expect(run.tick(trade(90, 2), T + 1)).toBe('late_bar');
  });

  test('are aligned to the trading day', () => {
    const run = new FoldRun('EURUSD$GB');
    const close = Date.UTC(2024, 7, 8, 21);
    run.tick(trade(100, 1), close - 1);
    run.tick(trade(101, 1), close);
    run.clock(close + 1_000);
    const daily = run.bars().filter(({ interval }) => interval === '1d');
    expect(daily.map(({ startMs }) => startMs)).toEqual([close - 86_400_000, close]);
  });

  test('of India begin on the half hour', () => {
    const run = new FoldRun('RELIANCE$NSE$IN');
    const t = Date.UTC(2024, 7, 8, 4, 0, 0);
    run.tick(trade(100, 1), t);
    run.clock(t + 1_000);
    expect(run.bars().find(({ interval }) => interval === '1h')?.startMs).toBe(Date.UTC(2024, 7, 8, 3, 30));
  });

  test('are not told while no trade has made a price; the volume is there when one does', () => {
    const run = new FoldRun();
    run.tick(trade(100, 7, { counts: COUNTS_VOLUME }), T);
    expect(run.bars()).toEqual([]);
    run.tick(trade(101, 1), T + 1);
    expect(run.bars()).toMatchObject([{ open: 101, low: 101, high: 101, volume: 8n, trades: 2 }]);
  });

  test('of a day that the clock change makes 25 hours long last that long', () => {
    const run = new FoldRun('AAPL$US');
    const start = Date.parse('2024-11-03T04:00:00Z');
    run.clock(start);
    run.tick(trade(100, 1), start);
    run.clock(start + 24 * 3_600_000 + 2_000);
    expect(run.bars().some(({ interval, final }) => interval === '1d' && final)).toBe(false);
    run.clock(start + 25 * 3_600_000 + 2_000);
    expect(run.bars().at(-1)).toMatchObject({ interval: '1d', startMs: start, final: true });
  });
});
