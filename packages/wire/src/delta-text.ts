import { putVarint, VARINT_BYTES_MAX, type VarintReader } from './varint.ts';
import { WireError } from './wire-error.ts';

// Texts among varints: their number of bytes, then each byte of their UTF-8 as a varint. They are rare: ids that don't
// count on, and conditions that differ from the last trade's.

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Three bytes of UTF-8 a unit, two bytes of varint each. */
export function textBytesAtMost(text: string): number {
  return VARINT_BYTES_MAX + 6 * text.length;
}

export function putText(bytes: Uint8Array, start: number, text: string): number {
  const utf8 = textEncoder.encode(text);
  let at = putVarint(bytes, start, utf8.length);
  for (const byte of utf8) at = putVarint(bytes, at, byte);
  return at;
}

export function readText(reader: VarintReader): string {
  const utf8 = new Uint8Array(readLength(reader));
  for (let i = 0; i < utf8.length; i++) {
    const byte = reader.next();
    if (byte > 255) throw new WireError('malformed', `a byte of a text is ${byte}`);
    utf8[i] = byte;
  }
  try {
    return textDecoder.decode(utf8);
  } catch {
    throw new WireError('malformed', 'a text is not UTF-8');
  }
}

export function skipText(reader: VarintReader): void {
  for (let rest = readLength(reader); rest > 0; rest--) reader.next();
}

/** A number of things that follow, of at least a byte each. */
export function readLength(reader: VarintReader): number {
  const length = reader.next();
  if (length > reader.left) {
    throw new WireError('malformed', `${length} values are announced, ${reader.left} bytes are there`);
  }
  return length;
}
