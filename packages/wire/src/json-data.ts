import { formatUnits, type Levels } from '@tapecast/market';
import type { DataMessage, DepthMessage, KlineMessage, QuoteMessage, TradeMessage } from './messages.ts';

/** Whether prices, sizes and sums are JSON numbers, or texts for a client whose numbers are binary fractions. */
export type JsonNumbers = 'number' | 'string';

/**
 * A data frame without the connection's `seq`: the frame is head + seq + tail. It is the same for all connections, so it
 * is made once. Written by hand: JSON.stringify can't write `150.20`. Order and names of fields as docs/protocol.md has them;
 * what is unknown is left out.
 */
export function jsonData(message: DataMessage, numbers: JsonNumbers): { head: string; tail: string } {
  const quote = numbers === 'string' ? '"' : '';
  return {
    head: `{"type":"${message.type}","channel":"${message.channel}","seq":`,
    tail: `,"symbol":${JSON.stringify(message.symbol)}${body(message, quote)}`,
  };
}

function body(message: DataMessage, quote: string): string {
  switch (message.type) {
    case 'trade':
      return tradeBody(message, quote);
    case 'quote':
      return quoteBody(message, quote);
    case 'l2_snapshot':
    case 'l2_update':
      return depthBody(message, quote);
    case 'kline':
      return klineBody(message, quote);
  }
}

function tradeBody({ trade, timestamp, priceDecimals, sizeDecimals, range }: TradeMessage, quote: string): string {
  const id = trade.id === '' ? '' : `,"id":${JSON.stringify(trade.id)}`;
  const price = field('price', trade.price, priceDecimals, quote);
  const size = field('size', trade.size, sizeDecimals, quote);
  const side = trade.side === undefined ? '' : `,"side":"${trade.side}"`;
  const conditions = trade.conditions.length === 0 ? '' : `,"conditions":${JSON.stringify(trade.conditions)}`;
  const history = range === undefined ? ',"history":true' : '';
  return `${id}${price}${size}${side},"timestamp":${timestamp}${conditions}${history}${rangeEnd(range)}`;
}

function quoteBody(
  { quote: fields, timestamp, priceDecimals, sizeDecimals, range }: QuoteMessage,
  quote: string,
): string {
  const { sinceMs } = fields;
  return (
    field('last', fields.last, priceDecimals, quote) +
    field('open', fields.open, priceDecimals, quote) +
    field('high', fields.high, priceDecimals, quote) +
    field('low', fields.low, priceDecimals, quote) +
    field('prev_close', fields.prevClose, priceDecimals, quote) +
    field('change', fields.change, priceDecimals, quote) +
    field('change_pct', fields.changePct, CHANGE_PCT_DECIMALS, quote) +
    field('volume', fields.volume, sizeDecimals, quote) +
    field('turnover', fields.turnover, priceDecimals + sizeDecimals, quote) +
    field('vwap', fields.vwap, priceDecimals + VWAP_DECIMALS_MORE, quote) +
    field('bid', fields.bid, priceDecimals, quote) +
    field('ask', fields.ask, priceDecimals, quote) +
    field('bid_size', fields.bidSize, sizeDecimals, quote) +
    field('ask_size', fields.askSize, sizeDecimals, quote) +
    (sinceMs === undefined ? '' : `,"since":${sinceMs}`) +
    `,"timestamp":${timestamp}${rangeEnd(range)}`
  );
}

function depthBody({ bids, asks, timestamp, priceDecimals, sizeDecimals, range }: DepthMessage, quote: string): string {
  const bidText = levelsText(bids, priceDecimals, sizeDecimals, quote);
  const askText = levelsText(asks, priceDecimals, sizeDecimals, quote);
  return `,"bids":${bidText},"asks":${askText},"timestamp":${timestamp}${rangeEnd(range)}`;
}

function klineBody({ kline, priceDecimals, sizeDecimals, range }: KlineMessage, quote: string): string {
  return (
    `,"interval":"${kline.interval}","start":${kline.startMs}` +
    field('open', kline.open, priceDecimals, quote) +
    field('high', kline.high, priceDecimals, quote) +
    field('low', kline.low, priceDecimals, quote) +
    field('close', kline.close, priceDecimals, quote) +
    field('volume', kline.volume, sizeDecimals, quote) +
    field('turnover', kline.turnover, priceDecimals + sizeDecimals, quote) +
    `,"trades":${kline.trades},"final":${kline.final},"revision":${kline.revision}${rangeEnd(range)}`
  );
}

/** Decimals of change %. */
export const CHANGE_PCT_DECIMALS = 4;
/** Decimals that a VWAP has more than the price. */
export const VWAP_DECIMALS_MORE = 4;

function field(name: string, value: number | bigint | undefined, decimals: number, quote: string): string {
  return value === undefined ? '' : `,"${name}":${quote}${formatUnits(value, decimals)}${quote}`;
}

function levelsText(levels: Levels, priceDecimals: number, sizeDecimals: number, quote: string): string {
  let text = '[';
  for (let at = 0; at < levels.length; at += 2) {
    const price = formatUnits(levels[at]!, priceDecimals);
    const size = formatUnits(levels[at + 1]!, sizeDecimals);
    text += `${at === 0 ? '' : ','}[${quote}${price}${quote},${quote}${size}${quote}]`;
  }
  return `${text}]`;
}

function rangeEnd(range: [number, number] | undefined): string {
  return range === undefined ? '}' : `,"range":[${range[0]},${range[1]}]}`;
}
