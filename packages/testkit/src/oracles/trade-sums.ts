import { divideHalfEven, scaled } from './exact.ts';

/** A trade as the venue wrote it. */
export interface SummedTrade {
  readonly price: string;
  readonly size: string;
  /** When it traded, Unix ms. */
  readonly timeMs: number;
}

/** In which integers the sums are told. Turnover has both decimals, VWAP the price's and 4. */
export interface SumDecimals {
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
}

export interface TradeSums {
  /** Where the period begins, Unix ms. */
  readonly startMs: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
  readonly volume: bigint;
  readonly turnover: bigint;
  readonly trades: number;
  /** turnover / volume, half-even; undefined without volume. */
  readonly vwap: bigint | undefined;
}

export interface DayStatistics extends TradeSums {
  /** The last trade's price of the day before that has one; undefined on the first. */
  readonly prevClose: bigint | undefined;
  /** close − prevClose. */
  readonly change: bigint | undefined;
  /** 100 × change / prevClose with 4 decimals, half-even. */
  readonly changePct: bigint | undefined;
}

const DAY_MS = 86_400_000;

/**
 * K-lines by their definition: the trades of each interval since 1970, first, highest, lowest, last and summed, in the order
 * given. An interval without trades has none.
 */
export function klineOracle(trades: Iterable<SummedTrade>, intervalMs: number, decimals: SumDecimals): TradeSums[] {
  const { priceDecimals, sizeDecimals } = decimals;
  const periods = new Map<number, { prices: bigint[]; volume: bigint; turnover: bigint }>();
  for (const trade of trades) {
    const startMs = trade.timeMs - (trade.timeMs % intervalMs);
    const price = scaled(trade.price, priceDecimals);
    const size = scaled(trade.size, sizeDecimals);
    let period = periods.get(startMs);
    if (period === undefined) {
      period = { prices: [], volume: 0n, turnover: 0n };
      periods.set(startMs, period);
    }
    period.prices.push(price);
    period.volume += size;
    period.turnover += price * size;
  }
  return [...periods]
    .sort(([a], [b]) => a - b)
    .map(([startMs, { prices, volume, turnover }]) => ({
      startMs,
      open: prices[0]!,
      high: best(prices, (a, b) => a > b),
      low: best(prices, (a, b) => a < b),
      close: prices.at(-1)!,
      volume,
      turnover,
      trades: prices.length,
      // turnover has the decimals of price and size, volume those of size: 4 more give the price's and 4.
      vwap: volume === 0n ? undefined : divideHalfEven(turnover * 10_000n, volume),
    }));
}

/** The statistics of each UTC day at its last trade. */
export function dayStatisticsOracle(trades: Iterable<SummedTrade>, decimals: SumDecimals): DayStatistics[] {
  let prevClose: bigint | undefined;
  return klineOracle(trades, DAY_MS, decimals).map((sums) => {
    const change = prevClose === undefined ? undefined : sums.close - prevClose;
    const changePct = change === undefined || !prevClose ? undefined : divideHalfEven(change * 1_000_000n, prevClose);
    const day: DayStatistics = { ...sums, prevClose, change, changePct };
    prevClose = sums.close;
    return day;
  });
}

function best(prices: readonly bigint[], better: (a: bigint, b: bigint) => boolean): bigint {
  let found = prices[0]!;
  for (const price of prices) if (better(price, found)) found = price;
  return found;
}
