import { type ControlMessage, type DataMessage, DeltaFrames, encodeProtobufFrame } from '@tapecast/wire';

/** First byte of a frame of `tapecast.v1.protobuf.zstd`: a plain ServerFrame follows. */
const PLAIN = 0;

/** A frame in both binary encodings. */
export interface EncodedFrame {
  readonly plain: Uint8Array;
  readonly marked: Uint8Array;
}

/** A frame that is kept; how it is marked is only found when somebody reads it so. */
export class BinaryFrame implements EncodedFrame {
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

/** The frame of differences that was made last, in memory that the next one takes. */
class SharedFrame implements EncodedFrame {
  plain: Uint8Array = new Uint8Array();
  #marked: Uint8Array = this.plain;
  #compressed: Uint8Array | undefined;
  readonly #compress: (marked: Uint8Array) => Uint8Array;

  constructor(compress: (marked: Uint8Array) => Uint8Array) {
    this.#compress = compress;
  }

  set({ plain, marked }: EncodedFrame): this {
    this.plain = plain;
    this.#marked = marked;
    this.#compressed = undefined;
    return this;
  }

  get marked(): Uint8Array {
    this.#compressed ??= this.#compress(this.#marked);
    return this.#compressed;
  }
}

/** Makes the binary frames of the process. */
export class FrameWriter {
  readonly messagesMax: number;
  readonly #deltas = new DeltaFrames();
  readonly #shared: SharedFrame;
  #blocks = 0;
  readonly #compress: (marked: Uint8Array) => Uint8Array;
  readonly #mark = (plain: Uint8Array): Uint8Array => this.#compress(marked(plain));

  /** `compress` makes of a marked frame the one to send. */
  constructor(messagesMax: number, compress: (marked: Uint8Array) => Uint8Array) {
    this.messagesMax = messagesMax;
    this.#compress = compress;
    this.#shared = new SharedFrame(compress);
  }

  /** A frame of blocks of differences begins; `nowUs` and the oldest `receivedAtUs` are Unix microseconds. */
  begin(nowUs: number, receivedAtUs: number | undefined): void {
    this.#blocks = 0;
    this.#deltas.begin(nowUs, receivedAtUs);
  }

  append(blocks: Uint8Array): void {
    this.#blocks++;
    this.#deltas.append(blocks);
  }

  /** Bytes of the frame so far. */
  get bytes(): number {
    return this.#deltas.bytes;
  }

  /** Nothing was appended yet. */
  get empty(): boolean {
    return this.#blocks === 0;
  }

  /** The frame is valid until the next begins. */
  finish(): EncodedFrame {
    return this.#shared.set(this.#deltas.finish());
  }

  /** A frame of one stream's differences; valid until the next begins. */
  ofBlock(block: Uint8Array, nowUs: number, receivedAtUs: number | undefined): EncodedFrame {
    this.begin(nowUs, receivedAtUs);
    this.append(block);
    return this.finish();
  }

  /** A frame of differences that are there already; valid until the next begins. */
  ofBlocks(blocks: readonly Uint8Array[], nowUs: number, receivedAtUs: number | undefined): EncodedFrame {
    this.begin(nowUs, receivedAtUs);
    for (const block of blocks) this.append(block);
    return this.finish();
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
