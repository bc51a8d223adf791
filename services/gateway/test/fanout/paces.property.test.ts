import type { Channel } from '@tapecast/market';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import type { PausedPosition } from '../../src/fanout/fanout.ts';
import { HELD, type Pace } from '../../src/fanout/paces.ts';
import { FanoutStand, type TestClient } from '../stand/fanout-stand.ts';

const CHANNELS = ['quote', 'trade', 'depth@5', 'kline@1m'] as const;
const SEQUENCE = { quote: 'quote', trade: 'trade', 'depth@5': 'depth', 'kline@1m': 'kline@1m' } as const;

const step = fc.record({
  what: fc.constantFrom(
    ...(['quote', 'trade', 'depth', 'bar', 'final', 'pace', 'pace', 'change', 'pause', 'resume', 'rejoin'] as const),
    ...(['flush', 'flush', 'timers', 'settle'] as const),
  ),
  client: fc.nat(3),
  channel: fc.constantFrom(...CHANNELS),
  interval: fc.constantFrom(0, 50, 250, 1000),
  pace: fc.constantFrom<Pace>(HELD, 0, 0, 2, 4, 5),
  value: fc.integer({ min: 1, max: 300 }),
});

/** What a client has been told of a channel: numbers follow each other, and what it may not miss is all there. */
class Told {
  at: number;
  /** Since it joined. */
  readonly trades: number[] = [];
  readonly finals = new Set<number>();
  newest: unknown;

  constructor(at: number) {
    this.at = at;
  }

  take(first: number, last: number): void {
    // A whole state that is shown again.
    if (last <= this.at) return;
    expect([first, this.at]).toEqual([this.at + 1, this.at]);
    this.at = last;
  }
}

test('however paces change, ranges stay whole, no trade and no final bar is left out, and at the end everybody is at the present', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const stand = new FanoutStand({ cohortClientsMin: 2 });
      const one = stand.instrument();
      const clients = [stand.client(), stand.client('protobuf_zstd'), stand.client(), stand.client()];
      const paused = new Map<TestClient, PausedPosition[]>();
      // A bar that ended while a client did not read is not told to it.
      const didNotRead = new Set<TestClient>();
      const told = new Map<string, Told>();
      const paces = new Map<Channel, Pace>();
      const traded: number[] = [];
      const finals: { startMs: number; seq: number }[] = [];
      let minute = 10;
      const toldOf = (client: TestClient, channel: string): Told =>
        told.get(`${clients.indexOf(client)} ${channel}`) as Told;
      const join = (client: TestClient, channel: Channel, interval = 0): void => {
        stand.fanout.flush();
        read();
        const group = stand.join(client, one, channel, interval);
        told.set(`${clients.indexOf(client)} ${channel}`, new Told(group.told));
      };
      const read = (): void => {
        for (const client of clients)
          for (const message of client.frames().flat()) {
            if (!('range' in message) || message.range === undefined || message.type === 'notice') continue;
            const of = toldOf(client, message.channel);
            of.take(...message.range);
            if (message.type === 'trade') of.trades.push(message.range[0]);
            if (message.type === 'kline' && message.kline.final) of.finals.add(message.kline.startMs);
            of.newest = message;
          }
      };
      const resume = (client: TestClient): void => {
        let left = paused.get(client) ?? [];
        paused.delete(client);
        while (left.length > 0) left = stand.fanout.resume(client, left);
      };
      const joinedAt = new Map<string, { trades: number; finals: number }>();
      const note = (client: TestClient, channel: Channel): void =>
        void joinedAt.set(`${clients.indexOf(client)} ${channel}`, {
          trades: toldOf(client, channel).at,
          finals: toldOf(client, channel).at,
        });
      for (const client of clients)
        for (const channel of CHANNELS) {
          join(client, channel);
          note(client, channel);
        }
      for (const { what, client: at, channel, interval, pace, value } of steps) {
        const client = clients[at] as TestClient;
        const stream = [...client.streams].find((group) => group.channel === channel);
        if (what === 'quote') one.quote(value);
        else if (what === 'trade') {
          one.trade(value);
          traded.push(one.view.seqs.trade);
        } else if (what === 'depth') one.depth([value, value], [1_000 + value, 1]);
        else if (what === 'bar') one.bar(minute, value, value + 5);
        else if (what === 'final') {
          one.bar(minute, value, value, 1);
          finals.push({ startMs: minute * 60_000, seq: one.view.seqs['kline@1m'] });
          minute++;
        } else if (what === 'pace') {
          paces.set(channel, pace);
          stand.fanout.pace((of) => paces.get(of) ?? 0);
        } else if (what === 'flush') stand.fanout.flush();
        else if (what === 'timers') stand.timers();
        else if (what === 'settle') stand.settle();
        else if (what === 'resume') resume(client);
        else if (paused.has(client) || stream === undefined) continue;
        else if (what === 'pause') {
          paused.set(client, stand.fanout.pause(client));
          didNotRead.add(client);
        } else if (what === 'change') stand.change(client, stream, interval);
        else {
          stand.fanout.flush();
          read();
          stand.fanout.leave(client, stream);
          client.left(stream);
          join(client, channel, interval);
          note(client, channel);
        }
        read();
      }
      stand.fanout.pace(() => 0);
      for (const client of clients) resume(client);
      // Of a book whose best levels stayed as they were nobody is told the last number: the best bid of all is new.
      one.depth([400, 1], []);
      for (let i = 0; i < 3; i++) {
        stand.fanout.flush();
        stand.timers();
      }
      read();
      for (const [at, client] of clients.entries())
        for (const channel of CHANNELS) {
          const of = toldOf(client, channel);
          const since = joinedAt.get(`${at} ${channel}`)!;
          expect([channel, of.at]).toEqual([channel, one.view.seqs[SEQUENCE[channel]]]);
          if (channel === 'trade') expect(of.trades).toEqual(traded.filter((seq) => seq > since.trades));
          if (channel === 'kline@1m' && !didNotRead.has(client))
            expect(finals.filter(({ seq, startMs }) => seq > since.finals && !of.finals.has(startMs))).toEqual([]);
        }
      const { taken, ...became } = stand.counts.streams;
      expect(Object.values(became).reduce((sum, count) => sum + count, one.fanout.waiting)).toBe(taken);
      const { held, replayed, lost } = stand.counts.deliveries;
      expect(replayed + lost).toBe(held);
    }),
    { numRuns: 300 / inject('fewerRuns') },
  );
});
