import type { Channel, Levels } from '@tapecast/market';
import { CANT_SAY, type DeltaState, difference, time } from './delta-state.ts';
import { stepOf, stepped, steppedDifference, unstepped, unsteppedDifference } from './delta-steps.ts';
import { readLength } from './delta-text.ts';
import { DELTA_VALUE_LIMIT } from './limits.ts';
import type { DepthMessage } from './messages.ts';
import { count, integer } from './safe-integer.ts';
import { putVarint, putZigzag, VARINT_BYTES_MAX, type VarintReader } from './varint.ts';
import { WireError } from './wire-error.ts';

/** Kinds of operations on the level that a side's walk stands at. */
const SIZE = 0;
const REMOVE = 1;
const INSERT = 2;
const SIZE_DIFFERENCE = 3;

/** One side of a cut: prices and sizes in turn, best first. */
class Side {
  levels: Levels = [];
  /** All of them can be told. */
  fit = true;
  /** What is being made of it; then the two change places. */
  next: Levels = [];
  readonly #cut: number;
  /** 1 where prices rise from the best on, as asks do; -1 of bids. */
  readonly #away: 1 | -1;

  constructor(cut: number, away: 1 | -1) {
    this.#cut = cut;
    this.#away = away;
  }

  set(levels: Levels): void {
    const before = this.levels;
    const end = Math.min(levels.length, 2 * this.#cut);
    before.length = end;
    let fit = true;
    for (let i = 0; i < end; i++) {
      const value = levels[i]!;
      if (value >= DELTA_VALUE_LIMIT || value <= -DELTA_VALUE_LIMIT) fit = false;
      before[i] = value;
    }
    this.fit = fit;
  }

  same(levels: Levels): boolean {
    const before = this.levels;
    const end = Math.min(levels.length, 2 * this.#cut);
    if (end !== before.length) return false;
    for (let i = 0; i < end; i++) if (levels[i] !== before[i]) return false;
    return true;
  }

  /** Whether all of the first `cut` levels can be told. */
  fits(levels: Levels): boolean {
    const end = Math.min(levels.length, 2 * this.#cut);
    for (let i = 0; i < end; i++) {
      const value = levels[i]!;
      if (value >= DELTA_VALUE_LIMIT || value <= -DELTA_VALUE_LIMIT) return false;
    }
    return true;
  }

  /** Writes what turns `levels` into the first levels of `now`: the number of operations, and each. */
  encode(bytes: Uint8Array, start: number, now: Levels): number {
    const before = this.levels;
    const away = this.#away;
    const beforeEnd = before.length;
    const nowEnd = Math.min(now.length, 2 * this.#cut);
    let at = start + 1; // The number of operations fits into one byte: there are at most twice 50.
    let operations = 0;
    let b = 0;
    let n = 0;
    let told = 0; // The level up to which operations were written.
    while (n < nowEnd) {
      const price = now[n]!;
      if (b < beforeEnd) {
        const old = before[b]!;
        if (old === price) {
          const size = now[n + 1]!;
          const oldSize = before[b + 1]!;
          if (size !== oldSize) {
            const skip = (b - told) >> 1;
            const step = stepOf(oldSize);
            const whole = stepped(size, step);
            const moved = steppedDifference(size - oldSize, step);
            const shorter = moved < 128 ? whole >= 128 : moved < 16_384 ? whole >= 16_384 : moved < whole;
            at = putVarint(bytes, at, skip * 4 + (shorter ? SIZE_DIFFERENCE : SIZE));
            at = putVarint(bytes, at, shorter ? moved : whole);
            operations++;
            told = b + 2;
          }
          b += 2;
          n += 2;
          continue;
        }
        if ((old - price) * away < 0) {
          at = putVarint(bytes, at, ((b - told) >> 1) * 4 + REMOVE);
          operations++;
          b += 2;
          told = b;
          continue;
        }
      }
      at = putVarint(bytes, at, ((b - told) >> 1) * 4 + INSERT);
      if (n > 0) at = putVarint(bytes, at, (price - now[n - 2]!) * away);
      else if (b < beforeEnd) at = putVarint(bytes, at, (before[b]! - price) * away);
      else at = putZigzag(bytes, at, price);
      at = putVarint(bytes, at, stepped(now[n + 1]!, n > 0 ? stepOf(now[n - 1]!) : 1));
      operations++;
      told = b;
      n += 2;
    }
    // Levels after these are past the cut, or gone.
    if (nowEnd < 2 * this.#cut) {
      for (; b < beforeEnd; b += 2) {
        at = putVarint(bytes, at, ((b - told) >> 1) * 4 + REMOVE);
        operations++;
        told = b + 2;
      }
    }
    bytes[start] = operations;
    this.set(now);
    return at;
  }

  /** Reads the operations of a side, makes them, and returns the levels that changed: 0 is the size of one that is gone. */
  decode(reader: VarintReader): Levels {
    const changes: Levels = [];
    const before = this.levels;
    const next = this.next;
    next.length = 0;
    let b = 0;
    for (let rest = readLength(reader); rest > 0; rest--) {
      const operation = reader.next();
      const kind = operation % 4;
      const skipped = b + 2 * Math.floor(operation / 4);
      if (skipped > before.length || (kind !== INSERT && skipped === before.length)) {
        throw new WireError('inconsistent', 'a change of a level that the book does not have');
      }
      for (; b < skipped; b++) next.push(before[b]!);
      if (kind === INSERT) {
        const price = this.#insertedPrice(reader, b);
        const step = next.length > 0 ? stepOf(next[next.length - 1]!) : 1;
        const size = count(unstepped(reader.next(), step), 'size');
        next.push(price, size);
        changes.push(price, size);
        continue;
      }
      const price = before[b]!;
      if (kind === REMOVE) {
        changes.push(price, 0);
      } else {
        const old = before[b + 1]!;
        const code = reader.next();
        const step = stepOf(old);
        const size = count(kind === SIZE ? unstepped(code, step) : old + unsteppedDifference(code, step), 'size');
        next.push(price, size);
        changes.push(price, size);
      }
      b += 2;
    }
    for (; b < before.length; b++) next.push(before[b]!);
    const end = 2 * this.#cut;
    for (let i = end; i < next.length; i += 2) changes.push(next[i]!, 0);
    if (next.length > end) next.length = end;
    this.levels = next;
    this.next = before;
    return changes;
  }

  #insertedPrice(reader: VarintReader, b: number): number {
    const { levels, next } = this;
    const away = this.#away;
    let price: number;
    if (next.length > 0) price = next[next.length - 2]! + away * reader.next();
    else if (b < levels.length) price = levels[b]! - away * reader.next();
    else price = reader.signed();
    integer(price, 'price');
    const better = next.length > 0 && (price - next[next.length - 2]!) * away <= 0;
    const worse = b < levels.length && (levels[b]! - price) * away <= 0;
    if (better || worse) throw new WireError('inconsistent', 'a level that is not between its neighbours');
    return price;
  }
}

/** The cut of a book. Looks at no more of a message's levels than the cut has, so whole books may be given. */
export class DepthDelta implements DeltaState<DepthMessage> {
  readonly #channel: Channel;
  readonly #cut: number;
  readonly #bids: Side;
  readonly #asks: Side;
  #priceDecimals = 0;
  #sizeDecimals = 0;
  #timestamp = 0;

  constructor(channel: Channel, cut: number) {
    this.#channel = channel;
    this.#cut = cut;
    this.#bids = new Side(cut, -1);
    this.#asks = new Side(cut, 1);
  }

  set(message: DepthMessage): boolean {
    this.#priceDecimals = message.priceDecimals;
    this.#sizeDecimals = message.sizeDecimals;
    this.#timestamp = message.timestamp;
    this.#bids.set(message.bids);
    this.#asks.set(message.asks);
    return true;
  }

  forget(): void {}

  same(bids: Levels, asks: Levels): boolean {
    return this.#bids.same(bids) && this.#asks.same(asks);
  }

  bytesAtMost({ bids, asks }: DepthMessage): number {
    // Each level of before and each of now at most once: an operation, a price and a size; two counts and a time.
    const levels = Math.min(bids.length, 2 * this.#cut) + Math.min(asks.length, 2 * this.#cut);
    const before = this.#bids.levels.length + this.#asks.levels.length;
    return 3 * VARINT_BYTES_MAX * ((levels + before) / 2 + 1);
  }

  encode(bytes: Uint8Array, start: number, message: DepthMessage): number {
    if (message.priceDecimals !== this.#priceDecimals || message.sizeDecimals !== this.#sizeDecimals) return CANT_SAY;
    const elapsed = difference(message.timestamp, this.#timestamp);
    if (Number.isNaN(elapsed)) return CANT_SAY;
    if (!this.#bids.fit || !this.#asks.fit) return CANT_SAY;
    if (!this.#bids.fits(message.bids) || !this.#asks.fits(message.asks)) return CANT_SAY;
    let at = putZigzag(bytes, start, elapsed);
    at = this.#bids.encode(bytes, at, message.bids);
    at = this.#asks.encode(bytes, at, message.asks);
    this.#timestamp = message.timestamp;
    return at;
  }

  decode(reader: VarintReader, symbol: string, range: [number, number]): DepthMessage {
    this.#timestamp = time(this.#timestamp + reader.signed());
    const bids = this.#bids.decode(reader);
    const asks = this.#asks.decode(reader);
    return this.#message('l2_update', symbol, range, bids, asks);
  }

  skip(reader: VarintReader): void {
    reader.next();
    for (let side = 0; side < 2; side++) {
      for (let rest = readLength(reader); rest > 0; rest--) {
        const kind = reader.next() % 4;
        if (kind !== REMOVE) reader.next();
        if (kind === INSERT) reader.next();
      }
    }
  }

  whole(symbol: string, told: number): DepthMessage {
    return this.#message('l2_snapshot', symbol, [told, told], this.#bids.levels.slice(), this.#asks.levels.slice());
  }

  #message(
    type: DepthMessage['type'],
    symbol: string,
    range: [number, number],
    bids: Levels,
    asks: Levels,
  ): DepthMessage {
    return {
      type,
      symbol,
      channel: this.#channel,
      range,
      priceDecimals: this.#priceDecimals,
      sizeDecimals: this.#sizeDecimals,
      timestamp: this.#timestamp,
      bids,
      asks,
    };
  }
}
