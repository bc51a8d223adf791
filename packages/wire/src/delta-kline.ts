import { type Channel, INTERVAL_MS, type Interval } from '@tapecast/market';
import {
  CANT_SAY,
  type DeltaState,
  difference,
  sumDifference,
  time,
  turnoverAfter,
  turnoverDifference,
} from './delta-state.ts';
import type { KlineMessage } from './messages.ts';
import { count, integer } from './safe-integer.ts';
import { putVarint, putZigzag, VARINT_BYTES_MAX, type VarintReader } from './varint.ts';
import { WireError } from './wire-error.ts';

/** The bits of a bar's mask, in the order in which values are written. */
const NEW_BAR = 1 << 0;
const CLOSE = 1 << 1;
const VOLUME = 1 << 2;
const HIGH = 1 << 3;
const LOW = 1 << 4;
const TURNOVER = 1 << 5;
const TRADES = 1 << 6;
const FINAL = 1 << 7;
const MASK_LIMIT = 1 << 8;

type Bar = KlineMessage['kline'];

/** Of a trading day's bar: days begin at local midnights, which shift by an hour twice a year. */
const HOUR_MS = 3_600_000;

export class KlineDelta implements DeltaState<KlineMessage> {
  readonly #channel: Channel;
  readonly #unitMs: number;
  readonly #bar: Bar;
  #priceDecimals = 0;
  #sizeDecimals = 0;
  #timestamp = 0;

  constructor(channel: Channel, interval: Interval) {
    this.#channel = channel;
    this.#unitMs = Math.min(INTERVAL_MS[interval], HOUR_MS);
    this.#bar = {
      interval,
      startMs: 0,
      open: 0,
      high: 0,
      low: 0,
      close: 0,
      volume: 0n,
      turnover: 0n,
      trades: 0,
      final: false,
      revision: 0,
    };
  }

  set({ kline, priceDecimals, sizeDecimals, timestamp }: KlineMessage): boolean {
    if (kline.startMs < this.#bar.startMs) return false;
    this.#priceDecimals = priceDecimals;
    this.#sizeDecimals = sizeDecimals;
    this.#timestamp = timestamp;
    this.#copy(kline);
    return true;
  }

  forget(): void {
    this.#bar.startMs = 0;
  }

  bytesAtMost(): number {
    return VARINT_BYTES_MAX * 10;
  }

  encode(bytes: Uint8Array, start: number, message: KlineMessage, covered: number): number {
    const now = message.kline;
    const base = this.#bar;
    if (message.priceDecimals !== this.#priceDecimals || message.sizeDecimals !== this.#sizeDecimals) return CANT_SAY;
    const steps = (now.startMs - base.startMs) / this.#unitMs;
    const fresh = steps !== 0;
    if (fresh ? !(steps > 0 && Number.isInteger(steps) && now.revision === 0) : now.revision !== base.revision) {
      return CANT_SAY;
    }
    if (!fresh && (now.open !== base.open || (base.final && !now.final))) return CANT_SAY;
    const elapsed = difference(message.timestamp, this.#timestamp);
    const open = fresh ? difference(now.open, base.close) : 0;
    const close = difference(now.close, fresh ? now.open : base.close);
    const volume = sumDifference(now.volume, fresh ? 0n : base.volume);
    const high = difference(now.high, Math.max(fresh ? now.open : base.high, now.close));
    const low = difference(now.low, Math.min(fresh ? now.open : base.low, now.close));
    const turnover = turnoverDifference(now.turnover, fresh ? 0n : base.turnover, now.close, volume);
    const trades = difference(now.trades, (fresh ? 0 : base.trades) + covered);
    if (Number.isNaN(elapsed + open + close + volume + high + low + turnover + trades)) return CANT_SAY;
    const final = now.final && (fresh || !base.final);
    const mask =
      (fresh ? NEW_BAR : 0) |
      (close === 0 ? 0 : CLOSE) |
      (volume === 0 ? 0 : VOLUME) |
      (high === 0 ? 0 : HIGH) |
      (low === 0 ? 0 : LOW) |
      (turnover === 0 ? 0 : TURNOVER) |
      (trades === 0 ? 0 : TRADES) |
      (final ? FINAL : 0);
    let at = putVarint(bytes, start, mask);
    at = putZigzag(bytes, at, elapsed);
    if (fresh) {
      at = putVarint(bytes, at, steps);
      at = putZigzag(bytes, at, open);
    }
    if (close !== 0) at = putZigzag(bytes, at, close);
    if (volume !== 0) at = putZigzag(bytes, at, volume);
    if (high !== 0) at = putZigzag(bytes, at, high);
    if (low !== 0) at = putZigzag(bytes, at, low);
    if (turnover !== 0) at = putZigzag(bytes, at, turnover);
    if (trades !== 0) at = putZigzag(bytes, at, trades);
    this.#timestamp = message.timestamp;
    this.#copy(now);
    return at;
  }

  decode(reader: VarintReader, symbol: string, range: [number, number]): KlineMessage {
    const bar = this.#bar;
    const mask = readMask(reader);
    this.#timestamp = time(this.#timestamp + reader.signed());
    if (mask & NEW_BAR) {
      bar.startMs = time(bar.startMs + this.#unitMs * reader.next());
      bar.open = integer(bar.close + reader.signed(), 'open');
      bar.high = bar.open;
      bar.low = bar.open;
      bar.close = bar.open;
      bar.volume = 0n;
      bar.turnover = 0n;
      bar.trades = 0;
      bar.final = false;
      bar.revision = 0;
    }
    if (mask & CLOSE) bar.close = integer(bar.close + reader.signed(), 'close');
    const volume = mask & VOLUME ? reader.signed() : 0;
    if (volume !== 0) bar.volume += BigInt(volume);
    bar.high = Math.max(bar.high, bar.close);
    bar.low = Math.min(bar.low, bar.close);
    if (mask & HIGH) bar.high = integer(bar.high + reader.signed(), 'high');
    if (mask & LOW) bar.low = integer(bar.low + reader.signed(), 'low');
    const rest = mask & TURNOVER ? reader.signed() : 0;
    if (volume !== 0 || rest !== 0) bar.turnover = turnoverAfter(bar.turnover, bar.close, volume, rest);
    const trades = mask & TRADES ? reader.signed() : 0;
    bar.trades = count(bar.trades + (range[1] - range[0] + 1) + trades, 'trades');
    if (mask & FINAL) bar.final = true;
    return this.#message(symbol, range);
  }

  skip(reader: VarintReader): void {
    const mask = readMask(reader);
    reader.next();
    if (mask & NEW_BAR) {
      reader.next();
      reader.next();
    }
    for (let bits = mask & (CLOSE | VOLUME | HIGH | LOW | TURNOVER | TRADES); bits !== 0; bits &= bits - 1) {
      reader.next();
    }
  }

  whole(symbol: string, told: number): KlineMessage {
    return this.#message(symbol, [told, told]);
  }

  #message(symbol: string, range: [number, number]): KlineMessage {
    return {
      type: 'kline',
      symbol,
      channel: this.#channel,
      range,
      priceDecimals: this.#priceDecimals,
      sizeDecimals: this.#sizeDecimals,
      timestamp: this.#timestamp,
      kline: { ...this.#bar },
    };
  }

  #copy(from: Bar): void {
    const to = this.#bar;
    to.startMs = from.startMs;
    to.open = from.open;
    to.high = from.high;
    to.low = from.low;
    to.close = from.close;
    to.volume = from.volume;
    to.turnover = from.turnover;
    to.trades = from.trades;
    to.final = from.final;
    to.revision = from.revision;
  }
}

function readMask(reader: VarintReader): number {
  const mask = reader.next();
  if (mask < MASK_LIMIT) return mask;
  throw new WireError('unknown_value', 'a bar has fields that this version does not know');
}
