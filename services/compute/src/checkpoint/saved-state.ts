/**
 * Bytes of what `InstrumentFold.save` gives: JSON's data model, smaller and faster where it counts. A book of 5,000 levels
 * a side is two arrays of 10,000 integers, and a busy instrument is written every second or two (`npm run bench -- fold` prints what that
 * costs, and what JSON would).
 *
 * A number array is kept as differences from the number two before, so that of [price, size, price, size, …] the rising
 * or falling prices take a byte or two. Property names are written once.
 *
 * Read only by the fold version that wrote it (the epoch says which), so the format may change with FOLD_VERSION.
 */
const FORMAT = 1;

const TAG = { null: 0, false: 1, true: 2, integer: 3, float: 4, string: 5, array: 6, object: 7, integers: 8 } as const;

/** Shorter arrays gain nothing. */
const PACKED_LENGTH_MIN = 8;
/** Zigzag doubles a number: beyond this it would no longer be exact, and the number is written as a float, which is. */
const VARINT_VALUE_MAX = 2 ** 52;
/** Differences of numbers within this are within VARINT_VALUE_MAX. */
const PACKED_VALUE_MAX = VARINT_VALUE_MAX / 2;
/** Differences within this fit 32 bits when they are doubled. */
const SHORT_MAX = 2 ** 30;
/** Bytes of the longest variable-length integer: 54 bits at 7 a byte. */
const VARINT_BYTES_MAX = 8;

export class SavedStateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SavedStateError';
  }
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

class Writer {
  private bytes: Uint8Array;
  private at = 0;
  private readonly names = new Map<string, number>();

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }

  value(value: unknown): void {
    this.room(16);
    switch (typeof value) {
      case 'number':
        if (isIntegerWithin(value, VARINT_VALUE_MAX)) {
          this.byte(TAG.integer);
          this.signed(value);
        } else {
          this.byte(TAG.float);
          new DataView(this.bytes.buffer).setFloat64(this.at, value);
          this.at += 8;
        }
        return;
      case 'string':
        this.byte(TAG.string);
        this.text(value);
        return;
      case 'boolean':
        this.byte(value ? TAG.true : TAG.false);
        return;
      case 'object':
        if (value === null) this.byte(TAG.null);
        else if (Array.isArray(value)) this.list(value);
        else this.properties(value as Record<string, unknown>);
        return;
      case 'undefined':
        // As in JSON's arrays.
        this.byte(TAG.null);
        return;
      default:
        throw new SavedStateError(`a fold's saved state holds a ${typeof value}; it may hold JSON's types only`);
    }
  }

  private list(list: readonly unknown[]): void {
    if (list.length >= PACKED_LENGTH_MIN && areIntegers(list)) {
      this.byte(TAG.integers);
      this.unsigned(list.length);
      this.room(list.length * VARINT_BYTES_MAX);
      this.integers(list);
      return;
    }
    this.byte(TAG.array);
    this.unsigned(list.length);
    for (const item of list) this.value(item);
  }

  /** The books of a checkpoint are most of it: so this writes without calls, and most differences are 28 bits or less. */
  private integers(list: readonly number[]): void {
    const { bytes } = this;
    let { at } = this;
    let before = 0;
    let last = 0;
    for (let i = 0; i < list.length; i++) {
      const value = list[i] as number;
      const difference = value - before;
      before = last;
      last = value;
      if (difference >= SHORT_MAX || difference <= -SHORT_MAX) {
        this.at = at;
        this.signed(difference);
        at = this.at;
        continue;
      }
      let rest = (difference << 1) ^ (difference >> 31);
      while (rest > 0x7f) {
        bytes[at++] = (rest & 0x7f) | 0x80;
        rest >>>= 7;
      }
      bytes[at++] = rest;
    }
    this.at = at;
  }

  private properties(object: Record<string, unknown>): void {
    const entries = Object.entries(object).filter(([, value]) => value !== undefined);
    this.byte(TAG.object);
    this.unsigned(entries.length);
    for (const [name, value] of entries) {
      this.room(VARINT_BYTES_MAX);
      const known = this.names.get(name);
      if (known === undefined) {
        this.unsigned(0);
        this.text(name);
        this.names.set(name, this.names.size + 1);
      } else this.unsigned(known);
      this.value(value);
    }
  }

  private text(text: string): void {
    // UTF-8 takes at most 3 bytes for each UTF-16 unit.
    this.room(text.length * 3 + VARINT_BYTES_MAX);
    const encoded = utf8.encode(text);
    this.unsigned(encoded.length);
    this.bytes.set(encoded, this.at);
    this.at += encoded.length;
  }

  /** Zigzag: small numbers of either sign are short. */
  private signed(value: number): void {
    this.unsigned(value < 0 ? -value * 2 - 1 : value * 2);
  }

  private unsigned(value: number): void {
    let rest = value;
    // Beyond 31 bits JavaScript's bit operations would cut.
    while (rest > 0x7fff_ffff) {
      this.bytes[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  private byte(byte: number): void {
    this.bytes[this.at++] = byte;
  }

  private room(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

const isIntegerWithin = (value: number, max: number): boolean =>
  Number.isInteger(value) && value <= max && value >= -max && !Object.is(value, -0);

function areIntegers(list: readonly unknown[]): list is readonly number[] {
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (typeof value !== 'number' || !isIntegerWithin(value, PACKED_VALUE_MAX)) return false;
  }
  return true;
}

class Reader {
  private readonly bytes: Uint8Array;
  private at = 0;
  private readonly names: string[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  value(): unknown {
    const tag = this.byte();
    switch (tag) {
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.integer:
        return this.signed();
      case TAG.float: {
        const start = this.take(8);
        return new DataView(this.bytes.buffer, this.bytes.byteOffset + start).getFloat64(0);
      }
      case TAG.string:
        return this.text();
      case TAG.array: {
        const list: unknown[] = [];
        for (let left = this.length(); left > 0; left--) list.push(this.value());
        return list;
      }
      case TAG.object: {
        const object: Record<string, unknown> = {};
        for (let left = this.length(); left > 0; left--) object[this.name()] = this.value();
        return object;
      }
      case TAG.integers: {
        const list: number[] = [];
        let before = 0;
        let last = 0;
        for (let left = this.length(); left > 0; left--) {
          const value = before + this.signed();
          list.push(value);
          before = last;
          last = value;
        }
        return list;
      }
      default:
        throw new SavedStateError(`${tag} is not a tag`);
    }
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new SavedStateError('the bytes end too early');
    return byte;
  }

  private name(): string {
    const known = this.unsigned();
    if (known === 0) {
      const name = this.text();
      this.names.push(name);
      return name;
    }
    const name = this.names[known - 1];
    if (name === undefined) throw new SavedStateError(`name ${known} was never written`);
    return name;
  }

  private text(): string {
    const length = this.length();
    const start = this.take(length);
    return fromUtf8.decode(this.bytes.subarray(start, start + length));
  }

  /** Everything counted takes a byte at least: a damaged length can't make us work beyond the bytes we have. */
  private length(): number {
    const length = this.unsigned();
    if (length > this.bytes.length - this.at) throw new SavedStateError(`a length of ${length} is past the end`);
    return length;
  }

  private take(count: number): number {
    const start = this.at;
    if (start + count > this.bytes.length) throw new SavedStateError('the bytes end too early');
    this.at += count;
    return start;
  }

  private signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  private unsigned(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new SavedStateError('a number is too long');
  }
}

export function encodeSavedState(value: unknown): Uint8Array {
  const writer = new Writer(4_096);
  writer.value(FORMAT);
  writer.value(value);
  return writer.finish();
}

/** Throws SavedStateError. */
export function decodeSavedState(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const format = reader.value();
  if (format !== FORMAT) throw new SavedStateError(`format ${String(format)} instead of ${FORMAT}`);
  const value = reader.value();
  if (!reader.atEnd) throw new SavedStateError('bytes follow the end');
  return value;
}
