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
  | ResumeMessage
  | { action: 'query_subscribe' | 'ack' | 'ping'; id: MessageId };

/** Channels and symbols as the client wrote them: each is resolved, or fails, by itself. */
export interface SubscribeMessage {
  action: 'subscribe';
  id: MessageId;
  channels: string[];
  symbols: string[];
  intervalMs: number;
}

/** A connection that takes the place of an earlier one. */
export interface ResumeMessage {
  action: 'resume';
  id: MessageId;
  /** Of an earlier `hello` or of the answer to an earlier `resume`; undefined: the positions alone count. */
  token: string | undefined;
  positions: ResumePosition[];
  /** Another one follows: what the session had and no position names is served with the last. */
  more: boolean;
}

/** What a client has of one symbol and channel, as it wrote them. No epoch and number 0: it has nothing. */
export interface ResumePosition {
  symbol: string;
  channel: string;
  epoch: string;
  seq: number;
  /** undefined: as the session had it, else 0. */
  intervalMs: number | undefined;
}

/**
 * What becomes of a resumed pair: the trades after its number follow, its whole state does, or numbers are lost. Every trade that
 * can be had follows a hole, too.
 */
export const RESUME_OUTCOMES = ['resumed', 'keyframe', 'hole'] as const;
export type ResumeOutcome = (typeof RESUME_OUTCOMES)[number];

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
  /** When ok, of `resume`; absent where the connection had the pair already. */
  outcome?: ResumeOutcome;
  /** Of `resumed` and `hole`: the first number that follows. */
  from?: number;
  /** Of `hole`: the numbers that will not come, where they can be told. */
  lost?: [number, number];
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
  /** For `resume` on a later connection. Absent where that is not offered. */
  resumeToken?: string;
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
  /** Of `resume`: the session that the connection has from now on, and the token that counts for it. */
  session?: string;
  resumeToken?: string;
  /** Whether it is the session that was asked for; else a new one. */
  sessionResumed?: boolean;
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
  /** Of the instrument's numbers; absent while none is known. Who was answered none is in this one. */
  epoch?: string;
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
