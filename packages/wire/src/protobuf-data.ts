import { INTERVALS } from '@tapecast/market';
import { depthOf } from './channel-names.ts';
import type { schema } from './client-schema.ts';
import type { Channel, DataMessage, DepthMessage, KlineMessage, QuoteMessage, TradeMessage } from './messages.ts';
import { count, decimals, integer, levels, optionalCount, optionalInteger } from './safe-integer.ts';
import { sideName, sideNumber } from './schema-names.ts';
import { decodeOptionalSum, decodeSum, encodeOptionalSum, encodeSum } from './sum.ts';
import { WireError } from './wire-error.ts';

/** Fields 1 to 6 of each data message. */
interface HeadFields {
  stream: number;
  first: number;
  span: number;
  priceDecimals: number;
  sizeDecimals: number;
  timestamp: number;
}

export function putData(
  message: DataMessage,
  numberOf: (symbol: string, channel: Channel) => number,
): schema.v1.ServerMessage.$Properties {
  const head = putHead(message, numberOf(message.symbol, message.channel));
  switch (message.type) {
    case 'trade':
      return { trade: putTrade(message, head) };
    case 'quote':
      return { quote: putQuote(message, head) };
    case 'l2_snapshot':
    case 'l2_update':
      return { depth: putDepth(message, head) };
    case 'kline':
      return { kline: putKline(message, head) };
  }
}

/** undefined where the message is no data of this version, or of a stream that has no name here. */
export function takeData(
  message: schema.v1.ServerMessage,
  symbolOf: (number: number) => string | undefined,
): DataMessage | undefined {
  const body = (message.quote ?? message.depth ?? message.trade ?? message.kline) as HeadFields | null | undefined; // All four begin so.
  if (!body) return undefined;
  const symbol = symbolOf(body.stream);
  if (symbol === undefined) return undefined;
  if (message.quote) return takeQuote(message.quote as schema.v1.ServerQuote, symbol);
  if (message.depth) return takeDepth(message.depth as schema.v1.ServerDepth, symbol);
  if (message.trade) return takeTrade(message.trade as schema.v1.ServerTrade, symbol);
  return takeKline(message.kline as schema.v1.ServerKline, symbol);
}

function putHead({ range, priceDecimals, sizeDecimals, timestamp }: DataMessage, number: number): HeadFields {
  const first = range === undefined ? 0 : count(range[0], 'first');
  return {
    stream: count(number, 'stream'),
    first,
    span: range === undefined ? 0 : count(range[1] - first, 'span'),
    priceDecimals: decimals(priceDecimals, 'price_decimals'),
    sizeDecimals: decimals(sizeDecimals, 'size_decimals'),
    timestamp: count(timestamp, 'timestamp'),
  };
}

function takeHead(body: HeadFields): {
  range: [number, number];
  priceDecimals: number;
  sizeDecimals: number;
  timestamp: number;
} {
  return { range: takeRange(body), ...takeCommon(body) };
}

function takeRange(body: HeadFields): [number, number] {
  const first = count(body.first, 'first');
  if (first === 0) throw new WireError('inconsistent', 'a data message covers no number');
  return [first, count(first + count(body.span, 'span'), 'last')];
}

function takeCommon(body: HeadFields): { priceDecimals: number; sizeDecimals: number; timestamp: number } {
  return {
    priceDecimals: decimals(body.priceDecimals, 'price_decimals'),
    sizeDecimals: decimals(body.sizeDecimals, 'size_decimals'),
    timestamp: count(body.timestamp, 'timestamp'),
  };
}

function putTrade({ trade, historySeq, range }: TradeMessage, head: HeadFields): schema.v1.ServerTrade.$Properties {
  if ((range === undefined) !== (historySeq !== undefined)) {
    throw new WireError('inconsistent', 'a trade has either a range or, in the history, its number');
  }
  return {
    ...head,
    id: trade.id,
    price: integer(trade.price, 'price'),
    size: integer(trade.size, 'size'),
    side: sideNumber(trade.side),
    conditions: trade.conditions,
    historyNumber: optionalCount(historySeq, 'history_number'),
  };
}

function takeTrade(body: schema.v1.ServerTrade, symbol: string): TradeMessage {
  const historySeq = optionalCount(body.historyNumber, 'history_number');
  return {
    type: 'trade',
    symbol,
    channel: 'trade',
    range: historySeq === undefined ? takeRange(body) : undefined,
    ...takeCommon(body),
    historySeq,
    trade: {
      id: body.id,
      price: integer(body.price, 'price'),
      size: integer(body.size, 'size'),
      side: sideName(body.side),
      conditions: body.conditions,
    },
  };
}

function putQuote({ quote }: QuoteMessage, head: HeadFields): schema.v1.ServerQuote.$Properties {
  return {
    ...head,
    last: optionalInteger(quote.last, 'last'),
    open: optionalInteger(quote.open, 'open'),
    high: optionalInteger(quote.high, 'high'),
    low: optionalInteger(quote.low, 'low'),
    prevClose: optionalInteger(quote.prevClose, 'prev_close'),
    change: optionalInteger(quote.change, 'change'),
    changePct: optionalInteger(quote.changePct, 'change_pct'),
    volume: encodeOptionalSum(quote.volume, 'volume'),
    turnover: encodeOptionalSum(quote.turnover, 'turnover'),
    vwap: encodeOptionalSum(quote.vwap, 'vwap'),
    bid: optionalInteger(quote.bid, 'bid'),
    bidSize: optionalInteger(quote.bidSize, 'bid_size'),
    ask: optionalInteger(quote.ask, 'ask'),
    askSize: optionalInteger(quote.askSize, 'ask_size'),
    since: optionalCount(quote.sinceMs, 'since'),
  };
}

function takeQuote(body: schema.v1.ServerQuote, symbol: string): QuoteMessage {
  return {
    type: 'quote',
    symbol,
    channel: 'quote',
    ...takeHead(body),
    quote: {
      last: optionalInteger(body.last, 'last'),
      open: optionalInteger(body.open, 'open'),
      high: optionalInteger(body.high, 'high'),
      low: optionalInteger(body.low, 'low'),
      prevClose: optionalInteger(body.prevClose, 'prev_close'),
      change: optionalInteger(body.change, 'change'),
      changePct: optionalInteger(body.changePct, 'change_pct'),
      volume: decodeOptionalSum(body.volume, 'volume'),
      turnover: decodeOptionalSum(body.turnover, 'turnover'),
      vwap: decodeOptionalSum(body.vwap, 'vwap'),
      bid: optionalInteger(body.bid, 'bid'),
      bidSize: optionalInteger(body.bidSize, 'bid_size'),
      ask: optionalInteger(body.ask, 'ask'),
      askSize: optionalInteger(body.askSize, 'ask_size'),
      sinceMs: optionalCount(body.since, 'since'),
    },
  };
}

function putDepth({ type, channel, bids, asks }: DepthMessage, head: HeadFields): schema.v1.ServerDepth.$Properties {
  const cut = depthOf(channel);
  if (cut === undefined) throw new WireError('inconsistent', `a depth message of channel ${channel}`);
  return {
    ...head,
    levels: cut,
    snapshot: type === 'l2_snapshot',
    bids: levels(bids, 'bids'),
    asks: levels(asks, 'asks'),
  };
}

function takeDepth(body: schema.v1.ServerDepth, symbol: string): DepthMessage {
  const cut = body.levels;
  if (cut !== 5 && cut !== 20 && cut !== 50) throw new WireError('unknown_value', `a depth of ${cut} levels`);
  return {
    type: body.snapshot ? 'l2_snapshot' : 'l2_update',
    symbol,
    channel: `depth@${cut}`,
    ...takeHead(body),
    bids: levels(body.bids, 'bids'),
    asks: levels(body.asks, 'asks'),
  };
}

function putKline({ kline }: KlineMessage, head: HeadFields): schema.v1.ServerKline.$Properties {
  return {
    ...head,
    interval: INTERVALS.indexOf(kline.interval) + 1,
    start: count(kline.startMs, 'start'),
    open: integer(kline.open, 'open'),
    high: integer(kline.high, 'high'),
    low: integer(kline.low, 'low'),
    close: integer(kline.close, 'close'),
    volume: encodeSum(kline.volume, 'volume'),
    turnover: encodeSum(kline.turnover, 'turnover'),
    trades: count(kline.trades, 'trades'),
    final: kline.final,
    revision: count(kline.revision, 'revision'),
  };
}

function takeKline(body: schema.v1.ServerKline, symbol: string): KlineMessage {
  const interval = INTERVALS[body.interval - 1];
  if (interval === undefined) throw new WireError('unknown_value', `a k-line of interval ${body.interval}`);
  return {
    type: 'kline',
    symbol,
    channel: `kline@${interval}`,
    ...takeHead(body),
    kline: {
      interval,
      startMs: count(body.start, 'start'),
      open: integer(body.open, 'open'),
      high: integer(body.high, 'high'),
      low: integer(body.low, 'low'),
      close: integer(body.close, 'close'),
      volume: decodeSum(body.volume ?? {}, 'volume'),
      turnover: decodeSum(body.turnover ?? {}, 'turnover'),
      trades: count(body.trades, 'trades'),
      final: body.final,
      revision: count(body.revision, 'revision'),
    },
  };
}
