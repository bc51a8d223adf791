import { putVarint, VARINT_BYTES_MAX } from './varint.ts';

/** The tag of `ServerFrame.deltas`: field 4, length-delimited. */
export const DELTAS_TAG = 34;
/** `published` counts milliseconds modulo this: the receiver knows the time to some seconds. */
export const PUBLISHED_MODULUS = 16_384;
/**
 * First byte of a frame of `tapecast.v1.protobuf.zstd`. From AGE_BASE on, the frame is a list of differences, which begins
 * with the data's age; below that it says what follows.
 */
export const MARK_PLAIN = 0;
export const MARK_ZSTD = 1;
/** Age of the data: this where it is unknown, else one more and the milliseconds. */
export const AGE_BASE = 64;

/** Tag and length. */
const FRONT_BYTES = 1 + VARINT_BYTES_MAX;
const BYTES_AT_FIRST = 16 * 1024;

/** Builds frames of differences in memory that they share: a finished one is valid until the next `begin`. */
export class DeltaFrames {
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  #at = FRONT_BYTES;

  /** Unix microseconds: now, and the oldest of the data. */
  begin(publishedAtUs: number, receivedAtUs: number | undefined): void {
    const publishedMs = Math.floor(publishedAtUs / 1000);
    let age = AGE_BASE;
    if (receivedAtUs !== undefined) age += 1 + Math.max(0, publishedMs - Math.floor(receivedAtUs / 1000));
    const at = putVarint(this.#bytes, FRONT_BYTES, age);
    this.#at = putVarint(this.#bytes, at, publishedMs % PUBLISHED_MODULUS);
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

  /** The same of bytes from `start` to `end` of a buffer: for blocks of a few bytes, of which a view would cost more. */
  appendRange(buffer: Uint8Array, start: number, end: number): void {
    let to = this.#at;
    this.#at += end - start;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const bytes = this.#bytes;
    for (let from = start; from < end; ) bytes[to++] = buffer[from++]!;
  }

  /** Bytes of the frame so far, without tag and length. */
  get bytes(): number {
    return this.#at - FRONT_BYTES;
  }

  /** The frame as a ServerFrame, and as the list alone, which is what it is in the subprotocol with marks. */
  finish(): { plain: Uint8Array; marked: Uint8Array } {
    return { plain: this.finishPlain(), marked: this.finishMarked() };
  }

  finishMarked(): Uint8Array {
    return this.#bytes.subarray(FRONT_BYTES, this.#at);
  }

  finishPlain(): Uint8Array {
    const bytes = this.#bytes;
    const length = this.#at - FRONT_BYTES;
    let lengthBytes = 1;
    for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) lengthBytes++;
    const start = FRONT_BYTES - lengthBytes - 1;
    bytes[start] = DELTAS_TAG;
    putVarint(bytes, start + 1, length);
    return bytes.subarray(start, this.#at);
  }
}
