import { changeOf, changePctOf, type QuoteFields, vwapOf } from '@tapecast/market';
import {
  CANT_SAY,
  type DeltaState,
  difference,
  sumDifference,
  time,
  turnoverAfter,
  turnoverDifference,
} from './delta-state.ts';
import { stepOf, steppedDifference, unsteppedDifference } from './delta-steps.ts';
import type { QuoteMessage } from './messages.ts';
import { integer } from './safe-integer.ts';
import { putVarint, putZigzag, VARINT_BYTES_MAX, type VarintReader } from './varint.ts';
import { WireError } from './wire-error.ts';

/** The bits of a quote's mask, in the order in which values are written: each only needs those before it. */
const TIME = 1 << 0;
const BID_SIZE = 1 << 1;
const ASK_SIZE = 1 << 2;
const BID = 1 << 3;
const ASK = 1 << 4;
const LAST = 1 << 5;
const VOLUME = 1 << 6;
const TURNOVER = 1 << 7;
const HIGH = 1 << 8;
const LOW = 1 << 9;
const OPEN = 1 << 10;
const PREV_CLOSE = 1 << 11;
const CHANGE = 1 << 12;
const CHANGE_PCT = 1 << 13;
const VWAP = 1 << 14;
const MASK_LIMIT = 1 << 15;
const FIELDS = 15;

/** Written out field by field throughout: a loop over names is several times slower, at every quote. */
export class QuoteDelta implements DeltaState<QuoteMessage> {
  readonly #quote: QuoteFields = {
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
  #priceDecimals = 0;
  #sizeDecimals = 0;
  #timestamp = 0;

  set(message: QuoteMessage): boolean {
    this.#priceDecimals = message.priceDecimals;
    this.#sizeDecimals = message.sizeDecimals;
    this.#timestamp = message.timestamp;
    this.#copy(message.quote);
    return true;
  }

  forget(): void {}

  bytesAtMost(): number {
    return VARINT_BYTES_MAX * (FIELDS + 1);
  }

  encode(bytes: Uint8Array, start: number, message: QuoteMessage): number {
    const now = message.quote;
    const base = this.#quote;
    if (
      message.priceDecimals !== this.#priceDecimals ||
      message.sizeDecimals !== this.#sizeDecimals ||
      now.sinceMs !== base.sinceMs
    ) {
      return CANT_SAY;
    }
    const time = difference(message.timestamp, this.#timestamp);
    const bidSize = difference(now.bidSize, base.bidSize);
    const askSize = difference(now.askSize, base.askSize);
    const bid = difference(now.bid, base.bid);
    const ask = difference(now.ask, base.ask);
    const last = difference(now.last, base.last);
    const volume = sumDifference(now.volume, base.volume);
    const open = difference(now.open, base.open);
    const prevClose = difference(now.prevClose, base.prevClose);
    const turnover = turnoverDifference(now.turnover, base.turnover, now.last, volume);
    const high = difference(now.high, last === 0 ? base.high : higher(base.high, now.last));
    const low = difference(now.low, last === 0 ? base.low : lower(base.low, now.last));
    let change = 0;
    let changePct = 0;
    if (last !== 0 || prevClose !== 0) {
      change = difference(now.change, changeAfter(base.change, now.last, now.prevClose));
    } else {
      change = difference(now.change, base.change);
    }
    if (now.change !== base.change || prevClose !== 0) {
      changePct = difference(now.changePct, changePctAfter(base.changePct, now.change, now.prevClose));
    } else {
      changePct = difference(now.changePct, base.changePct);
    }
    const vwap =
      volume !== 0 || now.turnover !== base.turnover
        ? sumDifference(now.vwap, vwapAfter(base.vwap, now.turnover, now.volume))
        : sumDifference(now.vwap, base.vwap);
    const all =
      time + bidSize + askSize + bid + ask + last + volume + turnover + high + low + open + prevClose + change;
    if (Number.isNaN(all + changePct + vwap)) return CANT_SAY;

    const mask =
      (time === 0 ? 0 : TIME) |
      (bidSize === 0 ? 0 : BID_SIZE) |
      (askSize === 0 ? 0 : ASK_SIZE) |
      (bid === 0 ? 0 : BID) |
      (ask === 0 ? 0 : ASK) |
      (last === 0 ? 0 : LAST) |
      (volume === 0 ? 0 : VOLUME) |
      (turnover === 0 ? 0 : TURNOVER) |
      (high === 0 ? 0 : HIGH) |
      (low === 0 ? 0 : LOW) |
      (open === 0 ? 0 : OPEN) |
      (prevClose === 0 ? 0 : PREV_CLOSE) |
      (change === 0 ? 0 : CHANGE) |
      (changePct === 0 ? 0 : CHANGE_PCT) |
      (vwap === 0 ? 0 : VWAP);
    let at = putVarint(bytes, start, mask);
    if (time !== 0) at = putZigzag(bytes, at, time);
    if (bidSize !== 0) at = putVarint(bytes, at, steppedDifference(bidSize, stepOf(base.bidSize)));
    if (askSize !== 0) at = putVarint(bytes, at, steppedDifference(askSize, stepOf(base.askSize)));
    if (bid !== 0) at = putZigzag(bytes, at, bid);
    if (ask !== 0) at = putZigzag(bytes, at, ask);
    this.#timestamp = message.timestamp;
    base.bidSize = now.bidSize;
    base.askSize = now.askSize;
    base.bid = now.bid;
    base.ask = now.ask;
    // Else the rest is as it was: nothing else follows from bid and ask.
    if (mask >= LAST) {
      if (last !== 0) at = putZigzag(bytes, at, last);
      if (volume !== 0) at = putVarint(bytes, at, steppedDifference(volume, stepOf(now.bidSize)));
      if (turnover !== 0) at = putZigzag(bytes, at, turnover);
      if (high !== 0) at = putZigzag(bytes, at, high);
      if (low !== 0) at = putZigzag(bytes, at, low);
      if (open !== 0) at = putZigzag(bytes, at, open);
      if (prevClose !== 0) at = putZigzag(bytes, at, prevClose);
      if (change !== 0) at = putZigzag(bytes, at, change);
      if (changePct !== 0) at = putZigzag(bytes, at, changePct);
      if (vwap !== 0) at = putZigzag(bytes, at, vwap);
      this.#copy(now);
    }
    return at;
  }

  decode(reader: VarintReader, symbol: string, range: [number, number]): QuoteMessage {
    const base = this.#quote;
    const mask = readMask(reader);
    if (mask & TIME) this.#timestamp = time(this.#timestamp + reader.signed());
    if (mask & BID_SIZE) base.bidSize = movedSize(base.bidSize, reader);
    if (mask & ASK_SIZE) base.askSize = movedSize(base.askSize, reader);
    if (mask & BID) base.bid = moved(base.bid, reader);
    if (mask & ASK) base.ask = moved(base.ask, reader);
    if (mask >= LAST) this.#decodeDay(mask, reader);
    return this.#message(symbol, range, { ...base });
  }

  #decodeDay(mask: number, reader: VarintReader): void {
    const base = this.#quote;
    if (mask & LAST) base.last = moved(base.last, reader);
    const turnoverBefore = base.turnover;
    const volume = mask & VOLUME ? unsteppedDifference(reader.next(), stepOf(base.bidSize)) : 0;
    if (mask & VOLUME) base.volume = known(base.volume) + BigInt(volume);
    const rest = mask & TURNOVER ? reader.signed() : 0;
    if (base.turnover !== undefined && (volume !== 0 || rest !== 0)) {
      base.turnover = turnoverAfter(base.turnover, base.last ?? 0, base.last === undefined ? 0 : volume, rest);
    } else if (mask & TURNOVER) {
      known(base.turnover);
    }
    if (mask & LAST) {
      base.high = higher(base.high, base.last);
      base.low = lower(base.low, base.last);
    }
    if (mask & HIGH) base.high = moved(base.high, reader);
    if (mask & LOW) base.low = moved(base.low, reader);
    if (mask & OPEN) base.open = moved(base.open, reader);
    if (mask & PREV_CLOSE) base.prevClose = moved(base.prevClose, reader);
    const changeBefore = base.change;
    if (mask & (LAST | PREV_CLOSE)) base.change = changeAfter(base.change, base.last, base.prevClose);
    if (mask & CHANGE) base.change = moved(base.change, reader);
    if (mask & PREV_CLOSE || base.change !== changeBefore) {
      base.changePct = changePctAfter(base.changePct, base.change, base.prevClose);
    }
    if (mask & CHANGE_PCT) base.changePct = moved(base.changePct, reader);
    if (mask & VOLUME || base.turnover !== turnoverBefore) {
      base.vwap = vwapAfter(base.vwap, base.turnover, base.volume);
    }
    if (mask & VWAP) base.vwap = known(base.vwap) + BigInt(reader.signed());
  }

  skip(reader: VarintReader): void {
    for (let bits = readMask(reader); bits !== 0; bits &= bits - 1) reader.next();
  }

  whole(symbol: string, told: number): QuoteMessage {
    return this.#message(symbol, [told, told], { ...this.#quote });
  }

  #message(symbol: string, range: [number, number], quote: QuoteFields): QuoteMessage {
    return {
      type: 'quote',
      symbol,
      channel: 'quote',
      range,
      priceDecimals: this.#priceDecimals,
      sizeDecimals: this.#sizeDecimals,
      timestamp: this.#timestamp,
      quote,
    };
  }

  #copy(from: QuoteFields): void {
    const to = this.#quote;
    to.last = from.last;
    to.open = from.open;
    to.high = from.high;
    to.low = from.low;
    to.prevClose = from.prevClose;
    to.change = from.change;
    to.changePct = from.changePct;
    to.volume = from.volume;
    to.turnover = from.turnover;
    to.vwap = from.vwap;
    to.bid = from.bid;
    to.bidSize = from.bidSize;
    to.ask = from.ask;
    to.askSize = from.askSize;
    to.sinceMs = from.sinceMs;
  }
}

function readMask(reader: VarintReader): number {
  const mask = reader.next();
  if (mask < MASK_LIMIT) return mask;
  throw new WireError('unknown_value', 'a quote has fields that this version does not know');
}

/** What is expected of a field: unknown stays unknown, and where the formula has no result the field stays as it is. */
function higher(high: number | undefined, last: number | undefined): number | undefined {
  return high === undefined || last === undefined || last <= high ? high : last;
}

function lower(low: number | undefined, last: number | undefined): number | undefined {
  return low === undefined || last === undefined || last >= low ? low : last;
}

function changeAfter(
  before: number | undefined,
  last: number | undefined,
  prevClose: number | undefined,
): number | undefined {
  return before === undefined ? undefined : (changeOf(last, prevClose) ?? before);
}

function changePctAfter(
  before: number | undefined,
  change: number | undefined,
  prevClose: number | undefined,
): number | undefined {
  return before === undefined ? undefined : (changePctOf(change, prevClose) ?? before);
}

function vwapAfter(
  before: bigint | undefined,
  turnover: bigint | undefined,
  volume: bigint | undefined,
): bigint | undefined {
  return before === undefined ? undefined : (vwapOf(turnover, volume) ?? before);
}

function moved(value: number | undefined, reader: VarintReader): number {
  if (value === undefined) throw new WireError('inconsistent', 'a difference of a field that is unknown');
  return integer(value + reader.signed(), 'a field of a quote');
}

function movedSize(value: number | undefined, reader: VarintReader): number {
  if (value === undefined) throw new WireError('inconsistent', 'a difference of a size that is unknown');
  return integer(value + unsteppedDifference(reader.next(), stepOf(value)), 'a size of a quote');
}

function known(value: bigint | undefined): bigint {
  if (value === undefined) throw new WireError('inconsistent', 'a difference of a sum that is unknown');
  return value;
}
