import { COUNTS_ALL, type QuoteTick, type Tick, type TickBody } from '@tapecast/market';
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
  TEXT_HEAD_BYTES_MAX,
  UNIT_BYTES_MAX,
} from './byte-writer.ts';
import { TICK_SLAB_BYTES } from './limits.ts';
import { decimals } from './safe-integer.ts';
import { marketStateNumber, sideNumber } from './schema-names.ts';

// Every tick of every venue passes here, so `Tick` of tick.proto is written by hand: field by field in the schema's order,
// defaults left out, the same bytes as the generated encoder's, without its object in between. `bytesAtMost` asks for room
// for all of it.

/** Ticks are written one behind the other into shared memory: memory of its own for each would cost as much as the rest. */
let slab = new Uint8Array(TICK_SLAB_BYTES);
let used = 0;

/** The record of `md.ticks`. Throws WireError where a value would not arrive as it is. */
export function encodeTick(tick: Tick): Uint8Array {
  const need = bytesAtMost(tick);
  if (need > TICK_SLAB_BYTES) {
    const bytes = new Uint8Array(need);
    return bytes.slice(0, putTick(bytes, 0, tick));
  }
  if (need > TICK_SLAB_BYTES - used) {
    slab = new Uint8Array(TICK_SLAB_BYTES);
    used = 0;
  }
  const start = used;
  used = putTick(slab, start, tick);
  return slab.subarray(start, used);
}

function putTick(bytes: Uint8Array, start: number, tick: Tick): number {
  let at = putText(bytes, start, 10, tick.instrument);
  at = putText(bytes, at, 18, tick.source);
  at = putCount(bytes, at, 24, tick.sourceSeq, 'source_seq');
  at = putOptionalCount(bytes, at, 32, tick.exchangeTimeUs, 'exchange_time_us');
  at = putCount(bytes, at, 40, tick.receivedAtUs, 'received_at_us');
  at = putNumber(bytes, at, 48, decimals(tick.priceDecimals, 'price_decimals'));
  at = putNumber(bytes, at, 56, decimals(tick.sizeDecimals, 'size_decimals'));
  return putBody(bytes, at, tick.body);
}

function putBody(bytes: Uint8Array, at: number, body: TickBody): number {
  switch (body.kind) {
    case 'trade': {
      const start = open(bytes, at, 82);
      let end = putText(bytes, start, 10, body.id);
      end = putInteger(bytes, end, 16, body.price, 'price');
      end = putInteger(bytes, end, 24, body.size, 'size');
      end = putNumber(bytes, end, 32, sideNumber(body.side));
      for (const condition of body.conditions) end = putItem(bytes, end, 42, condition);
      return close(bytes, start, putNumber(bytes, end, 48, COUNTS_ALL & ~body.counts));
    }
    case 'quote':
      return putQuote(bytes, open(bytes, at, 90), body);
    case 'bookSnapshot':
    case 'bookDelta': {
      const start = open(bytes, at, body.kind === 'bookSnapshot' ? 98 : 106);
      let end = putLevels(bytes, start, 10, body.bids, 'bids');
      end = putLevels(bytes, end, 18, body.asks, 'asks');
      return close(bytes, start, putOptionalCount(bytes, end, 24, body.venueSeq, 'venue_seq'));
    }
    case 'bar': {
      const start = open(bytes, at, 114);
      let end = putText(bytes, start, 10, body.interval);
      end = putCount(bytes, end, 16, body.startMs, 'start_ms');
      end = putInteger(bytes, end, 24, body.open, 'open');
      end = putInteger(bytes, end, 32, body.high, 'high');
      end = putInteger(bytes, end, 40, body.low, 'low');
      end = putInteger(bytes, end, 48, body.close, 'close');
      end = putOptionalSum(bytes, end, 58, body.volume, 'volume');
      end = putOptionalSum(bytes, end, 66, body.turnover, 'turnover');
      end = putOptionalCount(bytes, end, 72, body.trades, 'trades');
      return close(bytes, start, putNumber(bytes, end, 80, body.final ? 1 : 0));
    }
    case 'status': {
      const start = open(bytes, at, 122);
      let end = putNumber(bytes, start, 8, marketStateNumber(body.state));
      end = putText(bytes, end, 18, body.reason);
      return close(bytes, start, putCount(bytes, end, 24, body.sinceMs, 'since_ms'));
    }
    case 'clock': {
      const start = open(bytes, at, 130);
      return close(bytes, start, putCount(bytes, start, 8, body.timeMs, 'time_ms'));
    }
  }
}

function putQuote(bytes: Uint8Array, start: number, quote: QuoteTick): number {
  let at = putOptionalInteger(bytes, start, 8, quote.bid, 'bid');
  at = putOptionalInteger(bytes, at, 16, quote.bidSize, 'bid_size');
  at = putOptionalInteger(bytes, at, 24, quote.ask, 'ask');
  at = putOptionalInteger(bytes, at, 32, quote.askSize, 'ask_size');
  at = putOptionalInteger(bytes, at, 40, quote.last, 'last');
  at = putOptionalInteger(bytes, at, 48, quote.open, 'open');
  at = putOptionalInteger(bytes, at, 56, quote.high, 'high');
  at = putOptionalInteger(bytes, at, 64, quote.low, 'low');
  at = putOptionalInteger(bytes, at, 72, quote.prevClose, 'prev_close');
  at = putOptionalSum(bytes, at, 82, quote.volume, 'volume');
  at = putOptionalSum(bytes, at, 90, quote.turnover, 'turnover');
  return close(bytes, start, putOptionalCount(bytes, at, 96, quote.venueSeq, 'venue_seq'));
}

/** Numbers, tags and lengths of a tick without its texts and lists: 12 numbers of a quote at 11 bytes, two sums, the head. */
const FIXED_BYTES_MAX = 256;

function bytesAtMost({ instrument, source, body }: Tick): number {
  const head = FIXED_BYTES_MAX + UNIT_BYTES_MAX * (instrument.length + source.length);
  switch (body.kind) {
    case 'trade': {
      let units = body.id.length;
      for (const condition of body.conditions) units += condition.length;
      return head + UNIT_BYTES_MAX * units + TEXT_HEAD_BYTES_MAX * body.conditions.length;
    }
    case 'bookSnapshot':
    case 'bookDelta':
      return head + INTEGER_BYTES_MAX * (body.bids.length + body.asks.length);
    case 'status':
      return head + UNIT_BYTES_MAX * body.reason.length;
    default:
      return head;
  }
}
