import { scaled } from '@tapecast/testkit';
import {
  bookText,
  type CanonicalQuote,
  digest,
  type Level,
  PRICE,
  QUOTE_DECIMALS,
  type QuoteField,
  quoteText,
  SUM,
} from '../verify/canonical.ts';
import { klineText } from '../verify/updates.ts';

/** Texts as clients get them, in the spelling in which they are compared. */

type Maybe = string | number | undefined;

export function quoteDigest(fields: Readonly<Partial<Record<QuoteField, Maybe>>>): number {
  const quote: CanonicalQuote = {};
  for (const [field, value] of Object.entries(fields) as [QuoteField, Maybe][])
    if (value !== undefined) quote[field] = scaled(String(value), QUOTE_DECIMALS[field]);
  return digest(quoteText(quote));
}

export interface ToldBar {
  readonly start: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly turnover: string;
  readonly trades: number;
  readonly final: boolean;
  readonly revision: number;
}

export function barDigest(bar: ToldBar): number {
  const canonical = {
    startMs: bar.start,
    open: scaled(bar.open, PRICE),
    high: scaled(bar.high, PRICE),
    low: scaled(bar.low, PRICE),
    close: scaled(bar.close, PRICE),
    volume: scaled(bar.volume, PRICE),
    turnover: scaled(bar.turnover, SUM),
    trades: bar.trades,
  };
  return digest(klineText(canonical, bar.final, bar.revision));
}

type TextLevels = readonly (readonly [price: string, size: string])[];

export function bookDigest(bids: TextLevels, asks: TextLevels): number {
  const levels = (side: TextLevels): Level[] =>
    side.map(([price, size]) => [scaled(price, PRICE), scaled(size, PRICE)]);
  return digest(bookText(levels(bids), levels(asks)));
}
