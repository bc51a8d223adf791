import type { BookDeltaTick, BookSnapshotTick, DecimalError } from '@tapecast/market';
import type { UnnumberedTick } from '../../sources/tick-source.ts';

/** A pair as the venue declares it. Undefined decimals: the venue named no tick or lot size. */
export interface BinanceSymbol {
  /** As in payloads: `BTCUSDT`. */
  symbol: string;
  /** As in the log: `BTCUSDT$BA`. */
  instrument: string;
  name: string;
  priceDecimals: number | undefined;
  sizeDecimals: number | undefined;
}

/** Decimals beyond what Binance has anywhere (`baseAssetPrecision` 8): a value with more is not one of this venue. */
export const VENUE_DECIMALS_MAX = 8;

export const STREAM_KINDS = ['trade', 'bookTicker', 'depth@100ms'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

export const streamName = (symbol: string, kind: StreamKind): string => `${symbol.toLowerCase()}@${kind}`;

/** What a stream name stands for, looked up once a frame. */
export interface StreamRoute {
  kind: StreamKind;
  symbol: BinanceSymbol;
}

/** Everything that is followed of these pairs, by stream name. */
export function routesOf(symbols: readonly BinanceSymbol[]): Map<string, StreamRoute> {
  const routes = new Map<string, StreamRoute>();
  for (const symbol of symbols) {
    for (const kind of STREAM_KINDS) routes.set(streamName(symbol.symbol, kind), { kind, symbol });
  }
  return routes;
}

/** Why a frame was skipped: the closed set of the metric's label and the log's field. */
export type BadReason =
  | 'too_large'
  | 'binary'
  | 'not_json'
  | 'unknown_event'
  | 'unknown_stream'
  | 'wrong_symbol'
  | 'missing_field'
  | 'not_positive'
  | 'bad_level'
  | 'not_encodable'
  | 'bad_ping'
  | 'negative'
  | DecimalError;

export interface TradeEvent {
  type: 'trade';
  symbol: BinanceSymbol;
  tradeId: number;
  tick: UnnumberedTick;
}
export interface QuoteEvent {
  type: 'quote';
  symbol: BinanceSymbol;
  /** The book's update id; rises from one quote to the next, not by one. */
  lastId: number;
  tick: UnnumberedTick;
}
/** A diff: applies to a book whose last update id lies in [firstId − 1, lastId). */
export interface DiffEvent {
  type: 'diff';
  symbol: BinanceSymbol;
  firstId: number;
  lastId: number;
  tick: UnnumberedTick & { body: BookDeltaTick };
}
export interface ReplyEvent {
  type: 'reply';
  id: number | string | null;
  /** Undefined: done. */
  error: string | undefined;
}
export interface ShutdownEvent {
  type: 'shutdown';
}
export interface BadFrame {
  type: 'bad';
  reason: BadReason;
  detail: string;
  /** The stream, where the frame named one that we know. */
  route: StreamRoute | undefined;
}
export type VenueEvent = TradeEvent | QuoteEvent | DiffEvent | ReplyEvent | ShutdownEvent | BadFrame;

/** The REST snapshot, as a tick. */
export interface DepthSnapshot {
  lastUpdateId: number;
  tick: UnnumberedTick & { body: BookSnapshotTick };
}
