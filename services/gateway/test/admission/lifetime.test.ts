import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GatewayConfig } from '../../src/index.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';
import { ISSUER, KeyServer, newKey, signed, TokenIssuer } from '../stand/token-issuer.ts';

let stand: Stand | undefined;
let issuer: TokenIssuer;
const clients: StreamClient[] = [];

beforeEach(async () => {
  issuer = await TokenIssuer.open();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stand?.stop();
  stand = undefined;
  await issuer.close();
});

async function start(config: Partial<GatewayConfig> = {}): Promise<Stand> {
  stand = await openStand({
    config: {
      anonymous: false,
      jwks: issuer.path,
      tokenIssuer: ISSUER,
      ...config,
      limits: { sweepMs: 20, ...config.limits },
    },
  });
  for (const symbol of ['AAPL$US', '700$HK', 'BTCUSDT$BA']) {
    stand.market.quote(symbol, 100);
    stand.market.trade(symbol, 100);
  }
  await stand.market.write();
  return stand;
}

function dial(query = '', protocol?: string): StreamClient {
  const client = new StreamClient(`ws://127.0.0.1:${stand?.gateway.port}/v1/stream${query}`, protocol);
  clients.push(client);
  return client;
}
async function connect(token?: string, protocol?: string): Promise<StreamClient> {
  const client = dial(token === undefined ? '' : `?token=${token}`, protocol);
  await client.next(({ type }) => type === 'hello');
  return client;
}

const ALL = { channels: ['*'], symbols: ['*'] };
const codes = (answer: Wire): string[] => answer.results.map((one: Wire) => (one.ok ? 'ok' : one.code));
const auth = (client: StreamClient, id: number, token: string): Promise<Wire> =>
  client.ask({ action: 'auth', id, token });

describe('a connection without a token', () => {
  test('gets hello and pong, may give one, and is then served', async () => {
    await start();
    const client = await connect();
    expect(await client.subscribe(1, ['AAPL$US'], ['quote'])).toMatchObject({ code: 'unauthorized' });
    expect(await client.ask({ action: 'ping', id: 2 })).toMatchObject({ type: 'pong' });
    const answer = await auth(client, 3, issuer.token({ ...ALL, limits: { symbols: 7 } }));
    expect(answer).toMatchObject({ type: 'success', action: 'auth', results: [], limits: { symbols: 7 } });
    expect(codes(await client.subscribe(4, ['AAPL$US'], ['quote']))).toEqual(['ok']);
  });

  test('is told and closed when its time is over, whatever else it sends', async () => {
    await start({ limits: { authMs: 300 } });
    const silent = await connect();
    const busy = await connect(undefined, 'tapecast.v1.protobuf');
    const pinging = setInterval(() => busy.socket.readyState === 1 && busy.send({ action: 'ping', id: 1 }), 20);
    expect(await silent.closed()).toBe(4001);
    expect(await busy.closed()).toBe(4001);
    clearInterval(pinging);
    expect(silent.messages.map(({ type }) => type)).toEqual(['hello', 'error']);
    expect(silent.messages[1]).toMatchObject({ code: 'unauthorized', msg: expect.stringContaining('0.3 s') });
  });

  test('has a few tries', async () => {
    await start({ limits: { authFailuresMax: 3 } });
    const client = await connect();
    for (let id = 1; id <= 3; id++) client.send({ action: 'auth', id, token: 'x.y.z' });
    expect(await client.closed()).toBe(4001);
    expect(client.messages.filter(({ code }) => code === 'token_invalid')).toHaveLength(3);
  });

  test('may send nonsense, and is then let in', async () => {
    await start();
    const client = await connect();
    const frames = ['{', '[]', 'null', '"auth"', '{"action":"auth"}', '{"action":"auth","token":""}', '{"action":{}}'];
    for (const frame of frames) client.socket.send(frame);
    for (let i = 0; i < 40; i++)
      client.socket.send(Buffer.from(Array.from({ length: i }, (_, n) => (i * 31 + n * 17) % 256)));
    await client.until(() => client.messages.filter(({ type }) => type === 'error').length === frames.length + 40);
    expect(await auth(client, 1, issuer.token(ALL))).toMatchObject({ type: 'success' });
  });

  test('sends no more than a door needs, also where its token waits for a key', async () => {
    await start({ limits: { unadmittedMessagesMax: 3 } });
    const client = await connect();
    for (let id = 1; id <= 3; id++) expect(await client.ask({ action: 'ping', id })).toMatchObject({ type: 'pong' });
    client.send({ action: 'ping', id: 4 });
    expect(await client.closed()).toBe(4104);
    const admitted = await connect(issuer.token(ALL));
    for (let id = 1; id <= 9; id++) await admitted.ask({ action: 'ping', id });
    const answered = await connect();
    for (let id = 1; id <= 2; id++) await answered.ask({ action: 'ping', id });
    expect(await auth(answered, 3, issuer.token(ALL))).toMatchObject({ type: 'success' });
    for (let id = 4; id <= 9; id++) await answered.ask({ action: 'ping', id });
  });

  test('has no more bytes of it kept than a few tokens have', async () => {
    const silent = createServer(() => {
      // Its keys never come.
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await start({ jwks: `http://127.0.0.1:${port}/`, keyLimits: { fetchMs: 1_000, cooldownMs: 30_000 } });
    const client = dial(`?token=${signed(newKey('unknown'), issuer.claims(ALL))}`);
    const symbols = Array.from({ length: 1_000 }, (_, i) => `S${i}$US`);
    client.socket.once('open', () => {
      for (let id = 1; id <= 20; id++) client.send({ action: 'subscribe', id, symbols, channels: ['quote'] });
    });
    expect(await client.closed()).toBe(4104);
    expect(client.messages).toEqual([]);
    silent.closeAllConnections();
    silent.close();
  });

  test('is one of a bounded number; those who were let in are not counted', async () => {
    const { gateway } = await start({ unadmittedConnections: 2, limits: { unadmittedGraceMs: 60_000 } });
    for (let i = 0; i < 3; i++) await connect(issuer.token(ALL));
    const [waiting] = [await connect(), await connect()];
    const refused = dial();
    expect(await refused.closed()).toBe(1006);
    await auth(waiting as StreamClient, 1, issuer.token(ALL));
    await connect();
    expect(gateway.ready()).toMatchObject({ ready: true });
  });

  test('makes room for others when it had time to show one, so that a few who say nothing keep nobody out', async () => {
    await start({ limits: { unadmittedMax: 3, unadmittedGraceMs: 0 } });
    const silent = [await connect(), await connect(), await connect()];
    const late = await connect(issuer.token(ALL));
    expect(await silent[0]!.closed()).toBe(4100);
    expect(await late.subscribe(1, ['AAPL$US'], ['quote'])).toMatchObject({ type: 'success' });
    expect(silent.slice(1).map(({ closeCode }) => closeCode)).toEqual([undefined, undefined]);
  });

  test('waits with what it sends before its token was checked: hello is first', async () => {
    await start();
    const client = dial(`?token=${issuer.token(ALL)}`);
    client.socket.once('open', () => client.socket.send('nonsense'));
    client.socket.once('open', () =>
      client.send({ action: 'subscribe', id: 1, symbols: ['AAPL$US'], channels: ['quote'] }),
    );
    const answer = await client.next(({ id }) => id === 1);
    expect(codes(answer)).toEqual(['ok']);
    expect(client.messages[0]).toMatchObject({ type: 'hello' });
  });
});

describe('anonymous clients beside keys', () => {
  test('are let in without a token and refused with a bad one, on the stream and REST', async () => {
    await start({ anonymous: true });
    const anonymous = await connect();
    expect(codes(await anonymous.subscribe(1, ['AAPL$US'], ['quote']))).toEqual(['ok']);
    const bad = dial('?token=x.y.z');
    expect(await bad.closed()).toBe(4001);
    const url = `http://127.0.0.1:${stand?.gateway.port}/v1/snapshot?symbols=AAPL$US`;
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}&token=x.y.z`)).status).toBe(401);
    expect((await fetch(url)).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('who shows a token has what it says, and no more', async () => {
    await start({ anonymous: true });
    const client = await connect();
    await client.subscribe(1, ['AAPL$US', '700$HK'], ['quote']);
    const answer = await auth(client, 2, issuer.token({ channels: ['quote'], symbols: ['AAPL$US'] }));
    expect(answer.results).toMatchObject([{ symbol: '700$HK', channel: 'quote', ok: false, code: 'forbidden' }]);
    expect(await auth(client, 3, 'x.y.z')).toMatchObject({ code: 'token_invalid' });
    expect(codes(await client.subscribe(4, ['700$HK'], ['quote']))).toEqual(['forbidden']);
  });
});

describe('renewal', () => {
  test.each(['tapecast.v1.json', 'tapecast.v1.protobuf'])(
    'leaves no hole in what streams meanwhile (%s)',
    async (protocol) => {
      const { market } = await start();
      const client = await connect(issuer.token(ALL), protocol);
      const subscribed = await client.subscribe(1, ['AAPL$US', '700$HK'], ['trade', 'quote']);
      let writing = true;
      let last = 0;
      const writer = (async () => {
        while (writing) {
          for (const symbol of ['AAPL$US', '700$HK']) {
            market.trade(symbol, 100 + (++last % 7));
            market.quote(symbol, 100 + (last % 7));
          }
          await market.write();
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      for (let id = 2; id < 42; id++) {
        const token = issuer.token(id % 3 === 0 ? { channels: ['trade', 'quote'], symbols: ['*$US', '*$HK'] } : ALL);
        const answer = await auth(client, id, id % 5 === 0 ? `${token}x` : token);
        expect(answer.type).toBe(id % 5 === 0 ? 'error' : 'success');
      }
      writing = false;
      await writer;
      for (const symbol of ['AAPL$US', '700$HK']) {
        for (const channel of ['trade', 'quote'] as const) {
          const end = market.view(symbol).seqs[channel];
          await client.until(() => client.data(symbol, channel).at(-1)?.range?.[1] === end);
          const ranges: [number, number][] = client
            .data(symbol, channel)
            .flatMap(({ range }) => (range === undefined ? [] : [range]));
          // A quote begins with its state; trades after the number in the reply.
          let at = subscribed.results.find((one: Wire) => one.symbol === symbol && one.channel === channel).seq;
          if (channel === 'quote') expect(ranges.shift()?.[1]).toBe(at);
          for (const [from, to] of ranges) {
            expect(from).toBe(at + 1);
            at = to;
          }
          expect(at).toBe(end);
          expect(end).toBeGreaterThan(20);
        }
      }
      if (protocol === 'tapecast.v1.json') {
        const seqs = client.messages.filter((message) => 'seq' in message && 'symbol' in message).map(({ seq }) => seq);
        expect(seqs).toEqual(seqs.map((_, i) => i + 1));
      }
    },
  );

  test('a lesser token takes subscriptions away, told per pair, and their data stops with the answer', async () => {
    const { market } = await start();
    const client = await connect(issuer.token(ALL));
    await client.subscribe(1, ['AAPL$US', '700$HK', 'BTCUSDT$BA'], ['quote', 'trade']);
    market.quote('700$HK', 101);
    market.trade('AAPL$US', 101);
    const written = market.write();
    const answer = await auth(client, 2, issuer.token({ channels: ['quote'], symbols: ['AAPL$US', '*$BA'] }));
    await written;
    expect(answer.results.map(({ symbol, channel, ok, code }: Wire) => [symbol, channel, ok, code])).toEqual([
      ['AAPL$US', 'trade', false, 'forbidden'],
      ['700$HK', 'trade', false, 'forbidden'],
      ['700$HK', 'quote', false, 'forbidden'],
      ['BTCUSDT$BA', 'trade', false, 'forbidden'],
    ]);
    for (const symbol of ['AAPL$US', '700$HK', 'BTCUSDT$BA']) {
      market.quote(symbol, 102);
      market.trade(symbol, 102);
    }
    await market.write();
    await client.until(() => client.data('BTCUSDT$BA', 'quote').at(-1)?.last === 1.02);
    const after = client.messages.slice(client.messages.indexOf(answer) + 1).filter((message) => 'range' in message);
    expect(after.filter(({ symbol, type }: Wire) => symbol === '700$HK' || type === 'trade')).toEqual([]);
    expect((await client.ask({ action: 'query_subscribe', id: 3 })).subscriptions).toHaveLength(2);
    expect(codes(await client.subscribe(4, ['AAPL$US'], ['trade']))).toEqual(['forbidden']);
    await auth(client, 5, issuer.token(ALL));
    expect(codes(await client.subscribe(6, ['AAPL$US'], ['trade']))).toEqual(['ok']);
  });

  test('a token of fewer symbols keeps those that were first', async () => {
    await start();
    const client = await connect(issuer.token(ALL));
    await client.subscribe(1, ['AAPL$US', '700$HK', 'BTCUSDT$BA'], ['quote']);
    const answer = await auth(
      client,
      2,
      issuer.token({ channels: ['*'], symbols: ['*$HK', '*$BA'], limits: { symbols: 1 } }),
    );
    expect(answer.results.map(({ symbol, code }: Wire) => [symbol, code])).toEqual([
      ['AAPL$US', 'forbidden'],
      ['BTCUSDT$BA', 'too_many_symbols'],
    ]);
  });
});

describe('keys', () => {
  const quick = { retryMsMin: 20, retryMsMax: 50, cooldownMs: 20, fetchMs: 1_000 };

  test('away at the start: not ready, unavailable on the stream and REST; served when they come', async () => {
    const before = await KeyServer.open([]);
    const { port, url } = before;
    await before.close();
    const { gateway } = await start({ jwks: url, keyLimits: quick });
    await expect.poll(() => gateway.ready()).toEqual({ ready: false, reason: 'no keys to check tokens with yet' });
    const client = dial(`?token=${issuer.token(ALL)}`);
    expect(await client.closed()).toBe(4105);
    expect(client.messages.at(-1)).toMatchObject({
      type: 'error',
      code: 'unavailable',
      temporary: true,
      retry_after_ms: 2_000,
    });
    const rest = `http://127.0.0.1:${gateway.port}/v1/snapshot?symbols=AAPL$US&token=${issuer.token(ALL)}`;
    const answer = await fetch(rest);
    expect([answer.status, (await answer.json()).code]).toEqual([503, 'unavailable']);
    expect(answer.headers.get('retry-after')).toBe('1');
    const server = await KeyServer.open(issuer.keys, port);
    await expect.poll(() => gateway.ready()).toMatchObject({ ready: true });
    expect((await fetch(rest)).status).toBe(200);
    await connect(issuer.token(ALL));
    await server.close();
  });

  test('away later: who has a known key notices nothing; an unknown one is unavailable, and kept for its renewal', async () => {
    const server = await KeyServer.open(issuer.keys);
    await start({ jwks: server.url, keyLimits: quick });
    const client = await connect(issuer.token(ALL));
    await server.close();
    await connect(issuer.token(ALL));
    const newer = signed(newKey('three'), issuer.claims(ALL));
    expect(await auth(client, 1, newer)).toMatchObject({ type: 'error', code: 'unavailable', temporary: true });
    expect(await client.ask({ action: 'ping', id: 2 })).toMatchObject({ type: 'pong' });
    const refused = dial(`?token=${newer}`);
    expect(await refused.closed()).toBe(4105);
  });

  test('that do not answer keep nobody waiting longer than the door does', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await start({
      jwks: `http://127.0.0.1:${port}/`,
      keyLimits: { fetchMs: 1_000, cooldownMs: 30_000 },
      limits: { authMs: 300 },
    });
    const client = dial(`?token=${issuer.token(ALL)}`);
    expect(await client.closed()).toBe(4105);
    expect(client.messages.map(({ type, code }) => code ?? type)).toEqual(['hello', 'unavailable']);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  test('rotate under renewals: nobody is refused', async () => {
    let key = newKey('first');
    const server = await KeyServer.open([key]);
    await start({ jwks: server.url, keyLimits: quick });
    const tokenOf = (sub: number): string => signed(key, issuer.claims(ALL, { sub: `s${sub}` }));
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => connect(tokenOf(i))));
    for (let id = 1; id <= 5; id++) {
      const next = newKey(`next-${id}`);
      server.keys = [key, next];
      key = next;
      const answers = await Promise.all(many.map((client, i) => auth(client, id, tokenOf(i))));
      expect(answers.filter(({ type }) => type !== 'success')).toEqual([]);
    }
    await server.close();
  });
});
