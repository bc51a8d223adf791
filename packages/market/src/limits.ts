/**
 * The bounds of this package: unit, why this much, and what happens past it.
 */

/** Decimals of a price or a size. 10^18 is the finest unit any venue counts in; past it: `out_of_range`. */
export const DECIMALS_MAX = 18;

/** Characters of a number's text. Twice what any venue sends; past it: `too_many_digits`, so that hostile text costs no time. */
export const DECIMAL_TEXT_MAX = 64;

/**
 * Magnitude of a sum (volume, turnover), as bits. On the wire a sum is high * 2^53 + low with |high| <= 2^53; one bit is
 * kept as margin. A tick that would take a sum past it: `out_of_range`, or `decimals_overflow` where more decimals would.
 */
export const SUM_BITS_MAX = 105;

/** Characters of an instrument's symbol; past it: `too_long`. The longest option symbols (OCC) have 21. */
export const SYMBOL_LENGTH_MAX = 32;

/** Characters of the exchange part of `SYMBOL$EXCHANGE$REGION`; past it: `too_long`. */
export const EXCHANGE_LENGTH_MAX = 12;

/** Levels a side of the full book. Twice the deepest snapshot a venue gives (5,000); past it the levels farthest from the best go. */
export const BOOK_LEVELS_MAX = 10_000;

/** Trading days remembered per zone; past it the oldest asked for goes. Today, yesterday and what late trades need. */
export const TRADING_DAYS_CACHED = 8;

/** Milliseconds by which a source's clock must have passed the end of a bar or a day before it is over. */
export const FINAL_GRACE_MS = 2_000;

/** Milliseconds by which an exchange time may be ahead of its source's clock; past it the clock's time is used: `future_time`. */
export const FUTURE_TIME_MS = 10_000;

/**
 * Milliseconds after a bar's end within which a late trade still changes it: how long ended bars stay in a fold's state
 * (11 of 1m, 3 of 5m, 2 of each longer interval). Past it the trade counts for the statistics alone: `late_bar`.
 */
export const LATE_TRADE_MS = 600_000;
