import type { FrameRecording } from '@tapecast/venue-server';

/** A Binance event as recorded; `stream` and the payload's own keys. */
export interface BinanceEvent {
  readonly stream: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface BinanceTrade {
  readonly symbol: string;
  readonly id: number;
  readonly price: string;
  readonly size: string;
  /** When it traded, Unix ms. */
  readonly timeMs: number;
}

export interface BinanceDiff {
  readonly symbol: string;
  /** `U`, `u` and `E` of the venue. */
  readonly firstId: number;
  readonly lastId: number;
  readonly eventTimeMs: number;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
}

export interface BinanceSnapshot {
  readonly lastUpdateId: number;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
}

export interface BinanceTop {
  readonly symbol: string;
  /** `u` of the venue. */
  readonly id: number;
  readonly bid: string;
  readonly bidSize: string;
  readonly ask: string;
  readonly askSize: string;
}

/** What a recording's frames say, in order, by kind. Snapshots carry their symbol where the recording tells it. */
export interface BinanceContent {
  readonly trades: BinanceTrade[];
  readonly diffs: BinanceDiff[];
  readonly tops: BinanceTop[];
  readonly snapshots: { readonly symbol: string | undefined; readonly snapshot: BinanceSnapshot }[];
}

/** Reads Binance recordings one after the other, with the venue's own keys and nothing else of ours. */
export function readBinance(recordings: readonly FrameRecording[]): BinanceContent {
  const content: BinanceContent = { trades: [], diffs: [], tops: [], snapshots: [] };
  for (const recording of recordings) {
    for (const frame of recording.frames) {
      if (frame.direction !== 'received' && frame.direction !== 'fetched') continue;
      const message: unknown = JSON.parse(frame.text);
      if (isSnapshot(message)) {
        const symbol = /[?&]symbol=([A-Z0-9]+)/.exec(frame.url)?.[1];
        content.snapshots.push({ symbol, snapshot: message });
      } else {
        readEvent(message as BinanceEvent, content);
      }
    }
  }
  return content;
}

/** The keys are the venue's documented ones; a recorded frame has them. */
function readEvent({ stream, data }: BinanceEvent, content: BinanceContent): void {
  const event = data as Record<string, never>;
  if (event.e === 'trade') {
    content.trades.push({ symbol: event.s!, id: event.t!, price: event.p!, size: event.q!, timeMs: event.T! });
  } else if (event.e === 'depthUpdate') {
    content.diffs.push({
      symbol: event.s!,
      firstId: event.U!,
      lastId: event.u!,
      eventTimeMs: event.E!,
      bids: event.b!,
      asks: event.a!,
    });
  } else if (stream.endsWith('@bookTicker')) {
    content.tops.push({
      symbol: event.s!,
      id: event.u!,
      bid: event.b!,
      bidSize: event.B!,
      ask: event.a!,
      askSize: event.A!,
    });
  }
}

function isSnapshot(message: unknown): message is BinanceSnapshot {
  return typeof message === 'object' && message !== null && 'lastUpdateId' in message;
}
