import { createInstrumentFold, type InstrumentView } from '@tapecast/market';
import { expect, it } from 'vitest';
import { ItickNormaliser } from '../../../src/venues/itick/normalise.ts';
import { ItickSymbols, parseItickSymbols } from '../../../src/venues/itick/symbols.ts';

/** 2024-11-15 11:50:07 in New York. */
const NOON = 1_731_689_407_000;
const DAY_MS = 86_400_000;

const symbols = new ItickSymbols(parseItickSymbols(['AAPL$US']).symbols);
const normaliser = new ItickNormaliser(() => symbols);

/** What frames of one instrument come to in the fold, whose clock is at noon. */
function viewOf(frames: readonly object[]): InstrumentView {
  const fold = createInstrumentFold('AAPL$US');
  for (const [index, data] of frames.entries()) {
    const event = normaliser.normalise(Buffer.from(JSON.stringify({ code: 1, data: { s: 'AAPL', r: 'US', ...data } })));
    if (!('tick' in event)) throw new Error(JSON.stringify(event));
    const rejected = fold.apply(
      { ...event.tick, source: 'itick/s', sourceSeq: index + 1, receivedAtUs: NOON * 1_000 },
      NOON + 1_000,
      () => undefined,
    );
    expect(rejected).toBeUndefined();
  }
  return fold.view('e');
}

const quote = {
  ld: 225.21,
  o: 226.27,
  h: 226.92,
  l: 224.44,
  p: 228.02,
  v: 1_000,
  tu: 225_500.5,
  t: NOON,
  type: 'quote',
};
const tick = { ld: 227, v: 10, t: NOON + 100, type: 'tick' };

it("the venue's quote gives the previous close and the day so far; trades go on from there", () => {
  expect(viewOf([quote]).quote).toMatchObject({ last: 22_521, prevClose: 22_802, change: -281, sinceMs: undefined });
  expect(viewOf([quote, tick])).toMatchObject({
    priceDecimals: 2,
    sizeDecimals: 0,
    quote: {
      last: 22_700,
      open: 22_627,
      high: 22_700,
      low: 22_444,
      prevClose: 22_802,
      change: -102,
      volume: 1_010n,
      turnover: 22_777_050n,
    },
  });
});

it('the quote of yesterday, which comes until the first trade, gives the previous close and no day', () => {
  const { quote: view } = viewOf([{ ...quote, t: NOON - DAY_MS }]);
  expect(view).toMatchObject({ last: 22_521, prevClose: 22_521, open: undefined, high: undefined, volume: undefined });
});

it('trades outside the session are volume and nothing else', () => {
  const { quote: view, bars } = viewOf([tick, { ...tick, ld: 300, te: 2 }, { ...tick, ld: 1, te: 1 }]);
  expect(view).toMatchObject({ last: 227, open: 227, high: 227, low: 227, volume: 30n });
  expect(bars['1m']).toMatchObject({ open: 227, high: 227, low: 227, close: 227, volume: 30n, trades: 3 });
});

it("the venue's bars are kept out of ours, and of everything", () => {
  const bar = { o: 1, h: 900, l: 1, c: 2, v: 5, t: Math.floor(NOON / 60_000) * 60_000, type: 'kline@1' };
  expect(viewOf([tick, bar, { ...bar, t: bar.t + 60_000 }])).toEqual(viewOf([tick]));
});
