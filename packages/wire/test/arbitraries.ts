// Random values of the protocol's types, for the property tests: the edges of what is exact are as likely as the rest.
import { CHANNELS, INTERVALS, type QuoteFields } from '@tapecast/market';
import fc from 'fast-check';
import {
  CLIENT_ACTIONS,
  type ClientMessage,
  type ControlMessage,
  type DataMessage,
  ERROR_CODES,
  type ErrorCode,
  RESUME_OUTCOMES,
  SUBPROTOCOLS,
} from '../src/index.ts';

export const units = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, 1, -1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER),
);
export const count = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER));
export const sum = fc.oneof(
  fc.bigInt(-(2n ** 100n), 2n ** 100n),
  fc.constantFrom(0n, -1n, 2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n),
);
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
export const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('BTCUSDT$BA', '', '"\\\n\u2028', '</script>'),
);
export const side = fc.constantFrom(undefined, 'buy' as const, 'sell' as const);
export const state = fc.constantFrom('pending', 'live', 'stale', 'halted', 'closed', 'delayed' as const);
export const levels = fc.array(fc.tuple(units, count), { maxLength: 12 }).map((pairs) => pairs.flat());
export const interval = fc.constantFrom(...INTERVALS);
export const decimals = fc.integer({ min: 0, max: 18 });
export const messageId = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  units,
  fc.constant(1.5),
);

export const quoteFields: fc.Arbitrary<QuoteFields> = fc.record({
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
  sinceMs: maybe(count),
});

const symbols = fc.array(fc.constantFrom('AAPL$US', '700$HK', 'BTCUSDT$BA', '*$BA'), { minLength: 1, maxLength: 4 });
const channelNames = fc.array(fc.constantFrom('quote', 'trades', 'depth', 'kline@1'), { minLength: 1, maxLength: 4 });

const resumePosition = fc.record({
  symbol: fc.constantFrom('AAPL$US', '700$HK'),
  channel: fc.constantFrom('quote', 'trades', 'depth@5'),
  epoch: text,
  seq: count.map((seq) => Math.min(seq, Number.MAX_SAFE_INTEGER - 1)),
  intervalMs: maybe(count),
});

export const clientMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({ action: fc.constant('auth' as const), id: messageId, token: fc.string({ minLength: 1 }) }),
  fc.record({
    action: fc.constant('subscribe' as const),
    id: messageId,
    channels: channelNames,
    symbols,
    intervalMs: count,
  }),
  fc.record({
    action: fc.constantFrom('unsubscribe' as const, 'resync' as const),
    id: messageId,
    channels: maybe(channelNames),
    symbols,
  }),
  fc.record({
    action: fc.constantFrom('query_subscribe' as const, 'ack' as const, 'ping' as const),
    id: messageId,
  }),
  fc.record({
    action: fc.constant('resume' as const),
    id: messageId,
    token: fc.string({ minLength: 1, maxLength: 256 }),
    positions: fc.array(resumePosition, { maxLength: 4 }),
    more: fc.boolean(),
  }),
  fc.record({
    action: fc.constant('resume' as const),
    id: messageId,
    token: fc.constant(undefined),
    positions: fc.array(resumePosition, { minLength: 1, maxLength: 4 }),
    more: fc.boolean(),
  }),
);

const channel = fc.constantFrom(...CHANNELS);
const errorCode = fc.constantFrom(...(Object.keys(ERROR_CODES) as ErrorCode[]));
const optional = { requiredKeys: [] as [] };

const namedLimits = (minKeys: number): fc.Arbitrary<Record<string, number | number[]>> =>
  fc.dictionary(
    fc.constantFrom('message_bytes', 'subscriptions', 'intervals_ms'),
    fc.oneof(count, fc.array(count, { maxLength: 4 })),
    { noNullPrototype: true, minKeys },
  );

export const controlMessage: fc.Arbitrary<ControlMessage> = fc.oneof(
  fc
    .tuple(
      fc.record({
        type: fc.constant('hello' as const),
        session: text,
        serverTime: count,
        heartbeatMs: count,
        protocol: fc.constantFrom(...SUBPROTOCOLS),
        limits: namedLimits(0),
      }),
      fc.record({ resumeToken: fc.string({ minLength: 1 }) }, optional),
    )
    .map(([hello, token]) => ({ ...hello, ...token })),
  fc
    .tuple(
      fc.record({ action: fc.constantFrom(...CLIENT_ACTIONS), id: messageId, msg: text }),
      fc.record(
        {
          results: fc.array(
            fc.oneof(
              fc.record({
                symbol: text,
                channel: text,
                ok: fc.constant(true),
                epoch: text,
                seq: count,
                intervalMs: count,
                streamNumber: fc.integer({ min: 10, max: 2 ** 32 - 1 }), // Others than the tests' own.
              }),
              fc
                .tuple(
                  fc.record({ symbol: text, channel: text, ok: fc.constant(true), epoch: text, seq: count }),
                  fc.record({ from: count, lost: fc.tuple(count, count) }, optional),
                  fc.constantFrom(...RESUME_OUTCOMES),
                )
                .map(([result, rest, outcome]) => ({ ...result, ...rest, outcome })),
              fc.record({ symbol: text, channel: text, ok: fc.constant(false), code: errorCode, msg: text }),
            ),
            { maxLength: 4 },
          ),
          subscriptions: fc.array(fc.record({ symbol: text, channel, intervalMs: count, epoch: text, seq: count }), {
            maxLength: 4,
          }),
          limits: namedLimits(1),
          session: text,
          resumeToken: text,
          sessionResumed: fc.boolean(),
        },
        optional,
      ),
    )
    .map(([head, lists]) => ({ type: 'success' as const, ...head, ...lists })),
  fc.record({
    type: fc.constant('error' as const),
    action: fc.oneof(fc.constant(null), fc.constantFrom(...CLIENT_ACTIONS)),
    id: messageId,
    code: errorCode,
    msg: text,
    temporary: fc.boolean(),
    retryAfterMs: fc.oneof(fc.constant(null), count),
  }),
  fc.record({ type: fc.constant('pong' as const), id: messageId, serverTime: count }),
  fc.record({ type: fc.constant('heartbeat' as const), n: count, serverTime: count }),
  fc.record(
    {
      type: fc.constant('status' as const),
      symbol: text,
      state,
      since: count,
      source: text,
      reason: text,
      epoch: text,
    },
    { requiredKeys: ['type', 'symbol', 'state', 'since', 'source', 'reason'] },
  ),
  fc
    .tuple(
      fc.record({ code: fc.constantFrom('merged', 'hole', 'degraded', 'moving', 'auth_expiring' as const), msg: text }),
      fc.record(
        {
          symbol: text,
          channel,
          range: fc.tuple(count, count),
          epoch: text,
          level: count,
          intervalMs: count,
          url: text,
          afterMs: count,
        },
        optional,
      ),
    )
    .map(([head, rest]) => ({ type: 'notice' as const, ...head, ...rest })),
);

const range = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 50 }), fc.nat())
  .map(([first, span]): [number, number] => [first, first + span]);
const dataHead = {
  symbol: fc.constantFrom('AAPL$US', '700$HK', 'A"\\\u0007$XX'),
  priceDecimals: decimals,
  sizeDecimals: decimals,
  timestamp: count,
};
const trade = fc.record({ id: text, price: units, size: units, side, conditions: fc.array(text, { maxLength: 3 }) });

export const dataMessage: fc.Arbitrary<DataMessage> = fc.oneof(
  fc.record({ ...dataHead, range, trade, history: fc.option(count) }).map(({ history, range: live, ...rest }) => ({
    type: 'trade' as const,
    channel: 'trade' as const,
    ...rest,
    range: history === null ? live : undefined,
    historySeq: history ?? undefined,
  })),
  fc.record({
    ...dataHead,
    type: fc.constant('quote' as const),
    channel: fc.constant('quote' as const),
    range,
    quote: quoteFields,
  }),
  fc.record({
    ...dataHead,
    type: fc.constantFrom('l2_snapshot' as const, 'l2_update' as const),
    channel: fc.constantFrom('depth@5' as const, 'depth@20' as const, 'depth@50' as const),
    range,
    bids: levels,
    asks: levels,
  }),
  fc
    .record({
      ...dataHead,
      range,
      kline: fc.record({
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
        revision: count,
      }),
    })
    .map((rest) => ({ type: 'kline' as const, channel: `kline@${rest.kline.interval}` as const, ...rest })),
);
