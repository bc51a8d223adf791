import { DECIMALS_MAX } from '@tapecast/market';
import { WireError } from './wire-error.ts';

/**
 * 64-bit fields are numbers here. One above 2^53 - 1 comes out of protobufjs rounded, which always leaves it at or above
 * 2^53, so this check sees every value that lost a digit.
 */
export function integer(value: number, what: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw new WireError('unsafe_integer', `${what} is ${value}, expected an integer of at most 2^53 - 1`);
}

/** An integer that is not negative: a sequence number, a time, a size of something. */
export function count(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new WireError('unsafe_integer', `${what} is ${value}, expected 0 to 2^53 - 1`);
}

/** Decimals of a price or size. */
export function decimals(value: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= DECIMALS_MAX) return value;
  throw new WireError('inconsistent', `${what} is ${value}, expected 0 to ${DECIMALS_MAX}`);
}

/** `value` where it is present, checked; undefined where protobufjs or a caller says null or undefined. */
export function optionalInteger(value: number | null | undefined, what: string): number | undefined {
  return value === null || value === undefined ? undefined : integer(value, what);
}

export function optionalCount(value: number | null | undefined, what: string): number | undefined {
  return value === null || value === undefined ? undefined : count(value, what);
}

/** [price, size, ...]: pairs of safe integers; sizes are not negative. Returns the list itself. */
export function levels(list: number[] | null | undefined, what: string): number[] {
  if (list === null || list === undefined) return [];
  if (list.length % 2 !== 0)
    throw new WireError('inconsistent', `${what} has ${list.length} numbers, expected pairs of price and size`);
  for (let at = 0; at < list.length; at += 2) {
    integer(list[at]!, what);
    count(list[at + 1]!, what);
  }
  return list;
}
