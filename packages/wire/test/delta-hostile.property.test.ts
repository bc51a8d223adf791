import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { type DataMessage, type FrameDecoder, isData, WireError } from '../src/index.ts';
import { Pipe, type Way } from './delta-pipe.ts';
import { CHANNELS_TOLD, type Dice, dice, nextMessage } from './delta-worlds.ts';

const lives = fc.array(fc.tuple(dice, fc.nat(9)), { minLength: 5, maxLength: 40 });
const ways = fc.constantFrom<Way>('plain', 'marked');
const channels = fc.constantFrom(...CHANNELS_TOLD);

/** What a connection sent, frame by frame, and what each frame says to who got them all. */
interface Sent {
  frame: Uint8Array;
  said: DataMessage[];
  /** It is a whole message. */
  whole: boolean;
  /** The whole state after it, or after the whole message that follows; and its number. */
  state: Uint8Array;
  told: number;
}

function sentOf(pipe: Pipe, steps: readonly (readonly [Dice, number])[]): Sent[] {
  const sent: Sent[] = [];
  let last: DataMessage | undefined;
  const push = (frame: Uint8Array | undefined, whole = false): void => {
    if (frame === undefined) return;
    const { told } = pipe.stream;
    sent.push({ frame, said: pipe.receive(frame), whole, state: pipe.whole(pipe.stream.state()!), told });
  };
  for (const [thrown, flush] of steps) {
    last = nextMessage(pipe.channel, last, thrown);
    if (!pipe.stream.add(last)) {
      push(pipe.flush());
      push(pipe.whole(last), true);
    } else if (flush > 4) {
      push(pipe.flush());
    }
  }
  push(pipe.flush());
  return sent;
}

/** Whoever reads it gets what was said, or a WireError; anything else is a crash. */
function read(decoder: FrameDecoder, frame: Uint8Array): { said: DataMessage[]; baseless: boolean; failed: boolean } {
  try {
    const { messages, baseless } = decoder.decode(frame);
    return { said: messages.filter(isData), baseless: baseless.length > 0, failed: false };
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    expect(String((error as WireError).cause ?? ''), 'a fault of the program').not.toMatch(
      /undefined|null|not a function/,
    );
    return { said: [], baseless: false, failed: true };
  }
}

describe('a receiver that did not get all', () => {
  it('says so instead of applying differences, and goes on from the next whole state', () => {
    fc.assert(
      fc.property(channels, ways, lives, fc.infiniteStream(fc.nat(5)), (channel, way, steps, chance) => {
        const pipe = new Pipe(channel, 7, way);
        const sent = sentOf(pipe, steps);
        const decoder = pipe.newDecoder();
        let complete = true; // Until a frame is lost, and again from a whole state on.
        let position = 0;
        for (const { frame, said, whole, state, told } of sent) {
          const event = chance.next().value;
          if (event === 0) {
            complete = false;
            continue;
          }
          const got = read(decoder, frame);
          if (complete || whole) {
            expect(got.said).toEqual(said);
            complete = true;
          } else if (got.said.length > 0 || got.failed) {
            // The one case in which the check is right by chance: differences are applied, or found to be impossible.
            expect((said[0]!.range![0] - 1 - position) % 128).toBe(0);
            return;
          } else {
            expect(got.baseless).toBe(true);
          }
          if (complete) position = said.at(-1)!.range![1];
          if (event === 1) {
            read(decoder, state);
            complete = true;
            position = told;
          }
        }
      }),
      { numRuns: 300 / inject('fewerRuns') },
    );
  });

  it('reads frames that are cut anywhere as what is left of them, or not at all', () => {
    fc.assert(
      fc.property(channels, ways, lives, (channel, way, steps) => {
        const pipe = new Pipe(channel, 300, way);
        const sent = sentOf(pipe, steps);
        const { frame, said } = sent.pop()!;
        for (let end = 0; end < frame.length; end++) {
          const decoder = pipe.newDecoder();
          for (const { frame: before } of sent) decoder.decode(before);
          const got = read(decoder, frame.subarray(0, end));
          expect(said.slice(0, got.said.length)).toEqual(got.said);
        }
      }),
      { numRuns: 40 / inject('fewerRuns') },
    );
  });

  it('survives any bytes, with work bounded by them', () => {
    fc.assert(
      fc.property(
        channels,
        ways,
        lives,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (channel, way, steps, flips) => {
          const pipe = new Pipe(channel, 7, way);
          const decoder = pipe.newDecoder();
          for (const { frame } of sentOf(pipe, steps)) {
            const bent = frame.slice();
            for (const [at, bits] of flips) bent[at % bent.length]! ^= bits;
            const got = read(decoder, bent);
            expect(got.said.length).toBeLessThanOrEqual(frame.length);
            for (const message of got.said) {
              const values = 'bids' in message ? [...message.bids, ...message.asks] : [message.timestamp];
              for (const value of values) expect(Number.isSafeInteger(value)).toBe(true);
            }
          }
        },
      ),
      { numRuns: 300 / inject('fewerRuns') },
    );
  });

  it('survives random bytes after a good beginning', () => {
    fc.assert(
      fc.property(channels, lives, fc.uint8Array({ maxLength: 200 }), (channel, steps, bytes) => {
        const pipe = new Pipe(channel, 1, 'marked');
        const decoder = pipe.newDecoder();
        for (const { frame } of sentOf(pipe, steps.slice(0, 3))) read(decoder, frame);
        for (const front of [[64, 0, 2], [64, 0, 3, 200, 1], []]) read(decoder, new Uint8Array([...front, ...bytes]));
      }),
      { numRuns: 300 / inject('fewerRuns') },
    );
  });
});

describe('announced numbers', () => {
  const huge = [255, 255, 255, 255, 255, 255, 7]; // 2^45 numbers and more.

  it('one update may stand for very many, at no cost', () => {
    const decoder = quoteAt1();
    const { messages } = decoder.decode(new Uint8Array([64, 0, 15, 254, ...huge, 2, 0]));
    expect((messages[0] as DataMessage).range![1]).toBeGreaterThan(2 ** 45);
  });

  it('very many updates are not there', () => {
    const decoder = quoteAt1();
    expect(() => decoder.decode(new Uint8Array([64, 0, 15, 255, ...huge, 2, 0, 0]))).toThrow(WireError);
    expect(() => decoder.decode(new Uint8Array([64, 0, 15, 255, ...huge, 5, 0, 0]))).toThrow(WireError);
  });

  it('differences of a stream that was never named can not be read', () => {
    expect(() => quoteAt1().decode(new Uint8Array([64, 0, 16, 2, 0, 0]))).toThrow(WireError);
  });

  function quoteAt1(): FrameDecoder {
    const pipe = new Pipe('quote', 7, 'marked');
    const first = nextMessage('quote', undefined, { kind: 1, a: 1, b: 1, c: 1, small: 1, covers: 1, text: '' });
    pipe.receive(pipe.whole(first));
    return pipe.decoder;
  }
});
