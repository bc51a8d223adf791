import type { Interval } from '@tapecast/market';
import { build, type MessageType, QUOTE_PRICES } from './build-ticks.ts';
import { JsonNumber, type JsonObject, type JsonValue, parseExactJson } from './exact-json.ts';
import { isPlainSum, readExactNumber, safeUnits } from './exact-number.ts';
import { C, D, FrameFields, H, L, LD, type LevelFields, O, T, TE, TS, TU, V } from './frame-fields.ts';
import { FrameScanner } from './frame-scanner.ts';
import { type ItickBadFrame, type ItickBadReason, type ItickEvent, LEVELS_MAX, Refusal } from './messages.ts';
import type { ItickSymbol, ItickSymbols } from './symbols.ts';

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
