import { COUNTS_ALL, type QuoteTick, type Tick, type TickBody } from '@tapecast/market';
import protobuf from 'protobufjs/minimal.js';
import { TICK_SLAB_BYTES } from './limits.ts';
import { count, decimals, integer } from './safe-integer.ts';
import { marketStateNumber, sideNumber } from './schema-names.ts';
import { encodeSum } from './sum.ts';
import { WireError } from './wire-error.ts';

// Every tick of every venue passes here, so `Tick` of tick.proto is written by hand: field by field in the schema's order,
// defaults left out, the same bytes as the generated encoder's, without its object in between. A function that writes
// takes the place to write at and returns the next one. None asks for room: `bytesAtMost` did for all of them.

/** Ticks are written one behind the other into shared memory: memory of its own for each would cost as much as the rest. */
let slab = new Uint8Array(TICK_SLAB_BYTES);
let used = 0;
const textEncoder = new TextEncoder();

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
/** Of a text: its tag and length. */
const TEXT_HEAD_BYTES_MAX = 6;
/** Of a UTF-16 unit as UTF-8. */
const UNIT_BYTES_MAX = 3;
/** Of an integer up to 2^53 - 1, zigzag: 54 bits. */
const INTEGER_BYTES_MAX = 8;

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

/** Starts a message or list: its tag, and one byte for its length. Returns where its content starts. */
function open(bytes: Uint8Array, at: number, tag: number): number {
  return putVarint(bytes, at, tag) + 1;
}

/** Writes the length before what is between `start` and `end`, which moves when one byte is not enough. */
function close(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 0x80) {
    bytes[start - 1] = length;
    return end;
  }
  let more = 0;
  for (let rest = length >>> 7; rest > 0; rest >>>= 7) more++;
  bytes.copyWithin(start + more, start, end);
  putVarint(bytes, start - 1, length);
  return end + more;
}

function putText(bytes: Uint8Array, at: number, tag: number, text: string): number {
  return text === '' ? at : putItem(bytes, at, tag, text);
}

/** From here on `encodeInto` costs less than a loop; protobufjs, too, changes its way here. */
const SHORT_TEXT_LENGTH = 40;

/** A text that is written even where it is empty, as in a list. */
function putItem(bytes: Uint8Array, at: number, tag: number, text: string): number {
  bytes[at] = tag;
  const start = at + 2;
  if (text.length >= SHORT_TEXT_LENGTH) {
    return close(bytes, start, start + textEncoder.encodeInto(text, bytes.subarray(start)).written);
  }
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return close(bytes, start, start + protobuf.util.utf8.write(text, bytes, start));
    bytes[start + i] = unit;
  }
  bytes[at + 1] = text.length;
  return start + text.length;
}

function putCount(bytes: Uint8Array, at: number, tag: number, value: number, what: string): number {
  return putNumber(bytes, at, tag, count(value, what));
}

function putOptionalCount(bytes: Uint8Array, at: number, tag: number, value: number | undefined, what: string): number {
  if (value === undefined || value === null) return at;
  bytes[at] = tag;
  return putVarint(bytes, at + 1, count(value, what));
}

/** A number that is not negative; 0 is left out. */
function putNumber(bytes: Uint8Array, at: number, tag: number, value: number): number {
  if (value === 0) return at;
  bytes[at] = tag;
  return putVarint(bytes, at + 1, value);
}

function putInteger(bytes: Uint8Array, at: number, tag: number, value: number, what: string): number {
  return value === 0 ? at : putOptionalInteger(bytes, at, tag, value, what);
}

function putOptionalInteger(
  bytes: Uint8Array,
  at: number,
  tag: number,
  value: number | undefined,
  what: string,
): number {
  if (value === undefined || value === null) return at;
  bytes[at] = tag;
  return putZigzag(bytes, at + 1, integer(value, what));
}

function putOptionalSum(bytes: Uint8Array, at: number, tag: number, value: bigint | undefined, what: string): number {
  if (value === undefined) return at;
  const { low, high } = encodeSum(value, what);
  const start = open(bytes, at, tag);
  const end = putNumber(bytes, start, 8, low);
  return close(bytes, start, putInteger(bytes, end, 16, high, what));
}

/** [price, size, ...]: pairs of safe integers; sizes are not negative. */
function putLevels(bytes: Uint8Array, at: number, tag: number, list: readonly number[], what: string): number {
  if (list.length % 2 !== 0)
    throw new WireError('inconsistent', `${what} has ${list.length} numbers, expected pairs of price and size`);
  if (list.length === 0) return at;
  const start = open(bytes, at, tag);
  let end = start;
  for (let i = 0; i < list.length; i += 2) {
    end = putZigzag(bytes, end, integer(list[i]!, what));
    end = putZigzag(bytes, end, count(list[i + 1]!, what));
  }
  return close(bytes, start, end);
}

/** Zigzag: the sign is the lowest bit. Doubling first would lose a digit above 2^52. */
function putZigzag(bytes: Uint8Array, at: number, value: number): number {
  const sign = value < 0 ? 1 : 0;
  const distance = sign === 1 ? -value - 1 : value;
  const first = ((distance & 63) << 1) | sign;
  if (distance < 64) {
    bytes[at] = first;
    return at + 1;
  }
  bytes[at] = first | 0x80;
  return putVarint(bytes, at + 1, distance < 2 ** 31 ? distance >>> 6 : Math.floor(distance / 64));
}

/** An integer of 0 to 2^53 - 1. Shifts work on 32 bits: of more, the lowest 28 go first. */
function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let next = at;
  let rest = value;
  if (value >= 2 ** 32) {
    const low = value & 0xfffffff;
    bytes[next++] = (low & 127) | 128;
    bytes[next++] = ((low >>> 7) & 127) | 128;
    bytes[next++] = ((low >>> 14) & 127) | 128;
    bytes[next++] = (low >>> 21) | 128;
    rest = (value - low) / 2 ** 28;
  }
  while (rest > 127) {
    bytes[next++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[next++] = rest;
  return next;
}
