import type { Channel } from '@tapecast/market';
import { schema } from './client-schema.ts';
import { AGE_BASE, DELTAS_TAG, MARK_PLAIN, MARK_ZSTD, PUBLISHED_MODULUS } from './delta-frames.ts';
import type { DeltaState } from './delta-state.ts';
import { CHECK_MODULUS, deltaState } from './delta-stream.ts';
import type { ControlMessage, DataMessage } from './messages.ts';
import { takeControl } from './protobuf-control.ts';
import { takeData } from './protobuf-data.ts';
import { count } from './safe-integer.ts';
import { VarintReader } from './varint.ts';
import { decoding, WireError } from './wire-error.ts';

export interface FrameDecoderOptions {
  /** Frames begin with a byte that says how the rest is written (`tapecast.v1.protobuf.zstd`). */
  marked: boolean;
  /** Of a zstd frame. It bounds what it makes of it, and throws where it can't. */
  decompress?: (bytes: Uint8Array) => Uint8Array;
  /** Unix milliseconds of the client's clock: only its progress counts. */
  now: () => number;
}

export interface DecodedFrame {
  messages: (ControlMessage | DataMessage)[];
  /** Unix microseconds; to the millisecond where the frame holds differences alone. */
  publishedAtUs: number;
  /** The oldest of the data. */
  receivedAtUs: number | undefined;
  /** Messages left out: of a kind that this version does not know, or of a stream that was never named. */
  skipped: number;
  /** Whose differences could not be applied, each once: ask for them anew with `resync`. */
  baseless: { symbol: string; channel: Channel }[];
}

/** One (symbol, channel) of the connection. Streams of other intervals share it. */
interface Pair {
  symbol: string;
  channel: Channel;
  state: DeltaState<DataMessage>;
  /** The state is that of `position`. */
  known: boolean;
  position: number;
}

/** Frames may be so much older than the one before: states that several are shown are kept for a moment, clocks are set. */
const BACK_MS_MAX = 1_000;
/** A heartbeat up to this leaves no doubt: it may come 384 ms late. */
const HEARTBEAT_MS_TIMED = PUBLISHED_MODULUS - BACK_MS_MAX - 384;

const PUBLISHED_TAG = 8;
const RECEIVED_TAG = 16;
const MESSAGE_TAG = 26;

/**
 * The receiving side of one connection: whole messages and differences become the same messages that JSON has. It learns
 * from replies what stream numbers mean, and is forgotten with the connection.
 */
export class FrameDecoder {
  readonly #marked: boolean;
  readonly #decompress: ((bytes: Uint8Array) => Uint8Array) | undefined;
  readonly #now: () => number;
  readonly #streams = new Map<number, Pair>();
  readonly #pairs = new Map<string, Pair>();
  readonly #reader = new VarintReader();
  /** The last time that the gateway told, and the client's own then. */
  #serverTimeMs: number | undefined;
  #heardAtMs = 0;
  /** So long at most nothing is told, and not much longer: then comes a heartbeat, which tells the time. */
  #heartbeatMs = 0;

  constructor({ marked, decompress, now }: FrameDecoderOptions) {
    this.#marked = marked;
    this.#decompress = decompress;
    this.#now = now;
  }

  /**
   * Reads a frame. Throws WireError; the streams it could not read are then without a base, and it goes on with the next
   * frame. Work and memory are bounded by the frame's bytes.
   */
  decode(bytes: Uint8Array): DecodedFrame {
    return decoding('a frame', () => (this.#marked ? this.#markedFrame(bytes) : this.#frame(bytes)));
  }

  #markedFrame(bytes: Uint8Array): DecodedFrame {
    const whole =
      bytes[0] === MARK_ZSTD && this.#decompress !== undefined ? this.#decompress(bytes.subarray(1)) : bytes;
    const mark = whole[0];
    if (mark === MARK_PLAIN) return this.#frame(whole.subarray(1));
    if (mark === undefined || mark < AGE_BASE) {
      throw new WireError(
        'unknown_value',
        `a frame begins with ${mark}, which is no way to write it that is known here`,
      );
    }
    const frame = emptyFrame();
    this.#deltas(whole, 0, whole.length, frame);
    return frame;
  }

  #frame(bytes: Uint8Array): DecodedFrame {
    const reader = this.#reader;
    const frame = emptyFrame();
    let deltasStart = 0;
    let deltasEnd = 0;
    reader.open(bytes, 0, bytes.length);
    while (reader.left > 0) {
      const tag = reader.next();
      if (tag === DELTAS_TAG) {
        const length = reader.next();
        if (deltasEnd > 0) throw new WireError('inconsistent', 'a frame has two lists of differences');
        deltasStart = reader.at;
        reader.pass(length);
        deltasEnd = reader.at;
      } else if (tag === MESSAGE_TAG) {
        const length = reader.next();
        const start = reader.at;
        reader.pass(length);
        this.#message(schema.v1.ServerMessage.decode(bytes.subarray(start, start + length)), frame);
      } else if (tag === PUBLISHED_TAG) {
        frame.publishedAtUs = count(reader.next(), 'published_at_us');
      } else if (tag === RECEIVED_TAG) {
        frame.receivedAtUs = count(reader.next(), 'received_at_us');
      } else {
        passField(reader, tag);
      }
    }
    if (frame.publishedAtUs > 0) this.#hear(Math.floor(frame.publishedAtUs / 1000));
    if (deltasEnd > 0) this.#deltas(bytes, deltasStart, deltasEnd, frame);
    return frame;
  }

  #message(body: schema.v1.ServerMessage, frame: DecodedFrame): void {
    const data = takeData(body, (number) => this.#streams.get(number)?.symbol);
    if (data !== undefined) {
      this.#whole(data);
      frame.messages.push(data);
      return;
    }
    const control = takeControl(body);
    if (control === undefined) {
      frame.skipped++;
      return;
    }
    this.#control(control);
    frame.messages.push(control);
  }

  #control(message: ControlMessage): void {
    if (message.type === 'hello') {
      this.#hear(message.serverTime);
      this.#heartbeatMs = message.heartbeatMs;
    } else if (message.type === 'success') {
      const forget = message.action === 'unsubscribe';
      for (const { ok, symbol, channel, streamNumber } of message.results ?? []) {
        if (!ok) continue;
        // A channel that has a number is one of this version: a gateway is asked for no other.
        if (forget) this.#forget(symbol, channel as Channel);
        else if (streamNumber !== undefined) this.#streams.set(streamNumber, this.#pair(symbol, channel as Channel));
      }
    } else if (message.type === 'notice' && message.code === 'hole' && message.epoch !== undefined) {
      if (message.symbol !== undefined && message.channel !== undefined) this.#forget(message.symbol, message.channel);
    }
  }

  #pair(symbol: string, channel: Channel): Pair {
    const key = `${channel} ${symbol}`;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = { symbol, channel, state: deltaState(channel), known: false, position: 0 };
      this.#pairs.set(key, pair);
    }
    return pair;
  }

  /** Its state is let go of; its streams keep their names, as differences may still be on their way. */
  #forget(symbol: string, channel: Channel): void {
    const pair = this.#pairs.get(`${channel} ${symbol}`);
    if (pair === undefined) return;
    pair.state = deltaState(channel);
    pair.known = false;
    pair.position = 0;
  }

  #whole(message: DataMessage): void {
    const pair = this.#pair(message.symbol, message.channel);
    // Changes of a book that are no differences of this kind: the next state is the next base.
    pair.known = message.type !== 'l2_update';
    pair.state.forget();
    if (pair.known) pair.state.set(message);
    pair.position = message.range?.[1] ?? (message as { historySeq?: number }).historySeq ?? 0;
  }

  #deltas(bytes: Uint8Array, start: number, end: number, frame: DecodedFrame): void {
    const reader = this.#reader;
    reader.open(bytes, start, end);
    const age = reader.next() - AGE_BASE;
    const published = reader.next();
    if (age < 0) throw new WireError('inconsistent', 'the age of the data is negative');
    if (published >= PUBLISHED_MODULUS) throw new WireError('inconsistent', `published is ${published}`);
    const publishedMs = this.#nearest(published);
    this.#hear(publishedMs);
    if (frame.publishedAtUs === 0) {
      frame.publishedAtUs = publishedMs * 1000;
      if (age > 0) frame.receivedAtUs = Math.max(0, publishedMs - (age - 1)) * 1000;
    }
    while (reader.left > 0) {
      const head = reader.next();
      const more = head % 2;
      const pair = this.#streams.get((head - more) / 2);
      if (pair === undefined) {
        throw new WireError('inconsistent', `differences of stream ${(head - more) / 2}, which was never named`);
      }
      const form = more === 1 ? reader.next() : 2;
      const many = form % 2 === 1;
      const numbers = (form - (many ? 1 : 0)) / 2;
      this.#block(reader, pair, numbers, many, frame);
    }
  }

  #block(reader: VarintReader, pair: Pair, numbers: number, many: boolean, frame: DecodedFrame): void {
    if (reader.next() !== (pair.position + 1) % CHECK_MODULUS) pair.known = false;
    if (numbers === 0) throw new WireError('inconsistent', 'differences that cover no number');
    if (!pair.known) {
      if (!frame.baseless.some(({ symbol, channel }) => symbol === pair.symbol && channel === pair.channel)) {
        frame.baseless.push({ symbol: pair.symbol, channel: pair.channel });
      }
      // Each has a byte at least, so the bytes end this loop, whatever `numbers` is.
      for (let rest = many ? numbers : 1; rest > 0; rest--) pair.state.skip(reader);
      return;
    }
    // A difference that can't be read may have changed half of the state.
    pair.known = false;
    const each = many ? 1 : numbers;
    for (let rest = many ? numbers : 1; rest > 0; rest--) {
      const last = count(pair.position + each, 'last');
      frame.messages.push(pair.state.decode(reader, pair.symbol, [pair.position + 1, last]));
      pair.position = last;
    }
    pair.known = true;
  }

  /** The time of this remainder that the gateway's clock must have shown. */
  #nearest(published: number): number {
    const from = this.#earliest();
    const offset = (((published - from) % PUBLISHED_MODULUS) + PUBLISHED_MODULUS) % PUBLISHED_MODULUS;
    return Math.max(0, Math.floor(from + offset));
  }

  /**
   * Frames follow each other in less than the modulus where there is a heartbeat: then the next one's time follows from the
   * last one's, however late they are read. Our own clock would count the time for which they lay unread.
   */
  #earliest(): number {
    if (this.#serverTimeMs === undefined) return this.#now() - PUBLISHED_MODULUS / 2;
    if (this.#heartbeatMs > 0 && this.#heartbeatMs <= HEARTBEAT_MS_TIMED) return this.#serverTimeMs - BACK_MS_MAX;
    return this.#serverTimeMs + Math.max(0, this.#now() - this.#heardAtMs) - PUBLISHED_MODULUS / 2;
  }

  #hear(serverTimeMs: number): void {
    this.#serverTimeMs = serverTimeMs;
    this.#heardAtMs = this.#now();
  }
}

function emptyFrame(): DecodedFrame {
  return { messages: [], publishedAtUs: 0, receivedAtUs: undefined, skipped: 0, baseless: [] };
}

/** A field that this version does not know. */
function passField(reader: VarintReader, tag: number): void {
  const type = tag % 8;
  if (type === 0) reader.next();
  else if (type === 1) reader.pass(8);
  else if (type === 2) reader.pass(reader.next());
  else if (type === 5) reader.pass(4);
  else throw new WireError('malformed', `a field of type ${type}`);
}
