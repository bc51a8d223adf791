import { COUNTS_ALL, type QuoteTick, type Tick, type TickBody } from '@tapecast/market';
import { log } from './log-schema.ts';
import { count, decimals, integer, levels, optionalCount, optionalInteger } from './safe-integer.ts';
import { intervalName, marketStateName, sideName } from './schema-names.ts';
import { decodeOptionalSum, decodeSum } from './sum.ts';
import { decoding, WireError } from './wire-error.ts';

export function decodeTick(bytes: Uint8Array): Tick {
  return decoding('a tick', () => {
    const message = log.v1.Tick.decode(bytes);
    return {
      instrument: message.instrument,
      source: message.source,
      sourceSeq: count(message.sourceSeq, 'source_seq'),
      exchangeTimeUs: optionalCount(message.exchangeTimeUs, 'exchange_time_us'),
      receivedAtUs: count(message.receivedAtUs, 'received_at_us'),
      priceDecimals: decimals(message.priceDecimals, 'price_decimals'),
      sizeDecimals: decimals(message.sizeDecimals, 'size_decimals'),
      body: takeBody(message),
    };
  });
}

// The bodies are asked for one by one: the generated `body` getter looks through all names each time.
function takeBody(message: log.v1.Tick): TickBody {
  if (message.trade) {
    const trade = message.trade as log.v1.TickTrade;
    return {
      kind: 'trade',
      id: trade.id,
      price: integer(trade.price, 'price'),
      size: integer(trade.size, 'size'),
      side: sideName(trade.side),
      conditions: trade.conditions,
      counts: COUNTS_ALL & ~trade.excluded,
    };
  }
  if (message.quote) return takeQuote(message.quote as log.v1.TickQuote);
  if (message.bookDelta) return takeBook('bookDelta', message.bookDelta as log.v1.TickBook);
  if (message.bookSnapshot) return takeBook('bookSnapshot', message.bookSnapshot as log.v1.TickBook);
  if (message.bar) {
    const bar = message.bar as log.v1.TickBar;
    return {
      kind: 'bar',
      interval: intervalName(bar.interval),
      startMs: count(bar.startMs, 'start_ms'),
      open: integer(bar.open, 'open'),
      high: integer(bar.high, 'high'),
      low: integer(bar.low, 'low'),
      close: integer(bar.close, 'close'),
      volume: decodeSum(bar.volume ?? {}, 'volume'),
      turnover: decodeOptionalSum(bar.turnover, 'turnover'),
      trades: optionalCount(bar.trades, 'trades'),
      final: bar.final,
    };
  }
  if (message.status) {
    const status = message.status as log.v1.TickStatus;
    return {
      kind: 'status',
      state: marketStateName(status.state),
      reason: status.reason,
      sinceMs: count(status.sinceMs, 'since_ms'),
    };
  }
  if (message.clock) return { kind: 'clock', timeMs: count((message.clock as log.v1.TickClock).timeMs, 'time_ms') };
  throw new WireError('unknown_value', 'the tick has no body that this version knows');
}

function takeQuote(quote: log.v1.TickQuote): QuoteTick {
  return {
    kind: 'quote',
    bid: optionalInteger(quote.bid, 'bid'),
    bidSize: optionalInteger(quote.bidSize, 'bid_size'),
    ask: optionalInteger(quote.ask, 'ask'),
    askSize: optionalInteger(quote.askSize, 'ask_size'),
    last: optionalInteger(quote.last, 'last'),
    open: optionalInteger(quote.open, 'open'),
    high: optionalInteger(quote.high, 'high'),
    low: optionalInteger(quote.low, 'low'),
    prevClose: optionalInteger(quote.prevClose, 'prev_close'),
    volume: decodeOptionalSum(quote.volume, 'volume'),
    turnover: decodeOptionalSum(quote.turnover, 'turnover'),
    venueSeq: optionalCount(quote.venueSeq, 'venue_seq'),
  };
}

function takeBook(kind: 'bookDelta' | 'bookSnapshot', book: log.v1.TickBook): TickBody {
  return {
    kind,
    bids: levels(book.bids, 'bids'),
    asks: levels(book.asks, 'asks'),
    venueSeq: optionalCount(book.venueSeq, 'venue_seq'),
  };
}
