// A connection that loses frames, which none does: what a client says of it must be true all the same.
import {
  type Channel,
  type ControlMessage,
  type DataMessage,
  DeltaFrames,
  DeltaStream,
  encodeProtobufFrame,
  FrameDecoder,
  isData,
} from '@tapecast/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClientEvents } from '../src/index.ts';
import { Subscriptions } from '../src/subscriptions.ts';
import { depth, quote, trade } from './client-kit.ts';

const CHANNELS = ['trade', 'quote', 'depth@20'] as const;
type Held = (typeof CHANNELS)[number];
const SYMBOL = 'AAPL$US';

/** One side of a connection each: the gateway's streams, and the client's decoder and subscriptions. */
class Pair {
  readonly #decoder = new FrameDecoder({ marked: false, now: () => 0 });
  readonly #streams = new Map<Held, DeltaStream>();
  readonly #frames = new DeltaFrames();
  readonly #asked = new Set<Held>();
  readonly subscriptions: Subscriptions;
  readonly told: [keyof ClientEvents, unknown][] = [];

  constructor() {
    this.subscriptions = new Subscriptions(
      (name, event) => this.told.push([name, event]),
      ({ channel }) => this.#asked.add(channel as Held),
    );
    for (const [i, channel] of CHANNELS.entries()) this.#streams.set(channel, new DeltaStream(i + 1, channel));
    this.#whole([this.#reply('subscribe', CHANNELS)]);
  }

  /** What came to pass, in one frame that arrives or not. */
  update(state: DataMessage, arrives: boolean): void {
    const stream = this.#streams.get(state.channel as Held)!;
    if (!stream.add(state)) {
      if (arrives) this.#whole([state]);
      return;
    }
    this.#frames.begin(2_000_000, undefined);
    this.#frames.append(stream.take());
    const { plain } = this.#frames.finish();
    if (arrives) this.#arrive(plain);
  }

  /** The gateway answers what was asked for. */
  answer(): void {
    const channels = [...this.#asked];
    this.#asked.clear();
    if (channels.length === 0) return;
    const states = channels.map((channel) => this.#streams.get(channel)!.state());
    this.#whole([this.#reply('resync', channels), ...states.filter((state) => state !== undefined)]);
  }

  #reply(action: 'subscribe' | 'resync', channels: readonly Held[]): ControlMessage {
    const results = channels.map((channel) => {
      const { number, told } = this.#streams.get(channel)!;
      return { symbol: SYMBOL, channel, ok: true, epoch: 'e', seq: told, intervalMs: 0, streamNumber: number };
    });
    return { type: 'success', action, id: 1, msg: '', results };
  }

  #whole(messages: (ControlMessage | DataMessage)[]): void {
    const numberOf = (_symbol: string, channel: Channel) => this.#streams.get(channel as Held)!.number;
    this.#arrive(encodeProtobufFrame(messages, { publishedAtUs: 2_000_000, receivedAtUs: undefined, numberOf }));
  }

  #arrive(bytes: Uint8Array): void {
    const { messages, baseless } = this.#decoder.decode(bytes);
    for (const message of messages) {
      if (isData(message)) this.subscriptions.data(message, { receivedAtUs: undefined, publishedAtUs: undefined }, 1);
      else if (message.type === 'success')
        for (const result of message.results ?? [])
          if (message.action === 'subscribe') this.subscriptions.granted(result, 1);
          else this.subscriptions.resynced(result, 1);
    }
    for (const { symbol, channel } of baseless) this.subscriptions.baseless(symbol, channel, 1);
  }

  events<K extends keyof ClientEvents>(name: K): ClientEvents[K][] {
    return this.told.filter(([kind]) => kind === name).map(([, event]) => event as ClientEvents[K]);
  }
}

const step = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  price: fc.integer({ min: 1, max: 30 }),
  covers: fc.integer({ min: 1, max: 5 }),
  arrives: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
  answered: fc.boolean(),
});

test('whatever frames are lost, each trade is told once or told missing, and each state ends right', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pair = new Pair();
      const last = { trade: 0, quote: 0, 'depth@20': 0 };
      const update = (channel: Held, price: number, covers: number, arrives: boolean): void => {
        const first = last[channel] + 1;
        last[channel] = channel === 'trade' ? first : first + covers - 1;
        const range: [number, number] = [first, last[channel]];
        if (channel === 'trade') pair.update(trade(first, price), arrives);
        else if (channel === 'quote') pair.update(quote(range, price), arrives);
        else pair.update(depth('l2_snapshot', range, [price + 1, covers, price, 1], [price + 2, 9]), arrives);
      };
      for (const { channel, price, covers, arrives, answered } of steps) {
        update(channel, price, covers, arrives);
        if (answered) pair.answer();
      }
      // Whatever is still open shows with the next update, and its answer.
      for (const channel of CHANNELS) {
        update(channel, 77, 1, true);
        pair.answer();
      }

      const numbers = pair.events('trade').map(({ number }) => number!);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      const missing = pair
        .events('gap')
        .filter(({ channel }) => channel === 'trade')
        .flatMap(({ lost }) => Array.from({ length: lost![1] - lost![0] + 1 }, (_, i) => lost![0] + i));
      expect([...numbers, ...missing].sort((a, b) => a - b)).toEqual(
        Array.from({ length: last.trade }, (_, i) => i + 1),
      );
      expect(pair.events('quote').at(-1)).toMatchObject({ last: '0.77', range: [expect.any(Number), last.quote] });
      const book = pair.subscriptions.book(SYMBOL, 'depth@20')!;
      expect([book.bids(), book.asks()]).toEqual([
        [
          ['0.78', '1'],
          ['0.77', '1'],
        ],
        [['0.79', '9']],
      ]);
      // A state that was never told is told missing, or is inside the range of a later one.
      for (const channel of ['quote', 'depth@20'] as const) {
        let at = 0;
        const gaps = pair.events('gap').filter((gap) => gap.channel === channel).length;
        const holes = pair.events(channel === 'quote' ? 'quote' : 'depth').filter(({ range }) => {
          const hole = range![0] > at + 1;
          at = Math.max(at, range![1]);
          return hole;
        });
        expect(holes.length).toBeLessThanOrEqual(gaps);
      }
    }),
    { numRuns: 300 },
  );
});

test('where nothing is lost, nothing is missing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const pair = new Pair();
      let trades = 0;
      for (const { price } of steps) pair.update(trade(++trades, price), true);
      pair.answer();
      expect(pair.events('trade').map(({ number }) => number)).toEqual(steps.map((_, i) => i + 1));
      expect(pair.events('gap')).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
