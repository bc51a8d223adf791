import type { Recording } from '@tapecast/venue-server';

/** 09:30 in New York, as ms since midnight. */
const OPEN_MS = 9.5 * 3_600_000;
const STEP_MS = 100;

/** What every row has beside its numbers. */
const PLAIN = { exchange: 'N', conditions: '0', suspicious: false };

const about = (path: string, lineCount: number) => ({
  path,
  symbol: 'IBM',
  day: '20131007',
  lineCount,
  end: { kind: 'complete' as const },
  malformed: { count: 0, samples: [], add: () => undefined },
});

/** One trade of IBM every 100 ms: 186.66, 186.67, … for 100, 101, … shares. */
export function trades(count: number): Recording {
  const rows = Array.from({ length: count }, (_, n) => ({
    ...PLAIN,
    msOfDay: OPEN_MS + n * STEP_MS,
    price: 1_866_600 + n * 100,
    size: 100 + n,
  }));
  return { ...about('trades', rows.length), format: 'lean-trade', rows, lastRow: rows.at(-1) };
}

/** One quote every 100 ms, halfway between the trades: a bid row, then an ask row. */
export function quotes(count: number): Recording {
  const rows = Array.from({ length: count }, (_, n) => {
    const one = { ...PLAIN, msOfDay: OPEN_MS + n * STEP_MS + STEP_MS / 2 };
    return [
      { ...one, bid: 1_866_500 + n * 100, bidSize: 200 + n, ask: 0, askSize: 0 },
      { ...one, bid: 0, bidSize: 0, ask: 1_866_700 + n * 100, askSize: 300 + n },
    ];
  }).flat();
  return { ...about('quotes', rows.length), format: 'lean-quote', rows, lastRow: rows.at(-1) };
}
