import { DECIMAL_TEXT_MAX } from './limits.ts';
import type { Units } from './tick.ts';

/** A decimal number as units of 10^-decimals, with as few decimals as it needs. */
export interface Decimal {
  units: Units;
  decimals: number;
}

/** Why a text is no usable number. */
export type DecimalError = 'empty' | 'not_a_number' | 'exponent' | 'too_many_digits' | 'out_of_range';

const EMPTY = Object.freeze({ error: 'empty' as const });
const NOT_A_NUMBER = Object.freeze({ error: 'not_a_number' as const });
const EXPONENT = Object.freeze({ error: 'exponent' as const });
const TOO_MANY_DIGITS = Object.freeze({ error: 'too_many_digits' as const });
const OUT_OF_RANGE = Object.freeze({ error: 'out_of_range' as const });

/** 10^0 … 10^22: all of them exact as doubles. */
const POWERS: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(10n ** BigInt(exponent)));

/** 10^exponent, exact for 0..22. */
export function powerOfTen(exponent: number): number {
  return POWERS[exponent] ?? 10 ** exponent;
}

/**
 * Reads a plain decimal (`-12.3400`): optional sign, digits, at most one point. Trailing zeros after the point don't
 * count as decimals. Never rounds: more than `maxDecimals` is `too_many_digits`, |units| past 2^53-1 is `out_of_range`.
 */
export function parseDecimal(text: string, maxDecimals: number): Decimal | { readonly error: DecimalError } {
  const length = text.length;
  if (length === 0) return EMPTY;
  if (length > DECIMAL_TEXT_MAX) return TOO_MANY_DIGITS;
  const sign = text.charCodeAt(0);
  const negative = sign === 45;
  let units = 0;
  let decimals = 0;
  let digits = 0;
  let zeros = 0;
  let point = false;
  for (let i = negative || sign === 43 ? 1 : 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      digits++;
      if (!point) {
        units = units * 10 + digit;
      } else if (digit === 0) {
        zeros++;
      } else {
        // Once inexact, the value is past 2^53 and only grows: the check at the end still sees it.
        units = zeros === 0 ? units * 10 + digit : units * powerOfTen(zeros + 1) + digit;
        decimals += zeros + 1;
        zeros = 0;
      }
    } else if (digit === -2 && !point) {
      point = true;
    } else {
      return /^[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+$/.test(text) ? EXPONENT : NOT_A_NUMBER;
    }
  }
  if (digits === 0) return NOT_A_NUMBER;
  if (decimals > maxDecimals) return TOO_MANY_DIGITS;
  if (units > Number.MAX_SAFE_INTEGER) return OUT_OF_RANGE;
  return { units: negative && units !== 0 ? -units : units, decimals };
}

/** The same value with other decimals; undefined when it would pass 2^53-1 or need rounding. */
export function scaleTo(units: Units, fromDecimals: number, toDecimals: number): Units | undefined {
  if (fromDecimals === toDecimals) return units;
  if (toDecimals > fromDecimals) {
    const scaled = units * powerOfTen(toDecimals - fromDecimals);
    return Number.isSafeInteger(scaled) ? scaled : undefined;
  }
  const scaled = units / powerOfTen(fromDecimals - toDecimals);
  // An integer quotient below 2^53 of two exact integers is exact only if it multiplies back.
  return Number.isInteger(scaled) && scaled * powerOfTen(fromDecimals - toDecimals) === units ? scaled : undefined;
}

/** Writes units out in full, padded to `decimals` (`1230, 8` is `0.00001230`). Never an exponent, never `-0`. */
export function formatUnits(units: Units | bigint, decimals: number): string {
  const text = String(units);
  if (decimals === 0) return text;
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  const point = text.length - decimals;
  if (point > start) return `${text.slice(0, point)}.${text.slice(point)}`;
  return `${start === 1 ? '-' : ''}0.${text.slice(start).padStart(decimals, '0')}`;
}

/** numerator / denominator, rounded half to even. The denominator is not 0. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const rest = numerator - quotient * denominator;
  if (rest === 0n) return quotient;
  const twice = rest < 0n ? rest * -2n : rest * 2n;
  const whole = denominator < 0n ? -denominator : denominator;
  if (twice < whole || (twice === whole && quotient % 2n === 0n)) return quotient;
  return rest < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
}

/** The same for safe integers and a positive denominator, without a bigint. */
export function divideUnitsHalfEven(numerator: number, denominator: number): number {
  // % is exact on integers, and so is the division of an exact multiple.
  const rest = numerator % denominator;
  const quotient = (numerator - rest) / denominator;
  const twice = Math.abs(rest) * 2;
  if (twice < denominator || (twice === denominator && quotient % 2 === 0)) return quotient;
  return rest < 0 ? quotient - 1 : quotient + 1;
}

/** An exact integer of any size as the wire carries it: high * 2^53 + low, 0 <= low < 2^53. */
export interface Sum {
  high: number;
  low: number;
}

const SUM_LOW_BITS = 53n;
const SUM_LOW_MASK = (1n << SUM_LOW_BITS) - 1n;

/** Exact for |value| < 2^106. */
export function toSum(value: bigint): Sum {
  return { high: Number(value >> SUM_LOW_BITS), low: Number(value & SUM_LOW_MASK) };
}

export function fromSum(sum: Sum): bigint {
  return sum.high === 0 ? BigInt(sum.low) : (BigInt(sum.high) << SUM_LOW_BITS) + BigInt(sum.low);
}
