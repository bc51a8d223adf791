import {
  COUNTS_ALL,
  COUNTS_VOLUME,
  type Interval,
  type Levels,
  powerOfTen,
  type QuoteTick,
  type Side,
} from '@tapecast/market';
import { C, D, type FrameFields, H, L, LD, type LevelFields, O, P, T, TE, TS, TU, V } from './frame-fields.ts';
import { type ItickMarketEvent, Refusal } from './messages.ts';
import type { ItickSymbol } from './symbols.ts';

/** Largest Unix ms whose microseconds are exact (the year 2255). */
const TIME_MS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1_000);
/** Magnitude of a sum that the log carries. */
const SUM_MAX = 1n << 105n;

export type MessageType = 'tick' | 'quote' | 'depth' | { bar: Interval };

export const QUOTE_PRICES = [
  ['ld', LD],
  ['o', O],
  ['h', H],
  ['l', L],
  ['p', P],
] as const;
/** What the fields of a frame say of the symbol, as a tick. Throws `Refusal` where that is nothing that a market says. */
export function build(type: MessageType, fields: FrameFields, symbol: ItickSymbol): ItickMarketEvent {
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
