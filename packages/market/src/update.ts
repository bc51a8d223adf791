import type { Interval, Sequence } from './channel.ts';
import type { Levels, MarketState, Side, Units } from './tick.ts';

/** One trade, as numbered by the fold. */
export interface Trade {
  kind: 'trade';
  id: string;
  price: Units;
  size: Units;
  side: Side | undefined;
  conditions: string[];
}

/**
 * The state of an instrument's day and top of book. undefined is unknown.
 * last, open, high, low, prevClose, change, bid, ask: priceDecimals. bidSize, askSize, volume: sizeDecimals.
 * turnover: priceDecimals + sizeDecimals. vwap: priceDecimals + 4 (half-even). changePct: 4 (half-even).
 */
export interface QuoteFields {
  last: Units | undefined;
  open: Units | undefined;
  high: Units | undefined;
  low: Units | undefined;
  prevClose: Units | undefined;
  change: Units | undefined;
  changePct: Units | undefined;
  volume: bigint | undefined;
  turnover: bigint | undefined;
  vwap: bigint | undefined;
  bid: Units | undefined;
  bidSize: Units | undefined;
  ask: Units | undefined;
  askSize: Units | undefined;
  /** Unix ms since when the day's statistics count, where the day's start was not seen; else undefined. */
  sinceMs: number | undefined;
}

/** Order fixed for ever: index = bit in `cleared`, and field order on the wire. */
export const QUOTE_FIELDS = [
  'last',
  'open',
  'high',
  'low',
  'prevClose',
  'change',
  'changePct',
  'volume',
  'turnover',
  'vwap',
  'bid',
  'bidSize',
  'ask',
  'askSize',
  'sinceMs',
] as const satisfies readonly (keyof QuoteFields)[];

/** The fields that changed, as they are now; `cleared` has the bit of each field (QUOTE_FIELDS) that became unknown. */
export interface QuoteChange extends QuoteFields {
  kind: 'quote';
  cleared: number;
}

/** Levels of the published cut (BOOK_LEVELS_PUBLISHED) that changed, absolute; size 0 removes. A keyframe carries the whole cut. */
export interface DepthChange {
  kind: 'depth';
  bids: Levels;
  asks: Levels;
}

/** A bar as it is now, always whole. volume: sizeDecimals; turnover: priceDecimals + sizeDecimals. */
export interface Kline {
  kind: 'kline';
  interval: Interval;
  startMs: number;
  open: Units;
  high: Units;
  low: Units;
  close: Units;
  volume: bigint;
  turnover: bigint;
  trades: number;
  final: boolean;
  /** 0 at first; + 1 each time a final bar is sent again because a late trade counted. */
  revision: number;
}

export interface Status {
  kind: 'status';
  state: MarketState;
  sinceMs: number;
  /** The venue's name: the source without its session. */
  source: string;
  reason: string;
}

export type UpdateBody = Trade | QuoteChange | DepthChange | Kline | Status;

/** One numbered change of one sequence of one instrument: what the log carries and gateways apply. */
export interface Update {
  sequence: Sequence;
  /** Numbers 1, 2, 3 … per (epoch, instrument, sequence). In the log first === last; a merged update covers first..last. */
  first: number;
  last: number;
  /** Replaces the state instead of changing it. Always so for trade, kline and status. */
  keyframe: boolean;
  priceDecimals: number;
  sizeDecimals: number;
  /** Unix microseconds: the event's time by the venue's clock, or its source's clock where the venue gives none. */
  timestampUs: number;
  /** Unix microseconds, wall time at ingest. Left out of canonical dumps. */
  receivedAtUs: number;
  body: UpdateBody;
}

/** A numbered trade with what its own update carried, for histories. */
export interface NumberedTrade extends Trade {
  seq: number;
  timestampUs: number;
  priceDecimals: number;
  sizeDecimals: number;
}

/**
 * The state that updates make: what a gateway keeps of an instrument that is held, and what compute checkpoints for it.
 * The state of sequence s is the result of applying updates 1..seqs[s] to `emptyView`.
 */
export interface InstrumentView {
  instrument: string;
  epoch: string;
  priceDecimals: number;
  sizeDecimals: number;
  /** Last number applied per sequence; 0: none yet. */
  seqs: Record<Sequence, number>;
  quote: QuoteFields;
  quoteTimestampUs: number;
  /** Best BOOK_LEVELS_PUBLISHED levels a side, best first. */
  bids: Levels;
  asks: Levels;
  bookTimestampUs: number;
  /** The newest bar of each interval. */
  bars: Partial<Record<Interval, Kline & { timestampUs: number }>>;
  /** The last TRADES_IN_SNAPSHOT trades, oldest first. */
  trades: NumberedTrade[];
  status: Status | undefined;
}
