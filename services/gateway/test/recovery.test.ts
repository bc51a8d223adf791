import { type MarketState, MarketStateError } from '@tapecast/market-state';
import { afterEach, describe, expect, test } from 'vitest';
import { MarketWriter } from './stand/market-writer.ts';
import { openStand, type Stand, type StandOptions } from './stand/stand.ts';
import { StreamClient } from './stand/stream-client.ts';

let stand: Stand;
const clients: StreamClient[] = [];

async function start(options?: StandOptions): Promise<void> {
  stand = await openStand(options);
}
async function connect(protocol = 'tapecast.v1.json'): Promise<StreamClient> {
  const client = await StreamClient.open(stand.gateway.port, protocol);
  clients.push(client);
  return client;
}
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stand.stop();
});

/** A store whose reads fail while `away.now` says so. */
const failing =
  (away: { now: boolean }) =>
  (state: MarketState): MarketState =>
    new Proxy(state, {
      get: (target, name: keyof MarketState) =>
        away.now && typeof target[name] === 'function' && name !== 'close'
          ? () => Promise.reject(new MarketStateError('unavailable', 'away'))
          : (target[name] as () => unknown).bind(target),
    });

describe('the store', () => {
  test('while it is away a new instrument is pending, one that is held goes on, and readiness stays', async () => {
    const away = { now: false };
    await start({
      store: failing(away),
      config: { limits: { joinAttempts: 2, joinRetryMs: 5, pendingRetryMs: 30, recordsBeforeCheckpoint: 0 } },
    });
    const { market } = stand;
    market.quote('AAPL$US', 1);
    market.quote('700$HK', 1);
    market.trade('700$HK', 1);
    await market.write();
    await market.checkpoint();
    const client = await connect();
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    away.now = true;
    const success = await client.subscribe(2, ['700$HK'], ['quote', 'trade']);
    expect(success.results[0]).toMatchObject({ ok: true, seq: 0 });
    const pending = await client.next((message) => message.type === 'status');
    expect(pending).toMatchObject({ symbol: '700$HK', state: 'pending' });
    expect(pending?.since, 'a client reads whole milliseconds and gives up a frame with less').toSatisfy(
      Number.isInteger,
    );
    market.quote('AAPL$US', 2);
    await market.write();
    await client.until(() => client.data('AAPL$US', 'quote').at(-1)?.range[1] === 2);
    await client.until(() => stand.gateway.ready().ready);
    away.now = false;
    expect(await client.next((message) => message.symbol === '700$HK' && message.type === 'quote')).toMatchObject({
      range: [1, 1],
    });
    expect(await client.next((message) => message.symbol === '700$HK' && message.state === 'live')).toBeDefined();
  });

  test('an instrument that has not changed for longer than the window is served from its snapshot', async () => {
    await start({ partitions: 1, config: { limits: { replayWindowBytes: 2_000, recordsBeforeCheckpoint: 0 } } });
    const { market } = stand;
    market.quote('700$HK', 42);
    await market.write();
    await market.checkpoint();
    for (let i = 0; i < 400; i++) {
      market.quote('AAPL$US', i + 1);
      await market.write();
    }
    await market.checkpoint(['AAPL$US']);
    const client = await connect();
    await client.subscribe(1, ['700$HK'], ['quote']);
    expect(await client.next((message) => message.type === 'quote')).toMatchObject({ last: 0.42, range: [1, 1] });
  });
});

describe('the log', () => {
  test('a record that is written twice, or in other pieces, changes nothing', async () => {
    await start();
    const { market } = stand;
    const first = market.trade('AAPL$US', 1);
    await market.write();
    const client = await connect('tapecast.v1.protobuf');
    await client.subscribe(1, ['AAPL$US'], ['trade']);
    const second = market.trade('AAPL$US', 2);
    await market.write();
    const partition = market.partition('AAPL$US');
    await market.writeBatch(partition, new Map([['AAPL$US', [first, second]]]));
    await market.writeBatch(partition, new Map([['AAPL$US', [second]]]));
    market.trade('AAPL$US', 3);
    await market.write();
    await client.until(() => client.data('AAPL$US', 'trade').at(-1)?.range?.[1] === 3);
    expect(
      client
        .data('AAPL$US', 'trade')
        .filter((one) => one.range)
        .map((one) => one.range),
    ).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  test('numbers that are missing are told: keyframes with the whole range, trades as far as they are known, a hole for the rest', async () => {
    await start({ config: { limits: { pendingRetryMs: 20, joinRetryMs: 5 } } });
    const { market } = stand;
    market.quote('AAPL$US', 1);
    market.trade('AAPL$US', 1);
    await market.write();
    const client = await connect();
    await client.subscribe(1, ['AAPL$US'], ['quote', 'trade']);
    // 60 trades and quotes that never reach the log, then one that does: only the snapshot has what was between.
    for (let i = 0; i < 60; i++) {
      market.quote('AAPL$US', i + 2);
      market.trade('AAPL$US', i + 2);
    }
    market.forgetUnwritten();
    await market.write([], [market.partition('AAPL$US')]);
    await market.checkpoint();
    market.quote('AAPL$US', 99);
    market.trade('AAPL$US', 99);
    await market.write();
    await client.until(() => client.data('AAPL$US', 'trade').at(-1)?.range?.[1] === 62);
    expect(await client.next((message) => message.type === 'notice' && message.code === 'hole')).toMatchObject({
      channel: 'trade',
      range: [2, 12],
    });
    expect(
      client
        .data('AAPL$US', 'trade')
        .filter((one) => one.range)
        .map((one) => one.range[0]),
    ).toEqual(Array.from({ length: 50 }, (_, i) => i + 13));
    const quotes = client.data('AAPL$US', 'quote').map((one) => one.range);
    expect(quotes.at(-1)[1]).toBe(62);
    expect(quotes[1][0]).toBe(2);
  });

  test('a new epoch: a notice, then everything from its first number', async () => {
    await start();
    const { market } = stand;
    market.quote('AAPL$US', 1);
    market.quote('AAPL$US', 2);
    market.depth('AAPL$US', [1, 1], [2, 2], true);
    await market.write();
    const client = await connect();
    await client.subscribe(1, ['AAPL$US'], ['quote', 'depth']);
    const again = await MarketWriter.open(stand.log, stand.state, 'test.1.7');
    again.quote('AAPL$US', 5);
    again.depth('AAPL$US', [3, 3], [4, 4], true);
    await again.write();
    // The worker that lost the partition still writes once.
    market.quote('AAPL$US', 3);
    await market.write();
    again.quote('AAPL$US', 6);
    await again.write();
    await client.until(() => client.data('AAPL$US', 'quote').at(-1)?.last === 0.06);
    expect(client.data('AAPL$US', 'quote').map((one) => [one.last, one.range])).toEqual([
      [0.02, [2, 2]],
      [0.05, [1, 1]],
      [0.06, [2, 2]],
    ]);
    expect(client.data('AAPL$US', 'depth@20').at(-1)).toMatchObject({
      type: 'l2_snapshot',
      range: [1, 1],
      bids: [[0.03, 0.003]],
    });
    expect(
      client.messages
        .filter((message) => message.type === 'notice')
        .map((message) => [message.channel, message.msg.includes('test.1.7')]),
    ).toEqual([
      ['quote', true],
      ['depth@20', true],
    ]);
  });

  test("a left epoch that we never saw before is taken back when the store names the partition's true one", async () => {
    await start({ partitions: 1 });
    const { market } = stand;
    market.quote('AAPL$US', 1);
    await market.write();
    await market.checkpoint();
    const client = await connect();
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    const zombie = await MarketWriter.open(stand.log, stand.state, 'test.0.0');
    zombie.quote('AAPL$US', 77);
    await zombie.write();
    await client.until(() => client.data('AAPL$US', 'quote').at(-1)?.last === 0.77);
    market.quote('AAPL$US', 2);
    await market.write();
    await client.until(() => client.data('AAPL$US', 'quote').at(-1)?.last === 0.02);
    market.quote('AAPL$US', 3);
    await market.write();
    await client.until(() => client.data('AAPL$US', 'quote').at(-1)?.last === 0.03);
    expect(client.data('AAPL$US', 'quote').at(-1).range).toEqual([3, 3]);
  });

  test('a record that is no batch is counted, and what follows is served', async () => {
    await start();
    const { market } = stand;
    market.quote('AAPL$US', 1);
    await market.write();
    const client = await connect();
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    const producer = await stand.log.producer('md.updates');
    await producer.send([
      { partition: market.partition('AAPL$US'), records: [{ key: undefined, value: new Uint8Array([255, 255, 255]) }] },
    ]);
    market.quote('AAPL$US', 2);
    await market.write();
    await client.until(() => client.data('AAPL$US', 'quote').at(-1)?.last === 0.02);
    expect(await stand.metrics.metrics()).toContain('tapecast_gateway_records_unreadable_total 1');
  });
});

describe('source clocks', () => {
  test('a clock that stands makes its instruments stale; when it goes again they are live', async () => {
    await start({ config: { heartbeatMs: 100, limits: { clockStaleMs: 150, sweepMs: 20 } } });
    const { market } = stand;
    const partitions = [market.partition('AAPL$US')];
    market.quote('AAPL$US', 1);
    await market.write([{ source: 'test/1', timeMs: 1_000 }], partitions);
    const client = await connect();
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    expect(await client.next((message) => message.type === 'status' && message.state === 'stale')).toMatchObject({
      symbol: 'AAPL$US',
      source: 'test',
      since: 1_000,
    });
    expect(stand.gateway.ready().ready).toBe(true);
    const late = await connect();
    await late.subscribe(1, ['AAPL$US'], ['quote']);
    await late.next((message) => message.type === 'status' && message.state === 'stale');
    await market.write([{ source: 'test/2', timeMs: 500 }], partitions);
    await client.next((message) => message.type === 'status' && message.state === 'live');
    await late.next((message) => message.type === 'status' && message.state === 'live');
  });
});
