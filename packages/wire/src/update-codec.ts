import type { DepthChange, Kline, QuoteChange, QuoteFields, Status, Trade, Update, UpdateBody } from '@tapecast/market';
import { log } from './log-schema.ts';
import { count, decimals, integer, levels, optionalCount, optionalInteger } from './safe-integer.ts';
import {
  intervalName,
  marketStateName,
  marketStateNumber,
  sequenceName,
  sequenceNumber,
  sideName,
  sideNumber,
} from './schema-names.ts';
import { decodeOptionalSum, decodeSum, encodeOptionalSum, encodeSum } from './sum.ts';
import { decoding, WireError } from './wire-error.ts';

/** One update, as it stands in a batch, in a list of bars, in a checkpoint. */
export function encodeUpdate(update: Update): Uint8Array {
  return log.v1.Update.encode(putUpdate(update)).finish();
}

export function decodeUpdate(bytes: Uint8Array): Update {
  return decoding('an update', () => takeUpdate(log.v1.Update.decode(bytes)));
}

/** The updates of an UpdateList that stands in `bytes`. */
export function decodeUpdateList(bytes: Uint8Array, start: number, end: number): Update[] {
  return decoding('a list of updates', () =>
    log.v1.UpdateList.decode(bytes.subarray(start, end)).updates.map((update) => takeUpdate(update as log.v1.Update)),
  );
}

export function putUpdate(update: Update): log.v1.Update.$Properties {
  const message: log.v1.Update.$Properties = {
    sequence: sequenceNumber(update.sequence),
    first: count(update.first, 'first'),
    last: count(update.last, 'last'),
    keyframe: update.keyframe,
    priceDecimals: decimals(update.priceDecimals, 'price_decimals'),
    sizeDecimals: decimals(update.sizeDecimals, 'size_decimals'),
    timestampUs: count(update.timestampUs, 'timestamp_us'),
    receivedAtUs: count(update.receivedAtUs, 'received_at_us'),
  };
  if (update.last < update.first)
    throw new WireError('inconsistent', `range ${update.first}..${update.last} ends before it begins`);
  const body = update.body;
  checkSequence(update.sequence, body);
  switch (body.kind) {
    case 'trade':
      message.trade = {
        id: body.id,
        price: integer(body.price, 'price'),
        size: integer(body.size, 'size'),
        side: sideNumber(body.side),
        conditions: body.conditions,
      };
      break;
    case 'quote':
      message.quote = putQuote(body, body.cleared);
      break;
    case 'depth':
      message.depth = putDepth(body);
      break;
    case 'kline':
      message.kline = putKline(body);
      break;
    case 'status':
      message.status = putStatus(body);
  }
  return message;
}

export function takeUpdate(message: log.v1.Update): Update {
  const update: Update = {
    sequence: sequenceName(message.sequence),
    first: count(message.first, 'first'),
    last: count(message.last, 'last'),
    keyframe: message.keyframe,
    priceDecimals: decimals(message.priceDecimals, 'price_decimals'),
    sizeDecimals: decimals(message.sizeDecimals, 'size_decimals'),
    timestampUs: count(message.timestampUs, 'timestamp_us'),
    receivedAtUs: count(message.receivedAtUs, 'received_at_us'),
    body: takeBody(message),
  };
  if (update.last < update.first)
    throw new WireError('inconsistent', `range ${update.first}..${update.last} ends before it begins`);
  checkSequence(update.sequence, update.body);
  return update;
}

// The bodies are asked for one by one: the generated `body` getter looks through all names each time.
function takeBody(message: log.v1.Update): UpdateBody {
  if (message.trade) return takeTrade(message.trade as log.v1.UpdateTrade);
  if (message.quote) {
    const quote = message.quote as log.v1.UpdateQuote;
    return { kind: 'quote', cleared: quote.cleared, ...takeQuote(quote) } satisfies QuoteChange;
  }
  if (message.depth) return takeDepth(message.depth as log.v1.UpdateDepth);
  if (message.kline) return takeKline(message.kline as log.v1.UpdateKline);
  if (message.status) return takeStatus(message.status as log.v1.UpdateStatus);
  throw new WireError('unknown_value', 'the update has no body that this version knows');
}

/** The sequence an update is numbered in and what it carries must agree, else a reader would apply it to the wrong state. */
function checkSequence(sequence: string, body: UpdateBody): void {
  const expected = body.kind === 'kline' ? `kline@${body.interval}` : body.kind;
  if (sequence !== expected)
    throw new WireError('inconsistent', `an update of sequence ${sequence} carries ${expected}`);
}

function takeTrade(trade: log.v1.UpdateTrade): Trade {
  return {
    kind: 'trade',
    id: trade.id,
    price: integer(trade.price, 'price'),
    size: integer(trade.size, 'size'),
    side: sideName(trade.side),
    conditions: trade.conditions,
  };
}

export function putQuote(quote: QuoteFields, cleared: number): log.v1.UpdateQuote.$Properties {
  return {
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
    sinceMs: optionalCount(quote.sinceMs, 'since_ms'),
    cleared,
  };
}

export function takeQuote(quote: log.v1.UpdateQuote): QuoteFields {
  return {
    last: optionalInteger(quote.last, 'last'),
    open: optionalInteger(quote.open, 'open'),
    high: optionalInteger(quote.high, 'high'),
    low: optionalInteger(quote.low, 'low'),
    prevClose: optionalInteger(quote.prevClose, 'prev_close'),
    change: optionalInteger(quote.change, 'change'),
    changePct: optionalInteger(quote.changePct, 'change_pct'),
    volume: decodeOptionalSum(quote.volume, 'volume'),
    turnover: decodeOptionalSum(quote.turnover, 'turnover'),
    vwap: decodeOptionalSum(quote.vwap, 'vwap'),
    bid: optionalInteger(quote.bid, 'bid'),
    bidSize: optionalInteger(quote.bidSize, 'bid_size'),
    ask: optionalInteger(quote.ask, 'ask'),
    askSize: optionalInteger(quote.askSize, 'ask_size'),
    sinceMs: optionalCount(quote.sinceMs, 'since_ms'),
  };
}

export function putDepth(depth: { bids: number[]; asks: number[] }): log.v1.UpdateDepth.$Properties {
  return { bids: levels(depth.bids, 'bids'), asks: levels(depth.asks, 'asks') };
}

export function takeDepth(depth: log.v1.UpdateDepth): DepthChange {
  return { kind: 'depth', bids: levels(depth.bids, 'bids'), asks: levels(depth.asks, 'asks') };
}

function putKline(bar: Kline): log.v1.UpdateKline.$Properties {
  return {
    interval: bar.interval,
    startMs: count(bar.startMs, 'start_ms'),
    open: integer(bar.open, 'open'),
    high: integer(bar.high, 'high'),
    low: integer(bar.low, 'low'),
    close: integer(bar.close, 'close'),
    volume: encodeSum(bar.volume, 'volume'),
    turnover: encodeSum(bar.turnover, 'turnover'),
    trades: count(bar.trades, 'trades'),
    final: bar.final,
    revision: count(bar.revision, 'revision'),
  };
}

function takeKline(bar: log.v1.UpdateKline): Kline {
  return {
    kind: 'kline',
    interval: intervalName(bar.interval),
    startMs: count(bar.startMs, 'start_ms'),
    open: integer(bar.open, 'open'),
    high: integer(bar.high, 'high'),
    low: integer(bar.low, 'low'),
    close: integer(bar.close, 'close'),
    volume: decodeSum(bar.volume ?? {}, 'volume'),
    turnover: decodeSum(bar.turnover ?? {}, 'turnover'),
    trades: count(bar.trades, 'trades'),
    final: bar.final,
    revision: bar.revision,
  };
}

export function putStatus(status: Status): log.v1.UpdateStatus.$Properties {
  return {
    state: marketStateNumber(status.state),
    sinceMs: count(status.sinceMs, 'since_ms'),
    source: status.source,
    reason: status.reason,
  };
}

export function takeStatus(status: log.v1.UpdateStatus): Status {
  return {
    kind: 'status',
    state: marketStateName(status.state),
    sinceMs: count(status.sinceMs, 'since_ms'),
    source: status.source,
    reason: status.reason,
  };
}
