import type { Channel, InstrumentView, NumberedTrade, Update } from '@tapecast/market';
import { cutBook } from '@tapecast/market';
import {
  type DataMessage,
  type DepthLevels,
  type DepthMessage,
  depthOf,
  intervalOf,
  type KlineMessage,
  type QuoteMessage,
  sequenceOf,
  type TradeMessage,
} from '@tapecast/wire';

/** Data messages from the state and from updates. Pure; numbers are those of the log. */

export type Range = [number, number];

const toMs = (us: number): number => Math.floor(us / 1000);

export function quoteMessage(view: InstrumentView, range: Range): QuoteMessage {
  return {
    type: 'quote',
    channel: 'quote',
    symbol: view.instrument,
    range,
    priceDecimals: view.priceDecimals,
    sizeDecimals: view.sizeDecimals,
    timestamp: toMs(view.quoteTimestampUs),
    // A copy: the view goes on before the frame is encoded.
    quote: { ...view.quote },
  };
}

/** The whole cut. */
export function depthSnapshot(view: InstrumentView, levels: DepthLevels, range: Range): DepthMessage {
  return {
    type: 'l2_snapshot',
    channel: `depth@${levels}`,
    symbol: view.instrument,
    range,
    priceDecimals: view.priceDecimals,
    sizeDecimals: view.sizeDecimals,
    timestamp: toMs(view.bookTimestampUs),
    bids: cutBook(view.bids, levels),
    asks: cutBook(view.asks, levels),
  };
}

/** The interval's newest bar; undefined where there was none. */
export function klineMessage(view: InstrumentView, channel: Channel, range: Range): KlineMessage | undefined {
  const interval = intervalOf(channel);
  const bar = interval === undefined ? undefined : view.bars[interval];
  if (bar === undefined) return undefined;
  const { kind: _, timestampUs, ...kline } = bar;
  return {
    type: 'kline',
    channel,
    symbol: view.instrument,
    range,
    priceDecimals: view.priceDecimals,
    sizeDecimals: view.sizeDecimals,
    timestamp: toMs(timestampUs),
    kline,
  };
}

/** A bar as its update has it: a final bar that is sent again is not the newest of the view. */
export function liveKline(symbol: string, update: Update): KlineMessage | undefined {
  if (update.body.kind !== 'kline') return undefined;
  const { kind: _, ...kline } = update.body;
  return {
    type: 'kline',
    channel: `kline@${kline.interval}`,
    symbol,
    range: [update.first, update.last],
    priceDecimals: update.priceDecimals,
    sizeDecimals: update.sizeDecimals,
    timestamp: toMs(update.timestampUs),
    kline,
  };
}

export function liveTrade(symbol: string, update: Update): TradeMessage | undefined {
  if (update.body.kind !== 'trade') return undefined;
  const { kind: _, ...trade } = update.body;
  return {
    type: 'trade',
    channel: 'trade',
    symbol,
    range: [update.first, update.last],
    historySeq: undefined,
    priceDecimals: update.priceDecimals,
    sizeDecimals: update.sizeDecimals,
    timestamp: toMs(update.timestampUs),
    trade,
  };
}

/** A trade that the state remembers: `live` when its number was never told, else history. */
export function rememberedTrade(symbol: string, remembered: NumberedTrade, as: 'live' | 'history'): TradeMessage {
  const { kind: _, seq, timestampUs, priceDecimals, sizeDecimals, ...trade } = remembered;
  return {
    type: 'trade',
    channel: 'trade',
    symbol,
    range: as === 'live' ? [seq, seq] : undefined,
    historySeq: as === 'live' ? undefined : seq,
    priceDecimals,
    sizeDecimals,
    timestamp: toMs(timestampUs),
    trade,
  };
}

/**
 * What a channel's new subscriber is shown: the state at number `seq`, which is the view's own, or a lower one where all
 * since then left the channel's cut as it was. Empty where nothing was ever told of the channel.
 */
export function snapshotMessages(
  view: InstrumentView,
  channel: Channel,
  seq = view.seqs[sequenceOf(channel)],
): DataMessage[] {
  if (seq === 0) return [];
  if (channel === 'trade') return historyMessages(view, seq);
  return stateMessages(view, channel, [seq, seq]);
}

/** The last trades up to number `seq`, as they are remembered. */
export function historyMessages(view: InstrumentView, seq: number): TradeMessage[] {
  const messages: TradeMessage[] = [];
  for (const trade of view.trades) {
    if (trade.seq <= seq) messages.push(rememberedTrade(view.instrument, trade, 'history'));
  }
  return messages;
}

/** The state of a quote, depth or kline channel as one message that covers `range`. */
export function stateMessages(view: InstrumentView, channel: Channel, range: Range): DataMessage[] {
  if (channel === 'quote') return [quoteMessage(view, range)];
  const levels = depthOf(channel);
  if (levels !== undefined) return [depthSnapshot(view, levels, range)];
  const bar = klineMessage(view, channel, range);
  return bar === undefined ? [] : [bar];
}
