import type {
  Channel,
  InstrumentView,
  Interval,
  Kline,
  Levels,
  MarketState,
  QuoteFields,
  Side,
  Trade,
  Units,
} from '@tapecast/market';

/** What a client may offer; the gateway picks the first it knows. */
export const SUBPROTOCOLS = ['tapecast.v1.json', 'tapecast.v1.protobuf', 'tapecast.v1.protobuf.zstd'] as const;
export type Subprotocol = (typeof SUBPROTOCOLS)[number];

/** `id` as the client chose it; null when it gave none or can't be read. */
export type MessageId = string | number | null;

export type ClientMessage =
  | { action: 'auth'; id: MessageId; token: string }
  | SubscribeMessage
  /** Without channels: all of the symbols'. */
  | { action: 'unsubscribe' | 'resync'; id: MessageId; channels: string[] | undefined; symbols: string[] }
  | { action: 'query_subscribe' | 'resume' | 'ack' | 'ping'; id: MessageId };

/** Channels and symbols as the client wrote them: each is resolved, or fails, by itself. */
export interface SubscribeMessage {
  action: 'subscribe';
  id: MessageId;
  channels: string[];
  symbols: string[];
  intervalMs: number;
}

/** Each code once, with its meaning, in `errors.ts`. */
export type ErrorCode =
  | 'bad_request'
  | 'not_supported'
  | 'unknown_symbol'
  | 'unknown_channel'
  | 'unauthorized'
  | 'token_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'forbidden'
  | 'too_many_symbols'
  | 'not_subscribed'
  | 'unavailable'
  | 'internal';

export interface SubscriptionResult {
  symbol: string;
  /** Canonical channel, or what the client wrote where it is none. */
  channel: string;
  ok: boolean;
  /** When ok: */
  epoch?: string;
  seq?: number;
  intervalMs?: number;
  /** When ok and Protobuf: the number that names the stream in data frames of this gateway. */
  streamNumber?: number;
  /** When not ok: */
  code?: ErrorCode;
  msg?: string;
}

/** Limits that a client must know, by their wire names: the gateway's, or what its token lowered them to. */
export type NamedLimits = Record<string, number | number[]>;

export interface HelloMessage {
  type: 'hello';
  session: string;
  serverTime: number;
  heartbeatMs: number;
  protocol: Subprotocol;
  limits: NamedLimits;
}
export interface SuccessMessage {
  type: 'success';
  action: ClientMessage['action'];
  id: MessageId;
  msg: string;
  results?: SubscriptionResult[];
  subscriptions?: { symbol: string; channel: Channel; intervalMs: number; epoch: string; seq: number }[];
  /** Of `auth`: those in force from now on. */
  limits?: NamedLimits;
}
export interface ErrorMessage {
  type: 'error';
  action: string | null;
  id: MessageId;
  code: ErrorCode;
  msg: string;
  temporary: boolean;
  retryAfterMs: number | null;
}
export interface PongMessage {
  type: 'pong';
  id: MessageId;
  serverTime: number;
}
export interface HeartbeatMessage {
  type: 'heartbeat';
  n: number;
  serverTime: number;
}
export interface StatusMessage {
  type: 'status';
  symbol: string;
  state: MarketState;
  since: number;
  source: string;
  reason: string;
}
export interface NoticeMessage {
  type: 'notice';
  code: 'merged' | 'hole' | 'degraded' | 'moving' | 'auth_expiring';
  symbol?: string;
  channel?: Channel;
  range?: [number, number];
  /** Of `hole`: the numbering began anew under this epoch; what follows begins with a whole state. */
  epoch?: string;
  /** Of `degraded`: the level now in force, and the interval it means. */
  level?: number;
  intervalMs?: number;
  /** Of `moving`: where to, and when this connection ends. */
  url?: string;
  afterMs?: number;
  msg: string;
}
export type ControlMessage =
  | HelloMessage
  | SuccessMessage
  | ErrorMessage
  | PongMessage
  | HeartbeatMessage
  | StatusMessage
  | NoticeMessage;

/** What all data messages have. In JSON the connection's `seq` is spliced in; Protobuf has none. */
interface DataHead {
  symbol: string;
  channel: Channel;
  /** Covers these numbers of (epoch, symbol, sequence); undefined only for history trades. */
  range: [number, number] | undefined;
  priceDecimals: number;
  sizeDecimals: number;
  /** Unix ms. */
  timestamp: number;
}
export interface TradeMessage extends DataHead {
  type: 'trade';
  /** A trade before the snapshot: `historySeq` is its number; never sent again live. */
  historySeq: number | undefined;
  trade: Omit<Trade, 'kind'>;
}
export interface QuoteMessage extends DataHead {
  type: 'quote';
  quote: QuoteFields;
}
export interface DepthMessage extends DataHead {
  type: 'l2_snapshot' | 'l2_update';
  bids: Levels;
  asks: Levels;
}
export interface KlineMessage extends DataHead {
  type: 'kline';
  kline: Omit<Kline, 'kind'>;
}
/** In JSON and Protobuf alike a quote and a kline carry all fields, a depth message a whole cut or its differences. */
export type DataMessage = TradeMessage | QuoteMessage | DepthMessage | KlineMessage;

export type { Channel, InstrumentView, Interval, Levels, MarketState, QuoteFields, Side, Units };
