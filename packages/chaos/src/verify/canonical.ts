import { QUOTE_FIELDS } from '@tapecast/market';

/**
 * One spelling for what the venue wrote, what the log has and what a client was told, so that they can be compared: integers of
 * 10^-8 for prices and sizes, of 10^-16 for turnover, of 10^-12 for VWAP, of 10^-4 for change %.
 */
export const PRICE = 8;
export const SUM = 16;
export const VWAP = 12;
export const PERCENT = 4;

export type QuoteField = (typeof QUOTE_FIELDS)[number];

/** Decimals in which each field of a quote is compared. */
export const QUOTE_DECIMALS: Readonly<Record<QuoteField, number>> = {
  last: PRICE,
  open: PRICE,
  high: PRICE,
  low: PRICE,
  prevClose: PRICE,
  change: PRICE,
  changePct: PERCENT,
  volume: PRICE,
  turnover: SUM,
  vwap: VWAP,
  bid: PRICE,
  bidSize: PRICE,
  ask: PRICE,
  askSize: PRICE,
  sinceMs: 0,
};

/** `units` of 10^-decimals in 10^-to. Throws where they need more. */
export function rescaled(units: number | bigint, decimals: number, to: number): bigint {
  if (decimals > to) {
    const divisor = 10n ** BigInt(decimals - to);
    if (BigInt(units) % divisor !== 0n) throw new RangeError(`${units} of 10^-${decimals} is finer than 10^-${to}`);
    return BigInt(units) / divisor;
  }
  return BigInt(units) * 10n ** BigInt(to - decimals);
}

export type CanonicalQuote = Partial<Record<QuoteField, bigint>>;

export const quoteText = (quote: CanonicalQuote): string => QUOTE_FIELDS.map((field) => quote[field] ?? '-').join(' ');

export type Level = readonly [price: bigint, size: bigint];

export const levelsText = (levels: readonly Level[]): string =>
  levels.map(([price, size]) => `${price}:${size}`).join(',');

/** Best first. */
export const bookText = (bids: readonly Level[], asks: readonly Level[]): string =>
  `${levelsText(bids)}|${levelsText(asks)}`;

export interface CanonicalBar {
  readonly startMs: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
  readonly volume: bigint;
  readonly turnover: bigint;
  readonly trades: number;
}

export const barText = (bar: CanonicalBar): string =>
  [bar.startMs, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.turnover, bar.trades].join(' ');

/** 53 bits of a text (bryc's cyrb53): states are kept by it, for a run's states as texts are gigabytes. */
export function digest(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (b & 0x1fffff) + (a >>> 0);
}
