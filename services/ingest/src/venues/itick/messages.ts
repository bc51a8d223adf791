import type { BarTick, BookSnapshotTick } from '@tapecast/market';
import type { UnnumberedTick } from '../../sources/tick-source.ts';
import type { ItickSymbol } from './symbols.ts';

/** Decimals beyond what the venue quotes anywhere: a price with more is the noise of a sum in floating point. */
export const VENUE_DECIMALS_MAX = 10;
/** Levels a side of one depth frame; the venue documents 5 to 10. More: `bad_level`. */
export const LEVELS_MAX = 1_000;

/** Why a frame was skipped: the closed set of the metric's label and the log's field. */
export type ItickBadReason =
  | 'too_large'
  | 'binary'
  | 'not_json'
  | 'duplicate_key'
  | 'too_deep'
  | 'unknown_event'
  | 'unknown_type'
  | 'unknown_symbol'
  | 'ambiguous_symbol'
  | 'missing_field'
  | 'bad_code'
  | 'not_a_number'
  | 'not_a_time'
  | 'negative'
  | 'not_positive'
  | 'too_many_digits'
  | 'out_of_range'
  | 'bad_level'
  | 'not_encodable'
  | 'bad_ping';

export interface TradeEvent {
  type: 'trade';
  symbol: ItickSymbol;
  tick: UnnumberedTick;
}
/** The venue's statistics of the day. */
export interface QuoteEvent {
  type: 'quote';
  symbol: ItickSymbol;
  tick: UnnumberedTick;
  /** `ts`: 0 normal, 1 suspended, 2 delisted, 3 circuit breaker; undefined where the frame says none. */
  tradingStatus: number | undefined;
  /** A day's sum had float noise and is absent from the tick. */
  leftOut: boolean;
}
export interface DepthEvent {
  type: 'depth';
  symbol: ItickSymbol;
  tick: UnnumberedTick & { body: BookSnapshotTick };
  /**
   * The best prices of the frame whatever their size: forex sends levels of size 0, which a book can't hold (there 0
   * means that there is no level).
   */
  top: { bid: number | undefined; bidSize: number | undefined; ask: number | undefined; askSize: number | undefined };
  /** A level has a price and no size. */
  sizeless: boolean;
}
export interface BarEvent {
  type: 'bar';
  symbol: ItickSymbol;
  tick: UnnumberedTick & { body: BarTick };
}
/** The venue's answer to something of ours; `action` is '' where it does not say to what. */
export interface ReplyEvent {
  type: 'reply';
  action: string;
  ok: boolean;
  msg: string;
}
export interface PongEvent {
  type: 'pong';
  params: string;
}
/** Understood, and nothing for us: the greeting, a bar of an interval that we do not have. */
export interface IgnoredEvent {
  type: 'ignored';
}
export interface ItickBadFrame {
  type: 'bad';
  reason: ItickBadReason;
  detail: string;
}
export type ItickMarketEvent = TradeEvent | QuoteEvent | DepthEvent | BarEvent;
export type ItickEvent = ItickMarketEvent | ReplyEvent | PongEvent | IgnoredEvent | ItickBadFrame;

/** What a frame is refused for; becomes an `ItickBadFrame` at the one place that catches it. */
export class Refusal {
  readonly reason: ItickBadReason;
  readonly detail: string;
  constructor(reason: ItickBadReason, detail: string) {
    this.reason = reason;
    this.detail = detail;
  }
}
