import { powerOfTen } from './decimal.ts';
import type { FoldRejection } from './fold.ts';
import { DECIMALS_MAX } from './limits.ts';
import { SUM_MAX } from './rescale.ts';
import type { BookDeltaTick, BookSnapshotTick, Levels, QuoteTick, Tick } from './tick.ts';

const isUnits = Number.isSafeInteger;
const isPrice = (value: number | undefined): boolean => value === undefined || isUnits(value);
const isSize = (value: number | undefined): boolean => value === undefined || (isUnits(value) && value >= 0);
const isSum = (value: bigint | undefined): boolean => value === undefined || (value <= SUM_MAX && value >= -SUM_MAX);
const isDecimals = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= DECIMALS_MAX;

function areLevels(levels: Levels): boolean {
  if (levels.length % 2 !== 0) return false;
  for (let i = 0; i < levels.length; i += 2) {
    if (!isUnits(levels[i]) || !isUnits(levels[i + 1]) || levels[i + 1]! < 0) return false;
  }
  return true;
}

/** Why the tick's own values can't be folded; undefined when they can. */
export function checkTick(tick: Tick): FoldRejection | undefined {
  if (!isDecimals(tick.priceDecimals) || !isDecimals(tick.sizeDecimals)) return 'out_of_range';
  const time = tick.exchangeTimeUs;
  if (time !== undefined && !(isUnits(time) && time >= 0)) return 'out_of_range';
  const body = tick.body;
  switch (body.kind) {
    case 'trade':
      return isUnits(body.price) && isUnits(body.size) && body.size >= 0 ? undefined : 'out_of_range';
    case 'quote':
      return isQuote(body) ? undefined : 'out_of_range';
    case 'bookSnapshot':
    case 'bookDelta':
      return areLevels(body.bids) && areLevels(body.asks) ? undefined : 'out_of_range';
    case 'status':
    case 'bar':
      return undefined;
    default:
      return 'unknown_kind';
  }
}

function isQuote(body: QuoteTick): boolean {
  return (
    isPrice(body.bid) &&
    isSize(body.bidSize) &&
    isPrice(body.ask) &&
    isSize(body.askSize) &&
    isPrice(body.last) &&
    isPrice(body.open) &&
    isPrice(body.high) &&
    isPrice(body.low) &&
    isPrice(body.prevClose) &&
    isSum(body.volume) &&
    isSum(body.turnover)
  );
}

/**
 * The tick with at least these decimals: itself when it has them, else a copy in finer units. undefined when a value
 * would pass its bound.
 */
export function scaleTick(tick: Tick, priceDecimals: number, sizeDecimals: number): Tick | undefined {
  if (tick.priceDecimals >= priceDecimals && tick.sizeDecimals >= sizeDecimals) return tick;
  const scale = new TickScale(
    powerOfTen(Math.max(0, priceDecimals - tick.priceDecimals)),
    powerOfTen(Math.max(0, sizeDecimals - tick.sizeDecimals)),
  );
  const body = tick.body;
  const scaled: Tick = {
    ...tick,
    priceDecimals: Math.max(tick.priceDecimals, priceDecimals),
    sizeDecimals: Math.max(tick.sizeDecimals, sizeDecimals),
  };
  if (body.kind === 'trade') scaled.body = { ...body, price: scale.price(body.price), size: scale.size(body.size) };
  else if (body.kind === 'quote') scaled.body = scale.quote(body);
  else if (body.kind === 'bookSnapshot' || body.kind === 'bookDelta') scaled.body = scale.book(body);
  return scale.overflowed ? undefined : scaled;
}

class TickScale {
  overflowed = false;
  readonly #priceFactor: number;
  readonly #sizeFactor: number;

  constructor(priceFactor: number, sizeFactor: number) {
    this.#priceFactor = priceFactor;
    this.#sizeFactor = sizeFactor;
  }

  price(units: number): number {
    const scaled = units * this.#priceFactor;
    if (!Number.isSafeInteger(scaled)) this.overflowed = true;
    return scaled;
  }

  size(units: number): number {
    const scaled = units * this.#sizeFactor;
    if (!Number.isSafeInteger(scaled)) this.overflowed = true;
    return scaled;
  }

  quote(body: QuoteTick): QuoteTick {
    const price = (units: number | undefined) => (units === undefined ? undefined : this.price(units));
    const size = (units: number | undefined) => (units === undefined ? undefined : this.size(units));
    return {
      ...body,
      bid: price(body.bid),
      bidSize: size(body.bidSize),
      ask: price(body.ask),
      askSize: size(body.askSize),
      last: price(body.last),
      open: price(body.open),
      high: price(body.high),
      low: price(body.low),
      prevClose: price(body.prevClose),
      volume: this.#sum(body.volume, BigInt(this.#sizeFactor)),
      turnover: this.#sum(body.turnover, BigInt(this.#priceFactor) * BigInt(this.#sizeFactor)),
    };
  }

  book<Book extends BookSnapshotTick | BookDeltaTick>(body: Book): Book {
    return { ...body, bids: this.#levels(body.bids), asks: this.#levels(body.asks) };
  }

  #levels(levels: Levels): Levels {
    return levels.map((units, index) => (index % 2 === 0 ? this.price(units) : this.size(units)));
  }

  #sum(sum: bigint | undefined, factor: bigint): bigint | undefined {
    if (sum === undefined) return undefined;
    const scaled = sum * factor;
    if (!isSum(scaled)) this.overflowed = true;
    return scaled;
  }
}
