import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyUpdate,
  BOOK_LEVELS_PUBLISHED,
  createInstrumentFold,
  emptyView,
  formatUnits,
  INTERVAL_MS,
  INTERVALS,
  type InstrumentFold,
  type Levels,
  parseDecimal,
  restoreInstrumentFold,
  type Tick,
  type TickBody,
  type Update,
} from '../src/index.ts';
import { BTC, MIDNIGHT, quote, tickOf, trade } from './ticks.ts';

/** What the fold is given: a tick, or a step of its source's clock. */
type Step = { tick: Tick; clockMs: number } | { clockMs: number };

const price = fc.integer({ min: 1, max: 160 });
const size = fc.integer({ min: 0, max: 5 });
const levels = fc.array(fc.tuple(price, size), { maxLength: 20 }).map((pairs) => pairs.flat());
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const tradeBody = fc
  .record({ price, size, counts: fc.constantFrom(7, 7, 7, 7, 0, 1, 2, 3, 4, 6) })
  .map((fields) => trade(fields.price, fields.size, { counts: fields.counts, conditions: ['@'] }));
const quoteBody = fc
  .record({
    bid: maybe(price),
    bidSize: maybe(size),
    ask: maybe(price),
    askSize: maybe(size),
    last: maybe(price),
    prevClose: maybe(price),
    open: maybe(price),
    high: maybe(price),
    low: maybe(price),
    volume: maybe(fc.bigInt({ min: 0n, max: 10n ** 20n })),
    turnover: maybe(fc.bigInt({ min: 0n, max: 10n ** 20n })),
  })
  .map(quote);
const bookBody = fc
  .record({ kind: fc.constantFrom('bookDelta' as const, 'bookSnapshot' as const), bids: levels, asks: levels })
  .map((body): TickBody => ({ ...body, venueSeq: undefined }));
const deepBook = fc.integer({ min: 55, max: 120 }).map(
  (count): TickBody => ({
    kind: 'bookSnapshot',
    bids: Array.from({ length: count }, (_, i) => [160 - i, 1]).flat(),
    asks: Array.from({ length: count }, (_, i) => [161 + i, 1]).flat(),
    venueSeq: undefined,
  }),
);
const statusBody = fc
  .record({ state: fc.constantFrom('live' as const, 'halted' as const), sinceMs: fc.constant(MIDNIGHT) })
  .map((fields): TickBody => ({ kind: 'status', reason: '', ...fields }));
const topOfBook = fc
  .record({ bid: price, bidSize: size, ask: price, askSize: size })
  .map((fields): TickBody => quote(fields));

const body = fc.oneof(
  { weight: 6, arbitrary: tradeBody },
  { weight: 4, arbitrary: topOfBook },
  { weight: 2, arbitrary: quoteBody },
  { weight: 6, arbitrary: bookBody },
  { weight: 1, arbitrary: deepBook },
  { weight: 1, arbitrary: statusBody },
);

/** Times around a midnight, with gaps, late and absent exchange times, clocks that step or stand, and decimals that rise. */
const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.record({
      body: maybe(body),
      forwardMs: fc.constantFrom(0, 0, 3, 400, 1_000, 20_000, 61_000, 700_000, 7_200_000),
      aheadMs: fc.constantFrom(0, 0, 0, 1_300, -5_000, -70_000, -800_000, 9_000, 20_000),
      timed: fc.boolean(),
      venue: fc.constantFrom('binance/1', 'binance/1', 'binance/2', 'itick/1'),
      morePrice: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2),
      moreSize: fc.constantFrom(0, 0, 0, 0, 0, 0, 1),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .chain((drafts) =>
    fc
      .record({ startMs: fc.constantFrom(MIDNIGHT - 65_000, MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 40_000_000) })
      .map(({ startMs }) => {
        let now = startMs;
        return drafts.map((draft): Step => {
          now += draft.forwardMs;
          if (draft.body === undefined) return { clockMs: now };
          const tick = tickOf(draft.body, draft.timed ? now + draft.aheadMs : undefined, {
            source: draft.venue,
            receivedAtUs: now * 1000 + 5,
            priceDecimals: 2 + draft.morePrice,
            sizeDecimals: 1 + draft.moreSize,
          });
          return { tick, clockMs: draft.timed ? 0 : now };
        });
      }),
  );

function run(fold: InstrumentFold, given: readonly Step[]): { updates: Update[]; outcomes: unknown[] } {
  const updates: Update[] = [];
  const emit = (update: Update) => {
    updates.push(update);
  };
  const outcomes = given.map((step) =>
    'tick' in step ? fold.apply(structuredClone(step.tick), step.clockMs, emit) : fold.clock(step.clockMs, emit),
  );
  return { updates, outcomes };
}

describe('any sequence of ticks and clocks', () => {
  test('gives a state that is what its updates make of nothing, numbered without a hole', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const fold = createInstrumentFold(BTC);
        const view = emptyView(BTC, 'e');
        const seqs = { ...view.seqs };
        for (const step of given) {
          for (const update of run(fold, [step]).updates) {
            expect(update.first).toBe(seqs[update.sequence] + 1);
            expect(update.last).toBe(update.first);
            seqs[update.sequence] = update.last;
            applyUpdate(view, update);
          }
          expect(view).toEqual(fold.view('e'));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('goes on exactly the same after save and restore, at any point, through JSON', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (given, where) => {
        const at = where % given.length;
        const whole = run(createInstrumentFold(BTC), given);
        const first = createInstrumentFold(BTC);
        const before = run(first, given.slice(0, at));
        const second = restoreInstrumentFold(first.view('e'), JSON.parse(JSON.stringify(first.save())));
        expect(second.view('e')).toEqual(first.view('e'));
        expect(second.save()).toEqual(first.save());
        expect(second.venue).toBe(first.venue);
        const after = run(second, given.slice(at));
        expect([...before.updates, ...after.updates]).toEqual(whole.updates);
        expect([...before.outcomes, ...after.outcomes]).toEqual(whole.outcomes);
      }),
      { numRuns: 300 },
    );
  });

  test('gives the same updates again', () => {
    fc.assert(
      fc.property(steps, (given) => {
        expect(run(createInstrumentFold(BTC), given)).toEqual(run(createInstrumentFold(BTC), given));
      }),
    );
  });

  test('leaves the state as it was when the tick is rejected', () => {
    fc.assert(
      fc.property(steps, body, fc.constantFrom(16, 18), (given, last, decimals) => {
        const fold = createInstrumentFold(BTC);
        run(fold, given);
        const view = fold.view('e');
        const saved = JSON.stringify(fold.save());
        const { outcomes, updates } = run(fold, [
          { tick: tickOf(last, undefined, { priceDecimals: decimals, sizeDecimals: decimals }), clockMs: 0 },
        ]);
        if (outcomes[0] !== 'decimals_overflow' && outcomes[0] !== 'out_of_range') return;
        expect(updates).toEqual([]);
        expect(fold.view('e')).toEqual(view);
        expect(JSON.stringify(fold.save())).toBe(saved);
      }),
    );
  });

  test('emits a quote only when a field changed, and says each field that did', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const fold = createInstrumentFold(BTC);
        let told = emptyView(BTC, 'e');
        for (const step of given) {
          for (const update of run(fold, [step]).updates) {
            const before = structuredClone(told);
            applyUpdate(told, update);
            const raised = told.priceDecimals !== before.priceDecimals || told.sizeDecimals !== before.sizeDecimals;
            if (update.sequence === 'quote' && !raised) expect(told.quote).not.toEqual(before.quote);
            if (update.sequence === 'depth' && !raised) {
              expect([told.bids, told.asks]).not.toEqual([before.bids, before.asks]);
            }
          }
          told = fold.view('e');
        }
      }),
    );
  });
});

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
    { numRuns: 200 },
  );
});

function pairs(flat: Levels, priceDecimals: number, sizeDecimals: number): string[][] {
  const result: string[][] = [];
  for (let i = 0; i < flat.length; i += 2)
    result.push([worth(flat[i]!, priceDecimals), worth(flat[i + 1]!, sizeDecimals)]);
  return result;
}

test('bars and the statistics of the day are sums over the trades', () => {
  const trades = fc.array(
    fc.record({
      price,
      size,
      forwardMs: fc.constantFrom(0, 1, 900, 30_000, 200_000, 4_000_000),
      lateMs: fc.constantFrom(0, 0, 0, 4_000, 130_000),
    }),
    { minLength: 1, maxLength: 80 },
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
    { numRuns: 200 },
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
