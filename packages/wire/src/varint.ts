import { WireError } from './wire-error.ts';

// Varints of Protobuf, of integers up to 2^53 - 1. A function that writes takes the place to write at and returns the next
// one; whoever calls it has made room.

/** Bytes of the largest. */
export const VARINT_BYTES_MAX = 8;

/** An integer of 0 to 2^53 - 1. Shifts work on 32 bits: of more, the lowest 28 go first. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let next = at;
  let rest = value;
  if (value >= 2 ** 31) {
    const low = value % 2 ** 28;
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

/** n ≥ 0 as 2n, n < 0 as -2n - 1. Exact for |value| ≤ 2^52 - 1. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

export function putZigzag(bytes: Uint8Array, at: number, value: number): number {
  const folded = value < 0 ? -2 * value - 1 : 2 * value;
  if (folded < 128) {
    bytes[at] = folded;
    return at + 1;
  }
  return putVarint(bytes, at, folded);
}

/** Reads varints from a part of some bytes. Throws WireError where they end too early or are none. */
export class VarintReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get at(): number {
    return this.#at;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#end - this.#at;
  }

  next(): number {
    const at = this.#at;
    if (at >= this.#end) throw new WireError('malformed', 'the bytes end within a number');
    const first = this.#bytes[at]!;
    if (first < 128) {
      this.#at = at + 1;
      return first;
    }
    return this.#long(first - 128);
  }

  /** The number that `zigzag` folded. */
  signed(): number {
    const folded = this.next();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** Leaves out so many bytes. */
  pass(count: number): void {
    if (count > this.left) throw new WireError('malformed', `${count} bytes are announced, ${this.left} are there`);
    this.#at += count;
  }

  #long(low: number): number {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    let value = low;
    let scale = 128;
    for (;;) {
      if (at >= this.#end) throw new WireError('malformed', 'the bytes end within a number');
      const byte = bytes[at++]!;
      if (byte < 128) {
        value += byte * scale;
        break;
      }
      value += (byte - 128) * scale;
      scale *= 128;
      if (scale > 2 ** 49) throw new WireError('unsafe_integer', 'a number is longer than 2^53 - 1 is');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new WireError('unsafe_integer', 'a number is larger than 2^53 - 1');
    this.#at = at;
    return value;
  }
}
