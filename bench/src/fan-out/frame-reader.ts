/** What a reader saw: every data frame's payload bytes, without looking into them. */
export interface FrameCounts {
  frames: number;
  payloadBytes: number;
}

const CLOSE = 8;
const PING = 9;
const OPCODE_BITS = 0x0f;
const LENGTH_BITS = 0x7f;
/** A server's frame head: 2 bytes, or with 2 or 8 more of length. */
const HEAD_BYTES_MAX = 10;

/**
 * Reads what a WebSocket server sends, without the upgrade's answer: counts frames and payload bytes, and skips payloads
 * unless somebody asked for them. Many readers share a machine with the server that is measured, so one must cost little.
 */
export class FrameReader implements FrameCounts {
  frames = 0;
  payloadBytes = 0;
  /** Gets each data frame's payload; valid until it returns. */
  onFrame: ((payload: Uint8Array, binary: boolean) => void) | undefined;
  readonly #onPing: (payload: Uint8Array) => void;
  readonly #onClose: (code: number) => void;
  readonly #head = new Uint8Array(HEAD_BYTES_MAX);
  #headBytes = 0;
  #opcode = 0;
  /** Payload bytes still to come. */
  #left = 0;
  #inPayload = false;
  #kept: Buffer[] = [];

  constructor(onPing: (payload: Uint8Array) => void, onClose: (code: number) => void) {
    this.#onPing = onPing;
    this.#onClose = onClose;
  }

  push(bytes: Uint8Array, end: number): void {
    let at = 0;
    while (at < end || (this.#inPayload && this.#left === 0)) {
      if (!this.#inPayload) {
        at = this.#readHead(bytes, at, end);
        continue;
      }
      const taken = Math.min(this.#left, end - at);
      const whole = taken === this.#left;
      if (this.onFrame !== undefined || this.#opcode >= CLOSE) {
        // Whole frames, the usual case, are handed on without a copy.
        if (whole && this.#kept.length === 0) this.#ended(bytes.subarray(at, at + taken));
        else {
          this.#kept.push(Buffer.from(bytes.subarray(at, at + taken)));
          if (whole) this.#ended(Buffer.concat(this.#kept));
        }
      }
      at += taken;
      this.#left -= taken;
      if (whole) {
        this.#inPayload = false;
        this.#kept = [];
      }
    }
  }

  #readHead(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    for (;;) {
      const known = this.#headBytes;
      const length = (this.#head[1] as number) & LENGTH_BITS;
      const size = known < 2 ? 2 : length === 126 ? 4 : length === 127 ? 10 : 2;
      if (known === size) {
        const view = new DataView(this.#head.buffer);
        this.#left = size === 2 ? length : size === 4 ? view.getUint16(2) : Number(view.getBigUint64(2));
        this.#opcode = (this.#head[0] as number) & OPCODE_BITS;
        this.#headBytes = 0;
        this.#inPayload = true;
        if (this.#opcode < CLOSE) {
          this.frames++;
          this.payloadBytes += this.#left;
        }
        return at;
      }
      if (at === end) return at;
      this.#head[this.#headBytes++] = bytes[at++] as number;
    }
  }

  #ended(payload: Uint8Array): void {
    if (this.#opcode === PING) this.#onPing(payload);
    else if (this.#opcode === CLOSE)
      this.#onClose(payload.length < 2 ? 1005 : ((payload[0] as number) << 8) | (payload[1] as number));
    else if (this.#opcode < CLOSE) this.onFrame?.(payload, this.#opcode === 2);
  }
}
