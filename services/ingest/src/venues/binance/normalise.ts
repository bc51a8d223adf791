import { COUNTS_ALL, type Decimal, type Levels, parseDecimal, scaleTo } from '@tapecast/market';
import { IngestError } from '../../errors.ts';
import {
  type BadFrame,
  type BadReason,
  type BinanceSymbol,
  type DepthSnapshot,
  type DiffEvent,
  type QuoteEvent,
  type StreamRoute,
  type TradeEvent,
  VENUE_DECIMALS_MAX,
  type VenueEvent,
} from './messages.ts';

type Json = Record<string, unknown>;

const MINUS = 45;
const DOT = 46;
const ZERO = 48;

/** Largest Unix ms whose microseconds are exact (the year 2255). */
export const TIME_MS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1_000);

/** What a payload is refused for; becomes a `BadFrame` at the one place that catches it. */
export class Refusal {
  readonly reason: BadReason;
  readonly detail: string;
  constructor(reason: BadReason, detail: string) {
    this.reason = reason;
    this.detail = detail;
  }
}

/**
 * One text frame of a combined stream → what it says. Pure; throws nothing. A frame is taken whole or not at all: one bad
 * level refuses its diff, so that a book never misses a level without knowing.
 */
export function normaliseFrame(text: string, routes: ReadonlyMap<string, StreamRoute>): VenueEvent {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (error) {
    return bad('not_json', error instanceof Error ? error.message : String(error));
  }
  if (!isObject(frame)) return bad('unknown_event', 'the frame is not an object');
  const stream = frame.stream;
  if (typeof stream !== 'string') return normaliseControl(frame);
  const data = frame.data;
  const route = routes.get(stream);
  if (route === undefined) {
    if (isObject(data) && data.e === 'serverShutdown') return { type: 'shutdown' };
    return bad('unknown_stream', stream.slice(0, 60));
  }
  try {
    if (!isObject(data)) throw new Refusal('missing_field', '`data` is not an object');
    if (data.s !== route.symbol.symbol) throw new Refusal('wrong_symbol', 's');
    switch (route.kind) {
      case 'trade':
        return normaliseTrade(data, route.symbol);
      case 'bookTicker':
        return normaliseBookTicker(data, route.symbol);
      case 'depth@100ms':
        return normaliseDiff(data, route.symbol);
    }
  } catch (refusal) {
    if (refusal instanceof Refusal) return bad(refusal.reason, refusal.detail, route);
    throw refusal;
  }
}

/** Answers to our messages, errors, and the announcement of a restart. */
function normaliseControl(frame: Json): VenueEvent {
  if (frame.e === 'serverShutdown') return { type: 'shutdown' };
  const id = frame.id;
  const known = typeof id === 'number' || typeof id === 'string' || id === null;
  if (known && 'result' in frame) return { type: 'reply', id, error: undefined };
  const error = isObject(frame.error) ? frame.error : frame;
  if (typeof error.code === 'number' && typeof error.msg === 'string') {
    return { type: 'reply', id: known ? id : null, error: `${error.code} ${error.msg.slice(0, 200)}` };
  }
  return bad('unknown_event', 'neither a stream nor an answer');
}

function normaliseTrade(data: Json, symbol: BinanceSymbol): VenueEvent {
  if (data.e !== 'trade') throw new Refusal('unknown_event', 'e');
  const tradeId = count(data, 't');
  const timeMs = time(data, 'T');
  const buyerIsMaker = data.m;
  if (typeof buyerIsMaker !== 'boolean') throw new Refusal('missing_field', 'm');
  return tradeEvent(symbol, tradeId, String(tradeId), timeMs, buyerIsMaker, decimal(data.p, 'p'), decimal(data.q, 'q'));
}

/** Throws `Refusal` for a price or size that is 0, or does not fit. */
export function tradeEvent(
  symbol: BinanceSymbol,
  tradeId: number,
  id: string,
  timeMs: number,
  buyerIsMaker: boolean,
  parsedPrice: Decimal,
  parsedSize: Decimal,
): TradeEvent {
  const priceDecimals = Math.max(symbol.priceDecimals ?? 0, parsedPrice.decimals);
  const sizeDecimals = Math.max(symbol.sizeDecimals ?? 0, parsedSize.decimals);
  const price = units(parsedPrice, priceDecimals, 'p');
  const size = units(parsedSize, sizeDecimals, 'q');
  if (price === 0 || size === 0) throw new Refusal('not_positive', price === 0 ? 'p' : 'q');
  return {
    type: 'trade',
    symbol,
    tradeId,
    tick: {
      instrument: symbol.instrument,
      exchangeTimeUs: timeMs * 1_000,
      priceDecimals,
      sizeDecimals,
      body: {
        kind: 'trade',
        id,
        price,
        size,
        side: buyerIsMaker ? 'sell' : 'buy',
        conditions: [],
        counts: COUNTS_ALL,
      },
    },
  };
}

/** Spot's bookTicker has neither `e` nor a time; its order is `u`. */
function normaliseBookTicker(data: Json, symbol: BinanceSymbol): VenueEvent {
  const venueSeq = count(data, 'u');
  return quoteEvent(
    symbol,
    venueSeq,
    decimal(data.b, 'b'),
    decimal(data.B, 'B'),
    decimal(data.a, 'a'),
    decimal(data.A, 'A'),
  );
}

/** Throws `Refusal` for a value that does not fit. */
export function quoteEvent(
  symbol: BinanceSymbol,
  venueSeq: number,
  parsedBid: Decimal,
  parsedBidSize: Decimal,
  parsedAsk: Decimal,
  parsedAskSize: Decimal,
): QuoteEvent {
  const priceDecimals = Math.max(symbol.priceDecimals ?? 0, parsedBid.decimals, parsedAsk.decimals);
  const sizeDecimals = Math.max(symbol.sizeDecimals ?? 0, parsedBidSize.decimals, parsedAskSize.decimals);
  const bid = units(parsedBid, priceDecimals, 'b');
  const bidSize = units(parsedBidSize, sizeDecimals, 'B');
  const ask = units(parsedAsk, priceDecimals, 'a');
  const askSize = units(parsedAskSize, sizeDecimals, 'A');
  return {
    type: 'quote',
    symbol,
    lastId: venueSeq,
    tick: {
      instrument: symbol.instrument,
      exchangeTimeUs: undefined,
      priceDecimals,
      sizeDecimals,
      body: {
        kind: 'quote',
        // An empty side comes as price 0: unknown is absent, never 0.
        bid: bid === 0 ? undefined : bid,
        bidSize: bid === 0 ? undefined : bidSize,
        ask: ask === 0 ? undefined : ask,
        askSize: ask === 0 ? undefined : askSize,
        last: undefined,
        open: undefined,
        high: undefined,
        low: undefined,
        prevClose: undefined,
        volume: undefined,
        turnover: undefined,
        venueSeq,
      },
    },
  };
}

function normaliseDiff(data: Json, symbol: BinanceSymbol): VenueEvent {
  if (data.e !== 'depthUpdate') throw new Refusal('unknown_event', 'e');
  const firstId = count(data, 'U');
  const lastId = count(data, 'u');
  if (firstId > lastId) throw new Refusal('missing_field', 'U is above u');
  const timeMs = time(data, 'E');
  return diffEvent(symbol, firstId, lastId, timeMs, normaliseBook(data.b, data.a, symbol));
}

export function diffEvent(
  symbol: BinanceSymbol,
  firstId: number,
  lastId: number,
  timeMs: number,
  book: Book,
): DiffEvent {
  return {
    type: 'diff',
    symbol,
    firstId,
    lastId,
    tick: {
      instrument: symbol.instrument,
      exchangeTimeUs: timeMs * 1_000,
      priceDecimals: book.priceDecimals,
      sizeDecimals: book.sizeDecimals,
      body: { kind: 'bookDelta', bids: book.bids, asks: book.asks, venueSeq: lastId },
    },
  };
}

/** A REST depth snapshot. Levels are sorted best first, whatever order the venue chose; empty levels are left out. */
export function normaliseSnapshot(reply: unknown, symbol: BinanceSymbol): DepthSnapshot | BadFrame {
  try {
    if (!isObject(reply)) throw new Refusal('missing_field', 'the snapshot is not an object');
    const lastUpdateId = count(reply, 'lastUpdateId');
    const book = normaliseBook(reply.bids, reply.asks, symbol);
    return {
      lastUpdateId,
      tick: {
        instrument: symbol.instrument,
        exchangeTimeUs: undefined,
        priceDecimals: book.priceDecimals,
        sizeDecimals: book.sizeDecimals,
        body: {
          kind: 'bookSnapshot',
          bids: bestFirst(book.bids, (left, right) => right - left),
          asks: bestFirst(book.asks, (left, right) => left - right),
          venueSeq: lastUpdateId,
        },
      },
    };
  } catch (refusal) {
    if (refusal instanceof Refusal) return bad(refusal.reason, refusal.detail, { kind: 'depth@100ms', symbol });
    throw refusal;
  }
}

/** The answer to `historicalTrades`. Throws `IngestError` for one that is not what the venue documents: none of it is taken. */
export function normaliseTrades(reply: unknown, symbol: BinanceSymbol): TradeEvent[] {
  try {
    if (!Array.isArray(reply)) throw new Refusal('missing_field', 'the answer is not a list');
    let last = -1;
    return reply.map((trade: unknown) => {
      if (!isObject(trade)) throw new Refusal('missing_field', 'a trade is not an object');
      const id = count(trade, 'id');
      if (id <= last) throw new Refusal('missing_field', `trade ${id} comes after ${last}`);
      last = id;
      const { isBuyerMaker, price, qty } = trade;
      if (typeof isBuyerMaker !== 'boolean') throw new Refusal('missing_field', 'isBuyerMaker');
      return tradeEvent(
        symbol,
        id,
        String(id),
        time(trade, 'time'),
        isBuyerMaker,
        decimal(price, 'price'),
        decimal(qty, 'qty'),
      );
    });
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    throw new IngestError('bad_reply', `historicalTrades of ${symbol.symbol}: ${refusal.reason} (${refusal.detail})`);
  }
}

export interface Book {
  priceDecimals: number;
  sizeDecimals: number;
  bids: Levels;
  asks: Levels;
}

function normaliseBook(bids: unknown, asks: unknown, symbol: BinanceSymbol): Book {
  const parsedBids = parseLevels(bids, 'bids');
  const parsedAsks = parseLevels(asks, 'asks');
  // All levels of a tick share their decimals, so the widest is found before any is scaled.
  let priceDecimals = symbol.priceDecimals ?? 0;
  let sizeDecimals = symbol.sizeDecimals ?? 0;
  for (const side of [parsedBids, parsedAsks]) {
    for (let i = 0; i < side.length; i += 2) {
      priceDecimals = Math.max(priceDecimals, side[i]!.decimals);
      sizeDecimals = Math.max(sizeDecimals, side[i + 1]!.decimals);
    }
  }
  return {
    priceDecimals,
    sizeDecimals,
    bids: toLevels(parsedBids, priceDecimals, sizeDecimals),
    asks: toLevels(parsedAsks, priceDecimals, sizeDecimals),
  };
}

/** Flat: price, size, price, size, … */
function parseLevels(levels: unknown, field: string): Decimal[] {
  if (!Array.isArray(levels)) throw new Refusal('missing_field', `${field} is not a list`);
  const parsed: Decimal[] = [];
  for (const level of levels as unknown[]) {
    if (!Array.isArray(level) || level.length !== 2)
      throw new Refusal('bad_level', `a level of ${field} is not [price, size]`);
    const price = decimal(level[0], `price in ${field}`);
    if (price.units === 0) throw new Refusal('not_positive', `price in ${field}`);
    parsed.push(price, decimal(level[1], `size in ${field}`));
  }
  return parsed;
}

function toLevels(parsed: readonly Decimal[], priceDecimals: number, sizeDecimals: number): Levels {
  return parsed.map((value, i) => units(value, i % 2 === 0 ? priceDecimals : sizeDecimals, 'level'));
}

function bestFirst(levels: Levels, compare: (left: number, right: number) => number): Levels {
  const pairs: [number, number][] = [];
  for (let i = 0; i < levels.length; i += 2) {
    if (levels[i + 1] !== 0) pairs.push([levels[i]!, levels[i + 1]!]);
  }
  pairs.sort((left, right) => compare(left[0], right[0]));
  return pairs.flat();
}

/** A price or size as the venue writes it: text, not negative. */
function decimal(text: unknown, field: string): Decimal {
  if (typeof text !== 'string') throw new Refusal('missing_field', `${field} is not text`);
  const parsed = parseDecimal(text, VENUE_DECIMALS_MAX);
  if ('error' in parsed) throw new Refusal(parsed.error, field);
  const first = text.charCodeAt(0);
  if (first === MINUS) throw new Refusal('negative', field);
  // '.5', '5.' and '+5' are numbers, but not as this venue writes them: more likely a digit was lost.
  if (first < ZERO || text.charCodeAt(text.length - 1) === DOT) throw new Refusal('not_a_number', field);
  return parsed;
}

function units(value: Decimal, decimals: number, field: string): number {
  const scaled = scaleTo(value.units, value.decimals, decimals);
  if (scaled === undefined) throw new Refusal('out_of_range', field);
  return scaled;
}

function count(data: Json, field: string): number {
  const value = data[field];
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new Refusal('missing_field', `${field} is not a count`);
}

function time(data: Json, field: string): number {
  const value = count(data, field);
  if (value > TIME_MS_MAX) throw new Refusal('out_of_range', field);
  return value;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bad = (reason: BadReason, detail: string, route?: StreamRoute): BadFrame => ({
  type: 'bad',
  reason,
  detail,
  route,
});
