import type { Channel, Interval, NoticeMessage, Side, StatusMessage } from '@tapecast/wire';
import type { BookLevel, BookView } from './local-book.ts';

/** What all data events have. Prices, sizes and sums are exact decimal texts, padded to the instrument's decimals. */
export interface DataEvent {
  symbol: string;
  channel: Channel;
  /**
   * The numbers of (epoch, symbol, sequence) that the event stands for: [97, 103] are seven updates merged into one.
   * undefined for trades of the history.
   */
  range: readonly [first: number, last: number] | undefined;
  /** Unix microseconds, wall time of ingest and of the gateway; undefined in JSON. Their difference is the data's age. */
  receivedAtUs: number | undefined;
  publishedAtUs: number | undefined;
}

export interface TradeEvent extends DataEvent {
  /** The venue's trade id; undefined where it has none. */
  id: string | undefined;
  price: string;
  size: string;
  /** The aggressor; undefined where the venue does not tell. */
  side: Side | undefined;
  conditions: readonly string[];
  /** Unix ms. */
  timestamp: number;
  /** It happened before the subscription and is never sent again live. */
  history: boolean;
  /** Its number in (epoch, symbol, trade); undefined for the history in JSON. */
  number: number | undefined;
}

/** A field that is undefined is unknown. */
export interface QuoteEvent extends DataEvent {
  last: string | undefined;
  open: string | undefined;
  high: string | undefined;
  low: string | undefined;
  prevClose: string | undefined;
  change: string | undefined;
  changePct: string | undefined;
  volume: string | undefined;
  turnover: string | undefined;
  vwap: string | undefined;
  bid: string | undefined;
  bidSize: string | undefined;
  ask: string | undefined;
  askSize: string | undefined;
  /** Unix ms since when the day's statistics count, where the day's start was not seen. */
  since: number | undefined;
  /** Unix ms. */
  timestamp: number;
}

export interface DepthEvent extends DataEvent {
  /** The whole book came; else the levels that changed. */
  snapshot: boolean;
  /** What came: all levels, or those that changed, a size of zero for one that went. */
  bids: BookLevel[];
  asks: BookLevel[];
  /** The book after it. The same object for each event of a subscription. */
  book: BookView;
  /** Unix ms. */
  timestamp: number;
}

export interface KlineEvent extends DataEvent {
  interval: Interval;
  /** Unix ms. */
  start: number;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
  turnover: string;
  trades: number;
  final: boolean;
  /** + 1 each time a final bar comes again because a late trade counted. */
  revision: number;
}

/**
 * `connecting` for the first time, `open` after hello and login, `stale` when nothing comes any more, `reconnecting` between
 * connections, `closed` for good: by `close()` or because the gateway's close code says so.
 */
export type ConnectionState = 'connecting' | 'open' | 'stale' | 'reconnecting' | 'closed';

export interface StateEvent {
  state: ConnectionState;
  /** What the last connection was closed with, if one was; 1006 without a close frame. */
  code: number | undefined;
  reason: string;
  /** Of `reconnecting`: ms until the next try. */
  retryInMs: number | undefined;
}

/** Something is missing. What came after it is right by itself; a new state is asked for where one exists. */
export interface GapEvent {
  /** undefined: which symbol it was can't be told (reason `seq`). */
  symbol: string | undefined;
  channel: Channel | undefined;
  /** The numbers that never came; undefined where they can't be told. */
  lost: readonly [first: number, last: number] | undefined;
  /**
   * `range`: a message's range does not continue the last. `announced`: the gateway said so. `reconnect`: trades between
   * two connections that the gateway has no more. `epoch`: the numbering began anew. `seq`: the connection's count in JSON has a hole. `book`: a
   * difference came for a book that is not there. `base`: one that belongs to another state than the one that is there.
   */
  reason: 'range' | 'announced' | 'reconnect' | 'epoch' | 'seq' | 'book' | 'base';
}

/**
 * A subscription that was held is no longer: the gateway refused it after a reconnect, or (`forbidden`) a renewed token does
 * not allow it any more. It is not asked for again.
 */
export interface RejectedEvent {
  symbol: string;
  channel: string;
  code: string;
  msg: string;
}

/**
 * This client reads more slowly than it is told, and the gateway merges: nothing comes until it has caught up, then each
 * state as it is by then (its range says what it stands for) and every trade that the gateway still has. `merged: false`: it is
 * told everything as it comes again. What is lost meanwhile is a `gap` of its own.
 */
export interface MergedEvent {
  merged: boolean;
}

/** The gateway is short of something and tells less often than was asked for; level 0: as asked for again. */
export interface DegradedEvent {
  level: number;
  /** What intervals are raised to; undefined where that is not told. */
  intervalMs: number | undefined;
}

/**
 * A connection took the place of an earlier one, and all that is held was answered there: after a loss or, where `moved`, beside
 * the earlier one, which is let go of only now. What is missing was told as gaps, what is refused as `rejected`.
 */
export interface ResumedEvent {
  moved: boolean;
  /** ms from the loss of the earlier connection to the answers; 0 where it was still there. */
  awayMs: number;
  /** Subscriptions to trades that go on after the last one told. Those that were missed come as they did before: each, in order. */
  continued: number;
  /** Subscriptions whose state comes as it is now: its range says what it stands for. */
  anew: number;
  /** Subscriptions of which something is missing. */
  holes: number;
}

/** The gateway took the token. */
export interface AuthEvent {
  /** In place of one that was about to expire; else the first of a connection. */
  renewed: boolean;
}

/** A token was not taken, or there was none to show. Never has a token in it. */
export interface AuthFailedEvent {
  /**
   * The gateway's error code: `unauthorized` (no token was shown), `token_invalid`, `token_expired`, `token_not_yet_valid`,
   * `forbidden`, `unavailable` (it can't be checked now); or `token_source`: the program's own source threw, was late, or
   * gave no other token than the refused one.
   */
  code: string;
  msg: string;
  /** It was to renew the token of a connection, which stays as it is. */
  renewal: boolean;
  /** ms until it is tried again, with a new token where the source gives one; undefined: it is not. */
  retryInMs: number | undefined;
}

/**
 * A frame could not be read: the connection is given up for a new one. Or no WebSocket could be made, which is tried again; or
 * what unpacks zstd could not be fetched: the client then speaks `protobuf`.
 */
export interface FaultEvent {
  error: Error;
}

export interface ClientEvents {
  trade: TradeEvent;
  quote: QuoteEvent;
  depth: DepthEvent;
  kline: KlineEvent;
  status: StatusMessage;
  notice: NoticeMessage;
  state: StateEvent;
  gap: GapEvent;
  merged: MergedEvent;
  degraded: DegradedEvent;
  resumed: ResumedEvent;
  rejected: RejectedEvent;
  auth: AuthEvent;
  authFailed: AuthFailedEvent;
  fault: FaultEvent;
}
