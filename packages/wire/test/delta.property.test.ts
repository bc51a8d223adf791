import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Channel,
  type ControlMessage,
  type DataMessage,
  DeltaFrames,
  DeltaStream,
  type DepthMessage,
  encodeProtobufFrame,
  FrameDecoder,
  isData,
  type KlineMessage,
} from '../src/index.ts';
import { CHANNELS_TOLD, dice, lateRevision, nextMessage, SYMBOL } from './delta-worlds.ts';

const START_MS = 1_731_689_400_000;

type Way = 'plain' | 'marked' | 'compressed';

/** In place of a compression, which is not of this package. */
const unturned = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x5a);

/** A gateway with one stream, and one client of it. */
class Pipe {
  readonly number: number;
  readonly stream: DeltaStream;
  readonly frames = new DeltaFrames();
  readonly decoder: FrameDecoder;
  nowMs = START_MS;
  sent: Uint8Array[] = [];

  readonly way: Way;

  constructor(channel: Channel, number = 7, way: Way = 'plain') {
    this.number = number;
    this.way = way;
    this.stream = new DeltaStream(number, channel);
    this.decoder = new FrameDecoder({ marked: way !== 'plain', decompress: unturned, now: () => this.nowMs });
    this.receive(this.whole(subscribed(channel, number)));
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

  receive(frame: Uint8Array | undefined): DataMessage[] {
    if (frame === undefined) return [];
    this.sent.push(frame);
    const decoded = this.decoder.decode(frame);
    expect(decoded.baseless).toEqual([]);
    expect(decoded.publishedAtUs).toBe(this.nowMs * 1000);
    return decoded.messages.filter(isData);
  }
}

export function subscribed(channel: Channel, streamNumber: number): ControlMessage {
  const results = [{ symbol: SYMBOL, channel, ok: true, epoch: 'e', seq: 0, intervalMs: 0, streamNumber }];
  return { type: 'success', action: 'subscribe', id: 1, msg: '', results };
}

const lives = fc.array(fc.tuple(dice, fc.boolean()), { maxLength: 60 });

describe('differences give what whole messages give', () => {
  for (const channel of CHANNELS_TOLD) {
    it(`any life of ${channel}, flushed at any time`, () => {
      fc.assert(
        fc.property(
          lives,
          fc.constantFrom<Way>('plain', 'marked', 'compressed'),
          fc.nat(100_000),
          (steps, way, number) => {
            const pipe = new Pipe(channel, number, way);
            const told: DataMessage[] = [];
            const received: DataMessage[] = [];
            let last: DataMessage | undefined;
            for (const [thrown, flush] of steps) {
              const late = channel.startsWith('kline') && last !== undefined && thrown.kind === 95;
              const message = late ? lateRevision(last as KlineMessage) : nextMessage(channel, last, thrown);
              told.push(structuredClone(message));
              last = late ? { ...last!, range: message.range } : message;
              pipe.nowMs += thrown.small * 20;
              if (!pipe.stream.add(message)) {
                received.push(...pipe.receive(pipe.flush()), ...pipe.receive(pipe.whole(message)));
              } else if (flush) {
                received.push(...pipe.receive(pipe.flush()));
              }
              checkState(pipe, last);
            }
            received.push(...pipe.receive(pipe.flush()));
            expect(wholes(received, told)).toEqual(told);
          },
        ),
        { numRuns: 150 },
      );
    });
  }
});

function checkState({ stream }: Pipe, last: DataMessage): void {
  const number = last.range![1];
  expect(stream.told).toBe(number);
  const expected =
    last.type === 'trade' ? { ...last, range: undefined, historySeq: number } : { ...last, range: [number, number] };
  expect(stream.state()).toEqual(expected);
}

/** Changes of a book, applied one by one to the book before: what a subscriber makes of them. */
function wholes(received: readonly DataMessage[], told: readonly DataMessage[]): DataMessage[] {
  let book: DepthMessage | undefined;
  return received.map((message, i) => {
    if (message.type !== 'l2_update' && message.type !== 'l2_snapshot') return message;
    if (message.type === 'l2_update') {
      for (const side of ['bids', 'asks'] as const) {
        const before = (told[i - 1] as DepthMessage)[side];
        const now = (told[i] as DepthMessage)[side];
        expect(message[side], 'the levels that changed, and no other').toEqual(changed(before, now, side));
      }
    }
    book =
      message.type === 'l2_snapshot'
        ? message
        : {
            ...message,
            type: 'l2_snapshot',
            bids: applied(book!.bids, message.bids, -1),
            asks: applied(book!.asks, message.asks, 1),
          };
    return book;
  });
}

const pairs = (levels: readonly number[]): [number, number][] =>
  Array.from({ length: levels.length / 2 }, (_, i) => [levels[2 * i]!, levels[2 * i + 1]!]);

function changed(before: number[], now: number[], side: 'bids' | 'asks'): number[] {
  const old = new Map(pairs(before));
  const next = new Map(pairs(now));
  const prices = [...new Set([...old.keys(), ...next.keys()])].sort((p, q) => (p - q) * (side === 'bids' ? -1 : 1));
  return prices.filter((price) => old.get(price) !== next.get(price)).flatMap((price) => [price, next.get(price) ?? 0]);
}

function applied(levels: number[], changes: number[], direction: 1 | -1): number[] {
  const book = new Map(pairs(levels));
  for (const [price, size] of pairs(changes)) {
    if (size === 0) book.delete(price);
    else book.set(price, size);
  }
  return [...book].sort(([p], [q]) => direction * (p - q)).flat();
}
