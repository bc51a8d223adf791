/** K-line intervals, shortest first. */
export const INTERVALS = ['1m', '5m', '15m', '30m', '1h', '1d'] as const;
export type Interval = (typeof INTERVALS)[number];

export const INTERVAL_MS: Readonly<Record<Interval, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
};

/**
 * A numbered sequence of the log: one per (instrument, sequence). All depths share `depth`; a client's
 * `depth@5|20|50` are cuts of it. `status` is not subscribed to by itself: it goes to everyone who holds the instrument.
 */
export const SEQUENCES = [
  'trade',
  'quote',
  'depth',
  'kline@1m',
  'kline@5m',
  'kline@15m',
  'kline@30m',
  'kline@1h',
  'kline@1d',
  'status',
] as const;
export type Sequence = (typeof SEQUENCES)[number];

/** A market channel as clients name it, in canonical spelling. */
export const CHANNELS = [
  'trade',
  'quote',
  'depth@5',
  'depth@20',
  'depth@50',
  'kline@1m',
  'kline@5m',
  'kline@15m',
  'kline@30m',
  'kline@1h',
  'kline@1d',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** Levels a side that the log carries of each book. */
export const BOOK_LEVELS_PUBLISHED = 50;
/** Trades of an instrument that a new subscriber is shown. */
export const TRADES_IN_SNAPSHOT = 50;
