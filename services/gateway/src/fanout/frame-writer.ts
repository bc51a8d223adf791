import { type ControlMessage, type DataMessage, encodeProtobufFrame } from '@tapecast/wire';

/** First byte of a frame of `tapecast.v1.protobuf.zstd`: a plain ServerFrame follows. */
const PLAIN = 0;

/** A frame in both binary encodings; the second is only made when somebody reads it. */
export class BinaryFrame {
  readonly plain: Uint8Array;
  readonly #mark: (plain: Uint8Array) => Uint8Array;
  #marked: Uint8Array | undefined;

  constructor(plain: Uint8Array, mark: (plain: Uint8Array) => Uint8Array) {
    this.plain = plain;
    this.#mark = mark;
  }

  get marked(): Uint8Array {
    this.#marked ??= this.#mark(this.plain);
    return this.#marked;
  }
}

/** Makes the binary frames of the process. */
export class FrameWriter {
  readonly messagesMax: number;
  readonly #compress: (marked: Uint8Array) => Uint8Array;
  readonly #mark = (plain: Uint8Array): Uint8Array => this.#compress(marked(plain));

  /** `compress` makes of a marked frame the one to send. */
  constructor(messagesMax: number, compress: (marked: Uint8Array) => Uint8Array) {
    this.messagesMax = messagesMax;
    this.#compress = compress;
  }

  /** A frame of whole messages of one stream. */
  ofMessages(
    messages: readonly (DataMessage | ControlMessage)[],
    streamNumber: number,
    nowUs: number,
    receivedAtUs: number | undefined,
  ): BinaryFrame {
    const meta = { publishedAtUs: nowUs, receivedAtUs, numberOf: () => streamNumber };
    return new BinaryFrame(encodeProtobufFrame(messages, meta), this.#mark);
  }

  /** Frames of any number of messages, of at most `messagesMax` each. */
  allOf(
    messages: readonly (DataMessage | ControlMessage)[],
    streamNumber: number,
    nowUs: number,
    receivedAtUs: number | undefined,
  ): { frame: BinaryFrame; messages: number }[] {
    const frames = [];
    for (let at = 0; at < messages.length; at += this.messagesMax) {
      const some = messages.slice(at, at + this.messagesMax);
      frames.push({ frame: this.ofMessages(some, streamNumber, nowUs, receivedAtUs), messages: some.length });
    }
    return frames;
  }
}

export function marked(plain: Uint8Array): Uint8Array {
  const frame = new Uint8Array(plain.length + 1);
  frame[0] = PLAIN;
  frame.set(plain, 1);
  return frame;
}
