import { describe, expect, test } from 'vitest';
import { FanoutStand } from '../stand/fanout-stand.ts';

describe('intervals', () => {
  test('merge quotes and books, and keep every trade', () => {
    const stand = new FanoutStand();
    const one = stand.instrument();
    const client = stand.client();
    for (const channel of ['quote', 'trade', 'depth@5'] as const) stand.join(client, one, channel, 100);
    client.frames();
    for (let i = 1; i <= 3; i++) {
      one.quote(i);
      one.trade(i);
      one.depth([100 - i, 1], [200 + i, 1]);
    }
    stand.fanout.flush();
    expect(client.ranges()).toEqual([]);
    stand.timers();
    expect(client.ranges().sort()).toEqual([
      'S1$US depth@5 1-3',
      'S1$US quote 1-3',
      'S1$US trade 1-1',
      'S1$US trade 2-2',
      'S1$US trade 3-3',
    ]);
  });

  test('show a joiner the state as last told, not the newest, so that the next frame applies to it', () => {
    const stand = new FanoutStand();
    const one = stand.instrument();
    const [first, second] = [stand.client(), stand.client('json')];
    stand.join(first, one, 'quote', 100);
    one.quote(1);
    stand.timers();
    one.quote(2);
    stand.join(second, one, 'quote', 100);
    expect(second.frames().flat().at(-1)).toMatchObject({ last: 0.01, range: [1, 1] });
    stand.timers();
    expect(second.ranges()).toEqual(['S1$US quote 2-2']);
  });

  test.each([
    [0, 250],
    [250, 0],
    [100, 1000],
    [1000, 50],
  ])('change from %i to %i ms without a repeat, a hole or a whole state', (before, after) => {
    const stand = new FanoutStand();
    const one = stand.instrument();
    const client = stand.client();
    const channels = ['quote', 'trade', 'depth@5'] as const;
    one.depth([100, 5], [200, 5]);
    one.quote(7);
    one.trade(7);
    const groups = channels.map((channel) => stand.join(client, one, channel, before));
    // Somebody else is told at each of both.
    const others = [before, after].map((intervalMs) => {
      const other = stand.client('protobuf_zstd');
      for (const channel of channels) stand.join(other, one, channel, intervalMs);
      other.frames();
      return other;
    });
    client.frames();
    const ranges: string[] = [];
    let changed = groups;
    for (let i = 1; i <= 20; i++) {
      one.quote(i);
      one.trade(i);
      // Away and back again: a cut that is as it was is told by nobody, but both streams must be at one number.
      one.depth([100, (i % 2) + 1], [200, 5]);
      one.depth([100, 5], [200, 5]);
      stand.fanout.flush();
      if (i % 3 === 0) stand.timers();
      if (i === 7) changed = groups.map((group) => stand.change(client, group, after));
      for (const frame of client.frames()) {
        for (const message of frame) {
          expect(message.type).not.toBe('l2_snapshot');
          if ('range' in message && message.range !== undefined && 'channel' in message)
            ranges.push(`${message.channel} ${message.range[0]} ${message.range[1]}`);
        }
      }
    }
    expect([...client.streams].map(({ intervalMs }) => intervalMs)).toEqual([after, after, after]);
    expect([...client.streams]).toEqual(expect.arrayContaining(changed));
    for (const channel of channels) {
      let last = 1;
      for (const range of ranges.filter((text) => text.startsWith(channel))) {
        const [, from, to] = range.split(' ').map(Number) as [number, number, number];
        expect(from).toBe(last + 1);
        last = to;
      }
      expect(last).toBeGreaterThan(1);
    }
    for (const other of others) expect(other.ranges().length).toBeGreaterThan(0);
  });

  test('changed twice before the first change was made are changed to the last, and back to the first not at all', () => {
    const stand = new FanoutStand();
    const one = stand.instrument();
    const client = stand.client();
    const group = stand.join(client, one, 'quote', 0);
    stand.change(client, group, 1000);
    stand.change(client, group, 500);
    expect(stand.fanout.target(client, group).intervalMs).toBe(500);
    expect(one.fanout.stream('quote', 5)).toBeUndefined();
    stand.change(client, group, 0);
    stand.timers();
    expect([...client.streams]).toEqual([group]);
    expect(one.fanout.stream('quote', 4)).toBeUndefined();
  });
});

describe('cohorts', () => {
  const few = { cohortClientsMin: 3 };

  test('get one frame a flush for all streams, and who is alone gets its own as one frame too', () => {
    const stand = new FanoutStand(few);
    const instruments = [stand.instrument(), stand.instrument(), stand.instrument()];
    const clients = [1, 2, 3].map(() => stand.client());
    const alone = stand.client();
    for (const one of instruments) for (const client of clients) stand.join(client, one, 'quote');
    for (const one of instruments.slice(1)) stand.join(alone, one, 'quote');
    for (const one of instruments) one.quote(1);
    stand.fanout.flush();
    for (const client of [...clients, alone]) client.frames();
    expect(stand.fanout.cohorts.size).toBe(0);
    stand.settle();
    expect([stand.fanout.cohorts.size, stand.fanout.cohorts.clients]).toEqual([1, 3]);
    for (const one of instruments) one.quote(2);
    stand.fanout.flush();
    for (const client of clients) expect(client.frames().map((frame) => frame.length)).toEqual([3]);
    expect(alone.frames().map((frame) => frame.length)).toEqual([2]);
  });

  test('are left at the first change and end below half of their least size; nobody misses a number', () => {
    const stand = new FanoutStand(few);
    const instruments = [stand.instrument(), stand.instrument()];
    const clients = [1, 2, 3, 4].map(() => stand.client('protobuf_zstd'));
    for (const one of instruments) for (const client of clients) stand.join(client, one, 'trade');
    stand.settle();
    const told = clients.map((): string[] => []);
    const step = (): void => {
      for (const one of instruments) one.trade(1);
      stand.fanout.flush();
      for (const [i, client] of clients.entries()) told[i]?.push(...client.ranges());
    };
    step();
    expect(stand.fanout.cohorts.clients).toBe(4);
    const third = stand.instrument();
    stand.join(clients[0] as never, third, 'trade');
    expect(stand.fanout.cohorts.clients).toBe(3);
    step();
    stand.fanout.pause(clients[1] as never);
    expect(stand.fanout.cohorts.clients).toBe(2);
    for (const stream of [...(clients[2]?.streams ?? [])]) stand.fanout.leave(clients[2] as never, stream);
    expect([stand.fanout.cohorts.size, stand.fanout.cohorts.clients]).toEqual([0, 0]);
    step();
    for (const i of [0, 3])
      expect(told[i]?.filter((text) => text.startsWith('S1$US'))).toEqual([
        'S1$US trade 1-1',
        'S1$US trade 2-2',
        'S1$US trade 3-3',
      ]);
  });

  test('are of one encoding, and of the same streams only', () => {
    const stand = new FanoutStand({ cohortClientsMin: 2 });
    const instruments = [stand.instrument(), stand.instrument(), stand.instrument()];
    const plain = stand.client();
    const marked = stand.client('protobuf_zstd');
    const other = stand.client();
    for (const client of [plain, marked]) for (const one of instruments.slice(0, 2)) stand.join(client, one, 'quote');
    for (const one of instruments.slice(1)) stand.join(other, one, 'quote');
    stand.settle();
    expect(stand.fanout.cohorts.size).toBe(0);
  });
});

test('a status goes once to each who holds any stream of the instrument, before the data', () => {
  const stand = new FanoutStand();
  const [one, two] = [stand.instrument(), stand.instrument()];
  const clients = [stand.client(), stand.client('json')];
  for (const client of clients) for (const channel of ['quote', 'trade'] as const) stand.join(client, one, channel);
  const stranger = stand.client();
  stand.join(stranger, two, 'quote');
  for (const client of [...clients, stranger]) client.frames();
  one.quote(1);
  one.fanout.status({ type: 'status', symbol: one.symbol, state: 'halted', since: 1, source: 'x', reason: '' });
  stand.fanout.flush();
  for (const client of clients)
    expect(
      client
        .frames()
        .flat()
        .map(({ type }) => type),
    ).toEqual(['status', 'quote']);
  expect(stranger.frames()).toEqual([]);
});

test('a socket that fails costs nobody else a frame, then or later', () => {
  const stand = new FanoutStand();
  const [one, two] = [stand.instrument(), stand.instrument()];
  const clients = [stand.client(), stand.client(), stand.client()];
  for (const client of clients) for (const instrument of [one, two]) stand.join(client, instrument, 'quote');
  one.quote(1);
  two.quote(1);
  stand.fanout.flush();
  const [first, broken, last] = clients as [(typeof clients)[0], (typeof clients)[0], (typeof clients)[0]];
  for (const client of clients) client.frames();
  broken.fake.send = () => {
    throw new Error('Invalid access of closed uWS.WebSocket');
  };
  for (let i = 2; i <= 4; i++) {
    one.quote(i);
    two.quote(i);
    expect(() => stand.fanout.flush()).toThrow('Invalid access');
    for (const client of [first, last])
      expect(client.ranges()).toEqual([`S1$US quote ${i}-${i}`, `S2$US quote ${i}-${i}`]);
  }
  expect(clients.map(({ dropped }) => dropped)).toEqual([false, true, false]);
});
