import { describe, expect, it } from 'vitest';
import {
  type BinanceSymbol,
  STREAM_KINDS,
  type StreamRoute,
  streamName,
} from '../../../src/venues/binance/messages.ts';
import { normaliseFrame, normaliseSnapshot } from '../../../src/venues/binance/normalise.ts';

const BTC: BinanceSymbol = {
  symbol: 'BTCUSDT',
  instrument: 'BTCUSDT$BA',
  name: 'BTC / USDT',
  priceDecimals: 2,
  sizeDecimals: 5,
};
const UNDECLARED: BinanceSymbol = {
  ...BTC,
  symbol: 'XMRBTC',
  instrument: 'XMRBTC$BA',
  priceDecimals: undefined,
  sizeDecimals: undefined,
};

const routes = new Map<string, StreamRoute>(
  [BTC, UNDECLARED].flatMap((symbol) =>
    STREAM_KINDS.map((kind) => [streamName(symbol.symbol, kind), { kind, symbol }] as const),
  ),
);

const trade = (change: Record<string, unknown> = {}, stream = 'btcusdt@trade'): string =>
  JSON.stringify({
    stream,
    data: {
      e: 'trade',
      E: 1723161255343,
      s: 'BTCUSDT',
      t: 3735683259,
      p: '61837.63000000',
      q: '0.02000000',
      T: 1723161255342,
      m: true,
      M: true,
      ...change,
    },
  });
const quote = (change: Record<string, unknown> = {}): string =>
  JSON.stringify({
    stream: 'btcusdt@bookTicker',
    data: {
      u: 50093239212,
      s: 'BTCUSDT',
      b: '61837.63000000',
      B: '3.78826000',
      a: '61837.64000000',
      A: '1.54698000',
      ...change,
    },
  });
const diff = (change: Record<string, unknown> = {}): string =>
  JSON.stringify({
    stream: 'btcusdt@depth@100ms',
    data: {
      e: 'depthUpdate',
      E: 1723161255208,
      s: 'BTCUSDT',
      U: 10,
      u: 12,
      b: [['61737.63000000', '0.00000000']],
      a: [['61837.64000000', '1.54698000']],
      ...change,
    },
  });
const reasonOf = (text: string): string => {
  const event = normaliseFrame(text, routes);
  return event.type === 'bad' ? event.reason : event.type;
};

describe('a trade', () => {
  it('keeps every digit, and trailing zeros do not count', () => {
    expect(normaliseFrame(trade(), routes)).toEqual({
      type: 'trade',
      symbol: BTC,
      tradeId: 3735683259,
      tick: {
        instrument: 'BTCUSDT$BA',
        exchangeTimeUs: 1723161255342000,
        priceDecimals: 2,
        sizeDecimals: 5,
        body: { kind: 'trade', id: '3735683259', price: 6183763, size: 2000, side: 'sell', conditions: [], counts: 7 },
      },
    });
  });

  it('has the aggressor on the side that was not the maker', () => {
    expect(normaliseFrame(trade({ m: false }), routes)).toMatchObject({ tick: { body: { side: 'buy' } } });
  });

  it('takes the order ids of frames before 2024 as unknown keys', () => {
    expect(reasonOf(trade({ b: 20720542158, a: 20720542592 }))).toBe('trade');
  });

  it('has more decimals than declared when its value needs them', () => {
    expect(normaliseFrame(trade({ p: '61837.6312' }), routes)).toMatchObject({
      tick: { priceDecimals: 4, sizeDecimals: 5, body: { price: 618376312 } },
    });
  });

  it('has just the decimals that its values need where none are declared', () => {
    const text = trade({ s: 'XMRBTC', p: '0.00577300', q: '16.00000000' }, 'xmrbtc@trade');
    expect(normaliseFrame(text, routes)).toMatchObject({
      tick: { priceDecimals: 6, sizeDecimals: 0, body: { price: 5773, size: 16 } },
    });
  });

  it.each([
    [{ p: '1e-9' }, 'exponent'],
    [{ p: 'NaN' }, 'not_a_number'],
    [{ p: 'Infinity' }, 'not_a_number'],
    [{ p: '0x10' }, 'not_a_number'],
    [{ p: ' 1' }, 'not_a_number'],
    [{ p: '1,5' }, 'not_a_number'],
    [{ p: '.5' }, 'not_a_number'],
    [{ p: '5.' }, 'not_a_number'],
    [{ p: '+5' }, 'not_a_number'],
    [{ p: '-0' }, 'negative'],
    [{ p: '' }, 'empty'],
    [{ p: '1'.repeat(40) }, 'out_of_range'],
    [{ p: '1'.repeat(400) }, 'too_many_digits'],
    [{ p: '0.123456789' }, 'too_many_digits'],
    [{ p: '90071992547409.92' }, 'out_of_range'],
    [{ p: '-5.00' }, 'negative'],
    [{ q: '-5.00' }, 'negative'],
    [{ p: '0.00000000' }, 'not_positive'],
    [{ q: '0.00000000' }, 'not_positive'],
    [{ p: 61837.63 }, 'missing_field'],
    [{ p: null }, 'missing_field'],
    [{ q: undefined }, 'missing_field'],
    [{ t: undefined }, 'missing_field'],
    [{ t: '3735683259' }, 'missing_field'],
    [{ t: 1.5 }, 'missing_field'],
    [{ t: -1 }, 'missing_field'],
    [{ t: 2 ** 53 }, 'missing_field'],
    [{ T: undefined }, 'missing_field'],
    [{ T: 9_007_199_254_741_000 }, 'missing_field'],
    [{ T: 9_007_199_254_741 }, 'out_of_range'],
    [{ m: 'true' }, 'missing_field'],
    [{ s: 'ETHUSDT' }, 'wrong_symbol'],
    [{ s: 'btcusdt' }, 'wrong_symbol'],
    [{ e: 'aggTrade' }, 'unknown_event'],
  ])('is refused with %j', (change, reason) => {
    expect(reasonOf(trade(change))).toBe(reason);
  });

  it('holds up to 2^53 - 1 exactly', () => {
    expect(normaliseFrame(trade({ p: '90071992547409.91' }), routes)).toMatchObject({
      tick: { body: { price: Number.MAX_SAFE_INTEGER } },
    });
  });
});

describe('a quote', () => {
  it('has no exchange time, for spot gives none', () => {
    expect(normaliseFrame(quote(), routes)).toMatchObject({
      type: 'quote',
      tick: {
        exchangeTimeUs: undefined,
        body: { bid: 6183763, bidSize: 378826, ask: 6183764, askSize: 154698, venueSeq: 50093239212 },
      },
    });
  });

  it('leaves an empty side out', () => {
    expect(normaliseFrame(quote({ b: '0.00000000', B: '0.00000000' }), routes)).toMatchObject({
      tick: { body: { bid: undefined, bidSize: undefined, ask: 6183764 } },
    });
  });

  it.each(['b', 'B', 'a', 'A'])('is refused when %s is no decimal', (field) => {
    expect(reasonOf(quote({ [field]: '1e5' }))).toBe('exponent');
    expect(reasonOf(quote({ [field]: undefined }))).toBe('missing_field');
  });
});

describe('a diff', () => {
  it('keeps removals and the numbers that order it', () => {
    expect(normaliseFrame(diff(), routes)).toMatchObject({
      type: 'diff',
      firstId: 10,
      lastId: 12,
      tick: { body: { kind: 'bookDelta', bids: [6173763, 0], asks: [6183764, 154698], venueSeq: 12 } },
    });
  });

  it('has the decimals of its widest level for all of them', () => {
    expect(normaliseFrame(diff({ b: [['61737.635', '1']] }), routes)).toMatchObject({
      tick: { priceDecimals: 3, body: { bids: [61737635, 100000], asks: [61837640, 154698] } },
    });
  });

  it.each([
    [
      {
        b: [
          ['61737.63', '1'],
          ['NaN', '1'],
        ],
      },
      'not_a_number',
    ],
    [
      {
        b: [
          ['61737.63', '1'],
          ['61737.62', '-1'],
        ],
      },
      'negative',
    ],
    [{ b: [['61737.63']] }, 'bad_level'],
    [{ b: [['61737.63', '1', '1']] }, 'bad_level'],
    [{ b: ['61737.63'] }, 'bad_level'],
    [{ b: [['0.00', '1']] }, 'not_positive'],
    [{ b: null }, 'missing_field'],
    [{ a: {} }, 'missing_field'],
    [{ U: 13 }, 'missing_field'],
    [{ u: undefined }, 'missing_field'],
  ])('is refused whole with %j, and names its stream', (change, reason) => {
    expect(normaliseFrame(diff(change), routes)).toMatchObject({
      type: 'bad',
      reason,
      route: { kind: 'depth@100ms', symbol: BTC },
    });
  });
});

describe('other frames', () => {
  it.each([
    ['', 'not_json'],
    ['not json', 'not_json'],
    ['{"stream":"btcusdt@trade","data":{"e":"trade","E":17231', 'not_json'],
    ['null', 'unknown_event'],
    ['[]', 'unknown_event'],
    ['42', 'unknown_event'],
    ['{}', 'unknown_event'],
    ['{"stream":"btcusdt@trade"}', 'missing_field'],
    ['{"stream":"btcusdt@trade","data":[]}', 'missing_field'],
    ['{"stream":"ethusdt@trade","data":{}}', 'unknown_stream'],
    ['{"stream":"__proto__","data":{}}', 'unknown_stream'],
    ['{"stream":1,"data":{}}', 'unknown_event'],
  ])('%s is skipped', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('reads answers, errors and the announcement of a restart', () => {
    expect(normaliseFrame('{"result":null,"id":1}', routes)).toEqual({ type: 'reply', id: 1, error: undefined });
    expect(normaliseFrame('{"code":2,"msg":"Invalid request: too many parameters","id":7}', routes)).toEqual({
      type: 'reply',
      id: 7,
      error: '2 Invalid request: too many parameters',
    });
    expect(normaliseFrame('{"e":"serverShutdown","E":1}', routes)).toEqual({ type: 'shutdown' });
    expect(normaliseFrame('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}', routes)).toEqual({
      type: 'shutdown',
    });
  });
});

describe('a snapshot', () => {
  it('is best first whatever its order, without empty levels', () => {
    const reply = {
      lastUpdateId: 5,
      bids: [
        ['1.00', '1.0'],
        ['2.00', '2.0'],
        ['3.00', '0.0'],
      ],
      asks: [
        ['5.00', '1'],
        ['4.00', '1'],
      ],
    };
    expect(normaliseSnapshot(reply, BTC)).toMatchObject({
      lastUpdateId: 5,
      tick: {
        body: { kind: 'bookSnapshot', bids: [200, 200000, 100, 100000], asks: [400, 100000, 500, 100000], venueSeq: 5 },
      },
    });
  });

  it.each([
    [null, 'missing_field'],
    [{ lastUpdateId: 'x', bids: [], asks: [] }, 'missing_field'],
    [{ lastUpdateId: 1, bids: [] }, 'missing_field'],
    [{ lastUpdateId: 1, bids: [['1', '1e3']], asks: [] }, 'exponent'],
  ])('%j is refused', (reply, reason) => {
    expect(normaliseSnapshot(reply, BTC)).toMatchObject({ type: 'bad', reason });
  });
});
