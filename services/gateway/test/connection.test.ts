import { connect as connectTcp } from 'node:net';
import type { MarketState } from '@tapecast/market-state';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openStand, type Stand, type StandOptions } from './stand/stand.ts';
import { StreamClient, type Wire } from './stand/stream-client.ts';

let stand: Stand;
const clients: StreamClient[] = [];

async function start(options?: StandOptions): Promise<void> {
  stand = await openStand(options);
}
async function connect(protocol?: string, query = ''): Promise<StreamClient> {
  const client = await StreamClient.open(stand.gateway.port, protocol, query);
  clients.push(client);
  return client;
}
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stand.stop();
});

const metric = async (name: string): Promise<number> => {
  const line = (await stand.metrics.metrics())
    .split('\n')
    .find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  return Number(line?.split(' ').at(-1));
};

describe('handshake', () => {
  test('the first known subprotocol is named; an offer of none known is refused and told which are', async () => {
    await start();
    const client = await connect('tapecast.v1.protobuf');
    expect(client.socket.protocol).toBe('tapecast.v1.protobuf');
    const several = new WebSocket(`ws://127.0.0.1:${stand.gateway.port}/v1/stream`, [
      'other',
      'tapecast.v1.json',
      'tapecast.v1.protobuf',
    ]);
    await new Promise((resolve) => several.once('open', resolve));
    expect(several.protocol).toBe('tapecast.v1.json');
    several.terminate();
    const refused = new WebSocket(`ws://127.0.0.1:${stand.gateway.port}/v1/stream`, ['graphql-ws']);
    const body = await new Promise<string>((resolve) => {
      refused.on('error', () => {});
      refused.once('unexpected-response', (_, response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.once('end', () => resolve(`${response.statusCode} ${text}`));
      });
    });
    expect(body).toContain('400');
    expect(body).toContain('tapecast.v1.json or tapecast.v1.protobuf');
  });

  test('permessage-deflate is never accepted, and a token is ignored where anonymous is on', async () => {
    await start();
    const client = await connect(undefined, '?token=whatever');
    expect(client.socket.extensions).toBe('');
    expect(await client.ask({ action: 'auth', id: 1, token: 'x' })).toMatchObject({ type: 'success', action: 'auth' });
  });

  test('more connections than allowed are refused', async () => {
    await start({ config: { limits: { connectionsMax: 1 } } });
    await connect();
    const second = new StreamClient(`ws://127.0.0.1:${stand.gateway.port}/v1/stream`);
    await second.closed();
    expect(await metric('tapecast_gateway_refused_upgrades_total')).toBe(1);
  });
});

describe('messages', () => {
  test('ping, query, unsubscribe, resync, and what is not offered', async () => {
    await start();
    const { market } = stand;
    market.quote('AAPL$US', 100);
    market.depth('AAPL$US', [1, 1], [2, 2], true);
    market.trade('AAPL$US', 100);
    await market.write();
    const client = await connect();
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong', id: 'p' });
    client.send({ type: 'ping' });
    await client.next((message) => message.type === 'pong' && message.id === null);
    await client.subscribe(1, ['AAPL$US'], ['quote', 'depth', 'trade']);
    const before = client.data('AAPL$US', 'quote').length;
    await client.subscribe(2, ['AAPL$US'], ['quote']);
    const query = await client.ask({ action: 'query_subscribe', id: 3 });
    expect(query.subscriptions.map((one: Wire) => [one.symbol, one.channel, one.seq])).toEqual([
      ['AAPL$US', 'trade', 1],
      ['AAPL$US', 'quote', 1],
      ['AAPL$US', 'depth@20', 1],
    ]);
    expect(client.data('AAPL$US', 'quote').length).toBe(before);
    const trades = client.data('AAPL$US', 'trade').length;
    expect((await client.ask({ action: 'resync', id: 4, symbols: ['AAPL$US'] })).results).toHaveLength(3);
    await client.until(() => client.data('AAPL$US', 'quote').length === before + 1);
    expect(client.data('AAPL$US', 'trade').length).toBe(trades);
    const left = await client.ask({
      action: 'unsubscribe',
      id: 5,
      channels: ['trade', 'kline@1m'],
      symbols: ['AAPL$US'],
    });
    expect(left.results.map((one: Wire) => (one.ok ? 'ok' : one.code))).toEqual(['ok', 'not_subscribed']);
    market.trade('AAPL$US', 101);
    market.quote('AAPL$US', 101);
    await market.write();
    await client.until(() => client.data('AAPL$US', 'quote').at(-1)?.last === 1.01);
    expect(client.data('AAPL$US', 'trade').length).toBe(trades);
    expect((await client.ask({ action: 'unsubscribe', id: 6, symbols: ['AAPL$US'] })).results).toHaveLength(2);
    expect(await client.ask({ action: 'ack', id: 8 })).toMatchObject({ type: 'error', code: 'not_supported' });
    const interval = await client.subscribe(9, ['AAPL$US'], ['quote'], 60);
    expect(interval.results[0]).toMatchObject({ ok: true, interval_ms: 100 });
  });

  test('what is bad is answered with what was expected, and the connection stays open', async () => {
    await start();
    const client = await connect();
    const bad = [
      '{',
      '[]',
      '1',
      '{"action":"fly"}',
      '{"action":"subscribe"}',
      '{"action":"subscribe","symbols":5,"channels":["quote"]}',
      '{"action":"auth","id":{}}',
    ];
    for (const text of bad) client.socket.send(text);
    client.socket.send(Buffer.from([1, 2, 3]));
    await client.until(() => client.messages.filter((message) => message.type === 'error').length === bad.length + 1);
    for (const message of client.messages.filter((one) => one.type === 'error')) {
      expect(message).toMatchObject({ code: 'bad_request', temporary: false });
      expect(message.msg.length).toBeGreaterThan(20);
    }
    expect(await client.ask({ action: 'ping', id: 1 })).toMatchObject({ type: 'pong' });
    const protobuf = await connect('tapecast.v1.protobuf');
    protobuf.socket.send('text');
    protobuf.socket.send(Buffer.from([255, 255, 255]));
    await protobuf.until(() => protobuf.messages.filter((message) => message.type === 'error').length === 2);
  });

  test('a whole catalogue in one subscribe is answered and the connection closed; too many symbols only answered', async () => {
    await start();
    const other = await connect();
    const client = await connect();
    const few = Array.from({ length: 501 }, (_, i) => `S${i}$US`);
    expect(await client.subscribe(1, few, ['quote'])).toMatchObject({ type: 'error', code: 'too_many_symbols' });
    expect(
      await client.subscribe(
        2,
        few.slice(0, 300),
        Array.from({ length: 10 }, () => 'quote'),
      ),
    ).toMatchObject({ type: 'error', code: 'too_many_symbols' });
    client.socket.send(
      JSON.stringify({
        action: 'subscribe',
        id: 3,
        channels: ['quote'],
        symbols: Array.from({ length: 80_000 }, (_, i) => `S${i}$US`),
      }),
    );
    expect(await client.closed()).toBe(4006);
    expect(client.messages.at(-1)).toMatchObject({ type: 'error', code: 'bad_request' });
    expect(await other.ask({ action: 'ping', id: 1 })).toMatchObject({ type: 'pong' });
  });

  test("a subscription past the connection's number fails by itself", async () => {
    await start({ config: { limits: { subscriptionsPerConnectionMax: 2, pairsPerMessageMax: 2 } } });
    const client = await connect();
    expect((await client.subscribe(1, ['AAPL$US', '700$HK'], ['quote'])).results.map((one: Wire) => one.ok)).toEqual([
      true,
      true,
    ]);
    expect((await client.subscribe(2, ['AAPL$US'], ['trade'])).results[0]).toMatchObject({
      ok: false,
      code: 'too_many_symbols',
    });
    expect((await client.subscribe(3, ['AAPL$US'], ['quote'])).results[0]).toMatchObject({ ok: true });
  });

  test('messages that each ask for much end the connection as many small ones do; what a client needs is let through', async () => {
    await start({
      config: {
        limits: { pairsPerMessageMax: 4, subscriptionsPerConnectionMax: 4, pairsBurst: 12, pairsPerSecond: 0.001 },
      },
    });
    for (const again of [
      { action: 'query_subscribe' },
      { action: 'resync', symbols: ['AAPL$US', '700$HK'] },
      { action: 'subscribe', symbols: ['AAPL$US', '700$HK'], channels: ['quote', 'trade'] },
    ]) {
      const client = await connect();
      expect((await client.subscribe(1, ['AAPL$US', '700$HK'], ['quote', 'trade'])).results).toHaveLength(4);
      expect(await client.ask({ ...again, id: 2 })).toMatchObject({ type: 'success' });
      // Costs nothing.
      for (let id = 10; id < 30; id++) await client.ask({ action: 'ping', id });
      client.send({ ...again, id: 3 });
      client.send({ ...again, id: 4 });
      expect(await client.closed()).toBe(4104);
    }
  });

  test('more than may wait behind a message that is being answered ends the connection that has most', async () => {
    let answer: (none: undefined) => void = () => {};
    const nothing = new Promise<undefined>((resolve) => {
      answer = resolve;
    });
    await start({
      // The first message waits for a state.
      store: (state) =>
        new Proxy(state, {
          get: (target, name: keyof MarketState) =>
            name === 'snapshot' ? () => nothing : (target[name] as () => unknown).bind(target),
        }),
      config: { limits: { messagesWaitingBytesAllMax: 700_000, joinAnswerMs: 60_000 } },
    });
    const symbols = ['x'.repeat(200_000)];
    const waiting = async (messages: number): Promise<StreamClient> => {
      const client = await connect();
      client.send({ action: 'subscribe', id: 1, symbols: ['AAPL$US'], channels: ['quote'] });
      for (let id = 2; id <= 1 + messages; id++) client.send({ action: 'subscribe', id, symbols, channels: ['quote'] });
      client.socket.ping();
      await new Promise((resolve) => client.socket.once('pong', resolve));
      return client;
    };
    const modest = await waiting(1);
    const greedy = await waiting(2);
    expect(greedy.closeCode).toBeUndefined();
    const last = await waiting(1);
    expect(await greedy.closed()).toBe(4104);
    answer(undefined);
    for (const client of [modest, last])
      expect((await client.next(({ id }) => id === 2)).results).toMatchObject([{ code: 'unknown_symbol' }]);
  });

  test('too many messages, and too many bad ones, end the connection with their codes', async () => {
    await start({ config: { limits: { messagesBurst: 20, messagesPerSecond: 1, badMessagesMax: 5 } } });
    const fast = await connect();
    for (let i = 0; i < 30; i++) fast.send({ action: 'ping', id: i });
    expect(await fast.closed()).toBe(4104);
    const pinging = await connect();
    for (let i = 0; i < 30; i++) pinging.socket.ping();
    expect(await pinging.closed()).toBe(4104);
    const bad = await connect();
    for (let i = 0; i < 10; i++) bad.socket.send('nonsense');
    expect(await bad.closed()).toBe(4005);
  });
});

describe('clients that do not do their part', () => {
  test('silence ends a connection after three intervals; answering pings is enough to live', async () => {
    await start({ config: { heartbeatMs: 100 } });
    const living = await connect();
    const silent = new StreamClient(`ws://127.0.0.1:${stand.gateway.port}/v1/stream`, undefined, { autoPong: false });
    expect(await silent.closed()).toBe(4102);
    await living.until(() => living.messages.filter((message) => message.type === 'heartbeat').length >= 5);
    expect(
      living.messages
        .filter((message) => message.type === 'heartbeat')
        .map((message) => message.n)
        .slice(0, 3),
    ).toEqual([1, 2, 3]);
    expect(living.closeCode).toBeUndefined();
  });

  test('data is a sign of life of its own: no heartbeat beside it', async () => {
    // Only a pause of this process that is as long would leave room for one.
    await start({ config: { heartbeatMs: 1_000 } });
    stand.market.quote('AAPL$US', 1);
    await stand.market.write();
    const client = await connect('tapecast.v1.protobuf');
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    for (let i = 0; i < 60; i++) {
      stand.market.quote('AAPL$US', i + 2);
      await stand.market.write();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(client.messages.filter((message) => message.type === 'heartbeat')).toHaveLength(0);
  });

  test.each(['tapecast.v1.json', 'tapecast.v1.protobuf'])(
    'a client that never reads is closed as slow, and costs nobody a message (%s)',
    async (protocol) => {
      await start({
        config: {
          limits: {
            slowBytes: 64 * 1024,
            slowMs: 200,
            slowBytesMax: 512 * 1024,
            socketBytesMax: 1024 * 1024,
            sweepMs: 20,
          },
        },
      });
      const { market } = stand;
      market.trade('AAPL$US', 1);
      await market.write();
      const good = await connect(protocol);
      const slow = await connect(protocol);
      for (const client of [good, slow]) await client.subscribe(1, ['AAPL$US'], ['trade']);
      slow.socket.pause();
      const deadline = Date.now() + 15_000;
      let sent = 1;
      while ((await metric('tapecast_gateway_closes_total{reason="slowConsumer"}')) === 0 && Date.now() < deadline) {
        for (let i = 0; i < 500; i++) market.trade('AAPL$US', ++sent, 1, 'x'.repeat(200));
        await market.write();
        await good.until(() => good.messages.at(-1)?.range?.[1] === sent);
      }
      expect(await metric('tapecast_gateway_closes_total{reason="slowConsumer"}')).toBe(1);
      expect(await metric('tapecast_gateway_connections')).toBe(1);
      const ranges = good
        .data('AAPL$US', 'trade')
        .filter((message) => message.range !== undefined)
        .map((message) => message.range[0]);
      expect(ranges).toEqual(ranges.map((_, i) => i + 2));
    },
  );

  test('a socket that is cut in the middle of a message, and one that never finishes its handshake, do no harm', async () => {
    await start();
    const client = await connect();
    const raw = connectTcp(stand.gateway.port, '127.0.0.1');
    await new Promise<void>((resolve) => raw.once('connect', () => resolve()));
    raw.write('GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgra');
    raw.destroy();
    // A masked text frame of 1000 bytes of which ten come.
    (client.socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(
      Buffer.from([0x81, 0xfe, 0x03, 0xe8, 1, 2, 3, 4, 5, 6]),
    );
    client.close();
    const next = await connect();
    expect(await next.ask({ action: 'ping', id: 1 })).toMatchObject({ type: 'pong' });
  });
});

describe('stopping', () => {
  test('clients are told to go elsewhere at once, and the port is free', async () => {
    await start({ config: { limits: { closeFramesMs: 250 } } });
    const client = await connect();
    await stand.gateway.stop();
    expect(await client.closed()).toBe(4200);
    expect(stand.gateway.ready()).toMatchObject({ ready: false });
  });
});
