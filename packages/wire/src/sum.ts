import { integer } from './safe-integer.ts';
import { WireError } from './wire-error.ts';

/** `Sum` of the schema: high * 2^53 + low, 0 <= low < 2^53. */
export interface SumFields {
  low?: number | null | undefined;
  high?: number | null | undefined;
}

const LOW_BITS = 53;
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

export function encodeSum(value: bigint, what: string): { low: number; high: number } {
  if (value >= 0n && value <= SAFE_MAX) return { low: Number(value), high: 0 };
  return { low: Number(BigInt.asUintN(LOW_BITS, value)), high: integer(Number(value >> 53n), `${what} / 2^53`) };
}

export function decodeSum(sum: SumFields, what: string): bigint {
  const low = integer(sum.low ?? 0, what);
  const high = integer(sum.high ?? 0, what);
  if (low < 0) throw new WireError('unsafe_integer', `${what} has a negative low part`);
  return high === 0 ? BigInt(low) : (BigInt(high) << 53n) + BigInt(low);
}

export function encodeOptionalSum(value: bigint | undefined, what: string): SumFields | undefined {
  return value === undefined ? undefined : encodeSum(value, what);
}

export function decodeOptionalSum(sum: SumFields | null | undefined, what: string): bigint | undefined {
  return sum === null || sum === undefined ? undefined : decodeSum(sum, what);
}
