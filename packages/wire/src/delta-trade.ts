import { CANT_SAY, type DeltaState, difference, time } from './delta-state.ts';
import { stepOf, stepped, unstepped } from './delta-steps.ts';
import { putText, readLength, readText, skipText, textBytesAtMost } from './delta-text.ts';
import { DELTA_VALUE_LIMIT } from './limits.ts';
import type { TradeMessage } from './messages.ts';
import { count, integer } from './safe-integer.ts';
import { sideName, sideNumber } from './schema-names.ts';
import { putVarint, putZigzag, VARINT_BYTES_MAX, type VarintReader, zigzag } from './varint.ts';
import { WireError } from './wire-error.ts';

/** Flags beside the price: of an odd trade more follows; one at the time of the trade before tells none. */
const ODD = 1;
const SAME_TIME = 2;

/** How an odd trade tells its id. */
const ID_REGULAR = 0;
const ID_DISTANCE = 1;
const ID_TEXT = 2;
const ID_NONE = 3;
const CONDITIONS_FOLLOW = 4;
const FORM_LIMIT = 8;

/** Digits of an id that counts as a number: 10^15 is below 2^50. */
const ID_DIGITS_MAX = 15;
/** In place of an id's number: it has none. */
const NOT_A_NUMBER = -1;

/** The base of a trade is the trade before. */
export class TradeDelta implements DeltaState<TradeMessage> {
  #price = 0;
  #size = 0;
  #side: 0 | 1 | 2 = 0;
  #id = '';
  #idNumber = NOT_A_NUMBER;
  #conditions: readonly string[] = [];
  #priceDecimals = 0;
  #sizeDecimals = 0;
  #timestamp = 0;

  set({ trade, priceDecimals, sizeDecimals, timestamp }: TradeMessage): boolean {
    this.#priceDecimals = priceDecimals;
    this.#sizeDecimals = sizeDecimals;
    this.#take(timestamp, trade);
    this.#conditions = trade.conditions.slice(); // The message is the receiver's.
    return true;
  }

  forget(): void {}

  bytesAtMost({ trade }: TradeMessage): number {
    let bytes = VARINT_BYTES_MAX * 6 + textBytesAtMost(trade.id);
    for (const condition of trade.conditions) bytes += textBytesAtMost(condition);
    return bytes;
  }

  encode(bytes: Uint8Array, start: number, message: TradeMessage, covered: number): number {
    const { trade, timestamp } = message;
    if (
      covered !== 1 ||
      message.priceDecimals !== this.#priceDecimals ||
      message.sizeDecimals !== this.#sizeDecimals ||
      !(trade.size >= 0 && trade.size < DELTA_VALUE_LIMIT)
    ) {
      return CANT_SAY;
    }
    const price = difference(trade.price, this.#price);
    const elapsed = difference(timestamp, this.#timestamp);
    if (Number.isNaN(price + elapsed) || price >= DELTA_VALUE_LIMIT || price <= -DELTA_VALUE_LIMIT) return CANT_SAY;
    const idNumber = numberOf(trade.id);
    const idForm = this.#idForm(trade.id, idNumber);
    const sameConditions = sameTexts(trade.conditions, this.#conditions);
    const regular = idForm === ID_REGULAR && sameConditions;
    let at = putVarint(bytes, start, zigzag(price) * 4 + (elapsed === 0 ? SAME_TIME : 0) + (regular ? 0 : ODD));
    at = putVarint(bytes, at, stepped(trade.size, stepOf(this.#size)) * 4 + sideNumber(trade.side));
    if (elapsed !== 0) at = putZigzag(bytes, at, elapsed);
    if (!regular) {
      at = putVarint(bytes, at, idForm + (sameConditions ? 0 : CONDITIONS_FOLLOW));
      if (idForm === ID_DISTANCE) at = putZigzag(bytes, at, idNumber - this.#idNumber);
      else if (idForm === ID_TEXT) at = putText(bytes, at, trade.id);
      if (!sameConditions) {
        at = putVarint(bytes, at, trade.conditions.length);
        for (const condition of trade.conditions) at = putText(bytes, at, condition);
      }
    }
    this.#take(timestamp, trade, idNumber);
    return at;
  }

  decode(reader: VarintReader, symbol: string, range: [number, number]): TradeMessage {
    if (range[0] !== range[1]) throw new WireError('inconsistent', 'a trade that stands for several numbers');
    const head = reader.next();
    const flags = head % 4;
    const folded = (head - flags) / 4;
    this.#price = integer(this.#price + (folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2), 'price');
    const size = reader.next();
    sideName(size % 4);
    this.#side = (size % 4) as 0 | 1 | 2; // What sideName let pass.
    this.#size = count(unstepped(Math.floor(size / 4), stepOf(this.#size)), 'size');
    if ((flags & SAME_TIME) === 0) this.#timestamp = time(this.#timestamp + reader.signed());
    const form = flags & ODD ? readForm(reader) : 0;
    this.#decodeId(form & 3, reader);
    if (form & CONDITIONS_FOLLOW) {
      const conditions: string[] = [];
      for (let rest = readLength(reader); rest > 0; rest--) conditions.push(readText(reader));
      this.#conditions = conditions;
    }
    return this.#message(symbol, range, undefined);
  }

  #decodeId(form: number, reader: VarintReader): void {
    if (form === ID_TEXT) {
      this.#id = readText(reader);
      this.#idNumber = numberOf(this.#id);
      return;
    }
    if (form === ID_NONE || (form === ID_REGULAR && this.#id === '')) {
      this.#id = '';
      this.#idNumber = NOT_A_NUMBER;
      return;
    }
    if (this.#idNumber === NOT_A_NUMBER) {
      throw new WireError('inconsistent', 'the id of a trade counts on from one that is no number');
    }
    const number = this.#idNumber + (form === ID_DISTANCE ? reader.signed() : 1);
    this.#id = String(number);
    this.#idNumber = numberOf(this.#id);
    if (this.#idNumber !== number) throw new WireError('inconsistent', `the id of a trade is ${number}`);
  }

  skip(reader: VarintReader): void {
    const flags = reader.next() % 4;
    reader.next();
    if ((flags & SAME_TIME) === 0) reader.next();
    if ((flags & ODD) === 0) return;
    const form = readForm(reader);
    if ((form & 3) === ID_DISTANCE) reader.next();
    else if ((form & 3) === ID_TEXT) skipText(reader);
    if (form & CONDITIONS_FOLLOW) for (let rest = readLength(reader); rest > 0; rest--) skipText(reader);
  }

  /** The last trade, as history: it was told before. */
  whole(symbol: string, told: number): TradeMessage {
    return this.#message(symbol, undefined, told);
  }

  #idForm(id: string, idNumber: number): number {
    if (id === '') return this.#id === '' ? ID_REGULAR : ID_NONE;
    if (idNumber === NOT_A_NUMBER || this.#idNumber === NOT_A_NUMBER) return ID_TEXT;
    return idNumber === this.#idNumber + 1 ? ID_REGULAR : ID_DISTANCE;
  }

  #take(timestamp: number, trade: TradeMessage['trade'], idNumber = numberOf(trade.id)): void {
    this.#price = trade.price;
    this.#size = trade.size;
    this.#side = sideNumber(trade.side) as 0 | 1 | 2;
    this.#id = trade.id;
    this.#idNumber = idNumber;
    this.#conditions = trade.conditions; // Lists of trades are never changed.
    this.#timestamp = timestamp;
  }

  #message(symbol: string, range: [number, number] | undefined, historySeq: number | undefined): TradeMessage {
    return {
      type: 'trade',
      symbol,
      channel: 'trade',
      range,
      priceDecimals: this.#priceDecimals,
      sizeDecimals: this.#sizeDecimals,
      timestamp: this.#timestamp,
      historySeq,
      trade: {
        id: this.#id,
        price: this.#price,
        size: this.#size,
        side: sideName(this.#side),
        conditions: [...this.#conditions],
      },
    };
  }
}

function readForm(reader: VarintReader): number {
  const form = reader.next();
  if (form < FORM_LIMIT) return form;
  throw new WireError('unknown_value', `a trade is odd in a way that this version does not know: ${form}`);
}

/** The number that an id is, if it is written as one: digits without leading zeros. */
function numberOf(id: string): number {
  const length = id.length;
  if (length === 0 || length > ID_DIGITS_MAX) return NOT_A_NUMBER;
  let number = 0;
  for (let i = 0; i < length; i++) {
    const digit = id.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return NOT_A_NUMBER;
    number = number * 10 + digit;
  }
  return length > 1 && id.charCodeAt(0) === 48 ? NOT_A_NUMBER : number;
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
