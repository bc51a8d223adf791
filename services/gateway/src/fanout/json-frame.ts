import type { ControlMessage, DataMessage, JsonNumbers } from '@tapecast/wire';
import { encodeJsonControl, jsonData } from '@tapecast/wire';

export const isData = (message: DataMessage | ControlMessage): message is DataMessage => 'priceDecimals' in message;

export function jsonFrame(message: DataMessage | ControlMessage, numbers: JsonNumbers): JsonFrame {
  if (!isData(message)) return new JsonFrame(encodeJsonControl(message), undefined);
  const { head, tail } = jsonData(message, numbers);
  return new JsonFrame(head, tail);
}

/** Digits of the largest whole number that is exact. */
const DIGITS_MAX = 16;
const ZERO = 48;
/** Below it whole numbers are divided without fractions. */
const SMALL = 2 ** 31;

/**
 * A JSON frame as all its receivers share it, in UTF-8. Of data each receiver has a number of its own in it: only its digits
 * are written for each, and where they get more the few bytes before them move. Nothing is copied or allocated for a client.
 */
export class JsonFrame {
  readonly byteLength: number;
  readonly #bytes: Buffer;
  /** What stands before the number, in characters that are bytes; undefined: there is no number. */
  readonly #head: string | undefined;
  /** Where the number ends. */
  readonly #numberEnd: number = 0;
  #digits = 0;
  /** From the beginning that the frame has with so many digits. */
  readonly #views: (Uint8Array | undefined)[] = [];

  constructor(head: string, tail: string | undefined) {
    if (tail === undefined) {
      this.#bytes = Buffer.from(head);
      this.byteLength = this.#bytes.length;
      return;
    }
    this.#head = head;
    this.#numberEnd = head.length + DIGITS_MAX;
    // The socket library copies what it is given before `send` returns: memory of the pool does.
    this.#bytes = Buffer.allocUnsafe(this.#numberEnd + Buffer.byteLength(tail));
    this.#bytes.write(tail, this.#numberEnd);
    this.byteLength = this.#bytes.length - DIGITS_MAX;
  }

  /** Whether a receiver counts it. */
  get numbered(): boolean {
    return this.#head !== undefined;
  }

  /** The frame as it is for the receiver's number `seq`: valid until the next call. */
  with(seq: number): Uint8Array {
    const head = this.#head;
    if (head === undefined) return this.#bytes;
    let digits = 1;
    for (let bound = 10; seq >= bound; bound *= 10) digits++;
    const bytes = this.#bytes;
    const start = this.#numberEnd - digits - head.length;
    if (digits !== this.#digits) {
      bytes.write(head, start, 'latin1');
      this.#digits = digits;
    }
    let rest = seq;
    for (let at = this.#numberEnd - 1; digits > 0; at--, digits--) {
      const next = rest < SMALL ? (rest / 10) | 0 : Math.floor(rest / 10);
      bytes[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.#views[this.#digits] ??= bytes.subarray(start);
    return this.#views[this.#digits] as Uint8Array;
  }
}
