import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import type { DataMessage, DepthMessage, FrameDecoder, KlineMessage } from '../src/index.ts';
import { Pipe, type Way } from './delta-pipe.ts';
import { CHANNELS_TOLD, dice, lateRevision, nextMessage } from './delta-worlds.ts';

const lives = fc.array(fc.tuple(dice, fc.boolean()), { maxLength: 60 });

describe('differences give what whole messages give', () => {
  for (const channel of CHANNELS_TOLD) {
    it(`any life of ${channel}, flushed and joined at any time`, () => {
      const ways = fc.constantFrom<Way>('plain', 'marked', 'compressed');
      const property = fc.property(lives, ways, fc.nat(100_000), (steps, way, number) => {
        const pipe = new Pipe(channel, number, way);
        const told: DataMessage[] = [];
        const received: DataMessage[] = [];
        const joinerReceived: DataMessage[] = [];
        let joiner: FrameDecoder | undefined;
        let last: DataMessage | undefined;
        const send = (frame: Uint8Array | undefined): void => {
          if (frame === undefined) return;
          received.push(...pipe.receive(frame));
          if (joiner !== undefined) joinerReceived.push(...pipe.read(joiner, frame));
        };
        for (const [thrown, flush] of steps) {
          const late = channel.startsWith('kline') && last !== undefined && thrown.kind === 95;
          const message = late ? lateRevision(last as KlineMessage) : nextMessage(channel, last, thrown);
          told.push(structuredClone(message));
          last = late ? { ...last!, range: message.range } : message;
          pipe.nowMs += thrown.small * 20;
          if (!pipe.stream.add(message)) {
            send(pipe.flush());
            send(pipe.whole(message));
          } else if (flush) {
            send(pipe.flush());
          }
          checkState(pipe, last);
          if (thrown.small % 9 === 0 && pipe.stream.pendingUpdates === 0) {
            // The state as told is all that is needed to read on.
            joiner = pipe.newDecoder();
            joiner.decode(pipe.whole(pipe.stream.state()!));
            joinerReceived.length = 0;
          }
        }
        send(pipe.flush());
        expect(joinerReceived).toEqual(received.slice(received.length - joinerReceived.length));
        expect(wholes(received, told)).toEqual(told);
      });
      fc.assert(property, { numRuns: 150 / inject('fewerRuns') });
    });
  }

  it('a stream is told whole again after so many differences', () => {
    const pipe = new Pipe('quote');
    let last: DataMessage | undefined;
    const whole: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      last = nextMessage('quote', last, { kind: 1, a: 1, b: i, c: 0, small: 1, covers: 1, text: '' });
      if (!pipe.stream.add(last)) whole.push(i);
    }
    expect(whole).toEqual([0, 8_193, 16_386]);
  });
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
