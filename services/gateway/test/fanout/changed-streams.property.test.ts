import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import type { PausedPosition } from '../../src/fanout/fanout.ts';
import { FanoutStand, type TestClient } from '../stand/fanout-stand.ts';

const CHANNELS = ['quote', 'trade', 'depth@5', 'kline@1m'] as const;
const INTERVALS = [0, 50, 250, 1000];

const step = fc.record({
  what: fc.constantFrom(
    'quote',
    'trade',
    'depth',
    'bar',
    'older',
    'raise',
    'change',
    'pause',
    'resume',
    'rejoin',
    'flush',
    'timers',
    'settle',
  ),
  client: fc.nat(2),
  channel: fc.constantFrom(...CHANNELS),
  interval: fc.constantFrom(...INTERVALS),
  value: fc.integer({ min: 1, max: 300 }),
});

test('whatever is changed, paused and raised, the next differences are made against what each client has', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const stand = new FanoutStand({ cohortClientsMin: 2 });
      const one = stand.instrument();
      const clients = [stand.client(), stand.client('protobuf_zstd'), stand.client()];
      const paused = new Map<TestClient, PausedPosition[]>();
      const newest = new Map<string, unknown>();
      let decimals = 2;
      let minute = 10;
      const read = (): void => {
        for (const [at, client] of clients.entries())
          for (const message of client.frames().flat())
            if (message.type === 'quote') newest.set(`${at} quote`, [message.priceDecimals, message.quote.last]);
            else if (message.type === 'kline') newest.set(`${at} bar`, [message.priceDecimals, message.kline]);
            else if (message.type === 'trade') newest.set(`${at} trade`, [message.priceDecimals, message.trade.price]);
      };
      const resume = (client: TestClient): void => {
        let left = paused.get(client) ?? [];
        paused.delete(client);
        while (left.length > 0) left = stand.fanout.resume(client, left);
      };
      for (const client of clients) for (const channel of CHANNELS) stand.join(client, one, channel);
      for (const { what, client: at, channel, interval, value } of steps) {
        const client = clients[at] as TestClient;
        const stream = [...client.streams].find((group) => group.channel === channel);
        if (what === 'quote') one.quote(value, decimals);
        else if (what === 'trade') one.trade(value, decimals);
        else if (what === 'depth') one.depth([value, value], [1_000 + value, 1], 1, decimals);
        else if (what === 'bar') one.bar(minute + (value > 250 ? 1 : 0), value, value + 5, 0, decimals);
        else if (what === 'older') one.bar(minute - 1, value, value, value, decimals);
        else if (what === 'raise') decimals = Math.min(6, decimals + 1);
        else if (what === 'flush') stand.fanout.flush();
        else if (what === 'timers') stand.timers();
        else if (what === 'settle') stand.settle();
        else if (what === 'resume') resume(client);
        else if (paused.has(client) || stream === undefined) continue;
        else if (what === 'pause') paused.set(client, stand.fanout.pause(client));
        else if (what === 'change') stand.change(client, stream, interval);
        else {
          stand.fanout.flush();
          stand.fanout.leave(client, stream);
          client.left(stream);
          stand.join(client, one, channel, interval);
        }
        if (what === 'bar' && value > 250) minute++;
        read();
      }
      for (const client of clients) resume(client);
      stand.fanout.flush();
      stand.timers();
      read();
      // Now what is told are differences, where they can be.
      one.quote(7, decimals);
      one.trade(8, decimals);
      one.bar(minute + 1, 9, 11, 0, decimals);
      for (let i = 0; i < 3; i++) {
        stand.fanout.flush();
        stand.timers();
        read();
      }
      const bar = { startMs: (minute + 1) * 60_000, open: 9, high: 11, low: 9, close: 11, trades: 2 };
      for (const at of clients.keys()) {
        expect(newest.get(`${at} quote`)).toEqual([decimals, 7]);
        expect(newest.get(`${at} trade`)).toEqual([decimals, 8]);
        expect(newest.get(`${at} bar`)).toMatchObject([decimals, bar]);
      }
    }),
    { numRuns: 500 / inject('fewerRuns') },
  );
});
