import { powerOfTen } from '@tapecast/market';
import { C, D, type FrameFields, H, L, LD, type LevelFields, O, P, T, TE, TS, TU, V } from './frame-fields.ts';
import { LEVELS_MAX, VENUE_DECIMALS_MAX } from './messages.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Any integer of so many digits is exact as a double. */
const DIGITS_MAX = 15;

/** A key of up to four letters as one number. */
const key = (text: string): number => [...text].reduce((sum, letter) => sum * 256 + letter.charCodeAt(0), 0);
const KEY_S = key('s');
const KEY_R = key('r');
const KEY_LD = key('ld');
const KEY_V = key('v');
const KEY_T = key('t');
const KEY_TYPE = key('type');
const KEY_TE = key('te');
const KEY_D = key('d');
const KEY_TU = key('tu');
const KEY_O = key('o');
const KEY_H = key('h');
const KEY_L = key('l');
const KEY_C = key('c');
const KEY_P = key('p');
const KEY_CH = key('ch');
const KEY_CHP = key('chp');
const KEY_TS = key('ts');
const KEY_A = key('a');
const KEY_B = key('b');
const KEY_PO = key('po');

/** Bits of `#seen` beyond the fields': a key that comes twice is for the slow path to refuse. */
const SEEN_S = 1 << 12;
const SEEN_R = 1 << 13;
const SEEN_TYPE = 1 << 14;
const SEEN_A = 1 << 15;
const SEEN_B = 1 << 16;
const SEEN_CH = 1 << 17;
const SEEN_CHP = 1 << 18;

const PREFIX = Buffer.from('{"code":1,"data":{');

/** Which market message a frame is, as far as the scanner tells them apart. */
export type ScannedType = 'tick' | 'quote' | 'depth';

/**
 * Reads market frames as the venue writes them: `{"code":1,"data":{…}}` without white space, known keys in any order, plain
 * numbers of up to 15 digits. What it takes is JSON and says what was read; whatever else comes, right or wrong, it leaves to
 * the exact parser. It makes no text and no objects: JSON.parse takes 3 times as long and rounds.
 */
export class FrameScanner {
  readonly fields: FrameFields;
  symbolFrom = 0;
  symbolTo = 0;
  /** An empty range: the frame names no region. */
  regionFrom = 0;
  regionTo = 0;
  type: ScannedType = 'tick';
  #frame: Uint8Array = PREFIX;
  #at = 0;
  #seen = 0;
  #units = 0;
  #decimals = 0;

  constructor(fields: FrameFields) {
    this.fields = fields;
  }

  /** Whether the frame was read: `fields`, `type` and the names' places then stand for it. */
  scan(frame: Uint8Array): boolean {
    if (frame.length <= PREFIX.length) return false;
    for (let i = 0; i < PREFIX.length; i++) if (frame[i] !== PREFIX[i]) return false;
    this.#frame = frame;
    this.#at = PREFIX.length;
    this.#seen = 0;
    this.regionFrom = 0;
    this.regionTo = 0;
    this.fields.clear();
    for (;;) {
      if (!this.#field()) return false;
      const sign = frame[this.#at++];
      if (sign === COMMA) continue;
      if (sign !== CLOSE || frame[this.#at] !== CLOSE || this.#at + 1 !== frame.length) return false;
      const names = SEEN_S | SEEN_TYPE;
      this.fields.has = this.#seen & (SEEN_S - 1);
      return (this.#seen & names) === names;
    }
  }

  #field(): boolean {
    const fields = this.fields;
    switch (this.#key()) {
      case KEY_S:
        if (!this.#once(SEEN_S) || !this.#text()) return false;
        this.symbolTo = this.#at - 1;
        this.symbolFrom = this.#textFrom;
        return true;
      case KEY_R:
        if (!this.#once(SEEN_R) || !this.#text()) return false;
        this.regionTo = this.#at - 1;
        this.regionFrom = this.#textFrom;
        // '' as a region is a value like any other; no range would say that there is none.
        return this.regionTo > this.regionFrom;
      case KEY_TYPE:
        return this.#once(SEEN_TYPE) && this.#text() && this.#type();
      case KEY_LD:
        return this.#number(LD);
      case KEY_V:
        return this.#number(V);
      case KEY_TU:
        return this.#number(TU);
      case KEY_O:
        return this.#number(O);
      case KEY_H:
        return this.#number(H);
      case KEY_L:
        return this.#number(L);
      case KEY_C:
        return this.#number(C);
      case KEY_P:
        return this.#number(P);
      case KEY_T:
        if (!this.#once(1 << T) || !this.#count()) return false;
        fields.timeMs = this.#units;
        return true;
      case KEY_TS:
        if (!this.#once(1 << TS) || !this.#count()) return false;
        fields.tradingStatus = this.#units;
        return true;
      case KEY_TE:
        if (!this.#once(1 << TE) || !this.#count()) return false;
        fields.session = this.#units;
        return true;
      case KEY_D:
        if (!this.#once(1 << D) || !this.#count()) return false;
        fields.direction = this.#units;
        return true;
      case KEY_A:
        if (!this.#once(SEEN_A) || !this.#levels(fields.askLevels)) return false;
        fields.asks = fields.askLevels;
        return true;
      case KEY_B:
        if (!this.#once(SEEN_B) || !this.#levels(fields.bidLevels)) return false;
        fields.bids = fields.bidLevels;
        return true;
      case KEY_CH:
        return this.#once(SEEN_CH) && this.#decimal();
      case KEY_CHP:
        return this.#once(SEEN_CHP) && this.#decimal();
      default:
        return false;
    }
  }

  #once(bit: number): boolean {
    if ((this.#seen & bit) !== 0) return false;
    this.#seen |= bit;
    return true;
  }

  /** The key at hand, its colon taken; -1 where it is none of up to four signs. */
  #key(): number {
    const frame = this.#frame;
    let at = this.#at;
    if (frame[at] !== QUOTE) return -1;
    let code = 0;
    const end = at + 6;
    for (at++; at < end; at++) {
      const byte = frame[at]!;
      if (byte === QUOTE) {
        if (frame[at + 1] !== COLON) return -1;
        this.#at = at + 2;
        return code;
      }
      // A NUL would count for nothing: "\u0000p" would be the key p.
      if (byte < 0x20) return -1;
      code = code * 256 + byte;
    }
    return -1;
  }

  #textFrom = 0;

  /** A text of printable ASCII without escapes: `[#textFrom, #at - 1)`. */
  #text(): boolean {
    const frame = this.#frame;
    let at = this.#at;
    if (frame[at] !== QUOTE) return false;
    at++;
    this.#textFrom = at;
    for (; at < frame.length; at++) {
      const byte = frame[at]!;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return true;
      }
      if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return false;
    }
    return false;
  }

  #type(): boolean {
    const frame = this.#frame;
    const from = this.#textFrom;
    const length = this.#at - 1 - from;
    let code = 0;
    // Five letters are 40 bits: exact.
    if (length > 5) return false;
    for (let i = 0; i < length; i++) code = code * 256 + frame[from + i]!;
    if (code === TYPE_TICK) this.type = 'tick';
    else if (code === TYPE_QUOTE) this.type = 'quote';
    else if (code === TYPE_DEPTH) this.type = 'depth';
    else return false;
    return true;
  }

  #number(field: number): boolean {
    if (!this.#once(1 << field) || !this.#decimal()) return false;
    this.fields.units[field] = this.#units;
    this.fields.decimals[field] = this.#decimals;
    return true;
  }

  /** A whole number that is not negative. */
  #count(): boolean {
    return this.#decimal() && this.#decimals === 0 && this.#units >= 0;
  }

  /** A number into `#units` and `#decimals`, by the least decimals it needs. */
  #decimal(): boolean {
    const frame = this.#frame;
    let at = this.#at;
    let byte = frame[at]!;
    const negative = byte === MINUS;
    if (negative) byte = frame[++at]!;
    const from = at;
    let digit = byte - ZERO;
    if (!(digit >= 0 && digit <= 9)) return false;
    let units = digit;
    byte = frame[++at]!;
    // JSON has no leading zeros.
    if (digit !== 0) {
      for (digit = byte - ZERO; digit >= 0 && digit <= 9; digit = byte - ZERO) {
        units = units * 10 + digit;
        byte = frame[++at]!;
      }
    }
    let decimals = 0;
    if (byte === DOT) {
      const point = at;
      let zeros = 0;
      byte = frame[++at]!;
      for (digit = byte - ZERO; digit >= 0 && digit <= 9; digit = byte - ZERO) {
        if (digit === 0) zeros++;
        else {
          units = zeros === 0 ? units * 10 + digit : units * powerOfTen(zeros + 1) + digit;
          decimals += zeros + 1;
          zeros = 0;
        }
        byte = frame[++at]!;
      }
      if (at === point + 1) return false;
    }
    // What follows a number in JSON; anything else (an exponent, the frame's end) is for the exact parser.
    if (byte !== COMMA && byte !== CLOSE) return false;
    if (at - from > DIGITS_MAX || decimals > VENUE_DECIMALS_MAX) return false;
    this.#units = negative && units !== 0 ? -units : units;
    this.#decimals = decimals;
    this.#at = at;
    return true;
  }

  /** `[{"po":1,"p":330.01,"v":10,"o":1},…]` */
  #levels(into: LevelFields): boolean {
    const frame = this.#frame;
    into.count = 0;
    if (frame[this.#at] !== OPEN_LIST) return false;
    this.#at++;
    if (frame[this.#at] === CLOSE_LIST) {
      this.#at++;
      return true;
    }
    for (;;) {
      if (into.count === LEVELS_MAX || frame[this.#at] !== OPEN) return false;
      this.#at++;
      if (!this.#level(into)) return false;
      const sign = frame[this.#at++];
      if (sign === CLOSE_LIST) return true;
      if (sign !== COMMA) return false;
    }
  }

  #level(into: LevelFields): boolean {
    const frame = this.#frame;
    const index = into.count;
    let seen = 0;
    for (;;) {
      const name = this.#key();
      const bit = name === KEY_P ? 1 : name === KEY_V ? 2 : name === KEY_PO ? 4 : name === KEY_O ? 8 : 0;
      if (bit === 0 || (seen & bit) !== 0 || !this.#decimal()) return false;
      seen |= bit;
      if (bit === 1) {
        into.priceUnits[index] = this.#units;
        into.priceDecimals[index] = this.#decimals;
      } else if (bit === 2) {
        into.sizeUnits[index] = this.#units;
        into.sizeDecimals[index] = this.#decimals;
      }
      const sign = frame[this.#at++];
      if (sign === COMMA) continue;
      if (sign !== CLOSE || (seen & 3) !== 3) return false;
      into.count = index + 1;
      return true;
    }
  }
}

const TYPE_TICK = key('tick');
const TYPE_QUOTE = key('quote');
const TYPE_DEPTH = key('depth');
