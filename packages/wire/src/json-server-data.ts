import { INTERVALS, type Levels } from '@tapecast/market';
import { depthOf, intervalOf, parseChannel } from './channel-names.ts';
import { type Decimal, parseDecimalText } from './decimal-text.ts';
import { CHANGE_PCT_DECIMALS, VWAP_DECIMALS_MORE } from './json-data.ts';
import { type JsonFields, numberPair, optional, text, unexpected, whole } from './json-fields.ts';
import { NUMBER_DIGITS_MAX } from './limits.ts';
import type { Channel, DataMessage, DepthMessage, KlineMessage, QuoteMessage, TradeMessage } from './messages.ts';
import { integer } from './safe-integer.ts';

/** A data message whose numbers are texts. undefined: of a type that this version does not know. Throws WireError. */
export function readJsonData(fields: JsonFields): DataMessage | undefined {
  switch (fields.type) {
    case 'trade':
      return readTrade(fields);
    case 'quote':
      return readQuote(fields);
    case 'l2_snapshot':
    case 'l2_update':
      return readDepth(fields, fields.type);
    case 'kline':
      return readKline(fields);
    default:
      return undefined;
  }
}

function readTrade(fields: JsonFields): TradeMessage {
  const price = decimal(fields, 'price');
  const size = decimal(fields, 'size');
  const side = fields.side;
  const conditions = fields.conditions ?? [];
  if (side !== undefined && side !== 'buy' && side !== 'sell') unexpected('side', side, 'buy or sell');
  if (!Array.isArray(conditions) || conditions.some((item) => typeof item !== 'string'))
    unexpected('conditions', conditions, 'texts');
  return {
    type: 'trade',
    symbol: text(fields, 'symbol'),
    channel: 'trade',
    range: fields.history === true ? undefined : numberPair(fields, 'range'),
    priceDecimals: price.decimals,
    sizeDecimals: size.decimals,
    timestamp: whole(fields, 'timestamp'),
    // JSON tells no numbers of the history.
    historySeq: undefined,
    trade: { id: optional(fields, 'id', text) ?? '', price: units(price), size: units(size), side, conditions },
  };
}

function readQuote(fields: JsonFields): QuoteMessage {
  const last = optional(fields, 'last', decimal);
  const open = optional(fields, 'open', decimal);
  const high = optional(fields, 'high', decimal);
  const low = optional(fields, 'low', decimal);
  const prevClose = optional(fields, 'prev_close', decimal);
  const change = optional(fields, 'change', decimal);
  const changePct = optional(fields, 'change_pct', decimal);
  const volume = optional(fields, 'volume', decimal);
  const turnover = optional(fields, 'turnover', decimal);
  const vwap = optional(fields, 'vwap', decimal);
  const bid = optional(fields, 'bid', decimal);
  const ask = optional(fields, 'ask', decimal);
  const bidSize = optional(fields, 'bid_size', decimal);
  const askSize = optional(fields, 'ask_size', decimal);
  if (changePct !== undefined && changePct.decimals !== CHANGE_PCT_DECIMALS) {
    unexpected('change_pct', fields.change_pct, `${CHANGE_PCT_DECIMALS} decimals`);
  }
  // All prices of a message have the same decimals, and so have all sizes. Where there is none, no text depends on them.
  const price = last ?? open ?? high ?? low ?? prevClose ?? change ?? bid ?? ask;
  const priceDecimals = price?.decimals ?? Math.max(0, (vwap?.decimals ?? 0) - VWAP_DECIMALS_MORE);
  const size = volume ?? bidSize ?? askSize;
  const sizeDecimals = size?.decimals ?? Math.max(0, (turnover?.decimals ?? 0) - priceDecimals);
  return {
    type: 'quote',
    symbol: text(fields, 'symbol'),
    channel: 'quote',
    range: numberPair(fields, 'range'),
    priceDecimals,
    sizeDecimals,
    timestamp: whole(fields, 'timestamp'),
    quote: {
      last: optionalUnits(last),
      open: optionalUnits(open),
      high: optionalUnits(high),
      low: optionalUnits(low),
      prevClose: optionalUnits(prevClose),
      change: optionalUnits(change),
      changePct: optionalUnits(changePct),
      volume: volume?.value,
      turnover: turnover?.value,
      vwap: vwap?.value,
      bid: optionalUnits(bid),
      bidSize: optionalUnits(bidSize),
      ask: optionalUnits(ask),
      askSize: optionalUnits(askSize),
      sinceMs: optional(fields, 'since', whole),
    },
  };
}

function readDepth(fields: JsonFields, type: DepthMessage['type']): DepthMessage {
  const channel = channelOf(fields);
  if (depthOf(channel) === undefined) unexpected('channel', channel, 'a depth');
  const bids = readLevels(fields, 'bids');
  const asks = readLevels(fields, 'asks');
  const [price, size] = bids[0] ?? asks[0] ?? [];
  return {
    type,
    symbol: text(fields, 'symbol'),
    channel,
    range: numberPair(fields, 'range'),
    priceDecimals: price?.decimals ?? 0,
    sizeDecimals: size?.decimals ?? 0,
    timestamp: whole(fields, 'timestamp'),
    bids: flatLevels(bids),
    asks: flatLevels(asks),
  };
}

function readKline(fields: JsonFields): KlineMessage {
  const channel = channelOf(fields);
  const interval = INTERVALS.find((name) => name === intervalOf(channel)) ?? unexpected('channel', channel, 'a k-line');
  const open = decimal(fields, 'open');
  const volume = decimal(fields, 'volume');
  const startMs = whole(fields, 'start');
  return {
    type: 'kline',
    symbol: text(fields, 'symbol'),
    channel,
    range: numberPair(fields, 'range'),
    priceDecimals: open.decimals,
    sizeDecimals: volume.decimals,
    // JSON k-lines carry no time of their last event: the bar's start stands in.
    timestamp: startMs,
    kline: {
      interval,
      startMs,
      open: units(open),
      high: units(decimal(fields, 'high')),
      low: units(decimal(fields, 'low')),
      close: units(decimal(fields, 'close')),
      volume: volume.value,
      turnover: decimal(fields, 'turnover').value,
      trades: whole(fields, 'trades'),
      final: fields.final === true,
      revision: whole(fields, 'revision'),
    },
  };
}

function channelOf(fields: JsonFields): Channel {
  const channel = parseChannel(text(fields, 'channel'));
  return typeof channel === 'string' ? channel : unexpected('channel', fields.channel, 'a channel');
}

function decimal(fields: JsonFields, name: string): Decimal {
  return readDecimal(fields[name], name);
}

function readDecimal(value: unknown, name: string): Decimal {
  const read = typeof value === 'string' ? parseDecimalText(value, NUMBER_DIGITS_MAX) : undefined;
  return read ?? unexpected(name, value, 'a decimal number as text (connect with ?numbers=string)');
}

function readLevels(fields: JsonFields, name: string): [Decimal, Decimal][] {
  const value = fields[name];
  if (!Array.isArray(value)) return unexpected(name, value, 'a list of levels');
  return value.map((level: unknown) => {
    if (!Array.isArray(level) || level.length !== 2) return unexpected(name, level, 'price and size');
    return [readDecimal(level[0], name), readDecimal(level[1], name)];
  });
}

function flatLevels(levels: readonly [Decimal, Decimal][]): Levels {
  return levels.flatMap(([price, size]) => [units(price), units(size)]);
}

function units({ value }: Decimal): number {
  return integer(Number(value), 'a price or size');
}

function optionalUnits(value: Decimal | undefined): number | undefined {
  return value === undefined ? undefined : units(value);
}
