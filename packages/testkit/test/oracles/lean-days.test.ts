import type { Update, UpdateBody } from '@tapecast/market';
import type { LeanTrade, LeanTradeRecording } from '@tapecast/venue-server';
import { describe, expect, it } from 'vitest';
import { LeanJudge, leanDays, leanVwap } from '../../src/index.ts';

const MINUTE = 60_000;
/** 2013-10-07 00:00 in New York. */
const MIDNIGHT = Date.UTC(2013, 9, 7, 4);
const DAY = 86_400_000;

function file(day: string, trades: [msOfDay: number, price: number, size: number][]): LeanTradeRecording {
  const rows = trades.map(
    ([msOfDay, price, size]): LeanTrade => ({ msOfDay, price, size, exchange: 'N', conditions: '', suspicious: false }),
  );
  return {
    format: 'lean-trade',
    symbol: 'IBM',
    day,
    rows,
    lastRow: rows.at(-1),
    lineCount: rows.length,
    end: { kind: 'complete' },
    malformed: { count: 0, samples: [], add: () => {} } as unknown as LeanTradeRecording['malformed'],
  };
}

const FILES = [
  file('20131008', [[5, 1_900_000, 10]]),
  file('20131007', [
    [0, 1_866_600, 100],
    [MINUTE - 1, 1_866_500, 200],
    [MINUTE, 1_866_650, 1],
  ]),
];

describe('the days of Lean’s trades', () => {
  it('are summed by day and minute of New York, in the order of the days', () => {
    const [first, second] = leanDays(FILES);
    expect(first).toMatchObject({
      instrument: 'IBM$US',
      day: '20131007',
      startMs: MIDNIGHT,
      open: 1_866_600n,
      high: 1_866_650n,
      low: 1_866_500n,
      close: 1_866_650n,
      volume: 301n,
      turnover: 1_866_600n * 100n + 1_866_500n * 200n + 1_866_650n,
      trades: 3,
      prevClose: undefined,
    });
    expect(first?.minutes.map(({ startMs, trades, volume }) => [startMs, trades, volume])).toEqual([
      [MIDNIGHT, 2, 300n],
      [MIDNIGHT + MINUTE, 1, 1n],
    ]);
    expect(second).toMatchObject({ day: '20131008', startMs: MIDNIGHT + DAY, prevClose: 1_866_650n });
    // 561,826,650 / 301 ten-thousandths are 186.65337209…
    expect(leanVwap(first!, 6)).toBe(186_653_372n);
  });

  it('in winter the day begins an hour later by UTC', () => {
    expect(leanDays([file('20140107', [[0, 1, 1]])])[0]?.startMs).toBe(Date.UTC(2014, 0, 7, 5));
  });
});

describe('the judge of what was told', () => {
  const seqs = new Map<string, number>();
  const update = (sequence: Update['sequence'], body: UpdateBody): Update => {
    const last = (seqs.get(sequence) ?? 0) + 1;
    seqs.set(sequence, last);
    return {
      sequence,
      first: last,
      last,
      keyframe: true,
      priceDecimals: 2,
      sizeDecimals: 0,
      timestampUs: 0,
      receivedAtUs: 0,
      body,
    };
  };
  const days = leanDays([file('20131007', [[0, 1_866_600, 100]])]);
  const bar = (interval: '1m' | '1d', volume: bigint, final: boolean): Update =>
    update(`kline@${interval}`, {
      kind: 'kline',
      interval,
      startMs: MIDNIGHT,
      open: 18_666,
      high: 18_666,
      low: 18_666,
      close: 18_666,
      volume,
      turnover: 18_666n * volume,
      trades: 1,
      final,
      revision: 0,
    });
  const unknown = { change: undefined, changePct: undefined, bid: undefined, bidSize: undefined, ask: undefined };
  const quote = (volume: bigint): Update =>
    update('quote', {
      kind: 'quote',
      cleared: 0,
      ...{ last: 18_666, open: 18_666, high: 18_666, low: 18_666, prevClose: undefined, ...unknown },
      ...{ askSize: undefined, sinceMs: undefined },
      volume,
      turnover: 18_666n * volume,
      vwap: 186_660_000n,
    });
  const trade = (): Update =>
    update('trade', { kind: 'trade', id: '', price: 18_666, size: 100, side: undefined, conditions: [] });

  const judged = (updates: Update[]) => {
    const judge = new LeanJudge(['IBM$US']);
    for (const each of updates) judge.take('IBM$US', each);
    seqs.clear();
    return { complete: judge.isComplete(days), ...judge.judge(days) };
  };

  it('finds nothing where all is right, an update that comes twice too', () => {
    const right = [trade(), bar('1m', 100n, true), bar('1d', 100n, false), quote(100n)];
    expect(judged([...right, right[0]!])).toEqual({
      complete: true,
      trades: 1,
      daysCompared: 1,
      minutesCompared: 1,
      revisions: 0,
      faults: [],
    });
  });

  it('names each wrong bar, day, count, and a minute that is not final', () => {
    const { complete, faults } = judged([bar('1m', 100n, false), bar('1d', 99n, false), quote(101n)]);
    expect(complete).toBe(false);
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(':')))).toEqual([
      'IBM$US trades',
      'IBM$US 20131007 1d',
      'IBM$US 20131007 quote',
      `IBM$US 1m ${MIDNIGHT}`,
    ]);
    expect(judged([]).faults.length).toBeGreaterThan(5);
  });
});
