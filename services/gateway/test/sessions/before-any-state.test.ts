import { openMemorySessionStore } from '@tapecast/market-state';
import { afterEach, describe, expect, test } from 'vitest';
import { MarketWriter } from '../stand/market-writer.ts';
import { openStand, type Stand, type StandOptions } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';

const PROTOCOLS = ['tapecast.v1.json', 'tapecast.v1.protobuf', 'tapecast.v1.protobuf.zstd'];
const EPOCH = 'test.1.0';
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Two gateways on one log of one partition. */
async function openTwo(options: StandOptions = {}): Promise<[Stand, Stand]> {
  const sessions = openMemorySessionStore();
  const stand = async (beside?: Stand): Promise<Stand> => {
    const made = await openStand({ sessions, partitions: 1, ...options, ...(beside && { beside }) });
    open.push({ close: () => made.stop() });
    return made;
  };
  const one = await stand();
  return [one, await stand(one)];
}

async function connect({ gateway }: Stand, protocol?: string): Promise<StreamClient> {
  const client = await StreamClient.open(gateway.port, protocol);
  open.push(client);
  return client;
}

/** The partition goes on, with nothing of the instrument. */
async function other({ market }: Stand): Promise<void> {
  market.quote('700$HK', 1);
  await market.write();
}

async function trades({ market }: Stand, count: number): Promise<void> {
  for (let i = 0; i < count; i++) market.trade('AAPL$US', 100 + i, 1_000);
  await market.write();
}

const comeBack = (client: StreamClient, epoch: string, seq: number): Promise<Wire> =>
  client.ask({
    ...{ action: 'resume', id: 'resume', token: undefined, more: false },
    positions: [{ symbol: 'AAPL$US', channel: 'trade', epoch, seq }],
  });

const told = (client: StreamClient): number[] =>
  client.data('AAPL$US', 'trade').flatMap(({ range }: Wire) => (range === undefined ? [] : [range[0]]));
const holes = (client: StreamClient): Wire[] => client.messages.filter(({ code }) => code === 'hole');

describe.each(PROTOCOLS)('an instrument of which nothing was heard, in %s', (protocol) => {
  test('names the epoch that its partition has, and who goes away misses nothing of what begins', async () => {
    const [one, two] = await openTwo();
    const client = await connect(one, protocol);
    await other(one);
    const before = await client.subscribe(1, ['700$HK'], ['quote']);
    expect(before.results[0].ok).toBe(true);
    await client.until(() => client.data('700$HK', 'quote').length > 0);
    const { results } = await client.subscribe(2, ['AAPL$US'], ['trade', 'quote']);
    expect(results).toMatchObject([
      { epoch: EPOCH, seq: 0 },
      { epoch: EPOCH, seq: 0 },
    ]);
    expect(await client.next(({ symbol, type }) => symbol === 'AAPL$US' && type === 'status')).toMatchObject({
      state: 'pending',
      epoch: EPOCH,
    });
    client.close();
    await trades(one, 70);
    const again = await connect(two, protocol);
    const answer = await comeBack(again, EPOCH, 0);
    expect(answer.results).toMatchObject([{ outcome: 'resumed', from: 1, epoch: EPOCH, seq: 0 }]);
    await again.until(() => told(again).length >= 70);
    await trades(one, 1);
    await again.until(() => told(again).length >= 71);
    expect(told(again)).toEqual(Array.from({ length: 71 }, (_, i) => i + 1));
    expect(holes(again)).toEqual([]);
  });

  test('is told its epoch with its first state, where the partition had none, and resumed under it', async () => {
    const [one, two] = await openTwo();
    const client = await connect(one, protocol);
    const { results } = await client.subscribe(1, ['AAPL$US'], ['trade']);
    expect(results[0]).toMatchObject({ epoch: '', seq: 0 });
    await trades(one, 3);
    await client.until(() => told(client).length === 3);
    const named = client.messages.findIndex(({ type, epoch }) => type === 'status' && epoch === EPOCH);
    expect(named).toBeGreaterThan(0);
    expect(named).toBeLessThan(client.messages.findIndex(({ type }) => type === 'trade'));
    expect(client.messages.findLast(({ type }) => type === 'status')).toMatchObject({ state: 'live', epoch: EPOCH });
    client.close();
    await trades(one, 2);
    const again = await connect(two, protocol);
    expect((await comeBack(again, EPOCH, 3)).results).toMatchObject([{ outcome: 'resumed', from: 4 }]);
    await again.until(() => told(again).length === 2);
    expect(told(again)).toEqual([4, 5]);
    expect(holes(again)).toEqual([]);
  });
});

test('who holds it is told the epoch as soon as the partition has one, and the next one', async () => {
  const [one] = await openTwo();
  const client = await connect(one);
  await client.subscribe(1, ['AAPL$US'], ['trade']);
  await other(one);
  expect(await client.next(({ type, epoch }) => type === 'status' && epoch !== undefined)).toMatchObject({
    symbol: 'AAPL$US',
    state: 'pending',
    epoch: EPOCH,
    reason: 'nothing was heard of it yet',
  });
  const url = `http://127.0.0.1:${one.gateway.port}/v1/snapshot?symbols=AAPL$US&channels=trade`;
  const shown = (await (await fetch(url)).json()) as Wire;
  expect(shown.status[0]).toMatchObject({ state: 'pending', epoch: EPOCH });
  expect(shown.results[0]).toMatchObject({ epoch: EPOCH, seq: 0 });
  const anew = await MarketWriter.open(one.log, one.state, 'test.1.9');
  anew.quote('700$HK', 1);
  await anew.write();
  expect(await client.next(({ code }) => code === 'hole')).toMatchObject({ channel: 'trade', epoch: 'test.1.9' });
  anew.trade('AAPL$US', 100, 1_000);
  await anew.write();
  expect(await client.next(({ type }) => type === 'trade')).toMatchObject({ range: [1, 1] });
});

test('a number that never was is told to be none once all of the log was read since it was named', async () => {
  const [one, two] = await openTwo({ config: { limits: { resumeAheadMs: 1 } } });
  await trades(one, 5);
  const client = await connect(two);
  expect((await comeBack(client, EPOCH, 9)).results).toMatchObject([{ outcome: 'resumed', from: 10 }]);
  // As long as the log says nothing the number may be there: the gateway may be cut off.
  for (let i = 0; i < 20; i++) await client.ask({ action: 'ping', id: i });
  expect(holes(client)).toEqual([]);
  // The log goes on: a record that is not of the same millisecond says that all before it was read.
  await expect
    .poll(
      async () => {
        await other(one);
        return client.messages.find(({ code, epoch }) => code === 'hole' && epoch !== undefined);
      },
      { interval: 5 },
    )
    .toMatchObject({ epoch: EPOCH });
});
