import type { LeanTradeRecording } from '@tapecast/venue-server';
import { divideHalfEven } from './exact.ts';

/** Decimals of a price in a Lean file: its integers are 1/10,000 dollar. A size is whole shares, so turnover has them too. */
export const LEAN_DECIMALS = 4;

/** Sums over all trades of a period, in 1/10,000 dollar and shares. */
export interface LeanSums {
  /** Where the period begins, Unix ms. */
  readonly startMs: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
  readonly volume: bigint;
  readonly turnover: bigint;
  readonly trades: number;
}

/** One symbol's day in New York. */
export interface LeanDay extends LeanSums {
  /** `IBM$US`. */
  readonly instrument: string;
  /** `20131007`. */
  readonly day: string;
  /** The last trade's price of the day before; undefined on the first. */
  readonly prevClose: bigint | undefined;
  /** Each minute that has a trade, in order. */
  readonly minutes: readonly LeanSums[];
}

/** Days and minutes by their definition: first, highest, lowest, last and summed, over every trade of the files. */
export function leanDays(recordings: Iterable<LeanTradeRecording>): LeanDay[] {
  const files = [...recordings].sort((a, b) => (a.symbol + a.day < b.symbol + b.day ? -1 : 1));
  const days: LeanDay[] = [];
  for (const { symbol, day, rows } of files) {
    const startMs = midnightInNewYork(day);
    const minutes = new Map<number, Period>();
    const whole = new Period(startMs);
    for (const { msOfDay, price, size } of rows) {
      const minute = Math.floor(msOfDay / 60_000);
      let period = minutes.get(minute);
      if (period === undefined) {
        period = new Period(startMs + minute * 60_000);
        minutes.set(minute, period);
      }
      for (const each of [period, whole]) each.add(BigInt(price), BigInt(size));
    }
    const instrument = `${symbol}$US`;
    const before = days.at(-1);
    days.push({
      ...whole.sums(),
      instrument,
      day,
      prevClose: before?.instrument === instrument ? before.close : undefined,
      minutes: [...minutes.values()].map((period) => period.sums()),
    });
  }
  return days;
}

/** turnover / volume with so many decimals, half-even. */
export function leanVwap({ turnover, volume }: LeanSums, decimals: number): bigint {
  if (volume === 0n) return 0n;
  return divideHalfEven(turnover * 10n ** BigInt(decimals - LEAN_DECIMALS), volume);
}

class Period {
  readonly #startMs: number;
  readonly #prices: bigint[] = [];
  #volume = 0n;
  #turnover = 0n;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  add(price: bigint, size: bigint): void {
    this.#prices.push(price);
    this.#volume += size;
    this.#turnover += price * size;
  }

  sums(): LeanSums {
    const prices = this.#prices;
    if (prices.length === 0) throw new Error('a period without trades has no sums');
    return {
      startMs: this.#startMs,
      open: prices[0]!,
      high: best(prices, (a, b) => a > b),
      low: best(prices, (a, b) => a < b),
      close: prices.at(-1)!,
      volume: this.#volume,
      turnover: this.#turnover,
      trades: prices.length,
    };
  }
}

function best(prices: readonly bigint[], better: (a: bigint, b: bigint) => boolean): bigint {
  let found = prices[0]!;
  for (const price of prices) if (better(price, found)) found = price;
  return found;
}

/** Unix ms of 00:00 in New York: the zone's name of its own offset says how far that is from UTC. */
function midnightInNewYork(day: string): number {
  const utc = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
  const offset = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'longOffset' })
    // Some hours into the UTC day it is midnight there; the offset of that moment counts.
    .formatToParts(utc + 4.5 * 3_600_000)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const match = /^GMT-(\d\d):00$/.exec(offset ?? '');
  if (match === null) throw new Error(`New York is ${String(offset)} on ${day}`);
  return utc + Number(match[1]) * 3_600_000;
}
