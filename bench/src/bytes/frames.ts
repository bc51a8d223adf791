import { zstdDecompressSync } from 'node:zlib';
import type { Channel } from '@tapecast/market';
import { type ControlMessage, type DataMessage, DeltaFrames, encodeProtobufFrame, FrameDecoder } from '@tapecast/wire';
import type { Flush } from './flushes.ts';
import type { Differences, Said, WatchedStream } from './watched-stream.ts';

/** A frame as `tapecast.v1.protobuf` has it, and, not compressed, as `tapecast.v1.protobuf.zstd`. */
export interface Frame {
  readonly plain: Uint8Array;
  readonly marked: Uint8Array;
  readonly updates: number;
}

const frames = new DeltaFrames();

/** The flush as one frame of differences, and before it what can't be among them: whole messages, and what comes before those. */
export function* framesOf({ said, publishedAtUs, receivedAtUs }: Flush): Generator<Frame> {
  const shared: Differences[] = [];
  for (const { parts } of said) {
    for (const [i, part] of parts.entries()) {
      if (!('block' in part)) yield wholeFrameOf(said, [part], publishedAtUs, receivedAtUs);
      else if (i < parts.length - 1) yield frameOf([part], publishedAtUs, receivedAtUs);
      else shared.push(part);
    }
  }
  if (shared.length > 0) yield frameOf(shared, publishedAtUs, receivedAtUs);
}

function frameOf(blocks: readonly Differences[], publishedAtUs: number, receivedAtUs: number): Frame {
  frames.begin(publishedAtUs, receivedAtUs);
  for (const { block } of blocks) frames.append(block);
  const { plain, marked } = frames.finish();
  const updates = blocks.reduce((sum, one) => sum + one.updates, 0);
  return { plain: plain.slice(), marked: marked.slice(), updates };
}

/** Messages of the flush in one frame, each whole. */
export function wholeFrameOf(
  said: readonly Said[],
  messages: readonly DataMessage[],
  publishedAtUs: number,
  receivedAtUs: number,
): Frame {
  const numbers = new Map<string, number>();
  for (const { number, messages } of said) {
    for (const { symbol, channel } of messages) numbers.set(`${symbol} ${channel}`, number);
  }
  const numberOf = (symbol: string, channel: Channel): number => numbers.get(`${symbol} ${channel}`) as number; // All are there.
  const plain = encodeProtobufFrame(messages, { publishedAtUs, receivedAtUs, numberOf });
  return { plain, marked: Uint8Array.from([0, ...plain]), updates: messages.length };
}

/** A client of all the streams that reads what is sent: that its bytes are all that there is to know. */
export class Reader {
  readonly #decoder: FrameDecoder;
  #nowMs: number;
  updates = 0;

  /** Before the play begins. */
  constructor(streams: readonly WatchedStream[], nowMs: number) {
    this.#nowMs = nowMs;
    this.#decoder = new FrameDecoder({ marked: true, decompress: zstdDecompressSync, now: () => this.#nowMs });
    const numbers = new Map(streams.map(({ symbol, channel, number }) => [`${symbol} ${channel}`, number]));
    const results = streams.map(({ symbol, channel, number }) => ({
      symbol,
      channel,
      ok: true,
      epoch: 'bench.1.0',
      seq: 1,
      intervalMs: 0,
      streamNumber: number,
    }));
    const answer: ControlMessage = { type: 'success', action: 'subscribe', id: 1, msg: '', results };
    const shown = streams.map((stream) => stream.shown()).filter((message) => message !== undefined);
    const plain = encodeProtobufFrame([answer, ...shown], {
      publishedAtUs: nowMs * 1000,
      receivedAtUs: undefined,
      numberOf: (symbol, channel) => numbers.get(`${symbol} ${channel}`) as number, // All are there.
    });
    this.#decoder.decode(Uint8Array.from([0, ...plain]));
  }

  read(frame: Uint8Array, nowMs: number): void {
    this.#nowMs = nowMs;
    const { messages, baseless, skipped } = this.#decoder.decode(frame);
    if (baseless.length > 0 || skipped > 0) throw new Error('a frame could not be applied');
    this.updates += messages.length;
  }
}
