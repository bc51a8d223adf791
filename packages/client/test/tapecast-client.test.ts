import { describe, expect, it, vi } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { TapecastClient, TapecastError } from '../src/index.ts';
import {
  clients,
  connect,
  depth,
  gateway,
  history,
  kline,
  quote,
  startGateways,
  subscribed,
  trade,
} from './client-kit.ts';
import { ScriptedGateway } from './scripted-gateway.ts';

startGateways();

describe.each(['protobuf.zstd', 'protobuf', 'json'] as const)('over %s', (protocol) => {
  it('tells data as exact texts', async () => {
    const kit = connect(protocol);
    const connection = await subscribed(kit, ['trade', 'quote', 'kline@1m'], 0);
    connection.send(trade(1), quote([1, 1], 15020), { ...kline, range: [1, 3] });
    expect(await kit.nth('trade')).toMatchObject({
      symbol: 'AAPL$US',
      id: 't1',
      price: '150.20',
      size: '100',
      side: 'buy',
      range: [1, 1],
      number: 1,
      history: false,
    });
    expect(await kit.nth('quote')).toMatchObject({
      last: '150.20',
      volume: '1152921504606846976',
      turnover: '11805916207174113034.24',
      vwap: '150.250000',
      changePct: '-0.5017',
      bid: undefined,
      timestamp: 1731689407123,
    });
    expect(await kit.nth('kline')).toMatchObject({
      interval: '1m',
      start: 60_000,
      open: '1.00',
      turnover: '5.50',
      trades: 2,
      final: true,
      range: [1, 3],
    });
    expect(kit.all('gap')).toEqual([]);
  });

  it('keeps the book', async () => {
    const kit = connect(protocol);
    const connection = await subscribed(kit, ['depth@20'], 4);
    connection.send(depth('l2_snapshot', [4, 4], [15020, 300, 15010, 5], [15030, 7]));
    connection.send(depth('l2_update', [5, 9], [15015, 8, 15020, 0], [15025, 1]));
    const event = await kit.nth('depth', 2);
    expect(event).toMatchObject({
      snapshot: false,
      bids: [
        ['150.15', '8'],
        ['150.20', '0'],
      ],
    });
    expect(event.book.bids()).toEqual([
      ['150.15', '8'],
      ['150.10', '5'],
    ]);
    expect(kit.client.book('AAPL$US')?.asks(1)).toEqual([['150.25', '1']]);
  });

  it('comes back after a cut, subscribes again and asks again what was not answered', async () => {
    const kit = connect(protocol);
    const first = await subscribed(kit, ['quote', 'depth@20'], 1);
    const pending = kit.client.subscribe(['700$HK'], ['trade']);
    await first.next();
    first.cut();
    const second = await gateway.next();
    second.hello();
    const again = await second.next();
    expect(again).toMatchObject({ action: 'subscribe', symbols: ['AAPL$US'], channels: ['depth@20', 'quote'] });
    second.grant(again, 5);
    second.grant(await second.next(), 0);
    expect(await pending).toMatchObject([{ symbol: '700$HK', channel: 'trade', ok: true }]);
    second.send(depth('l2_snapshot', [5, 5], [15020, 1]), quote([5, 5], 15020));
    await kit.nth('quote');
    expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'open', 'reconnecting', 'open']);
    expect(kit.all('gap')).toEqual([]);
  });

  it('tells a hole in the ranges and asks for the state', async () => {
    const kit = connect(protocol);
    const connection = await subscribed(kit, ['depth@20'], 4);
    connection.send(depth('l2_snapshot', [4, 4], [15020, 300]), depth('l2_update', [7, 8], [15010, 1]));
    expect(await kit.nth('gap')).toEqual({ symbol: 'AAPL$US', channel: 'depth@20', lost: [5, 6], reason: 'range' });
    const resync = await connection.next();
    expect(resync).toMatchObject({ action: 'resync', symbols: ['AAPL$US'], channels: ['depth@20'] });
    // Differences on their way meanwhile have nothing to belong to, and are asked for once.
    connection.send(depth('l2_update', [9, 9], [15011, 1]));
    connection.grant(resync, 9);
    connection.send(depth('l2_snapshot', [9, 9], [15011, 1]), depth('l2_update', [10, 10], [15012, 2]));
    const after = await kit.nth('depth', 3);
    expect(after.book.bids()).toEqual([
      ['150.12', '2'],
      ['150.11', '1'],
    ]);
    expect(kit.all('gap').length).toBe(1);
    expect(connection.unread).toBe(0);
  });
});

describe('closing', () => {
  it('4001: closed for good, and what waits is told so', async () => {
    const kit = connect();
    const connection = await gateway.next();
    connection.hello();
    const waiting = kit.client.subscribe(['AAPL$US'], ['trade']);
    await connection.next();
    connection.close(4001);
    await expect(waiting).rejects.toMatchObject({ name: 'TapecastError', code: 'closed' });
    expect(await kit.nth('state', 3)).toMatchObject({ state: 'closed', code: 4001 });
    await expect(kit.client.ping()).rejects.toBeInstanceOf(TapecastError);
  });

  it('4200: at once, whatever the jitter', async () => {
    const client = new TapecastClient({ url: gateway.url, random: () => 0.999 });
    clients.push(client);
    const delays: (number | undefined)[] = [];
    client.on('state', ({ retryInMs, state }) => state === 'reconnecting' && delays.push(retryInMs));
    client.connect();
    const first = await gateway.next();
    first.hello();
    await new Promise<void>((resolve) => client.on('state', ({ state }) => state === 'open' && resolve()));
    first.close(4200);
    await gateway.next();
    expect(delays).toEqual([0]);
  });

  it('close() ends it without a retry', async () => {
    const kit = connect();
    await subscribed(kit, ['trade'], 0);
    kit.client.close();
    expect(kit.client.state).toBe('closed');
    expect(kit.all('state').at(-1)).toMatchObject({ state: 'closed', code: 1000 });
  });
});

describe('what is missing is told', () => {
  it('trades between two connections, and the history does not tell twice what was told', async () => {
    const kit = connect();
    const first = await subscribed(kit, ['trade'], 2);
    first.send(history(1), history(2), trade(3));
    await kit.nth('trade', 3);
    first.cut();
    const second = await gateway.next();
    second.hello();
    second.grant(await second.next(), 5);
    second.send(history(2), history(3), history(4), history(5), trade(6));
    await kit.nth('trade', 6);
    expect(kit.all('trade').map(({ number, history: old }) => [number, old])).toEqual([
      [1, true],
      [2, true],
      [3, false],
      [4, true],
      [5, true],
      [6, false],
    ]);
    expect(kit.all('gap')).toEqual([{ symbol: 'AAPL$US', channel: 'trade', lost: [4, 5], reason: 'reconnect' }]);
  });

  it('an epoch that is another after a reconnect', async () => {
    const kit = connect();
    const first = await subscribed(kit, ['trade'], 100);
    first.send(trade(101));
    await kit.nth('trade');
    first.cut();
    const second = await gateway.next();
    second.hello();
    second.grant(await second.next(), 3, 'e2');
    second.send(trade(4));
    expect(await kit.nth('trade', 2)).toMatchObject({ number: 4 });
    expect(kit.all('gap')).toEqual([{ symbol: 'AAPL$US', channel: 'trade', lost: undefined, reason: 'epoch' }]);
  });

  it('an epoch that is another in the middle of a connection', async () => {
    const kit = connect();
    const connection = await subscribed(kit, ['quote'], 100);
    connection.send(quote([100, 100], 1));
    connection.send(
      { type: 'notice', code: 'hole', symbol: 'AAPL$US', channel: 'quote', epoch: 'e2', msg: 'm' },
      quote([1, 3], 2),
      quote([4, 4], 3),
    );
    await kit.nth('quote', 3);
    expect(kit.all('gap').map(({ reason }) => reason)).toEqual(['epoch']);
  });

  it('numbers that begin anew without saying under which epoch', async () => {
    const kit = connect();
    const connection = await subscribed(kit, ['trade'], 100);
    connection.send(
      trade(101),
      { type: 'notice', code: 'hole', symbol: 'AAPL$US', channel: 'trade', msg: 'm' },
      trade(1),
      trade(2),
    );
    await kit.nth('trade', 3);
    expect(kit.all('trade').map(({ number }) => number)).toEqual([101, 1, 2]);
    expect(kit.all('gap').map(({ reason }) => reason)).toEqual(['epoch']);
  });

  it('a hole that the gateway announces, once', async () => {
    const kit = connect();
    const connection = await subscribed(kit, ['trade'], 2);
    connection.send(
      { type: 'notice', code: 'hole', symbol: 'AAPL$US', channel: 'trade', range: [3, 9], msg: 'm' },
      trade(10),
    );
    await kit.nth('trade');
    expect(kit.all('gap')).toEqual([{ symbol: 'AAPL$US', channel: 'trade', lost: [3, 9], reason: 'announced' }]);
  });

  it("a hole in JSON's seq: every state is asked for", async () => {
    const kit = connect('json');
    const connection = await subscribed(kit, ['quote', 'trade'], 1);
    connection.send(quote([1, 1], 15020));
    connection.seq += 1;
    connection.send(trade(2));
    expect(await kit.nth('gap')).toMatchObject({ reason: 'seq', symbol: undefined });
    expect(await connection.next()).toMatchObject({ action: 'resync', channels: ['quote'] });
  });

  it('what came already is left out', async () => {
    const kit = connect();
    const connection = await subscribed(kit, ['trade'], 2);
    connection.send(trade(2), trade(3), trade(3), trade(4));
    await kit.nth('trade', 2);
    connection.send(trade(5));
    await kit.nth('trade', 3);
    expect(kit.all('trade').map(({ number }) => number)).toEqual([3, 4, 5]);
  });

  it('a subscription that is refused after a reconnect', async () => {
    const kit = connect();
    const first = await subscribed(kit, ['quote', 'trade'], 1);
    first.cut();
    const second = await gateway.next();
    second.hello();
    const { id } = await second.next();
    const ok = {
      symbol: 'AAPL$US',
      channel: 'trade',
      ok: true,
      epoch: 'e1',
      seq: 1,
      intervalMs: 0,
      streamNumber: 1,
    };
    const refused = { symbol: 'AAPL$US', channel: 'quote', ok: false, code: 'forbidden' as const, msg: 'no' };
    second.send({ type: 'success', action: 'subscribe', id, msg: '', results: [ok, refused] });
    expect(await kit.nth('rejected')).toEqual({ symbol: 'AAPL$US', channel: 'quote', code: 'forbidden', msg: 'no' });
    second.cut();
    const third = await gateway.next();
    third.hello();
    expect(await third.next()).toMatchObject({ channels: ['trade'] });
  });
});

it('an older gateway, which knows no zstd, is spoken to without', async () => {
  const old = await ScriptedGateway.start(['tapecast.v1.protobuf', 'tapecast.v1.json']);
  const client = new TapecastClient({ url: old.url });
  clients.push(client);
  client.connect();
  const connection = await old.next();
  expect(connection.protocol).toBe('tapecast.v1.protobuf');
  connection.hello();
  const ping = client.ping();
  connection.send({ type: 'pong', id: (await connection.next()).id, serverTime: 5 });
  expect(await ping).toBeGreaterThanOrEqual(0);
  await old.stop();
});

describe('faults', () => {
  it.each([undefined, WsWebSocket])('nobody there: known at once, and tried again', async (webSocket) => {
    const nobody = await ScriptedGateway.start();
    const { url } = nobody;
    await nobody.stop();
    const startedAt = performance.now();
    const client = new TapecastClient({ url, random: () => 0, ...(webSocket && { webSocket }) });
    clients.push(client);
    const tries = await new Promise<number>((resolve) => {
      let lost = 0;
      client.on('state', ({ state }) => {
        if (state === 'reconnecting' && ++lost === 3) resolve(lost);
      });
      client.connect();
    });
    expect(tries).toBe(3);
    // Long before a connection that says nothing would be given up.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('silence: stale, then a new connection', async () => {
    const kit = connect();
    const first = await gateway.next();
    first.hello(40);
    await gateway.next();
    const states = kit.all('state');
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'open', 'stale', 'reconnecting']);
    expect(states[3]).toMatchObject({ code: 1006, reason: expect.stringMatching(/no frame for \d+ ms/) });
  });

  it('a wall clock that jumps does not make a good connection look silent', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    try {
      const kit = connect();
      (await gateway.next()).hello(15_000);
      await kit.nth('state', 2);
      vi.setSystemTime(Date.now() + 3_600_000);
      // The looks at how long nothing came are made, and by a clock that only goes on that is not long.
      vi.advanceTimersByTime(20_000);
      expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'open']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('a program that stood still reads what came meanwhile before it gives the connection up', async () => {
    const kit = connect();
    const connection = await gateway.next();
    connection.hello(40);
    await kit.nth('state', 2);
    connection.send({ type: 'heartbeat', n: 1, serverTime: 1 });
    const until = performance.now() + 200;
    while (performance.now() < until);
    await expect.poll(() => kit.all('state').map(({ state }) => state)).toContain('stale');
    await expect
      .poll(() =>
        kit
          .all('state')
          .map(({ state }) => state)
          .slice(1, 4),
      )
      .toEqual(['open', 'stale', 'open']);
  });

  it('a frame that can not be read ends the connection, and another is made', async () => {
    const kit = connect();
    const first = await gateway.next();
    first.hello();
    first.raw(Uint8Array.of(0, 0xff, 0xff, 0xff));
    await gateway.next();
    expect((await kit.nth('fault')).error).toMatchObject({ name: 'WireError', code: 'malformed' });
  });

  it('a frame that would unpack to a gigabyte ends the connection unread', async () => {
    const kit = connect();
    const first = await gateway.next();
    first.hello();
    first.raw(Uint8Array.of(1, 0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x40, 0x02, 0, 0));
    await gateway.next();
    expect((await kit.nth('fault')).error.message).toMatch(/1073741824 bytes, at most 16777216/);
  });

  it('a request that the gateway refuses', async () => {
    const kit = connect();
    const connection = await gateway.next();
    connection.hello();
    const refused = kit.client.subscribe(['AAPL$US'], ['trade']);
    const { id } = await connection.next();
    connection.send({
      type: 'error',
      action: 'subscribe',
      id,
      code: 'unavailable',
      msg: 'later',
      temporary: true,
      retryAfterMs: 5,
    });
    await expect(refused).rejects.toMatchObject({ code: 'refused', answerCode: 'unavailable', retryable: true });
  });

  it('more requests than a gateway keeps waiting are sent as answers come', async () => {
    const kit = connect();
    const connection = await gateway.next();
    connection.hello();
    const pings = Array.from({ length: 40 }, () => kit.client.ping());
    const first = [];
    for (let sent = 0; sent < 32; sent++) first.push(await connection.next());
    expect(connection.unread).toBe(0);
    for (const { id } of first) connection.send({ type: 'pong', id, serverTime: 1 });
    for (let sent = 32; sent < 40; sent++)
      connection.send({ type: 'pong', id: (await connection.next()).id, serverTime: 1 });
    expect(await Promise.all(pings)).toHaveLength(40);
  });

  it('a subscription that fails for a time is asked for again', async () => {
    const kit = connect();
    const first = await subscribed(kit, ['trade'], 1);
    first.cut();
    const second = await gateway.next();
    second.hello();
    const { id } = await second.next();
    second.send({
      type: 'error',
      action: 'subscribe',
      id,
      code: 'unavailable',
      msg: 'later',
      temporary: true,
      retryAfterMs: 10,
    });
    second.grant(await second.next(), 1);
    second.send(trade(2));
    expect(await kit.nth('trade')).toMatchObject({ number: 2 });
    expect(kit.all('rejected')).toEqual([]);
  });

  it('symbols or channels that are none are the caller’s fault', async () => {
    const kit = connect();
    await expect(kit.client.subscribe([], ['trade'])).rejects.toMatchObject({ code: 'bad_call' });
  });
});

it('asks for texts in JSON, and carries the token', async () => {
  const client = new TapecastClient({ url: `${gateway.url}?x=1`, protocol: 'json', token: 'a b', tokenIn: 'query' });
  clients.push(client);
  client.connect();
  expect((await gateway.next()).url).toBe('/v1/stream?x=1&numbers=string&token=a+b');
});

it('works with another WebSocket, and answers a ping', async () => {
  const kit = connect(undefined, WsWebSocket);
  const connection = await gateway.next();
  connection.hello();
  const ping = kit.client.ping();
  const { id } = await connection.next();
  connection.send({ type: 'pong', id, serverTime: 5 });
  expect(await ping).toBeGreaterThanOrEqual(0);
});
