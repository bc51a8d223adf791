import { SUM_BITS_MAX } from './limits.ts';
import type { Levels } from './tick.ts';
import type { Kline, QuoteFields } from './update.ts';

/**
 * Raising an instrument's decimals multiplies all that is kept of it. First the largest kept values are measured, so that
 * a raise which would overflow one of them is refused before anything has changed.
 */
export interface Magnitude {
  /** Largest |price|, |size| and |sum| seen. */
  price: number;
  size: number;
  volume: bigint;
  turnover: bigint;
}

export const SUM_MAX = 1n << BigInt(SUM_BITS_MAX);

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

export function noMagnitude(): Magnitude {
  return { price: 0, size: 0, volume: 0n, turnover: 0n };
}

export function measurePrice(price: number | undefined, into: Magnitude): void {
  if (price !== undefined && Math.abs(price) > into.price) into.price = Math.abs(price);
}

export function measureSize(size: number | undefined, into: Magnitude): void {
  if (size !== undefined && size > into.size) into.size = size;
}

export function measureSums(volume: bigint | undefined, turnover: bigint | undefined, into: Magnitude): void {
  if (volume !== undefined && absolute(volume) > into.volume) into.volume = absolute(volume);
  if (turnover !== undefined && absolute(turnover) > into.turnover) into.turnover = absolute(turnover);
}

export function measureLevels(levels: Levels, into: Magnitude): void {
  for (let i = 0; i < levels.length; i += 2) {
    measurePrice(levels[i], into);
    measureSize(levels[i + 1], into);
  }
}

export function measureQuote(quote: QuoteFields, into: Magnitude): void {
  measurePrice(quote.last, into);
  measurePrice(quote.open, into);
  measurePrice(quote.high, into);
  measurePrice(quote.low, into);
  measurePrice(quote.prevClose, into);
  measurePrice(quote.change, into);
  measurePrice(quote.bid, into);
  measurePrice(quote.ask, into);
  measureSize(quote.bidSize, into);
  measureSize(quote.askSize, into);
  measureSums(quote.volume, quote.turnover, into);
}

export function measureKline(kline: Omit<Kline, 'kind'>, into: Magnitude): void {
  measurePrice(kline.open, into);
  measurePrice(kline.high, into);
  measurePrice(kline.low, into);
  measurePrice(kline.close, into);
  measureSums(kline.volume, kline.turnover, into);
}

/** Whether everything measured stays within its bounds when multiplied by these factors (powers of ten). */
export function fitsAfter(kept: Magnitude, priceFactor: number, sizeFactor: number): boolean {
  return (
    kept.price * priceFactor <= Number.MAX_SAFE_INTEGER &&
    kept.size * sizeFactor <= Number.MAX_SAFE_INTEGER &&
    kept.volume * BigInt(sizeFactor) <= SUM_MAX &&
    kept.turnover * BigInt(priceFactor) * BigInt(sizeFactor) <= SUM_MAX
  );
}

const times = (units: number | undefined, factor: number): number | undefined =>
  units === undefined ? undefined : units * factor;
const timesSum = (sum: bigint | undefined, factor: bigint): bigint | undefined =>
  sum === undefined ? undefined : sum * factor;

export function rescaleQuote(quote: QuoteFields, priceFactor: number, sizeFactor: number): void {
  const price = BigInt(priceFactor);
  const size = BigInt(sizeFactor);
  quote.last = times(quote.last, priceFactor);
  quote.open = times(quote.open, priceFactor);
  quote.high = times(quote.high, priceFactor);
  quote.low = times(quote.low, priceFactor);
  quote.prevClose = times(quote.prevClose, priceFactor);
  quote.change = times(quote.change, priceFactor);
  quote.volume = timesSum(quote.volume, size);
  quote.turnover = timesSum(quote.turnover, price * size);
  quote.vwap = timesSum(quote.vwap, price);
  quote.bid = times(quote.bid, priceFactor);
  quote.bidSize = times(quote.bidSize, sizeFactor);
  quote.ask = times(quote.ask, priceFactor);
  quote.askSize = times(quote.askSize, sizeFactor);
}

export function rescaleLevels(levels: Levels, priceFactor: number, sizeFactor: number): void {
  for (let i = 0; i < levels.length; i += 2) {
    levels[i] = levels[i]! * priceFactor;
    levels[i + 1] = levels[i + 1]! * sizeFactor;
  }
}

export function rescaleKline(kline: Omit<Kline, 'kind'>, priceFactor: number, sizeFactor: number): void {
  kline.open *= priceFactor;
  kline.high *= priceFactor;
  kline.low *= priceFactor;
  kline.close *= priceFactor;
  kline.volume *= BigInt(sizeFactor);
  kline.turnover *= BigInt(priceFactor) * BigInt(sizeFactor);
}
