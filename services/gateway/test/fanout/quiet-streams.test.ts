import { expect, test } from 'vitest';
import { FanoutStand, type TestClient } from '../stand/fanout-stand.ts';

const closed = (stand: FanoutStand, client: TestClient): void => {
  client.closed = true;
  for (const stream of [...client.streams]) stand.fanout.leave(client, stream);
  stand.fanout.closed(client);
};

test.each(['protobuf', 'protobuf_zstd'] as const)(
  'who joins a quiet stream of %s is told when that was',
  (encoding) => {
    const stand = new FanoutStand();
    const [quiet, busy] = [stand.instrument(), stand.instrument()];
    quiet.quote(1);
    busy.quote(1);
    stand.join(stand.client(encoding), quiet, 'quote');
    stand.nowMs += 3_600_000;
    const client = stand.client(encoding);
    stand.join(client, busy, 'quote');
    stand.join(client, quiet, 'quote');
    stand.nowMs += 50;
    busy.quote(2);
    stand.fanout.flush();
    // Answers have no time here.
    const times = client.times().filter((time) => time > 0);
    expect(times).toHaveLength(3);
    expect(times.slice(0, -1).every((time) => time === stand.nowMs - 50)).toBe(true);
    expect(times.at(-1)).toBe(stand.nowMs);
  },
);

test('what was shown is only kept for those who come at the same time', () => {
  const stand = new FanoutStand();
  const one = stand.instrument();
  one.quote(1);
  const shownAfter = (ms: number): number | undefined => {
    const client = stand.client();
    stand.nowMs += ms;
    stand.join(client, one, 'quote');
    return client.times().at(-1);
  };
  const begin = stand.nowMs;
  expect([shownAfter(0), shownAfter(100)]).toEqual([begin, begin]);
  // Nothing of it is left then, of however many streams.
  stand.fanout.sweep();
  expect(shownAfter(100)).toBe(begin + 200);
});

test('an update that left the cut as it was does not make the next one old', () => {
  for (const intervalMs of [0, 100]) {
    const stand = new FanoutStand();
    const one = stand.instrument();
    const bids = [100, 1, 99, 1, 98, 1, 97, 1, 96, 1];
    one.depth([...bids, 95, 1], [200, 1]);
    const client = stand.client();
    stand.join(client, one, 'depth@5', intervalMs);
    one.depth([95, 2], [], stand.nowMs * 1_000);
    stand.fanout.flush();
    stand.timers();
    stand.nowMs += 5_000;
    one.depth([96, 2], [], stand.nowMs * 1_000);
    client.times();
    stand.fanout.flush();
    stand.timers();
    expect(client.ages()).toEqual([0]);
  }
});

test('trades that nobody is left for are not kept for anybody', () => {
  for (const intervalMs of [0, 1000]) {
    const stand = new FanoutStand();
    const one = stand.instrument();
    for (let i = 1; i <= 3; i++) {
      const client = stand.client();
      stand.join(client, one, 'trade', intervalMs);
      one.trade(i);
      // In the turn in which it came, before it went out.
      closed(stand, client);
      stand.fanout.flush();
      stand.timers();
      expect(stand.toldTrades.bytes).toBe(0);
    }
  }
});

test('a client that was merged without any stream is like any other when it has some', () => {
  const stand = new FanoutStand({ cohortClientsMin: 2 });
  const instruments = [stand.instrument(), stand.instrument()];
  const clients = [stand.client(), stand.client()];
  for (const client of clients) expect(stand.fanout.pause(client)).toEqual([]);
  for (const one of instruments) for (const client of clients) stand.join(client, one, 'quote');
  stand.settle();
  expect(clients.map(({ paused }) => paused)).toEqual([undefined, undefined]);
  expect(stand.fanout.cohorts.clients).toBe(2);
});
