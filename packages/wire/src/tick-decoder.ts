import { COUNTS_ALL, type QuoteTick, type Tick, type TickBody } from '@tapecast/market';
import { ByteCursor, takeLevels, takeSum } from './byte-cursor.ts';
import { count, decimals, integer, levels } from './safe-integer.ts';
import { intervalName, marketStateName, sideName } from './schema-names.ts';
import { SharedTexts } from './shared-texts.ts';
import { takeInterval } from './update-decoder.ts';
import { WireError } from './wire-error.ts';

// Every tick passes compute once for each replay of it, so `Tick` of tick.proto is read by hand, as `update-decoder.ts`
// reads updates: without the generated decoder's objects in between.

const cursor = new ByteCursor(new Uint8Array(0));
/** Instruments and sources: few, each in very many ticks. */
const texts = new SharedTexts();

/** Throws WireError. */
export function decodeTick(bytes: Uint8Array): Tick {
  cursor.reset(bytes, 0, bytes.length);
  let instrument = '';
  let source = '';
  let sourceSeq = 0;
  let exchangeTimeUs: number | undefined;
  let receivedAtUs = 0;
  let priceDecimals = 0;
  let sizeDecimals = 0;
  let body: TickBody | undefined;
  while (cursor.at < bytes.length) {
    const tag = cursor.varint();
    switch (tag) {
      case 10:
        instrument = texts.take(cursor, cursor.span());
        break;
      case 18:
        source = texts.take(cursor, cursor.span());
        break;
      case 24:
        sourceSeq = cursor.varint();
        break;
      case 32:
        exchangeTimeUs = count(cursor.varint(), 'exchange_time_us');
        break;
      case 40:
        receivedAtUs = cursor.varint();
        break;
      case 48:
        priceDecimals = cursor.varint();
        break;
      case 56:
        sizeDecimals = cursor.varint();
        break;
      case 82:
        body = takeTrade(cursor.span());
        break;
      case 90:
        body = takeQuote(cursor.span());
        break;
      case 98:
        body = takeBook('bookSnapshot', cursor.span());
        break;
      case 106:
        body = takeBook('bookDelta', cursor.span());
        break;
      case 114:
        body = takeBar(cursor.span());
        break;
      case 122:
        body = takeStatus(cursor.span());
        break;
      case 130:
        body = takeClock(cursor.span());
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  if (body === undefined) throw new WireError('unknown_value', 'the tick has no body that this version knows');
  return {
    instrument,
    source,
    sourceSeq: count(sourceSeq, 'source_seq'),
    exchangeTimeUs,
    receivedAtUs: count(receivedAtUs, 'received_at_us'),
    priceDecimals: decimals(priceDecimals, 'price_decimals'),
    sizeDecimals: decimals(sizeDecimals, 'size_decimals'),
    body,
  };
}

function takeTrade(end: number): TickBody {
  const outer = cursor.end;
  cursor.end = end;
  let id = '';
  let price = 0;
  let size = 0;
  let side = 0;
  let excluded = 0;
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
      case 48:
        excluded = cursor.varint();
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
    counts: COUNTS_ALL & ~excluded,
  };
}

function takeQuote(end: number): QuoteTick {
  const outer = cursor.end;
  cursor.end = end;
  const quote: QuoteTick = {
    kind: 'quote',
    bid: undefined,
    bidSize: undefined,
    ask: undefined,
    askSize: undefined,
    last: undefined,
    open: undefined,
    high: undefined,
    low: undefined,
    prevClose: undefined,
    volume: undefined,
    turnover: undefined,
    venueSeq: undefined,
  };
  while (cursor.at < end) {
    const tag = cursor.varint();
    switch (tag) {
      case 8:
        quote.bid = integer(cursor.zigzag(), 'bid');
        break;
      case 16:
        quote.bidSize = integer(cursor.zigzag(), 'bid_size');
        break;
      case 24:
        quote.ask = integer(cursor.zigzag(), 'ask');
        break;
      case 32:
        quote.askSize = integer(cursor.zigzag(), 'ask_size');
        break;
      case 40:
        quote.last = integer(cursor.zigzag(), 'last');
        break;
      case 48:
        quote.open = integer(cursor.zigzag(), 'open');
        break;
      case 56:
        quote.high = integer(cursor.zigzag(), 'high');
        break;
      case 64:
        quote.low = integer(cursor.zigzag(), 'low');
        break;
      case 72:
        quote.prevClose = integer(cursor.zigzag(), 'prev_close');
        break;
      case 82:
        quote.volume = takeSum(cursor, cursor.span(), 'volume');
        break;
      case 90:
        quote.turnover = takeSum(cursor, cursor.span(), 'turnover');
        break;
      case 96:
        quote.venueSeq = count(cursor.varint(), 'venue_seq');
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  return quote;
}

function takeBook(kind: 'bookDelta' | 'bookSnapshot', end: number): TickBody {
  const outer = cursor.end;
  cursor.end = end;
  const bids: number[] = [];
  const asks: number[] = [];
  let venueSeq: number | undefined;
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
      case 24:
        venueSeq = count(cursor.varint(), 'venue_seq');
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  return { kind, bids: levels(bids, 'bids'), asks: levels(asks, 'asks'), venueSeq };
}

function takeBar(end: number): TickBody {
  const outer = cursor.end;
  cursor.end = end;
  const bar: TickBody & { kind: 'bar' } = {
    kind: 'bar',
    interval: '1m',
    startMs: 0,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    volume: 0n,
    turnover: undefined,
    trades: undefined,
    final: false,
  };
  let named = false;
  while (cursor.at < end) {
    const tag = cursor.varint();
    switch (tag) {
      case 10:
        bar.interval = takeInterval(cursor, cursor.span());
        named = true;
        break;
      case 16:
        bar.startMs = count(cursor.varint(), 'start_ms');
        break;
      case 24:
        bar.open = integer(cursor.zigzag(), 'open');
        break;
      case 32:
        bar.high = integer(cursor.zigzag(), 'high');
        break;
      case 40:
        bar.low = integer(cursor.zigzag(), 'low');
        break;
      case 48:
        bar.close = integer(cursor.zigzag(), 'close');
        break;
      case 58:
        bar.volume = takeSum(cursor, cursor.span(), 'volume');
        break;
      case 66:
        bar.turnover = takeSum(cursor, cursor.span(), 'turnover');
        break;
      case 72:
        bar.trades = count(cursor.varint(), 'trades');
        break;
      case 80:
        bar.final = cursor.varint() !== 0;
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  cursor.end = outer;
  if (!named) bar.interval = intervalName('');
  return bar;
}

function takeStatus(end: number): TickBody {
  const outer = cursor.end;
  cursor.end = end;
  let state = 0;
  let reason = '';
  let sinceMs = 0;
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 8) state = cursor.varint() | 0;
    else if (tag === 18) reason = cursor.text();
    else if (tag === 24) sinceMs = cursor.varint();
    else cursor.skip(tag & 7);
  }
  cursor.end = outer;
  return { kind: 'status', state: marketStateName(state), reason, sinceMs: count(sinceMs, 'since_ms') };
}

function takeClock(end: number): TickBody {
  const outer = cursor.end;
  cursor.end = end;
  let timeMs = 0;
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 8) timeMs = cursor.varint();
    else cursor.skip(tag & 7);
  }
  cursor.end = outer;
  return { kind: 'clock', timeMs: count(timeMs, 'time_ms') };
}
