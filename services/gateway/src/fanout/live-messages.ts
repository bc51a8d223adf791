import type { Channel, InstrumentView, Levels, Update } from '@tapecast/market';
import {
  type DataMessage,
  type DepthLevels,
  type DepthMessage,
  depthOf,
  type KlineMessage,
  type QuoteMessage,
  type TradeMessage,
} from '@tapecast/wire';

/**
 * Writes what changed into one message object of each kind, over and over: at every update an object less. Quote and levels
 * are the view's own. What is kept of a message past the next call is to be copied (`kept`).
 */
export class LiveMessages {
  readonly #channel: Channel;
  readonly #range: [number, number] = [0, 0];
  #quote: QuoteMessage | undefined;
  #depth: DepthMessage | undefined;
  #trade: TradeMessage | undefined;
  #kline: KlineMessage | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  quote(view: InstrumentView, first: number, last: number): QuoteMessage {
    this.#quote ??= {
      type: 'quote',
      channel: 'quote',
      symbol: view.instrument,
      range: this.#range,
      priceDecimals: 0,
      sizeDecimals: 0,
      timestamp: 0,
      quote: view.quote,
    };
    const message = this.#quote;
    message.quote = view.quote;
    return this.#ofView(message, view, view.quoteTimestampUs, first, last);
  }

  /** The whole book: the first levels of it are the cut. */
  depth(view: InstrumentView, first: number, last: number): DepthMessage {
    this.#depth ??= {
      type: 'l2_snapshot',
      channel: this.#channel,
      symbol: view.instrument,
      range: this.#range,
      priceDecimals: 0,
      sizeDecimals: 0,
      timestamp: 0,
      bids: view.bids,
      asks: view.asks,
    };
    const message = this.#depth;
    message.bids = view.bids;
    message.asks = view.asks;
    return this.#ofView(message, view, view.bookTimestampUs, first, last);
  }

  /** A trade, or a bar as its update has it: one that is sent again is not the newest of the view. */
  of(symbol: string, update: Update, first: number): TradeMessage | KlineMessage | undefined {
    const { body } = update;
    if (body.kind === 'trade') {
      this.#trade ??= {
        type: 'trade',
        channel: 'trade',
        symbol,
        range: this.#range,
        historySeq: undefined,
        priceDecimals: 0,
        sizeDecimals: 0,
        timestamp: 0,
        trade: body,
      };
      this.#trade.trade = body;
      return this.#ofUpdate(this.#trade, update, first);
    }
    if (body.kind !== 'kline') return undefined;
    this.#kline ??= {
      type: 'kline',
      channel: this.#channel,
      symbol,
      range: this.#range,
      priceDecimals: 0,
      sizeDecimals: 0,
      timestamp: 0,
      kline: body,
    };
    this.#kline.kline = body;
    return this.#ofUpdate(this.#kline, update, first);
  }

  #ofView<M extends DataMessage>(
    message: M,
    view: InstrumentView,
    timestampUs: number,
    first: number,
    last: number,
  ): M {
    message.priceDecimals = view.priceDecimals;
    message.sizeDecimals = view.sizeDecimals;
    message.timestamp = Math.floor(timestampUs / 1000);
    this.#range[0] = first;
    this.#range[1] = last;
    return message;
  }

  #ofUpdate<M extends DataMessage>(message: M, update: Update, first: number): M {
    message.priceDecimals = update.priceDecimals;
    message.sizeDecimals = update.sizeDecimals;
    message.timestamp = Math.floor(update.timestampUs / 1000);
    this.#range[0] = first;
    this.#range[1] = update.last;
    return message;
  }
}

/** A copy of a live message that stays as it is. */
export function kept(message: DataMessage): DataMessage {
  const range: [number, number] | undefined = message.range === undefined ? undefined : [...message.range];
  switch (message.type) {
    case 'quote':
      return { ...message, range, quote: { ...message.quote } };
    case 'trade':
      return { ...message, range, trade: { ...message.trade } };
    case 'kline':
      return { ...message, range, kline: { ...message.kline } };
    default: {
      const levels = depthOf(message.channel) as DepthLevels; // A depth message is of a depth channel.
      return { ...message, range, bids: cut(message.bids, levels), asks: cut(message.asks, levels) };
    }
  }
}

const cut = (side: Levels, levels: DepthLevels): Levels => side.slice(0, levels * 2);
