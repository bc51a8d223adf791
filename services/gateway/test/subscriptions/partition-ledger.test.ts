import { expect, test } from 'vitest';
import { HELD } from '../../src/fanout/paces.ts';
import { FanoutStand } from '../stand/fanout-stand.ts';

const zeros = {
  taken: 0,
  told: 0,
  merged_interval: 0,
  merged_degraded: 0,
  merged_unchanged: 0,
  merged_state: 0,
  lost: 0,
};

test('what a stream took is told, merged by its interval, or merged because nothing of its cut changed', () => {
  const stand = new FanoutStand();
  const one = stand.instrument();
  const clients = [stand.client(), stand.client('json')];
  for (const client of clients) {
    stand.join(client, one, 'trade');
    stand.join(client, one, 'depth@5');
    stand.join(client, one, 'quote', 250);
    stand.join(client, one, 'kline@1m', 250);
  }
  for (let i = 0; i < 10; i++) {
    one.trade(100 + i);
    one.quote(100 + i);
    one.bar(1, 1, i);
    // Only the first is another book.
    one.depth([100, 1], []);
  }
  expect(one.fanout.waiting).toBe(9 + 10 + 10);
  stand.fanout.flush();
  stand.timers();
  expect(one.fanout.waiting).toBe(9);
  one.depth([101, 1], []);
  stand.fanout.flush();
  const told = 10 + 1 + 1 + 2;
  expect(stand.counts.streams).toEqual({
    ...{ ...zeros, left: 0, taken: 41, told },
    ...{ merged_interval: 18, merged_unchanged: 9 },
  });
  expect(stand.counts.deliveries).toEqual({ delivered: 2 * told, merged: 0, held: 0, replayed: 0, lost: 0 });
  for (const client of clients) expect(client.ranges()).toHaveLength(told);
});

test('what is held back by degradation waits, and is merged by it; what the last client leaves untold is left', () => {
  const stand = new FanoutStand();
  const one = stand.instrument();
  const client = stand.client();
  const quote = stand.join(client, one, 'quote');
  const depth = stand.join(client, one, 'depth@5');
  stand.fanout.pace(() => HELD);
  for (let i = 0; i < 10; i++) one.quote(100 + i);
  stand.fanout.flush();
  expect([one.fanout.waiting, stand.counts.streams.told]).toEqual([10, 0]);
  stand.fanout.pace(() => 0);
  stand.fanout.flush();
  expect(stand.counts.streams).toEqual({ ...zeros, taken: 10, told: 1, merged_degraded: 9, left: 0 });
  // Merged for another reason from here on.
  for (let i = 0; i < 4; i++) one.depth([100, 1], []);
  one.depth([101, 1], []);
  stand.fanout.flush();
  expect(stand.counts.streams).toMatchObject({ taken: 15, told: 3, merged_degraded: 9, merged_unchanged: 3 });
  one.depth([101, 1], []);
  stand.fanout.flush();
  stand.fanout.leave(client, depth);
  stand.fanout.leave(client, quote);
  expect(stand.counts.streams).toEqual({
    ...{ ...zeros, taken: 16, told: 3 },
    ...{ merged_degraded: 9, merged_unchanged: 3, left: 1 },
  });
});

test('who does not read has its states merged and its trades held, which are replayed or lost', () => {
  const stand = new FanoutStand();
  const one = stand.instrument();
  const [slow, quick] = [stand.client(), stand.client('json')];
  for (const client of [slow, quick]) {
    stand.join(client, one, 'trade');
    stand.join(client, one, 'quote');
  }
  const some = (count: number): void => {
    for (let i = 0; i < count; i++) {
      one.trade(100 + i);
      one.quote(200 + i);
    }
    stand.fanout.flush();
  };
  some(5);
  const positions = stand.fanout.pause(slow);
  some(7);
  expect(stand.counts.deliveries).toEqual({ delivered: 20 + 14, merged: 7, held: 7, replayed: 0, lost: 0 });
  expect(stand.fanout.resume(slow, positions)).toEqual([]);
  expect(stand.counts.deliveries).toEqual({ delivered: 34, merged: 7, held: 7, replayed: 7, lost: 0 });
  some(1);
  expect(stand.counts.deliveries).toMatchObject({ delivered: 34 + 4, merged: 7, held: 7 });
  const again = stand.fanout.pause(slow);
  some(3);
  // Nothing is kept so long, but for what differences to come are made against.
  for (let i = 0; i < 3; i++) {
    stand.nowMs += 3_600_000;
    stand.toldTrades.sweep();
    some(1);
  }
  expect(stand.fanout.resume(slow, again)).toEqual([]);
  const { held, replayed, lost } = stand.counts.deliveries;
  expect(held).toBe(7 + 6);
  expect(lost).toBeGreaterThan(0);
  expect(replayed + lost).toBe(held);
  expect(stand.counts.streams).toMatchObject({ taken: 38, told: 38 });
});
