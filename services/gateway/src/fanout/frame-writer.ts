import { type ControlMessage, type DataMessage, DeltaFrames, encodeProtobufFrame } from '@tapecast/wire';

/** First byte of a frame of `tapecast.v1.protobuf.zstd`: a plain ServerFrame follows. */
const PLAIN = 0;

/** A frame in both binary encodings. */
export interface EncodedFrame {
  readonly plain: Uint8Array;
  /** As `tapecast.v1.protobuf.zstd` has it, for so many who share it: it is only made, and perhaps compressed, when it is asked for. */
  markedFor(clients: number): Uint8Array;
}

/** Makes of a marked frame the one to send to so many. */
export type Compress = (marked: Uint8Array, clients: number) => Uint8Array;

/** A frame that is kept, as it was for those who asked first. */
export class BinaryFrame implements EncodedFrame {
  readonly plain: Uint8Array;
  readonly #compress: Compress;
  #marked: Uint8Array | undefined;
  #sent: Uint8Array | undefined;

  /** `marked` where that is more than a byte before `plain`. */
  constructor(plain: Uint8Array, compress: Compress, marked?: Uint8Array) {
    this.plain = plain;
    this.#compress = compress;
    this.#marked = marked;
  }

  markedFor(clients: number): Uint8Array {
    this.#sent ??= this.#compress(this.#marked ?? marked(this.plain), clients);
    return this.#sent;
  }
}

/** The frame of differences that was made last, in memory that the next one takes. */
class SharedFrame implements EncodedFrame {
  plain: Uint8Array = new Uint8Array();
  #marked: Uint8Array = this.plain;
  #compressed: Uint8Array | undefined;
  readonly #compress: Compress;

  constructor(compress: Compress) {
    this.#compress = compress;
  }

  set({ plain, marked }: { plain: Uint8Array; marked: Uint8Array }): this {
    this.plain = plain;
    this.#marked = marked;
    this.#compressed = undefined;
    return this;
  }

  markedFor(clients: number): Uint8Array {
    this.#compressed ??= this.#compress(this.#marked, clients);
    return this.#compressed;
  }
}

/** Makes the binary frames of the process. */
export class FrameWriter {
  readonly messagesMax: number;
  readonly #deltas = new DeltaFrames();
  readonly #shared: SharedFrame;
  readonly #compress: Compress;

  constructor(messagesMax: number, compress: Compress) {
    this.messagesMax = messagesMax;
    this.#compress = compress;
    this.#shared = new SharedFrame(compress);
  }

  /** A frame of blocks of differences begins; `nowUs` and the oldest `receivedAtUs` are Unix microseconds. */
  begin(nowUs: number, receivedAtUs: number | undefined): void {
    this.#deltas.begin(nowUs, receivedAtUs);
  }

  append(blocks: Uint8Array): void {
    this.#deltas.append(blocks);
  }

  /** The frame is valid until the next begins. */
  finish(): EncodedFrame {
    return this.#shared.set(this.#deltas.finish());
  }

  /** Of a marked frame, what so many are sent who share it. */
  compressed(frame: Uint8Array, clients: number): Uint8Array {
    return this.#compress(frame, clients);
  }

  /** A frame of one stream's differences that is kept while others are made. */
  keptOf(block: Uint8Array, nowUs: number, receivedAtUs: number | undefined): EncodedFrame {
    this.begin(nowUs, receivedAtUs);
    this.append(block);
    const { plain, marked } = this.#deltas.finish();
    return new BinaryFrame(plain.slice(), this.#compress, marked.slice());
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
    return new BinaryFrame(encodeProtobufFrame(messages, meta), this.#compress);
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
