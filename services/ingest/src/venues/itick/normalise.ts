import {
  COUNTS_ALL,
  COUNTS_VOLUME,
  type Interval,
  type Levels,
  powerOfTen,
  type QuoteTick,
  type Side,
} from '@tapecast/market';
import { JsonNumber, type JsonObject, type JsonValue, parseExactJson } from './exact-json.ts';
import { isPlainSum, readExactNumber, safeUnits } from './exact-number.ts';
import { C, D, FrameFields, H, L, LD, type LevelFields, O, P, T, TE, TS, TU, V } from './frame-fields.ts';
import { FrameScanner } from './frame-scanner.ts';
import {
  type ItickBadFrame,
  type ItickBadReason,
  type ItickEvent,
  type ItickMarketEvent,
  LEVELS_MAX,
  Refusal,
} from './messages.ts';
import type { ItickSymbol, ItickSymbols } from './symbols.ts';

/** Largest Unix ms whose microseconds are exact (the year 2255). */
const TIME_MS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1_000);
/** Magnitude of a sum that the log carries. */
const SUM_MAX = 1n << 105n;

/** `kline@N` by number and by text. 2h, 4h, a week and a month are no intervals of ours. */
const INTERVAL_OF: Readonly<Record<string, Interval | null>> = {
  '1': '1m',
  '2': '5m',
  '3': '15m',
  '4': '30m',
  '5': '1h',
  '6': null,
  '7': null,
  '8': '1d',
  '9': null,
  '10': null,
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '30m': '30m',
  '1h': '1h',
  '2h': null,
  '4h': null,
  '1d': '1d',
  '1w': null,
  '1M': null,
};

/** In the oldest k-line shape 3 meant ten minutes. */
const OLD_INTERVAL_OF: Readonly<Record<string, Interval | null>> = { ...INTERVAL_OF, '3': null };

type MessageType = 'tick' | 'quote' | 'depth' | { bar: Interval };

/**
 * Makes ticks of the venue's frames. One a connection: it keeps nothing between frames but buffers, so the same frame always
 * gives the same event. Numbers are exact from the frame's text; a frame is taken whole or not at all. Throws nothing.
 */
export class ItickNormaliser {
  readonly #symbols: () => ItickSymbols;
  readonly #fields = new FrameFields();
  readonly #scanner = new FrameScanner(this.#fields);

  /** `symbols` is asked at each frame: subscriptions are added to. */
  constructor(symbols: () => ItickSymbols) {
    this.#symbols = symbols;
  }

  normalise(frame: Uint8Array): ItickEvent {
    try {
      const scanner = this.#scanner;
      if (!scanner.scan(frame)) return this.#parse(frame);
      const symbols = this.#symbols();
      const { symbolFrom, symbolTo, regionFrom, regionTo } = scanner;
      let symbol = symbols.resolveBytes(frame, symbolFrom, symbolTo, regionFrom, regionTo);
      if (symbol === undefined) {
        const region = regionTo > regionFrom ? ascii(frame, regionFrom, regionTo) : undefined;
        symbol = resolved(symbols, ascii(frame, symbolFrom, symbolTo), region);
        symbols.learn(symbol, frame, symbolFrom, symbolTo, regionFrom, regionTo);
      }
      return build(scanner.type, this.#fields, symbol);
    } catch (refusal) {
      if (refusal instanceof Refusal) return bad(refusal.reason, refusal.detail);
      throw refusal;
    }
  }

  /** Whatever the scanner leaves: answers, other envelopes, escapes, exponents, long numbers, numbers as text, and what is wrong. */
  #parse(frame: Uint8Array): ItickEvent {
    const parsed = parseExactJson(utf8(frame));
    if (!(parsed instanceof Map)) throw new Refusal('unknown_event', 'the frame is not an object');
    const data = parsed.get('data');
    if (parsed.has('resAc')) return answer(parsed, data);
    // The live k-line has no envelope.
    if (parsed.has('s')) return this.#market(parsed);
    const code = parsed.has('code') ? wholeNumber(parsed, 'code', 'bad_code') : undefined;
    if (data instanceof Map) {
      if (code !== undefined && code !== 0 && code !== 1) throw new Refusal('bad_code', `code ${code}`);
      const msg = parsed.get('msg');
      // Code 0 is an error, but for the oldest k-lines, which are data and have no message.
      if (code === 0 && typeof msg === 'string' && msg !== '') return reply('', false, msg);
      return this.#market(data);
    }
    const msg = parsed.get('msg');
    if (code === undefined || typeof msg !== 'string') throw new Refusal('unknown_event', 'neither data nor an answer');
    return code === 1 ? { type: 'ignored' } : reply('', false, msg);
  }

  #market(data: JsonObject): ItickEvent {
    const name = data.get('s');
    const region = data.get('r');
    if (typeof name !== 'string') throw new Refusal('missing_field', 's');
    if (region !== undefined && region !== null && typeof region !== 'string') throw new Refusal('missing_field', 'r');
    const bar = data.get('k');
    const old = bar instanceof Map && !data.has('type');
    const type = old ? oldBarType(data) : messageType(data);
    const symbol = resolved(this.#symbols(), name, region ?? undefined);
    if (type === undefined) return { type: 'ignored' };
    const fields = this.#fields;
    fields.clear();
    fill(fields, old ? bar : data, type);
    return build(type, fields, symbol);
  }
}

function answer(frame: JsonObject, data: JsonValue | undefined): ItickEvent {
  const action = frame.get('resAc');
  if (typeof action !== 'string') throw new Refusal('missing_field', 'resAc');
  if (action === 'pong') {
    const params = data instanceof Map ? data.get('params') : undefined;
    if (typeof params === 'string') return { type: 'pong', params };
    if (params instanceof JsonNumber) return { type: 'pong', params: params.text };
    throw new Refusal('missing_field', 'data.params of a pong');
  }
  const msg = frame.get('msg');
  return reply(action, wholeNumber(frame, 'code', 'bad_code') === 1, typeof msg === 'string' ? msg : '');
}

/** The auth reply may echo the key in `data`: nothing of that is passed on. */
const reply = (action: string, ok: boolean, msg: string): ItickEvent => ({
  type: 'reply',
  action: action.slice(0, 40),
  ok,
  msg: msg.slice(0, 200),
});

/** undefined: a k-line of an interval that we do not have. */
function messageType(data: JsonObject): MessageType | undefined {
  const type = data.get('type');
  if (typeof type !== 'string') throw new Refusal('missing_field', 'type');
  if (type === 'tick' || type === 'quote' || type === 'depth') return type;
  if (!type.startsWith('kline@')) throw new Refusal('unknown_type', type.slice(0, 40));
  return barType(INTERVAL_OF, type.slice('kline@'.length));
}

/** `{"s":"AAPL.US","t":1,"k":{…}}`: the outer `t` is the interval. */
const oldBarType = (data: JsonObject): MessageType | undefined =>
  barType(OLD_INTERVAL_OF, String(wholeNumber(data, 't', 'not_a_number')));

function barType(intervals: Readonly<Record<string, Interval | null>>, code: string): MessageType | undefined {
  const interval = Object.hasOwn(intervals, code) ? intervals[code] : undefined;
  if (interval === undefined) throw new Refusal('unknown_type', `kline@${code.slice(0, 20)}`);
  return interval === null ? undefined : { bar: interval };
}

/** Fills in what messages of this type have; other keys are not looked at. */
function fill(fields: FrameFields, data: JsonObject, type: MessageType): void {
  switch (type) {
    case 'tick':
      numberField(fields, data, 'ld', LD);
      numberField(fields, data, 'v', V);
      fillTime(fields, data);
      if (has(data, 'te')) {
        fields.session = wholeNumber(data, 'te', 'not_a_number');
        fields.has |= 1 << TE;
      }
      if (has(data, 'd')) {
        fields.direction = wholeNumber(data, 'd', 'not_a_number');
        fields.has |= 1 << D;
      }
      return;
    case 'quote':
      for (const [name, field] of QUOTE_PRICES) numberField(fields, data, name, field);
      fillSums(fields, data);
      fillTime(fields, data);
      if (has(data, 'ts')) {
        fields.tradingStatus = wholeNumber(data, 'ts', 'not_a_number');
        fields.has |= 1 << TS;
      }
      return;
    case 'depth':
      fields.asks = levelFields(fields.askLevels, data.get('a'), 'a');
      fields.bids = levelFields(fields.bidLevels, data.get('b'), 'b');
      fillTime(fields, data);
      return;
    default:
      for (const [name, field] of BAR_PRICES) numberField(fields, data, name, field);
      fillSums(fields, data);
      fillTime(fields, data);
  }
}

const QUOTE_PRICES = [
  ['ld', LD],
  ['o', O],
  ['h', H],
  ['l', L],
  ['p', P],
] as const;
const BAR_PRICES = [
  ['o', O],
  ['h', H],
  ['l', L],
  ['c', C],
] as const;

/** A key with `null` is as good as absent: some servers write all keys they know. */
const has = (data: JsonObject, name: string): boolean => data.has(name) && data.get(name) !== null;

function fillTime(fields: FrameFields, data: JsonObject): void {
  if (!has(data, 't')) return;
  fields.timeMs = wholeNumber(data, 't', 'not_a_time');
  fields.has |= 1 << T;
}

function fillSums(fields: FrameFields, data: JsonObject): void {
  for (const [name, field] of [
    ['v', V],
    ['tu', TU],
  ] as const) {
    if (!has(data, name)) continue;
    const number = readExactNumber(numberText(data.get(name), name), name);
    fields.has |= 1 << field;
    if (!isPlainSum(number)) {
      if (field === V) fields.noisyVolume = true;
      else fields.noisyTurnover = true;
      continue;
    }
    fields.decimals[field] = number.decimals;
    fields.units[field] = Number(number.units);
    if (Number.isSafeInteger(fields.units[field])) continue;
    if (field === V) fields.bigVolume = number.units;
    else fields.bigTurnover = number.units;
  }
}

function numberField(fields: FrameFields, data: JsonObject, name: string, field: number): void {
  if (!has(data, name)) return;
  const number = readExactNumber(numberText(data.get(name), name), name);
  fields.units[field] = safeUnits(number, name);
  fields.decimals[field] = number.decimals;
  fields.has |= 1 << field;
}

/** The venue writes numbers, and at times numbers as text. */
function numberText(value: JsonValue | undefined, field: string): string {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === 'string') return value;
  throw new Refusal('missing_field', field);
}

function wholeNumber(data: JsonObject, field: string, reason: ItickBadReason): number {
  const value = data.get(field);
  if (!(value instanceof JsonNumber) && typeof value !== 'string') throw new Refusal('missing_field', field);
  const number = readExactNumber(numberText(value, field), field);
  const units = Number(number.units);
  if (number.decimals > 0 || units < 0) throw new Refusal(reason, field);
  if (!Number.isSafeInteger(units)) throw new Refusal('out_of_range', field);
  return units;
}

function levelFields(into: LevelFields, value: JsonValue | undefined, field: string): LevelFields {
  if (!Array.isArray(value)) throw new Refusal('missing_field', `${field} is not a list`);
  if (value.length > LEVELS_MAX) throw new Refusal('bad_level', `${value.length} levels`);
  into.count = value.length;
  for (const [index, level] of value.entries()) {
    if (!(level instanceof Map)) throw new Refusal('bad_level', `a level of ${field} is not an object`);
    const price = readExactNumber(numberText(level.get('p'), `p in ${field}`), `p in ${field}`);
    const size = readExactNumber(numberText(level.get('v'), `v in ${field}`), `v in ${field}`);
    into.priceUnits[index] = safeUnits(price, `p in ${field}`);
    into.priceDecimals[index] = price.decimals;
    into.sizeUnits[index] = safeUnits(size, `v in ${field}`);
    into.sizeDecimals[index] = size.decimals;
  }
  return into;
}

function build(type: MessageType, fields: FrameFields, symbol: ItickSymbol): ItickMarketEvent {
  switch (type) {
    case 'tick':
      return buildTrade(fields, symbol);
    case 'quote':
      return buildQuote(fields, symbol);
    case 'depth':
      return buildDepth(fields, symbol);
    default:
      return buildBar(fields, symbol, type.bar);
  }
}

function buildTrade(fields: FrameFields, symbol: ItickSymbol): ItickMarketEvent {
  const { has, units, decimals } = fields;
  if ((has & TRADE_NEEDS) !== TRADE_NEEDS) throw new Refusal('missing_field', 'ld, v or t');
  const price = units[LD]!;
  const size = units[V]!;
  checkPrice(price, symbol, 'ld');
  if (size < 0) throw new Refusal('negative', 'v');
  const session = (has & (1 << TE)) === 0 ? 0 : fields.session;
  return {
    type: 'trade',
    symbol,
    tick: {
      instrument: symbol.instrument,
      exchangeTimeUs: timeUs(fields),
      priceDecimals: decimals[LD]!,
      sizeDecimals: decimals[V]!,
      body: {
        kind: 'trade',
        id: '',
        price,
        size,
        side: (has & (1 << D)) === 0 ? undefined : sideOf(fields.direction),
        conditions: session === 0 ? [] : [sessionName(session)],
        // The tape's rule for trades outside the session: they are volume of the day, and neither its last, high nor low.
        counts: session === 0 ? COUNTS_ALL : COUNTS_VOLUME,
      },
    },
  };
}

const TRADE_NEEDS = (1 << LD) | (1 << V) | (1 << T);

const sideOf = (direction: number): Side | undefined =>
  direction === 2 ? 'buy' : direction === 1 ? 'sell' : undefined;

const sessionName = (session: number): string =>
  session === 1 ? 'pre-market' : session === 2 ? 'after-hours' : `session ${session}`;

function buildQuote(fields: FrameFields, symbol: ItickSymbol): ItickMarketEvent {
  const { has, decimals } = fields;
  const needs = (1 << LD) | (1 << T);
  if ((has & needs) !== needs) throw new Refusal('missing_field', 'ld or t');
  let priceDecimals = 0;
  for (const [, field] of QUOTE_PRICES)
    if (has & (1 << field)) priceDecimals = Math.max(priceDecimals, decimals[field]!);
  const volume =
    (has & (1 << V)) === 0 || fields.noisyVolume ? undefined : (fields.bigVolume ?? BigInt(fields.units[V]!));
  const turnover =
    (has & (1 << TU)) === 0 || fields.noisyTurnover ? undefined : (fields.bigTurnover ?? BigInt(fields.units[TU]!));
  if (volume !== undefined && volume < 0n) throw new Refusal('negative', 'v');
  const sizeDecimals = volume === undefined ? 0 : decimals[V]!;
  if (turnover !== undefined) {
    // A sum of price times size has at most the decimals of both: if it has more, some trade's price had.
    priceDecimals = Math.max(priceDecimals, decimals[TU]! - sizeDecimals);
  }
  const body: QuoteTick = {
    kind: 'quote',
    bid: undefined,
    bidSize: undefined,
    ask: undefined,
    askSize: undefined,
    last: dayPrice(fields, LD, priceDecimals, symbol, 'ld'),
    open: dayPrice(fields, O, priceDecimals, symbol, 'o'),
    high: dayPrice(fields, H, priceDecimals, symbol, 'h'),
    low: dayPrice(fields, L, priceDecimals, symbol, 'l'),
    prevClose: dayPrice(fields, P, priceDecimals, symbol, 'p'),
    volume: volume === undefined ? undefined : checkedSum(volume, 'v'),
    turnover:
      turnover === undefined
        ? undefined
        : checkedSum(turnover * 10n ** BigInt(priceDecimals + sizeDecimals - decimals[TU]!), 'tu'),
    venueSeq: undefined,
  };
  return {
    type: 'quote',
    symbol,
    tick: { instrument: symbol.instrument, exchangeTimeUs: timeUs(fields), priceDecimals, sizeDecimals, body },
    tradingStatus: (has & (1 << TS)) === 0 ? undefined : fields.tradingStatus,
    leftOut: fields.noisyVolume || fields.noisyTurnover,
  };
}

/** A price of the day; before the day's first trade the venue writes 0, which is unknown. */
function dayPrice(
  fields: FrameFields,
  field: number,
  priceDecimals: number,
  symbol: ItickSymbol,
  name: string,
): number | undefined {
  if ((fields.has & (1 << field)) === 0) return undefined;
  const units = fields.units[field]!;
  if (units === 0) return undefined;
  checkPrice(units, symbol, name);
  return scaled(units, fields.decimals[field]!, priceDecimals, name);
}

function buildDepth(fields: FrameFields, symbol: ItickSymbol): ItickMarketEvent {
  const { asks, bids } = fields;
  if (asks === undefined || bids === undefined) throw new Refusal('missing_field', asks === undefined ? 'a' : 'b');
  let priceDecimals = 0;
  let sizeDecimals = 0;
  for (const side of [asks, bids]) {
    for (let i = 0; i < side.count; i++) {
      if (side.priceDecimals[i]! > priceDecimals) priceDecimals = side.priceDecimals[i]!;
      if (side.sizeDecimals[i]! > sizeDecimals) sizeDecimals = side.sizeDecimals[i]!;
    }
  }
  const ask = bestFirst(asks, priceDecimals, sizeDecimals, symbol, 1);
  const bid = bestFirst(bids, priceDecimals, sizeDecimals, symbol, -1);
  const sizeless = hasSizeless(ask) || hasSizeless(bid);
  return {
    type: 'depth',
    symbol,
    tick: {
      instrument: symbol.instrument,
      exchangeTimeUs: (fields.has & (1 << T)) === 0 ? undefined : timeUs(fields),
      priceDecimals,
      sizeDecimals,
      body: {
        kind: 'bookSnapshot',
        bids: sizeless ? withSize(bid) : bid,
        asks: sizeless ? withSize(ask) : ask,
        venueSeq: undefined,
      },
    },
    top: { bid: bid[0], bidSize: bid[1] || undefined, ask: ask[0], askSize: ask[1] || undefined },
    sizeless,
  };
}

/** Levels in one scale, best first whatever order the venue chose. A level without price and size is a place left empty. */
function bestFirst(
  side: LevelFields,
  priceDecimals: number,
  sizeDecimals: number,
  symbol: ItickSymbol,
  direction: 1 | -1,
): Levels {
  const levels: Levels = [];
  let sorted = true;
  for (let i = 0; i < side.count; i++) {
    const price = scaled(side.priceUnits[i]!, side.priceDecimals[i]!, priceDecimals, 'p');
    const size = scaled(side.sizeUnits[i]!, side.sizeDecimals[i]!, sizeDecimals, 'v');
    if (size < 0) throw new Refusal('negative', 'v of a level');
    if (price === 0 && size === 0) continue;
    checkPrice(price, symbol, 'p of a level');
    const count = levels.length;
    if (count > 0 && (price - levels[count - 2]!) * direction <= 0) sorted = false;
    levels.push(price, size);
  }
  return sorted ? levels : sortedLevels(levels, direction);
}

function sortedLevels(levels: Levels, direction: 1 | -1): Levels {
  const pairs: [number, number][] = [];
  for (let i = 0; i < levels.length; i += 2) pairs.push([levels[i]!, levels[i + 1]!]);
  pairs.sort((left, right) => (left[0] - right[0]) * direction);
  for (let i = 1; i < pairs.length; i++) {
    if (pairs[i]![0] === pairs[i - 1]![0]) throw new Refusal('bad_level', 'a price comes twice');
  }
  return pairs.flat();
}

function hasSizeless(levels: Levels): boolean {
  for (let i = 1; i < levels.length; i += 2) if (levels[i] === 0) return true;
  return false;
}

function withSize(levels: Levels): Levels {
  const kept: Levels = [];
  for (let i = 0; i < levels.length; i += 2) if (levels[i + 1] !== 0) kept.push(levels[i]!, levels[i + 1]!);
  return kept;
}

function buildBar(fields: FrameFields, symbol: ItickSymbol, interval: Interval): ItickMarketEvent {
  const { has, decimals } = fields;
  if ((has & BAR_NEEDS) !== BAR_NEEDS) throw new Refusal('missing_field', 'o, h, l, c, v or t');
  if (fields.timeMs === 0) throw new Refusal('not_a_time', 't is the start of a bar');
  if (fields.noisyVolume) throw new Refusal('too_many_digits', 'v');
  let priceDecimals = Math.max(decimals[O]!, decimals[H]!, decimals[L]!, decimals[C]!);
  const sizeDecimals = decimals[V]!;
  const volume = fields.bigVolume ?? BigInt(fields.units[V]!);
  const turnover =
    (has & (1 << TU)) === 0 || fields.noisyTurnover ? undefined : (fields.bigTurnover ?? BigInt(fields.units[TU]!));
  if (volume < 0n) throw new Refusal('negative', 'v');
  if (turnover !== undefined) priceDecimals = Math.max(priceDecimals, decimals[TU]! - sizeDecimals);
  const price = (field: number, name: string): number => {
    const units = fields.units[field]!;
    checkPrice(units, symbol, name);
    return scaled(units, decimals[field]!, priceDecimals, name);
  };
  return {
    type: 'bar',
    symbol,
    tick: {
      instrument: symbol.instrument,
      exchangeTimeUs: undefined,
      priceDecimals,
      sizeDecimals,
      body: {
        kind: 'bar',
        interval,
        startMs: timeMs(fields),
        open: price(O, 'o'),
        high: price(H, 'h'),
        low: price(L, 'l'),
        close: price(C, 'c'),
        volume: checkedSum(volume, 'v'),
        turnover:
          turnover === undefined
            ? undefined
            : checkedSum(turnover * 10n ** BigInt(priceDecimals + sizeDecimals - decimals[TU]!), 'tu'),
        trades: undefined,
        final: false,
      },
    },
  };
}

const BAR_NEEDS = (1 << O) | (1 << H) | (1 << L) | (1 << C) | (1 << V) | (1 << T);

/** Only futures have traded at 0 and below. */
function checkPrice(units: number, symbol: ItickSymbol, field: string): void {
  if (units > 0 || symbol.assetClass === 'future') return;
  throw new Refusal(units === 0 ? 'not_positive' : 'negative', field);
}

function timeMs(fields: FrameFields): number {
  if (fields.timeMs > TIME_MS_MAX) throw new Refusal('out_of_range', 't');
  return fields.timeMs;
}

/** `t` 0 has been seen for unknown. */
const timeUs = (fields: FrameFields): number | undefined => {
  const ms = timeMs(fields);
  return ms === 0 ? undefined : ms * 1_000;
};

function scaled(units: number, from: number, to: number, field: string): number {
  if (from === to) return units;
  const result = units * powerOfTen(to - from);
  if (!Number.isSafeInteger(result)) throw new Refusal('out_of_range', field);
  return result;
}

function checkedSum(sum: bigint, field: string): bigint {
  if (sum > SUM_MAX || sum < -SUM_MAX) throw new Refusal('out_of_range', field);
  return sum;
}

function resolved(symbols: ItickSymbols, name: string, region: string | undefined): ItickSymbol {
  const symbol = symbols.resolve(name, region);
  if (typeof symbol !== 'string') return symbol;
  throw new Refusal(symbol, `${name.slice(0, 40)} ${region?.slice(0, 10) ?? ''}`);
}

/** A byte order mark is no JSON. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8 = (frame: Uint8Array): string => decoder.decode(frame);
const ascii = (frame: Uint8Array, from: number, to: number): string => decoder.decode(frame.subarray(from, to));

const bad = (reason: ItickBadReason, detail: string): ItickBadFrame => ({ type: 'bad', reason, detail });
