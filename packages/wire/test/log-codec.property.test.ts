import {
  COUNTS_ALL,
  INTERVALS,
  type InstrumentView,
  type Kline,
  type NumberedTrade,
  type QuoteFields,
  SEQUENCES,
  type Sequence,
  type Tick,
  type Update,
  type UpdateBody,
} from '@tapecast/market';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeTick,
  decodeUpdate,
  decodeView,
  encodeTick,
  encodeUpdate,
  encodeUpdateBatch,
  encodeView,
  openUpdateBatch,
  WireError,
} from '../src/index.ts';

// Values at the edges of what is exact are as likely as ordinary ones.
const units = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, 1, -1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER),
);
const size = units.map(Math.abs).map((value) => value + 0);
const sum = fc.oneof(
  fc.bigInt(-(2n ** 100n), 2n ** 100n),
  fc.constantFrom(0n, -1n, 2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('BTCUSDT$BA', ''));
const side = fc.constantFrom(undefined, 'buy' as const, 'sell' as const);
const state = fc.constantFrom('pending', 'live', 'stale', 'halted', 'closed', 'delayed' as const);
const levels = fc.array(fc.tuple(units, size), { maxLength: 12 }).map((pairs) => pairs.flat());
const interval = fc.constantFrom(...INTERVALS);
const decimals = fc.integer({ min: 0, max: 30 });

const tickBody = fc.oneof(
  fc.record({
    kind: fc.constant('trade' as const),
    id: text,
    price: units,
    size: units,
    side,
    conditions: fc.array(text, { maxLength: 3 }),
    counts: fc.integer({ min: 0, max: COUNTS_ALL }),
  }),
  fc.record({
    kind: fc.constant('quote' as const),
    bid: maybe(units),
    bidSize: maybe(units),
    ask: maybe(units),
    askSize: maybe(units),
    last: maybe(units),
    open: maybe(units),
    high: maybe(units),
    low: maybe(units),
    prevClose: maybe(units),
    volume: maybe(sum),
    turnover: maybe(sum),
    venueSeq: maybe(size),
  }),
  fc.record({
    kind: fc.constantFrom('bookSnapshot' as const, 'bookDelta' as const),
    bids: levels,
    asks: levels,
    venueSeq: maybe(size),
  }),
  fc.record({
    kind: fc.constant('bar' as const),
    interval,
    startMs: size,
    open: units,
    high: units,
    low: units,
    close: units,
    volume: sum,
    turnover: maybe(sum),
    trades: maybe(size),
    final: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('status' as const), state, reason: text, sinceMs: size }),
  fc.record({ kind: fc.constant('clock' as const), timeMs: size }),
);

const tick: fc.Arbitrary<Tick> = fc.record({
  instrument: text,
  source: text,
  sourceSeq: size,
  exchangeTimeUs: maybe(size),
  receivedAtUs: size,
  priceDecimals: decimals,
  sizeDecimals: decimals,
  body: tickBody,
});

const trade = fc.record({
  kind: fc.constant('trade' as const),
  id: text,
  price: units,
  size: units,
  side,
  conditions: fc.array(text, { maxLength: 3 }),
});
const quoteFields: fc.Arbitrary<QuoteFields> = fc.record({
  last: maybe(units),
  open: maybe(units),
  high: maybe(units),
  low: maybe(units),
  prevClose: maybe(units),
  change: maybe(units),
  changePct: maybe(units),
  volume: maybe(sum),
  turnover: maybe(sum),
  vwap: maybe(sum),
  bid: maybe(units),
  bidSize: maybe(units),
  ask: maybe(units),
  askSize: maybe(units),
  sinceMs: maybe(size),
});
const kline: fc.Arbitrary<Kline> = fc.record({
  kind: fc.constant('kline' as const),
  interval,
  startMs: size,
  open: units,
  high: units,
  low: units,
  close: units,
  volume: sum,
  turnover: sum,
  trades: size,
  final: fc.boolean(),
  revision: fc.nat(),
});
const status = fc.record({ kind: fc.constant('status' as const), state, sinceMs: size, source: text, reason: text });
const updateBody: fc.Arbitrary<UpdateBody> = fc.oneof(
  trade,
  quoteFields.chain((fields) =>
    fc.integer({ min: 0, max: 2 ** 15 - 1 }).map((cleared) => ({ kind: 'quote' as const, cleared, ...fields })),
  ),
  fc.record({ kind: fc.constant('depth' as const), bids: levels, asks: levels }),
  kline,
  status,
);
const sequenceOfBody = (body: UpdateBody): Sequence => (body.kind === 'kline' ? `kline@${body.interval}` : body.kind);
const update: fc.Arbitrary<Update> = fc
  .record({
    first: fc.nat(),
    width: fc.nat({ max: 9 }),
    keyframe: fc.boolean(),
    priceDecimals: decimals,
    sizeDecimals: decimals,
    timestampUs: size,
    receivedAtUs: size,
    body: updateBody,
  })
  .map(({ first, width, ...rest }) => ({ sequence: sequenceOfBody(rest.body), first, last: first + width, ...rest }));

const view: fc.Arbitrary<InstrumentView> = fc
  .record({
    instrument: text,
    epoch: text,
    priceDecimals: decimals,
    sizeDecimals: decimals,
    seqs: fc.record(
      Object.fromEntries(SEQUENCES.map((name) => [name, size])) as Record<Sequence, fc.Arbitrary<number>>,
    ),
    quote: quoteFields,
    quoteTimestampUs: size,
    bids: levels,
    asks: levels,
    bookTimestampUs: size,
    bars: fc.array(fc.record({ bar: kline, timestampUs: size }), { maxLength: 4 }),
    trades: fc.array(
      fc.record({ trade, seq: size, timestampUs: size, priceDecimals: decimals, sizeDecimals: decimals }),
      { maxLength: 4 },
    ),
    status: maybe(status),
  })
  .map(({ bars, trades, ...rest }) => ({
    ...rest,
    bars: Object.fromEntries(bars.map(({ bar, timestampUs }) => [bar.interval, { ...bar, timestampUs }])),
    trades: trades.map(({ trade: body, ...numbers }): NumberedTrade => ({ ...body, ...numbers })),
  }));

const batch = fc.record({
  epoch: text,
  ticksNext: size,
  computedAtUs: size,
  clocks: fc.array(fc.record({ source: text, timeMs: size }), { maxLength: 3 }),
  updates: fc
    .array(fc.tuple(text, fc.array(update, { minLength: 1, maxLength: 6 })), { maxLength: 5 })
    .map((entries) => new Map(entries)),
});

describe('the log codecs give back what they were given', () => {
  it('ticks', () => {
    fc.assert(fc.property(tick, (value) => void expect(decodeTick(encodeTick(value))).toEqual(value)));
  });

  it('updates', () => {
    fc.assert(fc.property(update, (value) => void expect(decodeUpdate(encodeUpdate(value))).toEqual(value)));
  });

  it('views', () => {
    fc.assert(fc.property(view, (value) => void expect(decodeView(encodeView(value))).toEqual(value)));
  });

  it('batches: head, index and the updates of each instrument', () => {
    fc.assert(
      fc.property(batch, (value) => {
        const { entries, ...head } = openUpdateBatch(encodeUpdateBatch(value));
        const { updates, ...expected } = value;
        expect(head).toEqual(expected);
        expect(new Map(entries.map((entry) => [entry.instrument, entry.updates()]))).toEqual(updates);
        for (const entry of entries) {
          // The index names exactly the numbers that are in the entry, in order.
          const named = entry.ranges.flatMap(({ sequence, first, last }) => numbers(sequence, first, last)).sort();
          const carried = entry
            .updates()
            .flatMap(({ sequence, first, last }) => numbers(sequence, first, last))
            .sort();
          expect(named).toEqual(carried);
        }
      }),
    );
  });
});

function numbers(sequence: Sequence, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => `${sequence} ${first + at}`);
}

/** A decoder given anything answers with a value or a WireError; any other error is a crash. */
function answers(decode: () => unknown): 'value' | 'error' {
  try {
    decode();
    return 'value';
  } catch (error) {
    if (error instanceof WireError) return 'error';
    throw error;
  }
}

const DECODERS = [
  { name: 'ticks', decode: decodeTick, bytes: tick.map(encodeTick) },
  { name: 'updates', decode: decodeUpdate, bytes: update.map(encodeUpdate) },
  { name: 'views', decode: decodeView, bytes: view.map(encodeView) },
  {
    name: 'batches',
    decode: (bytes: Uint8Array) => openUpdateBatch(bytes).entries.map((entry) => entry.updates()),
    bytes: batch.map(encodeUpdateBatch),
  },
];

describe('hostile bytes get a value or a WireError', () => {
  for (const { name, decode, bytes } of DECODERS) {
    it(`${name} cut at every byte`, () => {
      fc.assert(
        fc.property(bytes, (whole) => {
          for (let end = 0; end < whole.length; end++) answers(() => decode(whole.subarray(0, end)));
        }),
        { numRuns: 30 },
      );
    });

    it(`${name} with flipped bytes`, () => {
      fc.assert(
        fc.property(
          bytes,
          fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
          (whole, flips) => {
            const bent = Uint8Array.from(whole);
            for (const [at, mask] of flips) if (bent.length > 0) bent[at % bent.length]! ^= mask;
            answers(() => decode(bent));
          },
        ),
        { numRuns: 300 },
      );
    });

    it(`${name} that are noise`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void answers(() => decode(noise))),
        { numRuns: 300 },
      );
    });
  }
});
