import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import {
  applyUpdate,
  BOOK_LEVELS_PUBLISHED,
  createInstrumentFold,
  emptyView,
  formatUnits,
  INTERVAL_MS,
  INTERVALS,
  type Levels,
  parseDecimal,
  type Update,
} from '../../src/index.ts';
import { price, run, size, steps } from '../steps.ts';
import { BTC, MIDNIGHT, tickOf, trade } from '../ticks.ts';

/** A number as a fraction of whole units: what it is worth whatever decimals it is written in. */
function worth(units: number, decimals: number): string {
  const read = parseDecimal(formatUnits(units, decimals), 18);
  return 'units' in read ? `${read.units}e-${read.decimals}` : read.error;
}

test('the published book is the best levels of all that the venue said, at every tick', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const fold = createInstrumentFold(BTC);
      const oracle = { bids: new Map<string, [number, string]>(), asks: new Map<string, [number, string]>() };
      const view = emptyView(BTC, 'e');
      for (const step of given) {
        for (const update of run(fold, [step]).updates) applyUpdate(view, update);
        if (!('tick' in step)) continue;
        const { body: said, priceDecimals, sizeDecimals } = step.tick;
        if (said.kind !== 'bookDelta' && said.kind !== 'bookSnapshot') continue;
        for (const name of ['bids', 'asks'] as const) {
          const side = oracle[name];
          if (said.kind === 'bookSnapshot') side.clear();
          for (let i = 0; i < said[name].length; i += 2) {
            const key = worth(said[name][i]!, priceDecimals);
            const amount = said[name][i + 1]!;
            if (amount === 0) side.delete(key);
            else side.set(key, [said[name][i]! / 10 ** priceDecimals, worth(amount, sizeDecimals)]);
          }
          const best = [...side]
            .sort((a, b) => (name === 'bids' ? b[1][0] - a[1][0] : a[1][0] - b[1][0]))
            .slice(0, BOOK_LEVELS_PUBLISHED)
            .map(([key, [, amount]]) => [key, amount]);
          expect(pairs(view[name], view.priceDecimals, view.sizeDecimals)).toEqual(best);
        }
      }
    }),
    { numRuns: 200 / inject('fewerRuns') },
  );
});

function pairs(flat: Levels, priceDecimals: number, sizeDecimals: number): string[][] {
  const result: string[][] = [];
  for (let i = 0; i < flat.length; i += 2)
    result.push([worth(flat[i]!, priceDecimals), worth(flat[i + 1]!, sizeDecimals)]);
  return result;
}

test('bars are sums over the trades, late ones among them', () => {
  const trades = fc.array(
    fc.record({
      price,
      size,
      forwardMs: fc.constantFrom(0, 1, 900, 30_000, 200_000, 4_000_000),
      lateMs: fc.constantFrom(0, 0, 0, 4_000, 130_000),
    }),
    { minLength: 1, maxLength: 80, size: 'max' },
  );
  fc.assert(
    fc.property(trades, (given) => {
      const fold = createInstrumentFold(BTC);
      const told = new Map<string, unknown>();
      const emit = ({ body: said }: Update) => {
        if (said.kind !== 'kline') return;
        const { open, high, low, close, volume, turnover, trades: count, final } = said;
        told.set(`${said.interval} ${said.startMs}`, {
          open,
          high,
          low,
          close,
          volume,
          turnover,
          trades: count,
          final,
        });
      };
      const counted: { timeMs: number; price: number; size: number }[] = [];
      let now = MIDNIGHT - 86_400_000;
      for (const next of given) {
        now += next.forwardMs;
        fold.clock(now, emit);
        const timeMs = now - next.lateMs;
        counted.push({ timeMs, price: next.price, size: next.size });
        fold.apply(tickOf(trade(next.price, next.size), timeMs), now, emit);
      }
      fold.clock(now + 3 * 86_400_000, emit);

      const bars = new Map<string, unknown>();
      for (const interval of INTERVALS) {
        const startOf = (timeMs: number) => Math.floor(timeMs / INTERVAL_MS[interval]) * INTERVAL_MS[interval];
        for (const startMs of new Set(counted.map(({ timeMs }) => startOf(timeMs)))) {
          const within = counted.filter(({ timeMs }) => startOf(timeMs) === startMs);
          bars.set(`${interval} ${startMs}`, { ...sumsOf(within), final: true });
        }
      }
      expect(Object.fromEntries(told)).toEqual(Object.fromEntries(bars));
    }),
    { numRuns: 200 / inject('fewerRuns') },
  );
});

function sumsOf(trades: { price: number; size: number }[]) {
  const prices = trades.map((one) => one.price);
  return {
    open: prices[0],
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1),
    volume: trades.reduce((sum, one) => sum + BigInt(one.size), 0n),
    turnover: trades.reduce((sum, one) => sum + BigInt(one.price) * BigInt(one.size), 0n),
    trades: trades.length,
  };
}
