import fc from 'fast-check';
import type { InstrumentFold, Tick, TickBody, Update } from '../src/index.ts';
import { MIDNIGHT, quote, tickOf, trade } from './ticks.ts';

/** What the fold is given: a tick, or a step of its source's clock. */
export type Step = { tick: Tick; clockMs: number } | { clockMs: number };

export const price = fc.integer({ min: 1, max: 160 });
export const size = fc.integer({ min: 0, max: 5 });
const levels = fc.array(fc.tuple(price, size), { maxLength: 20, size: 'max' }).map((pairs) => pairs.flat());
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

export const body = fc.oneof(
  { weight: 6, arbitrary: tradeBody },
  { weight: 4, arbitrary: topOfBook },
  { weight: 2, arbitrary: quoteBody },
  { weight: 6, arbitrary: bookBody },
  { weight: 1, arbitrary: deepBook },
  { weight: 1, arbitrary: statusBody },
);

/** Times around a midnight, with gaps, late and absent exchange times, clocks that step or stand, and decimals that rise. */
export const steps: fc.Arbitrary<Step[]> = fc
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
    { minLength: 1, maxLength: 60, size: 'max' },
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

/** Gives the fold each step; what it emitted and returned. */
export function run(fold: InstrumentFold, given: readonly Step[]): { updates: Update[]; outcomes: unknown[] } {
  const updates: Update[] = [];
  const emit = (update: Update) => {
    updates.push(update);
  };
  const outcomes = given.map((step) =>
    'tick' in step ? fold.apply(structuredClone(step.tick), step.clockMs, emit) : fold.clock(step.clockMs, emit),
  );
  return { updates, outcomes };
}
