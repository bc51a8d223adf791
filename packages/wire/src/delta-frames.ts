import { putVarint, VARINT_BYTES_MAX } from './varint.ts';

/** The tag of `ServerFrame.deltas`: field 4, length-delimited. */
export const DELTAS_TAG = 34;
/** `published` counts milliseconds modulo this: the receiver knows the time to some seconds. */
export const PUBLISHED_MODULUS = 16_384;
/** What the first byte of a marked frame says. */
export const MARK_PLAIN = 0;
export const MARK_ZSTD = 1;

/** Marker, tag and length. */
const FRONT_BYTES = 2 + VARINT_BYTES_MAX;
const BYTES_AT_FIRST = 16 * 1024;

/** Builds frames of differences in memory that they share: a finished one is valid until the next `begin`. */
export class DeltaFrames {
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  #at = FRONT_BYTES;

  /** Unix microseconds: now, and the oldest of the data. */
  begin(publishedAtUs: number, receivedAtUs: number | undefined): void {
    const publishedMs = Math.floor(publishedAtUs / 1000);
    let age = 0;
    if (receivedAtUs !== undefined) age = 1 + Math.max(0, publishedMs - Math.floor(receivedAtUs / 1000));
    const at = putVarint(this.#bytes, FRONT_BYTES, publishedMs % PUBLISHED_MODULUS);
    this.#at = putVarint(this.#bytes, at, age);
  }

  append(block: Uint8Array): void {
    const end = this.#at + block.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(block, this.#at);
    this.#at = end;
  }

  /** Bytes of the frame so far, without its few in front. */
  get bytes(): number {
    return this.#at - FRONT_BYTES;
  }

  /** The frame, and the same with its mark in front. */
  finish(): { plain: Uint8Array; marked: Uint8Array } {
    const bytes = this.#bytes;
    const length = this.#at - FRONT_BYTES;
    let lengthBytes = 1;
    for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) lengthBytes++;
    const start = FRONT_BYTES - lengthBytes - 1;
    bytes[start - 1] = MARK_PLAIN;
    bytes[start] = DELTAS_TAG;
    putVarint(bytes, start + 1, length);
    return { plain: bytes.subarray(start, this.#at), marked: bytes.subarray(start - 1, this.#at) };
  }
}
