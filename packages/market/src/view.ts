import { type Sequence, TRADES_IN_SNAPSHOT } from './channel.ts';
import { powerOfTen } from './decimal.ts';
import { applyLevels } from './levels.ts';
import { applyQuoteChange, copyQuote, unknownQuote } from './quote-fields.ts';
import { rescaleKline, rescaleLevels, rescaleQuote } from './rescale.ts';
import type { InstrumentView, Update } from './update.ts';

/** All sequences at 0. */
export function noSeqs(): Record<Sequence, number> {
  return {
    trade: 0,
    quote: 0,
    depth: 0,
    'kline@1m': 0,
    'kline@5m': 0,
    'kline@15m': 0,
    'kline@30m': 0,
    'kline@1h': 0,
    'kline@1d': 0,
    status: 0,
  };
}

/** The state before the first update. */
export function emptyView(instrument: string, epoch: string): InstrumentView {
  return {
    instrument,
    epoch,
    priceDecimals: 0,
    sizeDecimals: 0,
    seqs: noSeqs(),
    quote: unknownQuote(),
    quoteTimestampUs: 0,
    bids: [],
    asks: [],
    bookTimestampUs: 0,
    bars: {},
    trades: [],
    status: undefined,
  };
}

/**
 * Applies one update to the view in place. The caller has checked that `update.first` follows the sequence's number and
 * that the epoch is the view's. Updates of an epoch come in order, so their decimals never fall; ones with fewer decimals
 * than the view's were not made after it, and are refused with a RangeError before anything changes.
 */
export function applyUpdate(view: InstrumentView, update: Update): void {
  if (update.priceDecimals !== view.priceDecimals || update.sizeDecimals !== view.sizeDecimals) raiseView(view, update);
  view.seqs[update.sequence] = update.last;
  const body = update.body;
  switch (body.kind) {
    case 'trade':
      if (view.trades.length >= TRADES_IN_SNAPSHOT) view.trades.shift();
      view.trades.push({
        kind: 'trade',
        id: body.id,
        price: body.price,
        size: body.size,
        side: body.side,
        conditions: body.conditions,
        seq: update.last,
        timestampUs: update.timestampUs,
        priceDecimals: update.priceDecimals,
        sizeDecimals: update.sizeDecimals,
      });
      return;
    case 'quote':
      if (update.keyframe) copyQuote(body, view.quote);
      else applyQuoteChange(view.quote, body);
      view.quoteTimestampUs = update.timestampUs;
      return;
    case 'depth':
      if (update.keyframe) {
        view.bids = body.bids.slice();
        view.asks = body.asks.slice();
      } else {
        applyLevels(view.bids, body.bids, 'bids');
        applyLevels(view.asks, body.asks, 'asks');
      }
      view.bookTimestampUs = update.timestampUs;
      return;
    case 'kline': {
      // A bar that is sent again because of a late trade does not displace the newest.
      const newest = view.bars[body.interval];
      if (newest === undefined || body.startMs >= newest.startMs) {
        view.bars[body.interval] = { ...body, timestampUs: update.timestampUs };
      }
      return;
    }
    case 'status':
      view.status = { ...body };
  }
}

/** More decimals: all state of all sequences is the same values in finer units. Trades keep the decimals they came with. */
function raiseView(view: InstrumentView, update: Update): void {
  if (update.priceDecimals < view.priceDecimals || update.sizeDecimals < view.sizeDecimals) {
    throw new RangeError(
      `update ${update.sequence} ${update.first} of ${view.instrument} has fewer decimals than the state it follows: apply updates of an epoch in order`,
    );
  }
  const priceFactor = powerOfTen(update.priceDecimals - view.priceDecimals);
  const sizeFactor = powerOfTen(update.sizeDecimals - view.sizeDecimals);
  rescaleQuote(view.quote, priceFactor, sizeFactor);
  rescaleLevels(view.bids, priceFactor, sizeFactor);
  rescaleLevels(view.asks, priceFactor, sizeFactor);
  for (const bar of Object.values(view.bars)) rescaleKline(bar, priceFactor, sizeFactor);
  view.priceDecimals = update.priceDecimals;
  view.sizeDecimals = update.sizeDecimals;
}
