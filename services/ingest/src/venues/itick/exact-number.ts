import { Refusal, VENUE_DECIMALS_MAX } from './messages.ts';

/** Digits of a number written out; twice what any sum has. More: `out_of_range`, so that `1e999999` costs nothing. */
const DIGITS_MAX = 40;
/** Significant digits that a double keeps. A sum that has more, and a fraction, carries the noise of its own adding up. */
const DOUBLE_DIGITS = 15;

const NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** A number of any size, exact: value = units / 10^decimals, with as few decimals as it needs. */
export interface ExactNumber {
  units: bigint;
  decimals: number;
  /** Digits without zeros at either end. */
  significant: number;
}

/**
 * A number by its text, in JSON's grammar. An exponent is exact too (`1.674E7` is 16740000: what some servers write of a
 * double), and never goes through a double. Throws `Refusal`.
 */
export function readExactNumber(text: string, field: string): ExactNumber {
  if (text.length > 4 * DIGITS_MAX) throw new Refusal('too_many_digits', field);
  const parts = NUMBER.exec(text);
  if (parts === null) throw new Refusal('not_a_number', field);
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return { units: 0n, decimals: 0, significant: 0 };
  const power = Number(exponent) - fraction.length + (digits.length - trimmed.length);
  if (trimmed.length + Math.max(0, power) > DIGITS_MAX) throw new Refusal('out_of_range', field);
  if (-power > DIGITS_MAX) throw new Refusal('too_many_digits', field);
  const units = BigInt(trimmed) * 10n ** BigInt(Math.max(0, power));
  return {
    units: sign === '-' ? -units : units,
    decimals: Math.max(0, -power),
    significant: trimmed.length,
  };
}

/** A price or size: few enough decimals, and exact as a safe integer. Throws `Refusal`. */
export function safeUnits(number: ExactNumber, field: string): number {
  if (number.decimals > VENUE_DECIMALS_MAX) throw new Refusal('too_many_digits', field);
  const units = Number(number.units);
  if (!Number.isSafeInteger(units)) throw new Refusal('out_of_range', field);
  return units;
}

/** Whether a sum (volume or turnover of a day or bar) says what was summed, not what adding doubles left over. */
export function isPlainSum({ decimals, significant }: ExactNumber): boolean {
  return decimals === 0 || (decimals <= VENUE_DECIMALS_MAX && significant <= DOUBLE_DIGITS);
}
