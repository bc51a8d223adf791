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
    const at = putVarint(this.#bytes, FRONT_BYTES, ageOf(publishedMs, receivedAtUs));
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

  /** Bytes of the frame so far, without tag and length. */
  get bytes(): number {
    return this.#at - FRONT_BYTES;
  }

  /** The frame as a ServerFrame, and as the list alone, which is what it is in the subprotocol with marks. */
  finish(): { plain: Uint8Array; marked: Uint8Array } {
    const bytes = this.#bytes;
    const start = putListHead(bytes, FRONT_BYTES, this.#at - FRONT_BYTES);
    return { plain: bytes.subarray(start, this.#at), marked: bytes.subarray(FRONT_BYTES, this.#at) };
  }
}

/** Bytes that `putDeltasFront` may write. */
export const DELTAS_FRONT_BYTES_MAX = FRONT_BYTES + 2 * VARINT_BYTES_MAX;

/**
 * Makes a frame of blocks that stand in `bytes` from `to` on and are `length` bytes together: writes what goes before them,
 * and returns where it begins. Times are Unix microseconds. `plain` is a ServerFrame, else it is the list alone.
 */
export function putDeltasFront(
  bytes: Uint8Array,
  to: number,
  length: number,
  publishedAtUs: number,
  receivedAtUs: number | undefined,
  plain: boolean,
): number {
  const publishedMs = Math.floor(publishedAtUs / 1000);
  const published = publishedMs % PUBLISHED_MODULUS;
  const age = ageOf(publishedMs, receivedAtUs);
  const start = to - varintBytes(age) - varintBytes(published);
  putVarint(bytes, putVarint(bytes, start, age), published);
  return plain ? putListHead(bytes, start, to - start + length) : start;
}

/** Writes tag and length of the list before `start`; returns where they begin. */
function putListHead(bytes: Uint8Array, start: number, length: number): number {
  const at = start - varintBytes(length) - 1;
  bytes[at] = DELTAS_TAG;
  putVarint(bytes, at + 1, length);
  return at;
}

function ageOf(publishedMs: number, receivedAtUs: number | undefined): number {
  return receivedAtUs === undefined
    ? AGE_BASE
    : AGE_BASE + 1 + Math.max(0, publishedMs - Math.floor(receivedAtUs / 1000));
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
