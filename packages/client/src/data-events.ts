import {
  type DepthMessage,
  formatUnits,
  type KlineMessage,
  type QuoteFields,
  type QuoteMessage,
  type TradeMessage,
} from '@tapecast/wire';
import type { DataEvent, DepthEvent, KlineEvent, QuoteEvent, TradeEvent } from './events.ts';
import { type BookView, levelTexts } from './local-book.ts';

/** Times of the frame a message came in; undefined in JSON. */
export interface FrameTimes {
  receivedAtUs: number | undefined;
  publishedAtUs: number | undefined;
}

export function tradeEvent(message: TradeMessage, times: FrameTimes): TradeEvent {
  const { trade, priceDecimals, sizeDecimals, range, timestamp } = message;
  return {
    ...head(message, times),
    id: trade.id === '' ? undefined : trade.id,
    price: formatUnits(trade.price, priceDecimals),
    size: formatUnits(trade.size, sizeDecimals),
    side: trade.side,
    conditions: trade.conditions,
    timestamp,
    history: range === undefined,
    number: message.historySeq ?? range?.[1],
  };
}

export function quoteEvent(message: QuoteMessage, times: FrameTimes): QuoteEvent {
  const { quote, priceDecimals, sizeDecimals, timestamp } = message;
  const price = (value: QuoteFields['last']) => optionalText(value, priceDecimals);
  const size = (value: QuoteFields['volume'] | QuoteFields['bidSize']) => optionalText(value, sizeDecimals);
  return {
    ...head(message, times),
    last: price(quote.last),
    open: price(quote.open),
    high: price(quote.high),
    low: price(quote.low),
    prevClose: price(quote.prevClose),
    change: price(quote.change),
    changePct: optionalText(quote.changePct, 4),
    volume: size(quote.volume),
    turnover: optionalText(quote.turnover, priceDecimals + sizeDecimals),
    vwap: optionalText(quote.vwap, priceDecimals + 4),
    bid: price(quote.bid),
    bidSize: size(quote.bidSize),
    ask: price(quote.ask),
    askSize: size(quote.askSize),
    since: quote.sinceMs,
    timestamp,
  };
}

export function depthEvent(message: DepthMessage, book: BookView, times: FrameTimes): DepthEvent {
  const { type, bids, asks, priceDecimals, sizeDecimals, timestamp } = message;
  return {
    ...head(message, times),
    snapshot: type === 'l2_snapshot',
    bids: levelTexts(bids, priceDecimals, sizeDecimals),
    asks: levelTexts(asks, priceDecimals, sizeDecimals),
    book,
    timestamp,
  };
}

export function klineEvent(message: KlineMessage, times: FrameTimes): KlineEvent {
  const { kline, priceDecimals, sizeDecimals } = message;
  return {
    ...head(message, times),
    interval: kline.interval,
    start: kline.startMs,
    open: formatUnits(kline.open, priceDecimals),
    high: formatUnits(kline.high, priceDecimals),
    low: formatUnits(kline.low, priceDecimals),
    close: formatUnits(kline.close, priceDecimals),
    volume: formatUnits(kline.volume, sizeDecimals),
    turnover: formatUnits(kline.turnover, priceDecimals + sizeDecimals),
    trades: kline.trades,
    final: kline.final,
    revision: kline.revision,
  };
}

function head(
  { symbol, channel, range }: Pick<DataEvent, 'symbol' | 'channel' | 'range'>,
  times: FrameTimes,
): DataEvent {
  return { symbol, channel, range, receivedAtUs: times.receivedAtUs, publishedAtUs: times.publishedAtUs };
}

function optionalText(value: number | bigint | undefined, decimals: number): string | undefined {
  return value === undefined ? undefined : formatUnits(value, decimals);
}
