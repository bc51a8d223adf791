import { divideHalfEven, divideUnitsHalfEven } from './decimal.ts';

// What follows from other fields of a quote. The fold derives by these; a sender and a receiver of differences, who both
// know the inputs, derive again.

/** Decimals of vwap beyond the price's: 4. */
const VWAP_SCALE = 10_000;
/** change / prevClose in percent (10^2) with 4 decimals. */
const PERCENT_SCALE = 1_000_000;

/** Below it a quotient of doubles is wrong by less than SURE_DISTANCE: three roundings of 2^-53 each. */
const SURE_QUOTIENT = 2 ** 40;
const SURE_DISTANCE = 2 ** -10;

/** turnover / volume with the price's decimals + 4, half-even; undefined where either is unknown, or nothing was traded. */
export function vwapOf(turnover: bigint | undefined, volume: bigint | undefined): bigint | undefined {
  if (turnover === undefined || volume === undefined || volume === 0n) return undefined;
  // A division of bigints takes three times as long as this, which decides all but one in 500.
  const quotient = (Number(turnover) * VWAP_SCALE) / Number(volume);
  if (quotient < SURE_QUOTIENT && quotient > -SURE_QUOTIENT) {
    const below = Math.floor(quotient);
    const distance = quotient - below - 0.5;
    if (distance < -SURE_DISTANCE) return BigInt(below);
    if (distance > SURE_DISTANCE) return BigInt(below + 1);
  }
  return divideHalfEven(turnover * BigInt(VWAP_SCALE), volume);
}

/** last - prevClose; undefined when either is, or when the difference has no exact units. */
export function changeOf(last: number | undefined, prevClose: number | undefined): number | undefined {
  if (last === undefined || prevClose === undefined) return undefined;
  const result = last - prevClose;
  return Number.isSafeInteger(result) ? result : undefined;
}

/** change in percent of |prevClose| with 4 decimals, half-even; the sign is the change's, also where prices are negative. */
export function changePctOf(change: number | undefined, prevClose: number | undefined): number | undefined {
  if (change === undefined || prevClose === undefined || prevClose === 0) return undefined;
  const base = Math.abs(prevClose);
  const scaled = change * PERCENT_SCALE;
  if (Number.isSafeInteger(scaled)) return divideUnitsHalfEven(scaled, base);
  const exact = Number(divideHalfEven(BigInt(change) * BigInt(PERCENT_SCALE), BigInt(base)));
  return Number.isSafeInteger(exact) ? exact : undefined;
}
