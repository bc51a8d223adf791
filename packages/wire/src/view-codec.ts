import {
  INTERVALS,
  type InstrumentView,
  type Interval,
  type Kline,
  type NumberedTrade,
  SEQUENCES,
  type Sequence,
  type Update,
} from '@tapecast/market';
import { ByteCursor } from './byte-cursor.ts';
import { close, INTEGER_BYTES_MAX, open, putCount, putNumber, putText, UNIT_BYTES_MAX } from './byte-writer.ts';
import { count, decimals } from './safe-integer.ts';
import { sequenceName, sequenceNumber } from './schema-names.ts';
import { takeDepth, takeQuote, takeStatus, takeUpdate } from './update-decoder.ts';
import {
  depthBytesAtMost,
  putDepth,
  putQuote,
  putStatus,
  putUpdate,
  QUOTE_BYTES_MAX,
  statusBytesAtMost,
  updateBytesAtMost,
} from './update-encoder.ts';
import { WireError } from './wire-error.ts';

// `InstrumentView` of update.proto, byte for byte as the generated encoder writes it.

/** Numbers of the view and of all its sequences, tags and lengths. */
const FIXED_BYTES_MAX = 256 + SEQUENCES.length * 4 * INTEGER_BYTES_MAX;

/** The state of an instrument: hot snapshot and half of its checkpoint. */
export function encodeView(view: InstrumentView): Uint8Array {
  const bars: Update[] = [];
  for (const interval of INTERVALS) {
    const bar = view.bars[interval];
    if (bar !== undefined) bars.push(barUpdate(view, interval, bar));
  }
  const trades = view.trades.map(tradeUpdate);
  const bytes = new Uint8Array(bytesAtMost(view, bars, trades));
  let at = putText(bytes, 0, 10, view.instrument);
  at = putText(bytes, at, 18, view.epoch);
  at = putNumber(bytes, at, 24, decimals(view.priceDecimals, 'price_decimals'));
  at = putNumber(bytes, at, 32, decimals(view.sizeDecimals, 'size_decimals'));
  for (const sequence of SEQUENCES) {
    const last = count(view.seqs[sequence], 'seq');
    if (last === 0) continue;
    const start = open(bytes, at, 42);
    at = close(bytes, start, putNumber(bytes, putNumber(bytes, start, 8, sequenceNumber(sequence)), 24, last));
  }
  at = putQuote(bytes, open(bytes, at, 50), view.quote, 0);
  at = putCount(bytes, at, 56, view.quoteTimestampUs, 'quote_timestamp_us');
  at = putDepth(bytes, open(bytes, at, 66), view);
  at = putCount(bytes, at, 72, view.bookTimestampUs, 'book_timestamp_us');
  for (const bar of bars) {
    const start = open(bytes, at, 82);
    at = close(bytes, start, putUpdate(bytes, start, bar));
  }
  for (const trade of trades) {
    const start = open(bytes, at, 90);
    at = close(bytes, start, putUpdate(bytes, start, trade));
  }
  if (view.status !== undefined) at = putStatus(bytes, open(bytes, at, 98), view.status);
  return bytes.slice(0, at);
}

function bytesAtMost(view: InstrumentView, bars: readonly Update[], trades: readonly Update[]): number {
  let most = FIXED_BYTES_MAX + UNIT_BYTES_MAX * (view.instrument.length + view.epoch.length);
  most += QUOTE_BYTES_MAX + depthBytesAtMost(view);
  for (const bar of bars) most += updateBytesAtMost(bar);
  for (const trade of trades) most += updateBytesAtMost(trade);
  return view.status === undefined ? most : most + statusBytesAtMost(view.status);
}

/** Throws WireError. */
export function decodeView(bytes: Uint8Array): InstrumentView {
  const cursor = new ByteCursor(bytes);
  const view: InstrumentView = {
    instrument: '',
    epoch: '',
    priceDecimals: 0,
    sizeDecimals: 0,
    seqs: Object.fromEntries(SEQUENCES.map((sequence) => [sequence, 0])) as Record<Sequence, number>,
    quote: quoteFields(cursor, 0),
    quoteTimestampUs: 0,
    bids: [],
    asks: [],
    bookTimestampUs: 0,
    bars: {},
    trades: [],
    status: undefined,
  };
  while (cursor.at < bytes.length) {
    const tag = cursor.varint();
    switch (tag) {
      case 10:
        view.instrument = cursor.text();
        break;
      case 18:
        view.epoch = cursor.text();
        break;
      case 24:
        view.priceDecimals = decimals(cursor.varint(), 'price_decimals');
        break;
      case 32:
        view.sizeDecimals = decimals(cursor.varint(), 'size_decimals');
        break;
      case 42:
        takeLast(cursor, cursor.span(), view.seqs);
        break;
      case 50:
        view.quote = quoteFields(cursor, cursor.span());
        break;
      case 56:
        view.quoteTimestampUs = count(cursor.varint(), 'quote_timestamp_us');
        break;
      case 66: {
        const { bids, asks } = takeDepth(cursor, cursor.span());
        view.bids = bids;
        view.asks = asks;
        break;
      }
      case 72:
        view.bookTimestampUs = count(cursor.varint(), 'book_timestamp_us');
        break;
      case 82: {
        const { body, timestampUs } = takeUpdate(cursor, cursor.span());
        if (body.kind !== 'kline') throw new WireError('inconsistent', `a bar of the view is a ${body.kind}`);
        view.bars[body.interval] = { ...body, timestampUs };
        break;
      }
      case 90:
        view.trades.push(numberedTrade(takeUpdate(cursor, cursor.span())));
        break;
      case 98:
        view.status = takeStatus(cursor, cursor.span());
        break;
      default:
        cursor.skip(tag & 7);
    }
  }
  return view;
}

/** The fields that are known, without what makes a change of them. */
function quoteFields(cursor: ByteCursor, end: number): InstrumentView['quote'] {
  const { kind: _, cleared: __, ...fields } = takeQuote(cursor, end);
  return fields;
}

function takeLast(cursor: ByteCursor, end: number, seqs: Record<Sequence, number>): void {
  const outer = cursor.end;
  cursor.end = end;
  let sequence = 0;
  let last = 0;
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 8) sequence = cursor.varint() | 0;
    else if (tag === 24) last = count(cursor.varint(), 'last');
    else cursor.skip(tag & 7);
  }
  cursor.end = outer;
  seqs[sequenceName(sequence)] = last;
}

/** A bar has the view's decimals: they are raised for the whole instrument at once. */
function barUpdate(view: InstrumentView, interval: Interval, bar: Kline & { timestampUs: number }): Update {
  const seq = view.seqs[`kline@${interval}`];
  const { timestampUs, ...body } = bar;
  return {
    sequence: `kline@${interval}`,
    first: seq,
    last: seq,
    keyframe: true,
    priceDecimals: view.priceDecimals,
    sizeDecimals: view.sizeDecimals,
    timestampUs,
    receivedAtUs: 0,
    body,
  };
}

function tradeUpdate(trade: NumberedTrade): Update {
  const { seq, timestampUs, priceDecimals, sizeDecimals, ...body } = trade;
  return {
    sequence: 'trade',
    first: seq,
    last: seq,
    keyframe: true,
    priceDecimals,
    sizeDecimals,
    timestampUs,
    receivedAtUs: 0,
    body,
  };
}

function numberedTrade(update: Update): NumberedTrade {
  if (update.body.kind !== 'trade') throw new WireError('inconsistent', `a trade of the view is a ${update.body.kind}`);
  const { last, timestampUs, priceDecimals, sizeDecimals } = update;
  return { ...update.body, seq: last, timestampUs, priceDecimals, sizeDecimals };
}
