import type { Interval } from './channel.ts';

/**
 * A price, size or difference as an integer scaled by 10^decimals of its kind. |value| <= Number.MAX_SAFE_INTEGER.
 * Which decimals apply stands beside it: `priceDecimals` or `sizeDecimals` of the message that carries it.
 */
export type Units = number;

/** What a trade counts for, as bits. A venue without conditions counts for all three. */
export const COUNTS_LAST = 1;
export const COUNTS_HIGH_LOW = 2;
export const COUNTS_VOLUME = 4;
export const COUNTS_ALL = 7;

export type Side = 'buy' | 'sell';

/**
 * Book levels, flat: [price, size, price, size, ...], best first (bids falling, asks rising).
 * In a delta a size of 0 removes the level and order does not matter.
 */
export type Levels = Units[];

export interface TradeTick {
  kind: 'trade';
  /** The venue's trade id, '' where it has none. */
  id: string;
  price: Units;
  size: Units;
  /** The aggressor. */
  side: Side | undefined;
  conditions: string[];
  /** COUNTS_* bits. */
  counts: number;
}

/** Top of book, or a venue's own statistics of the day. A field that is undefined says nothing about it. */
export interface QuoteTick {
  kind: 'quote';
  bid: Units | undefined;
  bidSize: Units | undefined;
  ask: Units | undefined;
  askSize: Units | undefined;
  last: Units | undefined;
  open: Units | undefined;
  high: Units | undefined;
  low: Units | undefined;
  prevClose: Units | undefined;
  /** Of the day; scaled by sizeDecimals. */
  volume: bigint | undefined;
  /** Of the day; scaled by priceDecimals + sizeDecimals. */
  turnover: bigint | undefined;
  /** The venue's own number of this state (Binance bookTicker `u`). */
  venueSeq: number | undefined;
}

/** Replaces the whole book. */
export interface BookSnapshotTick {
  kind: 'bookSnapshot';
  bids: Levels;
  asks: Levels;
  venueSeq: number | undefined;
}

/** Sets levels to absolute sizes; a size of 0 removes. */
export interface BookDeltaTick {
  kind: 'bookDelta';
  bids: Levels;
  asks: Levels;
  venueSeq: number | undefined;
}

/** A bar as the venue makes it; kept beside ours, never mixed with them. */
export interface BarTick {
  kind: 'bar';
  interval: Interval;
  startMs: number;
  open: Units;
  high: Units;
  low: Units;
  close: Units;
  volume: bigint;
  turnover: bigint | undefined;
  trades: number | undefined;
  final: boolean;
}

export type MarketState = 'pending' | 'live' | 'stale' | 'halted' | 'closed' | 'delayed';

/** What the source says of the instrument, or ingest of the source. */
export interface StatusTick {
  kind: 'status';
  state: MarketState;
  reason: string;
  sinceMs: number;
}

/** The source's clock. `instrument` is ''. Moves only this source's instruments, never back. */
export interface ClockTick {
  kind: 'clock';
  timeMs: number;
}

export type TickBody = TradeTick | QuoteTick | BookSnapshotTick | BookDeltaTick | BarTick | StatusTick | ClockTick;

/** One normalised event, one record of `md.ticks`. */
export interface Tick {
  /** Canonical name (`BTCUSDT$BA`); '' for a clock tick. */
  instrument: string;
  /** Venue and ingest session, `binance/01J9…`. */
  source: string;
  /** 1, 2, 3 … without a hole, per source and partition. */
  sourceSeq: number;
  /** Unix microseconds by the venue's clock; undefined where the venue gives none. */
  exchangeTimeUs: number | undefined;
  /** Unix microseconds, wall time of the ingest machine. Never read by the fold but to pass it on. */
  receivedAtUs: number;
  /** Decimals of all prices and sizes in this tick: the instrument's declared ones, or more where a value needs more. */
  priceDecimals: number;
  sizeDecimals: number;
  body: TickBody;
}
