import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';
import { ISSUER, TokenIssuer } from '../stand/token-issuer.ts';

let stand: Stand;
let issuer: TokenIssuer;
const clients: StreamClient[] = [];

const ACCENTED = 'CAF\u00c9$FR';

beforeAll(async () => {
  issuer = await TokenIssuer.open();
  stand = await openStand({ config: { anonymous: false, jwks: issuer.path, tokenIssuer: ISSUER } });
  for (const symbol of ['AAPL$US', '700$HK', 'BTCUSDT$BA', 'EURUSD$GB', '600519$SH', ACCENTED]) {
    stand.market.quote(symbol, 100);
    stand.market.depth(symbol, [1, 1], [2, 2], true);
    stand.market.trade(symbol, 100);
  }
  await stand.market.write();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await stand.stop();
  await issuer.close();
});

async function connect(access: object, protocol?: string): Promise<StreamClient> {
  const client = await StreamClient.open(stand.gateway.port, protocol, `?token=${issuer.token(access)}`);
  clients.push(client);
  return client;
}
const rest = async (path: string, access: object): Promise<{ status: number; body: Wire }> => {
  const answer = await fetch(`http://127.0.0.1:${stand.gateway.port}${path}`, {
    headers: { authorization: `Bearer ${issuer.token(access)}` },
  });
  return { status: answer.status, body: await answer.json() };
};

const MINE = { channels: ['quote', 'depth@20', 'kline@1m'], symbols: ['AAPL$US', '*$BA'] };

/** Other spellings of symbols that the token does not name. */
const FOREIGN = [
  '700$HK',
  '700.HK',
  '700.hk',
  '700$hk',
  ' 700$HK',
  'eurusd$gb',
  'EurUsd.Gb',
  '600519.SH',
  '600519.sh',
  ACCENTED,
  ACCENTED.normalize('NFD'),
  ACCENTED.toLowerCase(),
  ACCENTED.normalize('NFD').toLowerCase(),
  '\uff17\uff10\uff10$HK',
  '\uff21\uff21\uff30\uff2c$US',
  'AAPL$X$US',
  'AAPL$HK',
  'BAC$US',
  'NOPE$HK',
];
/** Of those it names. */
const MINE_SPELLED = ['AAPL$US', 'aapl$us', 'AAPL.US', 'aapl.us', 'btcusdt$ba', 'BTCUSDT.BA'];

const QUOTES = ['quote', 'quotes'];
const MORE_CHANNELS = [
  'trade',
  'trades',
  'tick',
  'depth@50',
  'kline@5m',
  'kline@2',
  'kline@15m',
  'kline@3',
  'kline@30m',
  'kline@4',
  'kline@1h',
  'kline@5',
  'kline@1d',
  'kline@8',
];

const codes = (answer: Wire): string[] => answer.results.map((one: Wire) => (one.ok ? 'ok' : one.code));

describe("another's symbols", () => {
  test.each(['tapecast.v1.json', 'tapecast.v1.protobuf'])('are forbidden by every spelling (%s)', async (protocol) => {
    const client = await connect(MINE, protocol);
    for (const [id, symbol] of FOREIGN.entries()) {
      for (const channels of [QUOTES, ['depth'], ['kline@1'], ['quote', ...MORE_CHANNELS]]) {
        const answer = await client.subscribe(id * 10 + channels.length, [symbol], channels);
        expect([...new Set(codes(answer))], symbol).toEqual(['forbidden']);
      }
      for (const action of ['resync', 'unsubscribe']) {
        for (const more of [{ channels: ['quote'] }, {}]) {
          const answer = await client.ask({
            action,
            id: `${action} ${id} ${Object.keys(more)}`,
            symbols: [symbol],
            ...more,
          });
          expect(codes(answer), symbol).toEqual(['forbidden']);
        }
      }
    }
    expect(client.messages.filter((message) => 'range' in message || message.type === 'status')).toEqual([]);
  });

  test('are forbidden on REST by every spelling', async () => {
    for (const symbol of FOREIGN) {
      const name = encodeURIComponent(symbol);
      const snapshot = await rest(`/v1/snapshot?symbols=${name}&channels=quote,depth,trades`, MINE);
      expect([...new Set(codes(snapshot.body))], symbol).toEqual(['forbidden']);
      expect(snapshot.body).toMatchObject({ status: [], data: [] });
      const klines = await rest(`/v1/klines?symbol=${name}&interval=1`, MINE);
      expect([klines.status, klines.body.code], symbol).toEqual([403, 'forbidden']);
    }
    const listed = await rest('/v1/instruments?q=', MINE);
    expect(listed.body.instruments.map(({ symbol }: Wire) => symbol)).toEqual(['AAPL$US', 'BTCUSDT$BA']);
    expect(listed.body.total).toBe(2);
  });

  test('are answered alike whether they exist or not', async () => {
    const client = await connect(MINE);
    const about = async (symbol: string): Promise<string> => {
      const answers: Wire[] = [];
      for (const channels of [['quote'], ['trade'], ['nonsense']])
        for (const action of ['subscribe', 'resync', 'unsubscribe'])
          answers.push(
            await client.ask({
              action,
              id: `${symbol} ${channels} ${action}`,
              symbols: [symbol],
              channels,
              intervalMs: 0,
            }),
          );
      answers.push(await client.ask({ action: 'unsubscribe', id: `${symbol} all`, symbols: [symbol] }));
      answers.push(
        (await rest(`/v1/snapshot?symbols=${symbol}`, MINE)).body,
        (await rest(`/v1/klines?symbol=${symbol}`, MINE)).body,
      );
      return JSON.stringify(answers).replaceAll(symbol, 'SYMBOL');
    };
    expect(await about('NOPE$HK')).toBe(await about('700$HK'));
  });
});

describe('what is allowed', () => {
  test('is one subscription by every spelling, and channels beyond it are forbidden', async () => {
    const client = await connect(MINE);
    const answer = await client.subscribe(1, MINE_SPELLED, [...QUOTES, 'depth', 'depth@20', 'depth@5', 'kline@1']);
    expect(codes(answer)).toEqual(Array.from({ length: 8 }, () => 'ok'));
    expect((await client.ask({ action: 'query_subscribe', id: 2 })).subscriptions).toHaveLength(8);
    expect([...new Set(codes(await client.subscribe(3, MINE_SPELLED, MORE_CHANNELS)))]).toEqual(['forbidden']);
    expect(codes(await client.subscribe(4, ['NOPE$BA', 'AAPL$US'], ['quote', 'nonsense']))).toEqual([
      'unknown_symbol',
      'unknown_symbol',
      'ok',
      'unknown_channel',
    ]);
    expect(client.data('AAPL$US', 'trade')).toEqual([]);
  });

  test('is nothing where the token says nothing', async () => {
    for (const access of [{}, { channels: ['*'] }, { symbols: ['*'] }, { channels: [], symbols: [] }]) {
      const client = await connect(access);
      expect(codes(await client.subscribe(1, ['AAPL$US', '700$HK'], ['quote', 'trade']))).toEqual(
        Array.from({ length: 4 }, () => 'forbidden'),
      );
      expect((await rest('/v1/instruments?q=', access)).body).toMatchObject({ total: 0 });
    }
  });

  test('REST gives per pair what the token allows', async () => {
    const { body } = await rest('/v1/snapshot?symbols=aapl.us,700$HK&channels=quotes,tick', MINE);
    expect(codes(body)).toEqual(['ok', 'forbidden', 'forbidden', 'forbidden']);
    expect(body.status.map(({ symbol }: Wire) => symbol)).toEqual(['AAPL$US']);
    expect((await rest('/v1/klines?symbol=AAPL$US&interval=1m', MINE)).status).toBe(200);
    expect((await rest('/v1/klines?symbol=AAPL$US&interval=5m', MINE)).status).toBe(403);
  });
});

describe('limits of a token', () => {
  const open = { channels: ['*'], symbols: ['*'] };

  test('symbols: distinct ones, told in hello; each further one fails by itself', async () => {
    const client = await connect({ ...open, limits: { symbols: 2 } });
    expect(client.messages[0]).toMatchObject({ type: 'hello', limits: { symbols: 2 } });
    const answer = await client.subscribe(1, ['AAPL$US', '700$HK', 'BTCUSDT$BA'], ['quote', 'trade']);
    expect(codes(answer)).toEqual(['ok', 'ok', 'ok', 'ok', 'too_many_symbols', 'too_many_symbols']);
    expect(codes(await client.subscribe(2, ['700$HK'], ['depth']))).toEqual(['ok']);
    await client.ask({ action: 'unsubscribe', id: 3, symbols: ['AAPL$US'] });
    expect(codes(await client.subscribe(4, ['BTCUSDT$BA', 'EURUSD$GB'], ['quote']))).toEqual([
      'ok',
      'too_many_symbols',
    ]);
  });

  test('connections of one subject: one more is forbidden, and one that closed makes room', async () => {
    const access = { ...open, limits: { connections: 2 } };
    const [one] = [await connect(access), await connect(access)];
    expect(one?.messages[0]).toMatchObject({ limits: { connections: 2 } });
    const url = `ws://127.0.0.1:${stand.gateway.port}/v1/stream`;
    const third = new StreamClient(`${url}?token=${issuer.token(access)}`);
    expect(await third.closed()).toBe(4003);
    expect(third.messages.at(-1)).toMatchObject({ type: 'error', code: 'forbidden' });
    const byMessage = await StreamClient.open(stand.gateway.port);
    clients.push(byMessage);
    const ask = { action: 'auth', token: issuer.token(access) };
    expect(await byMessage.ask({ ...ask, id: 1 })).toMatchObject({ type: 'error', code: 'forbidden' });
    const other = await StreamClient.open(
      stand.gateway.port,
      undefined,
      `?token=${issuer.token(access, { sub: 'bob' })}`,
    );
    clients.push(other);
    one?.close();
    await expect
      .poll(async () => /^tapecast_gateway_connections (\d+)/m.exec(await stand.metrics.metrics())?.[1])
      .toBe('3');
    expect(await byMessage.ask({ ...ask, id: 2 })).toMatchObject({ type: 'success', limits: { connections: 2 } });
  });

  test('messages a second, and the burst with them; a renewal gives back nothing that was spent', async () => {
    const access = { ...open, limits: { messages_per_second: 1 } };
    const client = await connect(access);
    expect(client.messages[0]).toMatchObject({ limits: { messages_per_second: 1, messages_burst: 10 } });
    for (let id = 1; id <= 8; id++) await client.ask({ action: 'ping', id });
    await client.ask({ action: 'auth', id: 9, token: issuer.token({ ...open, limits: { messages_per_second: 2 } }) });
    for (let id = 10; id < 40; id++) client.send({ action: 'ping', id });
    expect(await client.closed()).toBe(4104);
    expect(client.messages.filter(({ type }) => type === 'pong').length).toBeLessThan(30);
  });

  test('above ours change nothing', async () => {
    const client = await connect({ ...open, limits: { symbols: 1e9, connections: 1e9, messages_per_second: 1e9 } });
    const plain = await connect(open);
    const { connections, ...limits } = client.messages[0].limits;
    expect(limits).toEqual(plain.messages[0].limits);
    expect(connections).toBe(1e9);
  });
});
