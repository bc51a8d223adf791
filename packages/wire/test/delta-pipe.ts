import { expect } from 'vitest';
import {
  type Channel,
  type ControlMessage,
  type DataMessage,
  DeltaFrames,
  DeltaStream,
  encodeProtobufFrame,
  FrameDecoder,
  isData,
} from '../src/index.ts';
import { SYMBOL } from './delta-worlds.ts';

const START_MS = 1_731_689_400_000;

export type Way = 'plain' | 'marked' | 'compressed';

/** In place of a compression, which is not of this package. */
const unturned = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x5a);

/** A gateway with one stream, and one client of it. */
export class Pipe {
  readonly number: number;
  readonly channel: Channel;
  readonly stream: DeltaStream;
  readonly frames = new DeltaFrames();
  readonly decoder: FrameDecoder;
  nowMs = START_MS;

  readonly way: Way;

  constructor(channel: Channel, number = 7, way: Way = 'plain') {
    this.number = number;
    this.channel = channel;
    this.way = way;
    this.stream = new DeltaStream(number, channel);
    this.decoder = this.newDecoder();
  }

  /** Of a client that has just subscribed. */
  newDecoder(): FrameDecoder {
    const decoder = new FrameDecoder({ marked: this.way !== 'plain', decompress: unturned, now: () => this.nowMs });
    decoder.decode(this.whole(subscribed(this.channel, this.number)));
    return decoder;
  }

  whole(message: DataMessage | ControlMessage): Uint8Array {
    const numberOf = () => this.number;
    const meta = { publishedAtUs: this.nowMs * 1000, receivedAtUs: undefined, numberOf };
    const frame = encodeProtobufFrame([message], meta);
    return this.way === 'plain' ? frame : this.#compressed(new Uint8Array([0, ...frame]));
  }

  /** The frame of what is pending; undefined where nothing is. */
  flush(): Uint8Array | undefined {
    if (this.stream.pendingUpdates === 0) return undefined;
    this.frames.begin(this.nowMs * 1000, (this.nowMs - 3) * 1000);
    this.frames.append(this.stream.take());
    const { plain, marked } = this.frames.finish();
    return this.way === 'plain' ? plain.slice() : this.#compressed(marked.slice());
  }

  #compressed(marked: Uint8Array): Uint8Array {
    return this.way === 'marked' ? marked : new Uint8Array([1, ...unturned(marked)]);
  }

  receive(frame: Uint8Array): DataMessage[] {
    return this.read(this.decoder, frame);
  }

  /** Of a client that has got all. */
  read(decoder: FrameDecoder, frame: Uint8Array): DataMessage[] {
    const decoded = decoder.decode(frame);
    expect(decoded.baseless).toEqual([]);
    expect(decoded.publishedAtUs).toBe(this.nowMs * 1000);
    return decoded.messages.filter(isData);
  }
}

export function subscribed(channel: Channel, streamNumber: number): ControlMessage {
  const results = [{ symbol: SYMBOL, channel, ok: true, epoch: 'e', seq: 0, intervalMs: 0, streamNumber }];
  return { type: 'success', action: 'subscribe', id: 1, msg: '', results };
}
