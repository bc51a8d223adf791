import type { Kline, QuoteFields, Status, Trade, Update, UpdateBody } from '@tapecast/market';
import {
  close,
  INTEGER_BYTES_MAX,
  open,
  putCount,
  putInteger,
  putItem,
  putLevels,
  putNumber,
  putOptionalCount,
  putOptionalInteger,
  putOptionalSum,
  putText,
  putVarint,
  TEXT_HEAD_BYTES_MAX,
  UNIT_BYTES_MAX,
} from './byte-writer.ts';
import { decimals } from './safe-integer.ts';
import { marketStateNumber, sequenceNumber, sideNumber } from './schema-names.ts';
import { WireError } from './wire-error.ts';

// `Update` of update.proto written by hand, as `tick-encoder.ts` writes ticks: the bytes of the generated encoder.

/** Numbers, tags and lengths of an update without its texts and lists: 15 fields of a quote, three of them sums, and the head. */
const FIXED_BYTES_MAX = 320;

/** The room that `putUpdate` may need. */
export function updateBytesAtMost({ body }: Update): number {
  switch (body.kind) {
    case 'trade': {
      let units = body.id.length;
      for (const condition of body.conditions) units += condition.length;
      return FIXED_BYTES_MAX + UNIT_BYTES_MAX * units + TEXT_HEAD_BYTES_MAX * body.conditions.length;
    }
    case 'depth':
      return FIXED_BYTES_MAX + depthBytesAtMost(body);
    case 'status':
      return FIXED_BYTES_MAX + statusBytesAtMost(body);
    default:
      return FIXED_BYTES_MAX;
  }
}

export const QUOTE_BYTES_MAX = FIXED_BYTES_MAX;

export const depthBytesAtMost = ({ bids, asks }: { bids: readonly number[]; asks: readonly number[] }): number =>
  2 * TEXT_HEAD_BYTES_MAX + INTEGER_BYTES_MAX * (bids.length + asks.length);

export const statusBytesAtMost = ({ source, reason }: Status): number =>
  4 * INTEGER_BYTES_MAX + UNIT_BYTES_MAX * (source.length + reason.length);

export function putUpdate(bytes: Uint8Array, start: number, update: Update): number {
  if (update.last < update.first)
    throw new WireError('inconsistent', `range ${update.first}..${update.last} ends before it begins`);
  checkSequence(update.sequence, update.body);
  let at = putNumber(bytes, start, 8, sequenceNumber(update.sequence));
  at = putCount(bytes, at, 16, update.first, 'first');
  at = putCount(bytes, at, 24, update.last, 'last');
  at = putNumber(bytes, at, 32, update.keyframe ? 1 : 0);
  at = putNumber(bytes, at, 40, decimals(update.priceDecimals, 'price_decimals'));
  at = putNumber(bytes, at, 48, decimals(update.sizeDecimals, 'size_decimals'));
  at = putCount(bytes, at, 56, update.timestampUs, 'timestamp_us');
  at = putCount(bytes, at, 64, update.receivedAtUs, 'received_at_us');
  return putBody(bytes, at, update.body);
}

/** The sequence an update is numbered in and what it carries must agree, else a reader would apply it to the wrong state. */
export function checkSequence(sequence: string, body: UpdateBody): void {
  if (body.kind !== 'kline') {
    if (sequence === body.kind) return;
  } else if (
    sequence.length === 6 + body.interval.length &&
    sequence.startsWith('kline@') &&
    sequence.endsWith(body.interval)
  )
    return;
  const carried = body.kind === 'kline' ? `kline@${body.interval}` : body.kind;
  throw new WireError('inconsistent', `an update of sequence ${sequence} carries ${carried}`);
}

function putBody(bytes: Uint8Array, at: number, body: UpdateBody): number {
  switch (body.kind) {
    case 'trade':
      return putTrade(bytes, open(bytes, at, 82), body);
    case 'quote':
      return putQuote(bytes, open(bytes, at, 90), body, body.cleared);
    case 'depth':
      return putDepth(bytes, open(bytes, at, 98), body);
    case 'kline':
      return putKline(bytes, open(bytes, at, 106), body);
    case 'status':
      return putStatus(bytes, open(bytes, at, 114), body);
  }
}

function putTrade(bytes: Uint8Array, start: number, trade: Trade): number {
  let at = putText(bytes, start, 10, trade.id);
  at = putInteger(bytes, at, 16, trade.price, 'price');
  at = putInteger(bytes, at, 24, trade.size, 'size');
  at = putNumber(bytes, at, 32, sideNumber(trade.side));
  for (const condition of trade.conditions) at = putItem(bytes, at, 42, condition);
  return close(bytes, start, at);
}

export function putQuote(bytes: Uint8Array, start: number, quote: QuoteFields, cleared: number): number {
  let at = putOptionalInteger(bytes, start, 8, quote.last, 'last');
  at = putOptionalInteger(bytes, at, 16, quote.open, 'open');
  at = putOptionalInteger(bytes, at, 24, quote.high, 'high');
  at = putOptionalInteger(bytes, at, 32, quote.low, 'low');
  at = putOptionalInteger(bytes, at, 40, quote.prevClose, 'prev_close');
  at = putOptionalInteger(bytes, at, 48, quote.change, 'change');
  at = putOptionalInteger(bytes, at, 56, quote.changePct, 'change_pct');
  at = putOptionalSum(bytes, at, 66, quote.volume, 'volume');
  at = putOptionalSum(bytes, at, 74, quote.turnover, 'turnover');
  at = putOptionalSum(bytes, at, 82, quote.vwap, 'vwap');
  at = putOptionalInteger(bytes, at, 88, quote.bid, 'bid');
  at = putOptionalInteger(bytes, at, 96, quote.bidSize, 'bid_size');
  at = putOptionalInteger(bytes, at, 104, quote.ask, 'ask');
  at = putOptionalInteger(bytes, at, 112, quote.askSize, 'ask_size');
  at = putOptionalCount(bytes, at, 120, quote.sinceMs, 'since_ms');
  if (cleared !== 0) at = putVarint(bytes, putVarint(bytes, at, 128), cleared);
  return close(bytes, start, at);
}

export function putDepth(bytes: Uint8Array, start: number, depth: { bids: number[]; asks: number[] }): number {
  const at = putLevels(bytes, start, 10, depth.bids, 'bids');
  return close(bytes, start, putLevels(bytes, at, 18, depth.asks, 'asks'));
}

function putKline(bytes: Uint8Array, start: number, bar: Kline): number {
  let at = putText(bytes, start, 10, bar.interval);
  at = putCount(bytes, at, 16, bar.startMs, 'start_ms');
  at = putInteger(bytes, at, 24, bar.open, 'open');
  at = putInteger(bytes, at, 32, bar.high, 'high');
  at = putInteger(bytes, at, 40, bar.low, 'low');
  at = putInteger(bytes, at, 48, bar.close, 'close');
  at = putOptionalSum(bytes, at, 58, bar.volume, 'volume');
  at = putOptionalSum(bytes, at, 66, bar.turnover, 'turnover');
  at = putCount(bytes, at, 72, bar.trades, 'trades');
  at = putNumber(bytes, at, 80, bar.final ? 1 : 0);
  return close(bytes, start, putCount(bytes, at, 88, bar.revision, 'revision'));
}

export function putStatus(bytes: Uint8Array, start: number, status: Status): number {
  let at = putNumber(bytes, start, 8, marketStateNumber(status.state));
  at = putCount(bytes, at, 16, status.sinceMs, 'since_ms');
  at = putText(bytes, at, 26, status.source);
  return close(bytes, start, putText(bytes, at, 34, status.reason));
}
