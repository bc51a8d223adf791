export type {
  Channel,
  Interval,
  MarketState,
  NoticeMessage,
  Side,
  StatusMessage,
  SubscriptionResult,
} from '@tapecast/wire';
export { type ClientErrorCode, TapecastError } from './client-error.ts';
export type { Protocol } from './connection.ts';
export type {
  AuthEvent,
  AuthFailedEvent,
  ClientEvents,
  ConnectionState,
  DataEvent,
  DegradedEvent,
  DepthEvent,
  FaultEvent,
  GapEvent,
  KlineEvent,
  MergedEvent,
  QuoteEvent,
  RejectedEvent,
  ResumedEvent,
  StateEvent,
  TradeEvent,
} from './events.ts';
export { type BookLevel, type BookView, LocalBook } from './local-book.ts';
export { type MessageKind, type Missed, RangeTracker, type RangeVerdict } from './range-tracker.ts';
export { type Reconnect, ReconnectPolicy } from './reconnect-policy.ts';
export { TapecastClient, type TapecastClientOptions } from './tapecast-client.ts';
export type { TokenSource } from './token-source.ts';
export type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';
