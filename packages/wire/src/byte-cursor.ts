import { count } from './safe-integer.ts';
import { decodeSum } from './sum.ts';
import { WireError } from './wire-error.ts';

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a varint: more is none. */
const VARINT_BYTES_MAX = 10;
/** Texts longer than this are decoded by the platform; below, a loop costs less than the call. */
const SHORT_TEXT_BYTES = 32;

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;
/** Groups in groups of a field that is not known: deeper is no message of ours. */
const GROUP_DEPTH_MAX = 32;

/** Walks Protobuf fields without making objects of them. Throws WireError where the bytes are none. */
export class ByteCursor {
  bytes: Uint8Array;
  at: number;
  /** Where the message at hand ends. */
  end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  reset(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** An unsigned integer: exact below 2^53, and at or above 2^53 wherever a digit was lost. */
  varint(): number {
    const { bytes } = this;
    const { at } = this;
    if (at >= this.end) throw cut();
    const first = bytes[at]!;
    if (first < 0x80) {
      this.at = at + 1;
      return first;
    }
    return this.#longVarint(first & 0x7f);
  }

  #longVarint(low: number): number {
    const { bytes, end } = this;
    let at = this.at + 1;
    let value = low;
    // Shifts work on 32 bits: the first four bytes fit.
    for (let shift = 7; shift < 28; shift += 7) {
      if (at >= end) throw cut();
      const byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.at = at;
        return value;
      }
    }
    const last = this.at + VARINT_BYTES_MAX;
    for (let scale = 2 ** 28; at < last; scale *= 128) {
      if (at >= end) throw cut();
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.at = at;
        return value;
      }
    }
    throw new WireError('malformed', `a varint of more than ${VARINT_BYTES_MAX} bytes`);
  }

  /** `sint64`: exact up to 2^53 - 1 either way. The sign is the lowest bit; the rest is read without doubling it. */
  zigzag(): number {
    const { bytes } = this;
    const { at } = this;
    if (at >= this.end) throw cut();
    const first = bytes[at]!;
    let distance = (first & 0x7f) >>> 1;
    if (first < 0x80) this.at = at + 1;
    else {
      this.at = at + 1;
      distance += 64 * this.varint();
    }
    return (first & 1) === 0 ? distance : -distance - 1;
  }

  /** The length of what follows, which lies within the message. Returns where it ends. */
  span(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.end) throw cut();
    return end;
  }

  /** A text with its length: UTF-8, else `malformed`. */
  text(): string {
    return this.textUpTo(this.span());
  }

  textUpTo(end: number): string {
    const { at, bytes } = this;
    this.at = end;
    return readText(bytes, at, end);
  }

  /** Passes over the value of a field that is not known. */
  skip(wireType: number): void {
    this.#skip(wireType, 0);
  }

  #skip(wireType: number, depth: number): void {
    switch (wireType) {
      case VARINT:
        this.varint();
        return;
      case FIXED64:
        this.#pass(8);
        return;
      case BYTES:
        this.at = this.span();
        return;
      case FIXED32:
        this.#pass(4);
        return;
      case GROUP_START:
        if (depth >= GROUP_DEPTH_MAX) throw new WireError('malformed', 'groups in groups, too deep');
        for (;;) {
          const inner = this.varint() & 7;
          if (inner === GROUP_END) return;
          this.#skip(inner, depth + 1);
        }
      default:
        throw new WireError('malformed', `${wireType} is no wire type`);
    }
  }

  #pass(count: number): void {
    if (this.at + count > this.end) throw cut();
    this.at += count;
  }
}

/** [price, size, ...] as they stand packed up to `end`; added to `list`, not checked. */
export function takeLevels(cursor: ByteCursor, end: number, list: number[]): void {
  const outer = cursor.end;
  cursor.end = end;
  while (cursor.at < end) list.push(cursor.zigzag());
  cursor.end = outer;
}

/** A `Sum` that goes up to `end`. */
export function takeSum(cursor: ByteCursor, end: number, what: string): bigint {
  const outer = cursor.end;
  cursor.end = end;
  let low = 0;
  let high = 0;
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 8) low = cursor.varint();
    else if (tag === 16) high = cursor.zigzag();
    else cursor.skip(tag & 7);
  }
  cursor.end = outer;
  return high === 0 ? BigInt(count(low, what)) : decodeSum({ low, high }, what);
}

export function readText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT_TEXT_BYTES) {
    let text = '';
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80) return strict(bytes, start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return strict(bytes, start, end);
}

function strict(bytes: Uint8Array, start: number, end: number): string {
  try {
    return strictDecoder.decode(bytes.subarray(start, end));
  } catch (cause) {
    throw new WireError('malformed', 'a text that is not UTF-8', { cause });
  }
}

const cut = (): WireError => new WireError('malformed', 'the bytes end within a field');
