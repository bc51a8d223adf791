/** A trade as a client was told it. */
export interface ToldTrade {
  /** Its number in the sequence. */
  readonly number: number;
  readonly id: string;
  readonly price: bigint;
  readonly size: bigint;
  readonly timeMs: number;
  /** Wall ms of its arrival. */
  readonly atMs: number;
}

/** Something that a client was told is missing, or found missing by itself. */
export interface ToldGap {
  /** `announced`, `reconnect`, `epoch`: by the gateway's word or between two connections. Others: the client's own finding. */
  readonly reason: string;
  readonly lost: readonly [first: number, last: number] | undefined;
  readonly atMs: number;
}

/** What one client was told of one symbol and channel, in the order of arrival. */
export interface StreamRecord {
  readonly symbol: string;
  readonly channel: string;
  readonly trades: ToldTrade[];
  /** Of the channels that have states: last number, digest and wall ms of each state that was told, one after the other. */
  readonly states: number[];
  readonly gaps: ToldGap[];
  /** The number at which the first subscription began: what came before is not the client's to have. */
  begunAt: number | undefined;
}

export interface ClientRecord {
  readonly name: string;
  /** Of its subscriptions: what it is told may be so old by right. */
  readonly intervalMs: number;
  readonly streams: Map<string, StreamRecord>;
  /** Connections that were lost or let go. */
  cuts: number;
  /** Answers by their outcome: `resumed`, `keyframe`, `hole`, `refused`, `subscribed`. */
  readonly outcomes: Record<string, number>;
  /** Frames that could not be understood, with what was wrong. */
  readonly faults: string[];
  /** Wall ms of the last trade of each symbol. */
  readonly lastTradeAt: Map<string, number>;
}

export function emptyRecord(name: string, intervalMs: number): ClientRecord {
  return { name, intervalMs, streams: new Map(), cuts: 0, outcomes: {}, faults: [], lastTradeAt: new Map() };
}

export function streamOf(record: ClientRecord, symbol: string, channel: string): StreamRecord {
  const key = `${symbol} ${channel}`;
  let stream = record.streams.get(key);
  if (stream === undefined) {
    stream = { symbol, channel, trades: [], states: [], gaps: [], begunAt: undefined };
    record.streams.set(key, stream);
  }
  return stream;
}
