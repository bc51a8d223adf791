import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Link } from '../src/link.ts';
import { Tokens } from '../src/token-source.ts';
import { connect, depth, gateway, history, quote, startGateways, subscribed, trade } from './client-kit.ts';

startGateways();

describe.each(['protobuf.zstd', 'protobuf'] as const)('differences over %s', (protocol) => {
  it('are told as states are', async () => {
    const kit = connect(protocol);
    const connection = await subscribed(kit, ['trade', 'quote', 'depth@20'], 0);
    connection.tell(trade(1), quote([1, 1], 15020), depth('l2_snapshot', [1, 1], [15020, 300, 15010, 5], [15030, 7]));
    connection.tell(trade(2, 15025), quote([2, 4], 15025), depth('l2_snapshot', [2, 2], [15020, 1], [15030, 7]));
    connection.tell(trade(3, 15010));
    expect(await kit.nth('trade', 3)).toMatchObject({ id: 't3', price: '150.10', range: [3, 3], publishedAtUs: 2_000 });
    expect(kit.all('trade')[1]).toMatchObject({ id: 't2', price: '150.25', range: [2, 2] });
    expect(kit.all('quote')[1]).toMatchObject({ last: '150.25', turnover: '11805916207174113034.24', range: [2, 4] });
    expect(kit.all('depth')[1]).toMatchObject({
      snapshot: false,
      bids: [
        ['150.20', '1'],
        ['150.10', '0'],
      ],
    });
    expect(kit.client.book('AAPL$US')?.bids()).toEqual([['150.20', '1']]);
    expect(kit.all('gap')).toEqual([]);
    expect(connection.unread).toBe(0);
  });

  it('that belong to another state: told, and the state is asked for, once', async () => {
    const kit = connect(protocol);
    const connection = await subscribed(kit, ['quote'], 1);
    connection.tell(quote([1, 1], 15020));
    connection.lose(quote([2, 2], 15021));
    connection.tell(quote([3, 3], 15022));
    connection.tell(quote([4, 4], 15023));
    expect(await kit.nth('gap')).toEqual({ symbol: 'AAPL$US', channel: 'quote', lost: undefined, reason: 'base' });
    const resync = await connection.next();
    expect(resync).toMatchObject({ action: 'resync', symbols: ['AAPL$US'], channels: ['quote'] });
    connection.grant(resync, 4);
    connection.send(quote([4, 4], 15023));
    connection.tell(quote([5, 5], 15024));
    expect(await kit.nth('quote', 3)).toMatchObject({ last: '150.24', range: [5, 5] });
    expect(kit.all('quote').map(({ last }) => last)).toEqual(['150.20', '150.23', '150.24']);
    expect(kit.all('gap').length).toBe(1);
    expect(connection.unread).toBe(0);
  });

  it('of trades that belong to another one: what is missing is told with the last trade', async () => {
    const kit = connect(protocol);
    const connection = await subscribed(kit, ['trade'], 0);
    connection.tell(trade(1));
    connection.lose(trade(2), trade(3));
    connection.tell(trade(4));
    const resync = await connection.next();
    expect(resync).toMatchObject({ action: 'resync', symbols: ['AAPL$US'], channels: ['trade'] });
    connection.grant(resync, 4);
    connection.send(history(4));
    connection.tell(trade(5), trade(6));
    await kit.nth('trade', 4);
    expect(kit.all('trade').map(({ number }) => number)).toEqual([1, 4, 5, 6]);
    expect(kit.all('gap')).toEqual([{ symbol: 'AAPL$US', channel: 'trade', lost: [2, 3], reason: 'range' }]);
    expect(connection.unread).toBe(0);
  });

  it('go on over a change of the interval', async () => {
    const kit = connect(protocol);
    const connection = await subscribed(kit, ['quote'], 1);
    connection.tell(quote([1, 1], 15020));
    const changed = kit.client.subscribe(['AAPL$US'], ['quote'], { intervalMs: 240 });
    const request = await connection.next();
    expect(request).toMatchObject({ action: 'subscribe', intervalMs: 240 });
    connection.grant(request, 1, 'e1', 250);
    expect(await changed).toMatchObject([{ ok: true, intervalMs: 250 }]);
    connection.tell(quote([2, 9], 15021));
    expect(await kit.nth('quote', 2)).toMatchObject({ range: [2, 9] });
    expect(kit.all('gap')).toEqual([]);
    // What the gateway answered is what is asked for again.
    connection.cut();
    const second = await gateway.next();
    second.hello();
    expect(await second.next()).toMatchObject({ action: 'subscribe', intervalMs: 250 });
  });
});

it('a gateway that merges says so, and what it merged is not missing', async () => {
  const kit = connect();
  const connection = await subscribed(kit, ['quote', 'trade', 'depth@20'], 0);
  connection.tell(quote([1, 1], 15020), trade(1), depth('l2_snapshot', [1, 1], [15020, 300]));
  connection.send({ type: 'notice', code: 'merged', level: 1, msg: 'too slow' });
  connection.send(quote([2, 90], 15020), depth('l2_snapshot', [2, 70], [15010, 300]), trade(2), trade(3));
  connection.send({ type: 'notice', code: 'hole', symbol: 'AAPL$US', channel: 'trade', range: [4, 9], msg: 'm' });
  connection.send(trade(10), { type: 'notice', code: 'merged', level: 0, msg: 'again' });
  await kit.nth('merged', 2);
  expect(kit.all('merged')).toEqual([{ merged: true }, { merged: false }]);
  expect(kit.all('gap')).toEqual([{ symbol: 'AAPL$US', channel: 'trade', lost: [4, 9], reason: 'announced' }]);
  expect(kit.all('trade').map(({ number }) => number)).toEqual([1, 2, 3, 10]);
  expect(kit.client.book('AAPL$US')?.bids()).toEqual([['150.10', '300']]);
});

it('plain Protobuf serves where what unpacks zstd can not be fetched', async () => {
  const faults: string[] = [];
  const ignore = () => {};
  const opened = Promise.withResolvers<void>();
  const link = new Link(
    {
      url: gateway.url,
      protocol: 'protobuf.zstd',
      loadDecompress: () => Promise.reject(new Error('offline')),
      tokens: new Tokens(undefined),
      tokenInQuery: false,
      webSocket: WebSocket,
      random: () => 0,
      now: Date.now,
    },
    {
      onMessage: ignore,
      onOpen: () => opened.resolve(),
      onBaseless: ignore,
      onLimits: ignore,
      onTakenAway: ignore,
      onLost: ignore,
      onState: ignore,
      onSeqHole: ignore,
      onFault: ({ message }) => faults.push(message),
      onAuth: ignore,
      onAuthFailed: ignore,
    },
  );
  link.start();
  const connection = await gateway.next();
  expect(connection.protocol).toBe('tapecast.v1.protobuf');
  connection.hello();
  await opened.promise;
  expect(faults).toEqual(['offline']);
  link.close();
});
