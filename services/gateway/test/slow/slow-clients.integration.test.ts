import { randomBytes } from 'node:crypto';
import { cutBook } from '@tapecast/market';
import { afterEach, describe, expect, test } from 'vitest';
import type { GatewayLimits } from '../../src/limits.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';

const PROTOCOLS = ['tapecast.v1.json', 'tapecast.v1.protobuf', 'tapecast.v1.protobuf.zstd'];
const SYMBOL = 'AAPL$US';
const CHANNELS = ['trade', 'quote', 'depth@20'];
/** What the kernels of both ends take of a connection before the gateway sees that nobody reads is up to 8 MB. */
const ENOUGH_BYTES = 32 * 1024 * 1024;

/** The budget, and what came between two looks: far less than is written while a client is merged. */
const BOUND_BYTES = 1024 * 1024;

let stand: Stand;
const clients: StreamClient[] = [];

async function start(limits: Partial<GatewayLimits>): Promise<void> {
  const small = { slowBytes: 64 * 1024, caughtUpBytes: 8 * 1024, sweepMs: 20, flapHoldMs: 50, flapHoldMsMax: 200 };
  stand = await openStand({ config: { limits: { ...small, ...limits } } });
}
async function connect(protocol: string): Promise<StreamClient> {
  const client = await StreamClient.open(stand.gateway.port, protocol);
  clients.push(client);
  await client.subscribe(1, [SYMBOL], CHANNELS);
  return client;
}
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stand.stop();
});

async function metric(name: string): Promise<number> {
  const text = await stand.metrics.metrics();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  return Number(line?.split(' ').at(-1));
}

/** Trades with long ids that can't be compressed, a quote and a change of the book. */
let price = 10_000;
async function write(trades: number): Promise<void> {
  const { market } = stand;
  for (let i = 0; i < trades; i++)
    market.trade(SYMBOL, ++price, 1_000, `${price}-${randomBytes(400).toString('base64')}`);
  market.quote(SYMBOL, price);
  market.depth(SYMBOL, [price - 1, 1 + (price % 7)], [price + 1, 1 + (price % 5)], true);
  await market.write();
}

/** Writes until the gauge is what is awaited, at the pace of a client that reads. */
async function writeUntil(reached: () => Promise<boolean>, good: StreamClient): Promise<void> {
  const most = ENOUGH_BYTES / 500 / 200;
  for (let i = 0; i < most; i++) {
    await write(200);
    await settled(good);
    if (await reached()) return;
  }
  throw new Error('the gateway never saw that a client does not read');
}

const merged = (count: number) => async (): Promise<boolean> =>
  (await metric('tapecast_gateway_merged_connections')) === count;

/** The client has been told everything. */
async function settled(client: StreamClient): Promise<void> {
  const { seqs } = stand.market.view(SYMBOL);
  await client.until(
    () =>
      lastOf(client, 'trade') === seqs.trade &&
      lastOf(client, 'quote') === seqs.quote &&
      lastOf(client, 'depth@20') === seqs.depth,
    20_000,
  );
}
const lastOf = (client: StreamClient, channel: string): number =>
  client.messages.findLast((one) => one.channel === channel && one.range !== undefined)?.range[1] ?? 0;

/** Every trade once and in order but for what was told to be lost; the newest quote; the book of all that was told of it. */
function expectRight(client: StreamClient): { lost: [number, number][] } {
  const lost: [number, number][] = [];
  let at: number | undefined;
  for (const message of client.messages) {
    if (message.channel !== 'trade' || message.range === undefined) continue;
    const [first, last] = message.range as [number, number];
    if (at !== undefined) expect(first).toBe(at + 1);
    at = last;
    if (message.type === 'notice') lost.push([first, last]);
    else expect(priceOf(message)).toBe(10_000 + last);
  }
  const view = stand.market.view(SYMBOL);
  expect(at).toBe(view.seqs.trade);
  const book = new Map<string, number>();
  let quote: Wire;
  for (const message of client.messages) {
    if (message.type === 'quote') quote = message;
    if (message.type === 'l2_snapshot') book.clear();
    if (message.type !== 'l2_snapshot' && message.type !== 'l2_update') continue;
    for (const side of ['bids', 'asks'] as const) {
      for (const [level, size] of levelsOf(message[side])) {
        if (size === 0) book.delete(`${side} ${level}`);
        else book.set(`${side} ${level}`, size);
      }
    }
  }
  expect(quote.quote?.last ?? Math.round(quote.last * 100)).toBe(view.quote.last);
  const want = new Map<string, number>();
  for (const side of ['bids', 'asks'] as const)
    for (const [level, size] of levelsOf(cutBook(view[side], 20))) want.set(`${side} ${level}`, size);
  expect(book).toEqual(want);
  return { lost };
}

/** Prices and sizes as scaled integers, whichever the encoding. */
const priceOf = (message: Wire): number => message.trade?.price ?? Math.round(message.price * 100);
function levelsOf(side: readonly unknown[]): [number, number][] {
  if (Array.isArray(side[0]))
    return (side as [number, number][]).map(([level, size]) => [Math.round(level * 100), Math.round(size * 1_000)]);
  const flat = side as number[];
  return flat.flatMap((level, i) => (i % 2 === 0 ? [[level, flat[i + 1] as number] as [number, number]] : []));
}

const notices = (client: StreamClient): unknown[] =>
  client.messages.filter((one) => one.type === 'notice' && one.code === 'merged').map((one) => one.level);

describe('a client that stops reading', () => {
  test.each(PROTOCOLS)(
    'and comes back has every trade and the newest state, and was told so (%s)',
    async (protocol) => {
      await start({});
      price = 10_000;
      await write(1);
      const good = await connect(protocol);
      const slow = await connect(protocol);
      slow.socket.pause();
      await writeUntil(merged(1), good);
      // Its messages wait: an answer would be more that it does not read.
      slow.send({ action: 'ping', id: 'waits' } as never);
      for (let i = 0; i < 40; i++) {
        await write(100);
        await settled(good);
      }
      expect(await metric('tapecast_gateway_unread_bytes')).toBeLessThan(BOUND_BYTES);
      slow.socket.resume();
      await settled(slow);
      await slow.next((message) => message.type === 'pong' && message.id === 'waits');
      expect(notices(slow)).toEqual([1, 0]);
      expect(expectRight(slow).lost).toEqual([]);
      expect(notices(good)).toEqual([]);
      expectRight(good);
      // Live again: told with all others.
      await write(3);
      await settled(slow);
      expectRight(slow);
      expect(await metric('tapecast_gateway_merged_connections')).toBe(0);
      expect(await metric('tapecast_gateway_slow_caught_up_total')).toBe(1);
      expect(await metric('tapecast_gateway_replayed_trades_total')).toBeGreaterThanOrEqual(4_000);
    },
  );

  test.each(PROTOCOLS)('for longer than its trades are kept is told which are lost (%s)', async (protocol) => {
    await start({ toldTradesBytes: 200 * 1024 });
    price = 10_000;
    await write(1);
    const good = await connect(protocol);
    const slow = await connect(protocol);
    slow.socket.pause();
    await writeUntil(merged(1), good);
    for (let i = 0; i < 10; i++) {
      await write(200);
      await settled(good);
    }
    slow.socket.resume();
    await settled(slow);
    const { lost } = expectRight(slow);
    expect(lost).toHaveLength(1);
    expect(await metric('tapecast_gateway_lost_trades_total')).toBeGreaterThan(0);
    await write(3);
    await settled(slow);
    expectRight(slow);
  });

  test('and never comes back is closed, having cost no more than its budget', async () => {
    await start({ slowMs: 1_000 });
    price = 10_000;
    await write(1);
    const good = await connect('tapecast.v1.protobuf');
    const slow = await connect('tapecast.v1.protobuf');
    slow.socket.pause();
    await writeUntil(merged(1), good);
    let most = 0;
    await writeUntil(async () => {
      most = Math.max(most, await metric('tapecast_gateway_unread_bytes'));
      return (await metric('tapecast_gateway_closes_total{reason="slowConsumer"}')) === 1;
    }, good);
    expect(most).toBeLessThan(BOUND_BYTES);
    expect(await metric('tapecast_gateway_connections')).toBe(1);
    expect(await metric('tapecast_gateway_merged_connections')).toBe(0);
    expectRight(good);
  });
});
