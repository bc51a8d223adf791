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
import { log } from './log-schema.ts';
import { count, decimals } from './safe-integer.ts';
import { sequenceNumber } from './schema-names.ts';
import { takeSpan } from './update-batch.ts';
import {
  putDepth,
  putQuote,
  putStatus,
  putUpdate,
  takeDepth,
  takeQuote,
  takeStatus,
  takeUpdate,
} from './update-codec.ts';
import { decoding, WireError } from './wire-error.ts';

/** The state of an instrument: hot snapshot and half of its checkpoint. */
export function encodeView(view: InstrumentView): Uint8Array {
  const bars: log.v1.Update.$Properties[] = [];
  for (const interval of INTERVALS) {
    const bar = view.bars[interval];
    if (bar !== undefined) bars.push(putUpdate(barUpdate(view, interval, bar)));
  }
  return log.v1.InstrumentView.encode({
    instrument: view.instrument,
    epoch: view.epoch,
    priceDecimals: decimals(view.priceDecimals, 'price_decimals'),
    sizeDecimals: decimals(view.sizeDecimals, 'size_decimals'),
    seqs: SEQUENCES.filter((sequence) => view.seqs[sequence] > 0).map((sequence) => ({
      sequence: sequenceNumber(sequence),
      last: count(view.seqs[sequence], 'seq'),
    })),
    quote: putQuote(view.quote, 0),
    quoteTimestampUs: count(view.quoteTimestampUs, 'quote_timestamp_us'),
    depth: putDepth(view),
    bookTimestampUs: count(view.bookTimestampUs, 'book_timestamp_us'),
    bars,
    trades: view.trades.map((trade) => putUpdate(tradeUpdate(trade))),
    status: view.status === undefined ? undefined : putStatus(view.status),
  }).finish();
}

export function decodeView(bytes: Uint8Array): InstrumentView {
  return decoding('an instrument view', () => {
    const message = log.v1.InstrumentView.decode(bytes);
    const depth = takeDepth((message.depth ?? new log.v1.UpdateDepth()) as log.v1.UpdateDepth);
    const view: InstrumentView = {
      instrument: message.instrument,
      epoch: message.epoch,
      priceDecimals: decimals(message.priceDecimals, 'price_decimals'),
      sizeDecimals: decimals(message.sizeDecimals, 'size_decimals'),
      seqs: Object.fromEntries(SEQUENCES.map((sequence) => [sequence, 0])) as Record<Sequence, number>,
      quote: takeQuote((message.quote ?? new log.v1.UpdateQuote()) as log.v1.UpdateQuote),
      quoteTimestampUs: count(message.quoteTimestampUs, 'quote_timestamp_us'),
      bids: depth.bids,
      asks: depth.asks,
      bookTimestampUs: count(message.bookTimestampUs, 'book_timestamp_us'),
      bars: {},
      trades: message.trades.map((trade) => numberedTrade(takeUpdate(trade as log.v1.Update))),
      status: message.status ? takeStatus(message.status as log.v1.UpdateStatus) : undefined,
    };
    for (const range of message.seqs) {
      const span = takeSpan(range);
      view.seqs[span.sequence] = span.last;
    }
    for (const bar of message.bars) {
      const { body, timestampUs } = takeUpdate(bar as log.v1.Update);
      if (body.kind !== 'kline') throw new WireError('inconsistent', `a bar of the view is a ${body.kind}`);
      view.bars[body.interval] = { ...body, timestampUs };
    }
    return view;
  });
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
