import { afterEach, describe, expect, test } from 'vitest';
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

describe('subscribe, in JSON', () => {
  test('hello comes first and names what a client must know', async () => {
    await start();
    const client = await connect();
    const hello = client.messages[0];
    expect(hello).toMatchObject({ type: 'hello', heartbeat_ms: 15_000, protocol: 'tapecast.v1.json' });
    expect(hello.limits.intervals_ms).toEqual([0, 50, 100, 250, 500, 1000]);
    expect(client.socket.protocol).toBe('');
  });

  test('success, then snapshots, then every update with its number, and seq without a hole', async () => {
    await start();
    const { market } = stand;
    market.trade('AAPL$US', 15_025);
    market.trade('AAPL$US', 15_030);
    market.quote('AAPL$US', 15_030);
    market.depth('AAPL$US', [15_020, 300, 15_010, 400], [15_025, 200], true);
    market.kline('AAPL$US', 60_000, 15_030);
    await market.write();
    const client = await connect('tapecast.v1.json');
    const success = await client.subscribe(1, ['aapl$us'], ['quotes', 'tick', 'depth', 'kline@1']);
    expect(success.results.map((result: Wire) => [result.symbol, result.channel, result.ok, result.seq])).toEqual([
      ['AAPL$US', 'quote', true, 1],
      ['AAPL$US', 'trade', true, 2],
      ['AAPL$US', 'depth@20', true, 1],
      ['AAPL$US', 'kline@1m', true, 1],
    ]);
    await client.next((message) => message.type === 'kline');
    expect(client.data('AAPL$US', 'trade').map((message) => [message.price, message.history, message.range])).toEqual([
      [150.25, true, undefined],
      [150.3, true, undefined],
    ]);
    expect(client.data('AAPL$US', 'depth@20')[0]).toMatchObject({
      type: 'l2_snapshot',
      bids: [
        [150.2, 0.3],
        [150.1, 0.4],
      ],
      asks: [[150.25, 0.2]],
    });
    market.trade('AAPL$US', 15_031);
    market.trade('AAPL$US', 15_032);
    market.quote('AAPL$US', 15_032);
    market.depth('AAPL$US', [15_020, 0], [15_025, 100]);
    await market.write();
    await client.next((message) => message.type === 'l2_update');
    expect(
      client
        .data('AAPL$US', 'trade')
        .slice(2)
        .map((message) => message.range),
    ).toEqual([
      [3, 3],
      [4, 4],
    ]);
    expect(client.data('AAPL$US', 'quote').at(-1)).toMatchObject({ last: 150.32, range: [2, 2] });
    expect(client.data('AAPL$US', 'depth@20').at(-1)).toMatchObject({
      bids: [[150.2, 0]],
      asks: [[150.25, 0.1]],
      range: [2, 2],
    });
    const seqs = client.messages
      .filter((message) => message.seq !== undefined && message.type !== 'success')
      .map((message) => message.seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  });

  test('numbers=string gives texts padded to the decimals', async () => {
    await start();
    stand.market.quote('AAPL$US', 15_030);
    await stand.market.write();
    const client = await connect(undefined, '?numbers=string');
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    expect(await client.next((message) => message.type === 'quote')).toMatchObject({ last: '150.30' });
  });
});

describe('subscribe, in Protobuf', () => {
  test('the same messages, in frames shared by all', async () => {
    await start();
    const { market } = stand;
    market.quote('BTCUSDT$BA', 6_000_000);
    await market.write();
    const [one, two] = [await connect('tapecast.v1.protobuf'), await connect('tapecast.v1.protobuf')];
    for (const client of [one, two]) {
      const success = await client.subscribe(1, ['BTCUSDT$BA'], ['quote', 'trade']);
      expect(success.results.map((result: Wire) => [result.ok, result.seq])).toEqual([
        [true, 1],
        [true, 0],
      ]);
      expect(
        client.data('BTCUSDT$BA', 'quote')[0] ?? (await client.next((message) => message.type === 'quote')),
      ).toMatchObject({ range: [1, 1] });
    }
    const before = two.frames;
    for (let i = 0; i < 5; i++) market.trade('BTCUSDT$BA', 6_000_000 + i);
    await market.write();
    await two.next((message) => message.type === 'trade' && message.range?.[1] === 5);
    expect(two.data('BTCUSDT$BA', 'trade').map((message) => message.range)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ]);
    // The first is a difference of nothing, so it comes whole; the others are one block.
    expect(two.frames - before).toBe(2);
  });
});

describe('what has no state yet', () => {
  test('a known instrument without state: seq 0, status pending, then ranges from 1', async () => {
    await start();
    const client = await connect();
    const success = await client.subscribe(1, ['700$HK'], ['quote', 'depth@5']);
    expect(success.results[0]).toMatchObject({ ok: true, seq: 0 });
    expect(await client.next((message) => message.type === 'status')).toMatchObject({
      symbol: '700$HK',
      state: 'pending',
    });
    stand.market.quote('700$HK', 30_000);
    stand.market.depth('700$HK', [1, 1], [2, 2], true);
    await stand.market.write();
    expect(await client.next((message) => message.type === 'quote')).toMatchObject({ range: [1, 1] });
    expect(await client.next((message) => message.type === 'l2_snapshot')).toMatchObject({ range: [1, 1] });
    expect(await client.next((message) => message.type === 'status' && message.state === 'live')).toBeDefined();
  });

  test('only what is in no catalogue and no feed is unknown', async () => {
    await start();
    const client = await connect();
    stand.market.trade('NEW$XX', 1);
    await stand.market.write();
    const success = await client.subscribe(1, ['NEW$XX', 'NONE$US', 'no symbol', '*$BA'], ['trade', 'nonsense']);
    const codes = success.results.map((result: Wire) => [
      result.symbol,
      result.channel,
      result.ok ? 'ok' : result.code,
    ]);
    expect(codes).toEqual([
      ['NEW$XX', 'trade', 'ok'],
      ['NEW$XX', 'nonsense', 'unknown_channel'],
      ['NONE$US', 'trade', 'unknown_symbol'],
      ['NONE$US', 'nonsense', 'unknown_symbol'],
      ['no symbol', 'trade', 'unknown_symbol'],
      ['no symbol', 'nonsense', 'unknown_symbol'],
      ['*$BA', 'trade', 'not_supported'],
      ['*$BA', 'nonsense', 'not_supported'],
    ]);
  });
});
