import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ItickClient, startVenue } from './itick-client.ts';
import { tradesZip } from './lean-files.ts';

const AUTHENTICATED = { code: 1, resAc: 'auth', msg: 'authenticated' };
const EXCEEDED = { code: 0, resAc: 'subscribe', msg: 'exceeding the maximum subscription limit' };
const NOT_RESOLVED = { code: 0, resAc: 'subscribe', msg: 'cannot be resolved action' };
const SUBSCRIBED = { code: 1, resAc: 'subscribe', msg: 'subscribe Successfully' };

const paused = async (options = {}) => startVenue({ recordings: [await tradesZip(3)], paused: true, ...options });

describe('the greeting (1.2)', () => {
  test.each(['/stock', '/websocket/stock', '/sws', '/forex', '/crypto', '/indices', '/future', '/fund'])(
    '%s: connected, then authenticated, in this order',
    async (path) => {
      const client = await ItickClient.connect(await paused(), { path });
      await client.until(() => client.texts.length === 2);
      expect(client.frames()).toEqual([{ code: 1, msg: 'Connected Successfully' }, AUTHENTICATED]);
    },
  );

  test('a token in the query is one', async () => {
    const client = await ItickClient.connect(await paused({ tokens: ['q'] }), { path: '/stock?token=q', token: '' });
    await client.until(() => client.texts.length === 2);
    expect(client.frames()[1]).toEqual(AUTHENTICATED);
  });

  test('a token in an auth message is one, and nothing is answered before', async () => {
    const client = await ItickClient.connect(await paused({ tokens: ['m'] }), { token: '' });
    client.send({ ac: 'auth', params: 'm' });
    await client.until(() => client.texts.length === 2);
    expect(client.frames()).toEqual([{ code: 1, msg: 'Connected Successfully' }, AUTHENTICATED]);
  });

  test('a token that is not taken fails, and the connection is closed', async () => {
    const client = await ItickClient.connect(await paused({ tokens: ['good'] }), { token: 'bad' });
    await client.closed();
    expect(client.frames()[1]).toEqual({ code: 0, resAc: 'auth', msg: 'auth failed' });
    expect(client.texts.join()).not.toContain('bad');
  });

  test('another path is not found', async () => {
    const venue = await paused();
    const socket = new WebSocket(`${venue.wsUrl}/stocks`);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('404');
  });
});

describe('subscribing (1.3)', () => {
  test('before the auth reply it can not be resolved', async () => {
    const venue = await paused({ faults: [{ fault: 'auth-delay', ms: 50 }] });
    const client = await ItickClient.connect(venue);
    client.send({ ac: 'subscribe', params: 'IBM$US', types: 'tick' });
    await client.until(() => client.texts.length === 3);
    expect(client.frames().slice(1)).toEqual([NOT_RESOLVED, AUTHENTICATED]);
    expect(venue.connections()[0]?.subscriptions.size).toBe(0);
  });

  test('adds to what there is, each symbol with each type, however it is spelt', async () => {
    const venue = await paused();
    const client = await ItickClient.ready(venue);
    expect(await client.subscribe('IBM$US,aapl.us', 'tick,depth')).toEqual(SUBSCRIBED);
    expect(await client.subscribe('IBM$US,RELIANCE$NSE$IN', 'kline@10')).toEqual(SUBSCRIBED);
    expect(venue.connections()).toEqual([
      {
        assetClass: 'stock',
        authenticated: true,
        subscriptions: new Map([
          ['IBM$US', new Set(['tick', 'depth', 'kline@10'])],
          ['AAPL$US', new Set(['tick', 'depth'])],
          ['RELIANCE$NSE$IN', new Set(['kline@10'])],
        ]),
      },
    ]);
  });

  test.each([
    ['an unknown type', { ac: 'subscribe', params: 'IBM$US', types: 'tick,news' }],
    ['a period that is none', { ac: 'subscribe', params: 'IBM$US', types: 'kline@11' }],
    ['no symbol', { ac: 'subscribe', params: '', types: 'tick' }],
    ['no types', { ac: 'subscribe', params: 'IBM$US' }],
    ['a list instead of a text', { ac: 'subscribe', params: ['IBM$US'], types: 'tick' }],
    ['no JSON', '{"ac":"subscr'],
    ['no object', 'null'],
  ])('%s can not be resolved', async (_, request) => {
    const venue = await paused();
    const client = await ItickClient.ready(venue);
    client.send(request);
    await client.until(() => client.texts.length === 3);
    expect(client.frames()[2]).toEqual(NOT_RESOLVED);
    expect(venue.connections()[0]?.subscriptions.size).toBe(0);
  });

  test('500 symbols a connection, counted by symbol; one more is refused whole', async () => {
    const venue = await paused();
    const client = await ItickClient.ready(venue);
    const symbols = Array.from({ length: 500 }, (_, n) => `S${n}$US`);
    expect(await client.subscribe(symbols.slice(0, 300).join(','), 'tick,quote,depth,kline@1')).toEqual(SUBSCRIBED);
    expect(await client.subscribe(symbols.join(','), 'tick')).toEqual(SUBSCRIBED);
    expect(await client.subscribe('S0$US,NEW$US', 'depth')).toEqual(EXCEEDED);
    expect(await client.subscribe('S1$US', 'kline@8')).toEqual(SUBSCRIBED);
    expect(venue.connections()[0]?.subscriptions.size).toBe(500);
  });

  test("the plan's symbols", async () => {
    const client = await ItickClient.ready(await paused({ plan: { symbols: 3 } }));
    expect(await client.subscribe('A$US,B$US,C$US')).toEqual(SUBSCRIBED);
    expect(await client.subscribe('D$US')).toEqual(EXCEEDED);
  });
});

describe("the plan's connections (1.3), counted by token", () => {
  test('one too many: its subscription fails, the others stay', async () => {
    const venue = await paused({ plan: { connections: 1 } });
    const first = await ItickClient.ready(venue);
    const second = await ItickClient.ready(venue);
    expect(await second.subscribe('IBM$US')).toEqual(EXCEEDED);
    expect(await first.subscribe('IBM$US')).toEqual(SUBSCRIBED);
    const other = await ItickClient.connect(venue, { token: 'another' });
    await other.until(() => other.texts.length === 2);
    expect(await other.subscribe('IBM$US')).toEqual(SUBSCRIBED);
  });

  test('one too many: it is disconnected, the others stay; when one has gone there is room', async () => {
    const venue = await paused({ plan: { connections: 1, surplus: 'disconnected' } });
    const first = await ItickClient.ready(venue);
    const second = await ItickClient.connect(venue);
    expect((await second.closed()).code).toBe(1000);
    expect(first.ended).toBeUndefined();
    first.socket.close();
    await first.closed();
    await expect.poll(() => venue.connections().length, { timeout: 10_000 }).toBe(0);
    const third = await ItickClient.ready(venue);
    expect(await third.subscribe('IBM$US')).toEqual(SUBSCRIBED);
  });
});

test('there is no unsubscribe: no action, and the connection is closed with 1000 (1.4)', async () => {
  const client = await ItickClient.ready(await paused(), 'IBM$US');
  client.send({ ac: 'unsubscribe', params: 'IBM$US', types: 'tick' });
  expect((await client.closed()).code).toBe(1000);
  expect(client.frames().at(-1)?.msg).toBe('no action');
});

describe('heartbeat (1.6)', () => {
  test('a JSON ping is answered with its own number, as text or number, without a code', async () => {
    const client = await ItickClient.ready(await paused());
    client.send({ ac: 'ping', params: '1731688569840' });
    client.send({ ac: 'ping', params: 1731688569841 });
    await client.until(() => client.texts.length === 4);
    expect(client.texts.slice(2)).toEqual([
      '{"resAc":"pong","data":{"params":"1731688569840"}}',
      '{"resAc":"pong","data":{"params":1731688569841}}',
    ]);
  });

  test('a WebSocket ping is answered', async () => {
    const client = await ItickClient.ready(await paused());
    client.socket.ping('x');
    await client.until(() => client.pongs.includes('x'));
  });

  test('without JSON pings the connection ends after the timeout, however many WebSocket pings come', async () => {
    const client = await ItickClient.ready(await paused({ pingTimeoutMs: 200 }));
    const timer = setInterval(() => client.socket.ping(), 20);
    expect((await client.closed()).code).toBe(1000);
    clearInterval(timer);
  });
});
