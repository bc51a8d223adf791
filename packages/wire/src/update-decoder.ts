import type { DepthChange, Interval, Kline, QuoteChange, Status, Trade, Update, UpdateBody } from '@tapecast/market';
import { type ByteCursor, takeLevels, takeSum } from './byte-cursor.ts';
import { count, decimals, integer, levels } from './safe-integer.ts';
import { intervalName, marketStateName, sequenceName, sideName } from './schema-names.ts';
import { checkSequence } from './update-encoder.ts';
import { WireError } from './wire-error.ts';

// `Update` of update.proto read by hand into what the gateways apply, without the generated decoder's objects in between.
// Each `take` reads a message that goes from the cursor to `end`, and leaves the cursor there. Tags are field number * 8 +
// wire type; a field that is not known, or of another wire type, is passed over.

export function takeUpdate(cursor: ByteCursor, end: number): Update {
  const outer = cursor.end;
  cursor.end = end;
  let sequence = 0;
  let first = 0;
  let last = 0;
  let keyframe = false;
  let priceDecimals = 0;
  let sizeDecimals = 0;
  let timestampUs = 0;
  let receivedAtUs = 0;
  let body: UpdateBody | undefined;
  while (cursor.at < end) {
    const tag = cursor.varint();
    switch (tag) {
      case 8:
        sequence = cursor.varint() | 0;
        break;
      case 16:
        first = cursor.varint();
        break;
      case 24:
        last = cursor.varint();
        break;
      case 32:
        keyframe = cursor.varint() !== 0;
        break;
      case 40:
        priceDecimals = cursor.varint();
        break;
      case 48:
        sizeDecimals = cursor.varint();
        break;
      case 56:
        timestampUs = cursor.varint();
        break;
      case 64:
        receivedAtUs = cursor.varint();
        break;
      case 82:
        body = takeTrade(cursor, cursor.span());
        break;
      case 90:
        body = takeQuote(cursor, cursor.span());
        break;
      case 98:
        body = takeDepth(cursor, cursor.span());
        break;
      case 106:
        body = takeKline(cursor, cursor.span());
        break;
      case 114:
        body = takeStatus(cursor, cursor.span());
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  if (body === undefined) throw new WireError('unknown_value', 'the update has no body that this version knows');
  const update: Update = {
    sequence: sequenceName(sequence),
    first: count(first, 'first'),
    last: count(last, 'last'),
    keyframe,
    priceDecimals: decimals(priceDecimals, 'price_decimals'),
    sizeDecimals: decimals(sizeDecimals, 'size_decimals'),
    timestampUs: count(timestampUs, 'timestamp_us'),
    receivedAtUs: count(receivedAtUs, 'received_at_us'),
    body,
  };
  if (last < first) throw new WireError('inconsistent', `range ${first}..${last} ends before it begins`);
  checkSequence(update.sequence, body);
  return update;
}

function takeTrade(cursor: ByteCursor, end: number): Trade {
  const outer = cursor.end;
  cursor.end = end;
  let id = '';
  let price = 0;
  let size = 0;
  let side = 0;
  const conditions: string[] = [];
  while (cursor.at < end) {
    const tag = cursor.varint();
    switch (tag) {
      case 10:
        id = cursor.text();
        break;
      case 16:
        price = cursor.zigzag();
        break;
      case 24:
        size = cursor.zigzag();
        break;
      case 32:
        side = cursor.varint() | 0;
        break;
      case 42:
        conditions.push(cursor.text());
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  return {
    kind: 'trade',
    id,
    price: integer(price, 'price'),
    size: integer(size, 'size'),
    side: sideName(side),
    conditions,
  };
}

export function takeQuote(cursor: ByteCursor, end: number): QuoteChange {
  const outer = cursor.end;
  cursor.end = end;
  const quote: QuoteChange = {
    kind: 'quote',
    cleared: 0,
    last: undefined,
    open: undefined,
    high: undefined,
    low: undefined,
    prevClose: undefined,
    change: undefined,
    changePct: undefined,
    volume: undefined,
    turnover: undefined,
    vwap: undefined,
    bid: undefined,
    bidSize: undefined,
    ask: undefined,
    askSize: undefined,
    sinceMs: undefined,
  };
  while (cursor.at < end) {
    const tag = cursor.varint();
    switch (tag) {
      case 8:
        quote.last = integer(cursor.zigzag(), 'last');
        break;
      case 16:
        quote.open = integer(cursor.zigzag(), 'open');
        break;
      case 24:
        quote.high = integer(cursor.zigzag(), 'high');
        break;
      case 32:
        quote.low = integer(cursor.zigzag(), 'low');
        break;
      case 40:
        quote.prevClose = integer(cursor.zigzag(), 'prev_close');
        break;
      case 48:
        quote.change = integer(cursor.zigzag(), 'change');
        break;
      case 56:
        quote.changePct = integer(cursor.zigzag(), 'change_pct');
        break;
      case 66:
        quote.volume = takeSum(cursor, cursor.span(), 'volume');
        break;
      case 74:
        quote.turnover = takeSum(cursor, cursor.span(), 'turnover');
        break;
      case 82:
        quote.vwap = takeSum(cursor, cursor.span(), 'vwap');
        break;
      case 88:
        quote.bid = integer(cursor.zigzag(), 'bid');
        break;
      case 96:
        quote.bidSize = integer(cursor.zigzag(), 'bid_size');
        break;
      case 104:
        quote.ask = integer(cursor.zigzag(), 'ask');
        break;
      case 112:
        quote.askSize = integer(cursor.zigzag(), 'ask_size');
        break;
      case 120:
        quote.sinceMs = count(cursor.varint(), 'since_ms');
        break;
      case 128:
        quote.cleared = cursor.varint() >>> 0;
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  return quote;
}

export function takeDepth(cursor: ByteCursor, end: number): DepthChange {
  const outer = cursor.end;
  cursor.end = end;
  const bids: number[] = [];
  const asks: number[] = [];
  while (cursor.at < end) {
    const tag = cursor.varint();
    switch (tag) {
      case 10:
        takeLevels(cursor, cursor.span(), bids);
        break;
      case 18:
        takeLevels(cursor, cursor.span(), asks);
        break;
      // Protobuf lets a writer put each number by itself.
      case 8:
        bids.push(cursor.zigzag());
        break;
      case 16:
        asks.push(cursor.zigzag());
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  return { kind: 'depth', bids: levels(bids, 'bids'), asks: levels(asks, 'asks') };
}

function takeKline(cursor: ByteCursor, end: number): Kline {
  const outer = cursor.end;
  cursor.end = end;
  let interval: Interval | undefined;
  let startMs = 0;
  let open = 0;
  let high = 0;
  let low = 0;
  let close = 0;
  let volume = 0n;
  let turnover = 0n;
  let trades = 0;
  let final = false;
  let revision = 0;
  while (cursor.at < end) {
    const tag = cursor.varint();
    switch (tag) {
      case 10:
        interval = takeInterval(cursor, cursor.span());
        break;
      case 16:
        startMs = cursor.varint();
        break;
      case 24:
        open = cursor.zigzag();
        break;
      case 32:
        high = cursor.zigzag();
        break;
      case 40:
        low = cursor.zigzag();
        break;
      case 48:
        close = cursor.zigzag();
        break;
      case 58:
        volume = takeSum(cursor, cursor.span(), 'volume');
        break;
      case 66:
        turnover = takeSum(cursor, cursor.span(), 'turnover');
        break;
      case 72:
        trades = cursor.varint();
        break;
      case 80:
        final = cursor.varint() !== 0;
        break;
      case 88:
        revision = cursor.varint() >>> 0;
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  return {
    kind: 'kline',
    interval: interval ?? intervalName(''),
    startMs: count(startMs, 'start_ms'),
    open: integer(open, 'open'),
    high: integer(high, 'high'),
    low: integer(low, 'low'),
    close: integer(close, 'close'),
    volume,
    turnover,
    trades: count(trades, 'trades'),
    final,
    revision,
  };
}

export function takeStatus(cursor: ByteCursor, end: number): Status {
  const outer = cursor.end;
  cursor.end = end;
  let state = 0;
  let sinceMs = 0;
  let source = '';
  let reason = '';
  while (cursor.at < end) {
    const tag = cursor.varint();
    switch (tag) {
      case 8:
        state = cursor.varint() | 0;
        break;
      case 16:
        sinceMs = cursor.varint();
        break;
      case 26:
        source = cursor.text();
        break;
      case 34:
        reason = cursor.text();
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  return { kind: 'status', state: marketStateName(state), sinceMs: count(sinceMs, 'since_ms'), source, reason };
}

const ONE = 0x31;
const MINUTES = 0x6d;

/** The most frequent by its bytes, without a text in between. */
export function takeInterval(cursor: ByteCursor, end: number): Interval {
  const { at, bytes } = cursor;
  if (end - at === 2 && bytes[at] === ONE && bytes[at + 1] === MINUTES) {
    cursor.at = end;
    return '1m';
  }
  return intervalName(cursor.textUpTo(end));
}
