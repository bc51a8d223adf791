import type { ControlMessage, DataMessage, JsonNumbers } from '@tapecast/wire';
import { encodeJsonControl, jsonData } from '@tapecast/wire';

/** A JSON frame as all its receivers share it, in UTF-8: `head` + the connection's seq + `tail`; a control frame is `head` alone. */
export interface JsonFrame {
  head: Uint8Array;
  tail: Uint8Array | undefined;
}

export const isData = (message: DataMessage | ControlMessage): message is DataMessage => 'priceDecimals' in message;

export function jsonFrame(message: DataMessage | ControlMessage, numbers: JsonNumbers): JsonFrame {
  if (!isData(message)) return { head: Buffer.from(encodeJsonControl(message)), tail: undefined };
  const { head, tail } = jsonData(message, numbers);
  return { head: Buffer.from(head), tail: Buffer.from(tail) };
}

const DIGITS_MAX = 16;
const ZERO = 48;

/**
 * Writes frames into one buffer of the process: the socket copies what it is given before `send` returns, so that nothing
 * is allocated per client but the view.
 */
export class JsonFrameWriter {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);

  /** The result is valid until the next call. */
  write(head: Uint8Array, seq: number, tail: Uint8Array): Uint8Array {
    const most = head.length + DIGITS_MAX + tail.length;
    if (most > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(most * 2);
    this.#buffer.set(head, 0);
    let digits = 1;
    for (let bound = 10; seq >= bound; bound *= 10) digits++;
    const end = head.length + digits;
    for (let at = end - 1, rest = seq; at >= head.length; at--) {
      const next = Math.floor(rest / 10);
      this.#buffer[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.#buffer.set(tail, end);
    return this.#buffer.subarray(0, end + tail.length);
  }
}
