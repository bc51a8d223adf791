import protobuf from 'protobufjs/minimal.js';
import { count, integer } from './safe-integer.ts';
import { encodeSum } from './sum.ts';
import { WireError } from './wire-error.ts';

// Protobuf fields written into bytes that are there. A function that writes takes the place to write at and returns the
// next one. None asks for room: who calls them knows how much the whole may take (`*_BYTES_MAX`). Defaults are left out, and
// values that would not arrive as they are throw WireError.

/** Of a text: its tag and length. */
export const TEXT_HEAD_BYTES_MAX = 6;
/** Of a UTF-16 unit as UTF-8. */
export const UNIT_BYTES_MAX = 3;
/** Of an integer up to 2^53 - 1, zigzag: 54 bits. */
export const INTEGER_BYTES_MAX = 8;

const textEncoder = new TextEncoder();

/** Starts a message or list: its tag, and one byte for its length. Returns where its content starts. */
export function open(bytes: Uint8Array, at: number, tag: number): number {
  return putVarint(bytes, at, tag) + 1;
}

/** Writes the length before what is between `start` and `end`, which moves when one byte is not enough. */
export function close(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 0x80) {
    bytes[start - 1] = length;
    return end;
  }
  let more = 0;
  for (let rest = length >>> 7; rest > 0; rest >>>= 7) more++;
  bytes.copyWithin(start + more, start, end);
  putVarint(bytes, start - 1, length);
  return end + more;
}

export function putText(bytes: Uint8Array, at: number, tag: number, text: string): number {
  return text === '' ? at : putItem(bytes, at, tag, text);
}

/** From here on `encodeInto` costs less than a loop; protobufjs, too, changes its way here. */
const SHORT_TEXT_LENGTH = 40;

/** A text that is written even where it is empty, as in a list. */
export function putItem(bytes: Uint8Array, at: number, tag: number, text: string): number {
  bytes[at] = tag;
  const start = at + 2;
  if (text.length >= SHORT_TEXT_LENGTH) {
    return close(bytes, start, start + textEncoder.encodeInto(text, bytes.subarray(start)).written);
  }
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return close(bytes, start, start + protobuf.util.utf8.write(text, bytes, start));
    bytes[start + i] = unit;
  }
  bytes[at + 1] = text.length;
  return start + text.length;
}

export function putCount(bytes: Uint8Array, at: number, tag: number, value: number, what: string): number {
  return putNumber(bytes, at, tag, count(value, what));
}

export function putOptionalCount(
  bytes: Uint8Array,
  at: number,
  tag: number,
  value: number | undefined,
  what: string,
): number {
  if (value === undefined || value === null) return at;
  bytes[at] = tag;
  return putVarint(bytes, at + 1, count(value, what));
}

/** A number that is not negative; 0 is left out. */
export function putNumber(bytes: Uint8Array, at: number, tag: number, value: number): number {
  if (value === 0) return at;
  bytes[at] = tag;
  return putVarint(bytes, at + 1, value);
}

export function putInteger(bytes: Uint8Array, at: number, tag: number, value: number, what: string): number {
  return value === 0 ? at : putOptionalInteger(bytes, at, tag, value, what);
}

export function putOptionalInteger(
  bytes: Uint8Array,
  at: number,
  tag: number,
  value: number | undefined,
  what: string,
): number {
  if (value === undefined || value === null) return at;
  bytes[at] = tag;
  return putZigzag(bytes, at + 1, integer(value, what));
}

export function putOptionalSum(
  bytes: Uint8Array,
  at: number,
  tag: number,
  value: bigint | undefined,
  what: string,
): number {
  if (value === undefined) return at;
  const { low, high } = encodeSum(value, what);
  const start = open(bytes, at, tag);
  const end = putNumber(bytes, start, 8, low);
  return close(bytes, start, putInteger(bytes, end, 16, high, what));
}

/** [price, size, ...]: pairs of safe integers; sizes are not negative. */
export function putLevels(bytes: Uint8Array, at: number, tag: number, list: readonly number[], what: string): number {
  if (list.length % 2 !== 0)
    throw new WireError('inconsistent', `${what} has ${list.length} numbers, expected pairs of price and size`);
  if (list.length === 0) return at;
  const start = open(bytes, at, tag);
  let end = start;
  for (let i = 0; i < list.length; i += 2) {
    end = putZigzag(bytes, end, integer(list[i]!, what));
    end = putZigzag(bytes, end, count(list[i + 1]!, what));
  }
  return close(bytes, start, end);
}

/** Zigzag: the sign is the lowest bit. Doubling first would lose a digit above 2^52. */
export function putZigzag(bytes: Uint8Array, at: number, value: number): number {
  const sign = value < 0 ? 1 : 0;
  const distance = sign === 1 ? -value - 1 : value;
  const first = ((distance & 63) << 1) | sign;
  if (distance < 64) {
    bytes[at] = first;
    return at + 1;
  }
  bytes[at] = first | 0x80;
  return putVarint(bytes, at + 1, distance < 2 ** 31 ? distance >>> 6 : Math.floor(distance / 64));
}

/** An integer of 0 to 2^53 - 1. Shifts work on 32 bits: of more, the lowest 28 go first. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let next = at;
  let rest = value;
  if (value >= 2 ** 32) {
    const low = value & 0xfffffff;
    bytes[next++] = (low & 127) | 128;
    bytes[next++] = ((low >>> 7) & 127) | 128;
    bytes[next++] = ((low >>> 14) & 127) | 128;
    bytes[next++] = (low >>> 21) | 128;
    rest = (value - low) / 2 ** 28;
  }
  while (rest > 127) {
    bytes[next++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[next++] = rest;
  return next;
}
