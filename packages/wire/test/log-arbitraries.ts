// Random ticks, updates, views and batches, for the property tests of the log's codecs.
import {
  COUNTS_ALL,
  type InstrumentView,
  type Kline,
  type NumberedTrade,
  SEQUENCES,
  type Sequence,
  type Tick,
  type Update,
  type UpdateBody,
} from '@tapecast/market';
import fc from 'fast-check';
import { count, decimals, interval, levels, maybe, quoteFields, side, state, sum, text, units } from './arbitraries.ts';

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
    venueSeq: maybe(count),
  }),
  fc.record({
    kind: fc.constantFrom('bookSnapshot' as const, 'bookDelta' as const),
    bids: levels,
    asks: levels,
    venueSeq: maybe(count),
  }),
  fc.record({
    kind: fc.constant('bar' as const),
    interval,
    startMs: count,
    open: units,
    high: units,
    low: units,
    close: units,
    volume: sum,
    turnover: maybe(sum),
    trades: maybe(count),
    final: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('status' as const), state, reason: text, sinceMs: count }),
  fc.record({ kind: fc.constant('clock' as const), timeMs: count }),
);

export const tick: fc.Arbitrary<Tick> = fc.record({
  instrument: text,
  source: text,
  sourceSeq: count,
  exchangeTimeUs: maybe(count),
  receivedAtUs: count,
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
const kline: fc.Arbitrary<Kline> = fc.record({
  kind: fc.constant('kline' as const),
  interval,
  startMs: count,
  open: units,
  high: units,
  low: units,
  close: units,
  volume: sum,
  turnover: sum,
  trades: count,
  final: fc.boolean(),
  revision: fc.nat(),
});
const status = fc.record({ kind: fc.constant('status' as const), state, sinceMs: count, source: text, reason: text });
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
export const update: fc.Arbitrary<Update> = fc
  .record({
    first: fc.nat(),
    width: fc.nat({ max: 9 }),
    keyframe: fc.boolean(),
    priceDecimals: decimals,
    sizeDecimals: decimals,
    timestampUs: count,
    receivedAtUs: count,
    body: updateBody,
  })
  .map(({ first, width, ...rest }) => ({ sequence: sequenceOfBody(rest.body), first, last: first + width, ...rest }));

export const view: fc.Arbitrary<InstrumentView> = fc
  .record({
    instrument: text,
    epoch: text,
    priceDecimals: decimals,
    sizeDecimals: decimals,
    seqs: fc.record(
      Object.fromEntries(SEQUENCES.map((name) => [name, count])) as Record<Sequence, fc.Arbitrary<number>>,
    ),
    quote: quoteFields,
    quoteTimestampUs: count,
    bids: levels,
    asks: levels,
    bookTimestampUs: count,
    bars: fc.array(fc.record({ bar: kline, timestampUs: count }), { maxLength: 4 }),
    trades: fc.array(
      fc.record({ trade, seq: count, timestampUs: count, priceDecimals: decimals, sizeDecimals: decimals }),
      { maxLength: 4 },
    ),
    status: maybe(status),
  })
  .map(({ bars, trades, ...rest }) => ({
    ...rest,
    bars: Object.fromEntries(bars.map(({ bar, timestampUs }) => [bar.interval, { ...bar, timestampUs }])),
    trades: trades.map(({ trade: body, ...numbers }): NumberedTrade => ({ ...body, ...numbers })),
  }));

export const batch = fc.record({
  epoch: text,
  ticksNext: count,
  computedAtUs: count,
  clocks: fc.array(fc.record({ source: text, timeMs: count }), { maxLength: 3 }),
  updates: fc
    .array(fc.tuple(text, fc.array(update, { minLength: 1, maxLength: 6 })), { maxLength: 5 })
    .map((entries) => new Map(entries)),
});

/** Of each wire type that there is: field 100 as a varint, 8 bytes, a text, a group with a varint in it, 4 bytes. */
export const UNKNOWN = [
  ...[0xa0, 6, 0x96, 1, 0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xa2, 6, 2, 65, 66],
  ...[0xa3, 6, 8, 5, 0xa4, 6, 0xa5, 6, 1, 2, 3, 4],
];
