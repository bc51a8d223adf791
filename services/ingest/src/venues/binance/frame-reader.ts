import { type Decimal, type Levels, powerOfTen, scaleTo } from '@tapecast/market';
import { type StreamRoute, VENUE_DECIMALS_MAX, type VenueEvent } from './messages.ts';
import { diffEvent, normaliseFrame, quoteEvent, Refusal, TIME_MS_MAX, tradeEvent } from './normalise.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Any integer of so many digits is exact as a double. */
const DIGITS_MAX = 15;
/** Bytes of a number's text; longer ones are the exact parser's. */
const NUMBER_BYTES_MAX = 24;

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const STREAM = bytes('{"stream":"');
const TRADE = bytes('","data":{"e":"trade","E":');
const TRADE_SYMBOL = bytes(',"s":"');
const TRADE_ID = bytes('","t":');
const TRADE_PRICE = bytes(',"p":');
const TRADE_SIZE = bytes(',"q":');
const TRADE_TIME = bytes(',"T":');
const TRADE_SOLD = bytes(',"m":true,"M":true}}');
const TRADE_BOUGHT = bytes(',"m":false,"M":true}}');
const TICKER = bytes('","data":{"u":');
const TICKER_BID = bytes('","b":');
const TICKER_BID_SIZE = bytes(',"B":');
const TICKER_ASK = bytes(',"a":');
const TICKER_ASK_SIZE = bytes(',"A":');
const TICKER_END = bytes('}}');
const DIFF = bytes('","data":{"e":"depthUpdate","E":');
const DIFF_FIRST = bytes('","U":');
const DIFF_LAST = bytes(',"u":');
const DIFF_BIDS = bytes(',"b":');
const DIFF_ASKS = bytes(',"a":');

/** A stream by the bytes of its name. */
interface KnownStream {
  readonly name: Uint8Array;
  readonly symbol: Uint8Array;
  readonly route: StreamRoute;
  /** Another name with the same sum. */
  readonly next: KnownStream | undefined;
}

/** The levels of one side as read: flat, price, size, price, size, … */
class ReadLevels {
  units: number[] = [];
  decimals: number[] = [];
  count = 0;
  priceDecimals = 0;
  sizeDecimals = 0;
}

/**
 * Reads frames as the venue writes them, byte for byte: known keys in the documented order, no white space, plain numbers of
 * up to 15 digits. What it takes, `normaliseFrame` would take and make the same of; whatever else comes, right or wrong,
 * goes there. It makes no text and no objects on the way: JSON.parse alone takes longer than all of this.
 */
export class FrameReader {
  readonly #routes: ReadonlyMap<string, StreamRoute>;
  readonly #streams = new Map<number, KnownStream>();
  readonly #bids = new ReadLevels();
  readonly #asks = new ReadLevels();
  #frame: Uint8Array = STREAM;
  #at = 0;
  #units = 0;
  #decimals = 0;

  constructor(routes: ReadonlyMap<string, StreamRoute>) {
    this.#routes = routes;
    for (const [stream, route] of routes) {
      const name = bytes(stream);
      const sum = sumOf(name, 0, name.length);
      const next = this.#streams.get(sum);
      this.#streams.set(sum, { name, symbol: bytes(route.symbol.symbol), route, next });
    }
  }

  read(frame: Buffer): VenueEvent {
    try {
      const event = this.#read(frame);
      if (event !== undefined) return event;
    } catch (refusal) {
      // Said once more below, with the words of the other reader.
      if (!(refusal instanceof Refusal)) throw refusal;
    }
    return normaliseFrame(frame.toString('utf8'), this.#routes);
  }

  /** Undefined: the frame is not as the venue writes it, or says something that is to be refused. */
  #read(frame: Buffer): VenueEvent | undefined {
    this.#frame = frame;
    this.#at = 0;
    if (!this.#takes(STREAM)) return undefined;
    const stream = this.#stream();
    if (stream === undefined) return undefined;
    switch (stream.route.kind) {
      case 'trade':
        return this.#trade(frame, stream);
      case 'bookTicker':
        return this.#ticker(stream);
      case 'depth@100ms':
        return this.#diff(stream);
    }
  }

  #trade(frame: Buffer, { symbol, route }: KnownStream): VenueEvent | undefined {
    // `E` is read for its form only: the trade's own time counts.
    if (!this.#takes(TRADE) || !this.#count()) return undefined;
    if (!this.#takes(TRADE_SYMBOL) || !this.#takes(symbol) || !this.#takes(TRADE_ID)) return undefined;
    const idFrom = this.#at;
    if (!this.#count()) return undefined;
    const tradeId = this.#units;
    // Cheaper than to write the number out again.
    const id = frame.toString('latin1', idFrom, this.#at);
    if (!this.#takes(TRADE_PRICE) || !this.#decimal()) return undefined;
    const price = this.#number();
    if (!this.#takes(TRADE_SIZE) || !this.#decimal()) return undefined;
    const size = this.#number();
    if (price.units === 0 || size.units === 0 || !this.#takes(TRADE_TIME) || !this.#count()) return undefined;
    const timeMs = this.#units;
    if (timeMs > TIME_MS_MAX) return undefined;
    const sold = this.#takes(TRADE_SOLD);
    if (!sold && !this.#takes(TRADE_BOUGHT)) return undefined;
    return this.#whole() ? tradeEvent(route.symbol, tradeId, id, timeMs, sold, price, size) : undefined;
  }

  #ticker({ symbol, route }: KnownStream): VenueEvent | undefined {
    if (!this.#takes(TICKER) || !this.#count()) return undefined;
    const updateId = this.#units;
    if (!this.#takes(TRADE_SYMBOL) || !this.#takes(symbol) || !this.#takes(TICKER_BID) || !this.#decimal())
      return undefined;
    const bid = this.#number();
    if (!this.#takes(TICKER_BID_SIZE) || !this.#decimal()) return undefined;
    const bidSize = this.#number();
    if (!this.#takes(TICKER_ASK) || !this.#decimal()) return undefined;
    const ask = this.#number();
    if (!this.#takes(TICKER_ASK_SIZE) || !this.#decimal()) return undefined;
    const askSize = this.#number();
    if (!this.#takes(TICKER_END) || !this.#whole()) return undefined;
    return quoteEvent(route.symbol, updateId, bid, bidSize, ask, askSize);
  }

  #diff({ symbol, route }: KnownStream): VenueEvent | undefined {
    if (!this.#takes(DIFF) || !this.#count()) return undefined;
    const timeMs = this.#units;
    if (timeMs > TIME_MS_MAX || !this.#takes(TRADE_SYMBOL) || !this.#takes(symbol)) return undefined;
    if (!this.#takes(DIFF_FIRST) || !this.#count()) return undefined;
    const firstId = this.#units;
    if (!this.#takes(DIFF_LAST) || !this.#count()) return undefined;
    const lastId = this.#units;
    const bids = this.#bids;
    const asks = this.#asks;
    if (firstId > lastId || !this.#takes(DIFF_BIDS) || !this.#levels(bids)) return undefined;
    if (!this.#takes(DIFF_ASKS) || !this.#levels(asks) || !this.#takes(TICKER_END) || !this.#whole()) return undefined;
    const priceDecimals = Math.max(route.symbol.priceDecimals ?? 0, bids.priceDecimals, asks.priceDecimals);
    const sizeDecimals = Math.max(route.symbol.sizeDecimals ?? 0, bids.sizeDecimals, asks.sizeDecimals);
    const scaledBids = scaled(bids, priceDecimals, sizeDecimals);
    const scaledAsks = scaled(asks, priceDecimals, sizeDecimals);
    if (scaledBids === undefined || scaledAsks === undefined) return undefined;
    const book = { priceDecimals, sizeDecimals, bids: scaledBids, asks: scaledAsks };
    return diffEvent(route.symbol, firstId, lastId, timeMs, book);
  }

  #stream(): KnownStream | undefined {
    const frame = this.#frame;
    const from = this.#at;
    let to = from;
    while (to < frame.length && frame[to] !== QUOTE) to++;
    let known = this.#streams.get(sumOf(frame, from, to));
    for (; known !== undefined; known = known.next) {
      if (this.#takes(known.name) && this.#at === to) return known;
      this.#at = from;
    }
    return undefined;
  }

  /** Whether exactly these bytes come next; they are taken then. */
  #takes(expected: Uint8Array): boolean {
    const frame = this.#frame;
    const from = this.#at;
    for (let i = 0; i < expected.length; i++) if (frame[from + i] !== expected[i]) return false;
    this.#at = from + expected.length;
    return true;
  }

  #whole(): boolean {
    return this.#at === this.#frame.length;
  }

  /** A whole number without sign, as JSON has it. */
  #count(): boolean {
    const frame = this.#frame;
    const from = this.#at;
    let at = from;
    let units = 0;
    for (; at - from <= DIGITS_MAX; at++) {
      const digit = frame[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      units = units * 10 + digit;
    }
    const digits = at - from;
    if (digits === 0 || digits > DIGITS_MAX || (digits > 1 && frame[from] === ZERO)) return false;
    this.#units = units;
    this.#at = at;
    return true;
  }

  /** A number as text, `"61837.63000000"`: not negative, with its trailing zeros dropped. */
  #decimal(): boolean {
    const frame = this.#frame;
    const from = this.#at + 1;
    if (frame[from - 1] !== QUOTE) return false;
    let at = from;
    let units = 0;
    let decimals = 0;
    let zeros = 0;
    let point = -1;
    for (; at - from <= NUMBER_BYTES_MAX; at++) {
      const digit = frame[at]! - ZERO;
      if (digit >= 0 && digit <= 9) {
        if (point < 0) units = units * 10 + digit;
        else if (digit === 0) zeros++;
        else {
          units = units * powerOfTen(zeros + 1) + digit;
          decimals += zeros + 1;
          zeros = 0;
        }
      } else if (digit === DOT - ZERO && point < 0 && at > from) point = at;
      else break;
    }
    if (frame[at] !== QUOTE || at === from || at - from > NUMBER_BYTES_MAX || point === at - 1) return false;
    const whole = (point < 0 ? at : point) - from;
    if (whole + decimals > DIGITS_MAX || decimals > VENUE_DECIMALS_MAX) return false;
    this.#units = units;
    this.#decimals = decimals;
    this.#at = at + 1;
    return true;
  }

  #number(): Decimal {
    return { units: this.#units, decimals: this.#decimals };
  }

  /** `[["61737.63000000","0.00000000"],…]`, perhaps none. */
  #levels(side: ReadLevels): boolean {
    const frame = this.#frame;
    side.count = 0;
    side.priceDecimals = 0;
    side.sizeDecimals = 0;
    if (frame[this.#at++] !== OPEN_LIST) return false;
    if (frame[this.#at] === CLOSE_LIST) {
      this.#at++;
      return true;
    }
    for (;;) {
      if (frame[this.#at++] !== OPEN_LIST || !this.#decimal() || this.#units === 0) return false;
      const { count } = side;
      side.units[count] = this.#units;
      side.decimals[count] = this.#decimals;
      if (this.#decimals > side.priceDecimals) side.priceDecimals = this.#decimals;
      if (frame[this.#at++] !== COMMA || !this.#decimal()) return false;
      side.units[count + 1] = this.#units;
      side.decimals[count + 1] = this.#decimals;
      if (this.#decimals > side.sizeDecimals) side.sizeDecimals = this.#decimals;
      side.count = count + 2;
      if (frame[this.#at++] !== CLOSE_LIST) return false;
      const sign = frame[this.#at++];
      if (sign === CLOSE_LIST) return true;
      if (sign !== COMMA) return false;
    }
  }
}

/** Undefined: a value does not fit. */
function scaled(
  { units, decimals, count }: ReadLevels,
  priceDecimals: number,
  sizeDecimals: number,
): Levels | undefined {
  const levels: Levels = new Array<number>(count);
  for (let i = 0; i < count; i++) {
    const value = scaleTo(units[i]!, decimals[i]!, i % 2 === 0 ? priceDecimals : sizeDecimals);
    if (value === undefined) return undefined;
    levels[i] = value;
  }
  return levels;
}

/** FNV-1a, to find a name; whether it is the one is seen from its bytes. */
function sumOf(name: Uint8Array, from: number, to: number): number {
  let sum = 0x811c9dc5;
  for (let i = from; i < to; i++) sum = Math.imul(sum ^ name[i]!, 0x01000193);
  return sum;
}
