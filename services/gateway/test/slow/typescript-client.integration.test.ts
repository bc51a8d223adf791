import { randomBytes } from 'node:crypto';
import { type ClientEvents, type Protocol, TapecastClient } from '@tapecast/client';
import { cutBook, formatUnits } from '@tapecast/market';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openStand, type Stand } from '../stand/stand.ts';

const SYMBOL = 'AAPL$US';
const ROUND_TRADES = 200;
/** More than what the kernels of both ends take before the gateway sees that nobody reads. */
const ROUNDS_MAX = 320;

let stand: Stand;
const clients: TapecastClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stand.stop();
});

/** A client, what it told, and its socket, which can be left unread. */
async function connect(protocol: Protocol) {
  const sockets: WebSocket[] = [];
  class Kept extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const url = `ws://127.0.0.1:${stand.gateway.port}/v1/stream`;
  const client = new TapecastClient({ url, protocol, webSocket: Kept });
  clients.push(client);
  const trades: number[] = [];
  const log: Pick<Record<keyof ClientEvents, unknown[]>, 'gap' | 'merged' | 'state' | 'fault'> = {
    gap: [],
    merged: [],
    state: [],
    fault: [],
  };
  let quote: ClientEvents['quote'] | undefined;
  let bookAt = 0;
  client.on('trade', ({ number, history }) => history || trades.push(number!));
  client.on('quote', (event) => {
    quote = event;
  });
  client.on('depth', ({ range }) => {
    bookAt = range![1];
  });
  for (const name of ['gap', 'merged', 'state', 'fault'] as const) client.on(name, (event) => log[name].push(event));
  client.connect();
  await client.subscribe([SYMBOL], ['trade', 'quote', 'depth@20']);
  /** It has been told everything. */
  const settled = () =>
    expect
      .poll(() => [trades.at(-1), quote?.range?.[1], bookAt], { interval: 5 })
      .toEqual([
        stand.market.view(SYMBOL).seqs.trade,
        stand.market.view(SYMBOL).seqs.quote,
        stand.market.view(SYMBOL).seqs.depth,
      ]);
  return { client, socket: sockets[0]!, trades, log, settled, last: () => quote?.last };
}

let price = 10_000;
/** Trades whose long ids nothing makes smaller, a quote and a change of the book. */
async function write(trades: number): Promise<void> {
  const { market } = stand;
  for (let i = 0; i < trades; i++)
    market.trade(SYMBOL, ++price, 1_000, `${price}-${randomBytes(400).toString('base64')}`);
  market.quote(SYMBOL, price);
  market.depth(SYMBOL, [price - 1, 1 + (price % 7)], [price + 1, 1 + (price % 5)], true);
  await market.write();
}

async function mergedConnections(): Promise<number> {
  const text = await stand.metrics.metrics();
  return Number(/^tapecast_gateway_merged_connections(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1]);
}

test.each(['protobuf.zstd', 'json'] as const)(
  'a TypeScript client that was not read for a while is told so and misses nothing (%s)',
  async (protocol) => {
    const limits = { slowBytes: 64 * 1024, caughtUpBytes: 8 * 1024, sweepMs: 20, flapHoldMs: 50, flapHoldMsMax: 200 };
    stand = await openStand({ config: { limits } });
    price = 10_000;
    await write(1);
    const good = await connect('protobuf.zstd');
    const slow = await connect(protocol);
    const before = stand.market.view(SYMBOL).seqs.trade;
    slow.socket.pause();
    for (let round = 0; (await mergedConnections()) === 0; round++) {
      if (round === ROUNDS_MAX) throw new Error('the gateway never saw that a client does not read');
      await write(ROUND_TRADES);
      await good.settled();
    }
    await write(ROUND_TRADES);
    await good.settled();
    slow.socket.resume();
    await slow.settled();
    await write(3);
    await slow.settled();

    expect(slow.log.merged).toEqual([{ merged: true }, { merged: false }]);
    const view = stand.market.view(SYMBOL);
    const all = Array.from({ length: view.seqs.trade - before }, (_, i) => before + 1 + i);
    for (const { client, trades, log, last } of [slow, good]) {
      expect(trades).toEqual(all);
      expect({ gap: log.gap, fault: log.fault }).toEqual({ gap: [], fault: [] });
      expect(log.state.map((event) => (event as ClientEvents['state']).state)).toEqual(['connecting', 'open']);
      expect(last()).toBe(formatUnits(view.quote.last!, view.priceDecimals));
      const levels = (side: readonly number[]) =>
        Array.from({ length: side.length / 2 }, (_, i) => [
          formatUnits(side[2 * i]!, view.priceDecimals),
          formatUnits(side[2 * i + 1]!, view.sizeDecimals),
        ]);
      const book = client.book(SYMBOL)!;
      expect(book.bids()).toEqual(levels(cutBook(view.bids, 20)));
      expect(book.asks()).toEqual(levels(cutBook(view.asks, 20)));
    }
  },
);
