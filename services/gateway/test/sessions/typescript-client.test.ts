// Clients that are cut off and moved between two real gateways on one log, while trades, quotes and books go on: what each program
// was told, in the end, is what was written.

import { type ClientEvents, type Protocol, TapecastClient } from '@tapecast/client';
import { cutBook, formatUnits } from '@tapecast/market';
import { openMemorySessionStore } from '@tapecast/market-state';
import { createMemorySignalHub } from '@tapecast/signal-bus';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openStand, type Stand } from '../stand/stand.ts';

const SYMBOLS = ['AAPL$US', 'BTCUSDT$BA'] as const;
const CHANNELS = ['trade', 'quote', 'depth@20'];

const stands: Stand[] = [];
const clients: TapecastClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const stand of stands.splice(0).reverse()) await stand.stop();
});

async function twoGateways(): Promise<[Stand, Stand]> {
  const sessions = openMemorySessionStore();
  const hub = createMemorySignalHub();
  const first = await openStand({ sessions, signals: hub.open() });
  stands.push(first);
  const second = await openStand({ sessions, signals: hub.open(), beside: first });
  stands.push(second);
  return [first, second];
}

/** A program: what it was told, and its sockets, which a test may cut. */
class Program {
  readonly client: TapecastClient;
  readonly sockets: WebSocket[] = [];
  readonly trades = new Map<string, number[]>(SYMBOLS.map((symbol) => [symbol, []]));
  readonly lasts = new Map<string, number>();
  readonly quotes = new Map<string, string | undefined>();
  readonly gaps: unknown[] = [];
  readonly resumed: ClientEvents['resumed'][] = [];
  readonly states: string[] = [];
  readonly broken: string[] = [];

  /** `at` is where the balancer sends the next connection. */
  constructor(protocol: Protocol, at: () => Stand, random: () => number) {
    const { sockets } = this;
    class Balanced extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url.replace('balancer', `127.0.0.1:${at().gateway.port}`), protocols);
        sockets.push(this);
      }
    }
    this.client = new TapecastClient({ url: 'ws://balancer/v1/stream', protocol, webSocket: Balanced, random });
    clients.push(this.client);
    const { client } = this;
    client.on('trade', ({ symbol, number, history }) => {
      if (!history) this.trades.get(symbol)?.push(number ?? 0);
    });
    client.on('quote', ({ symbol, last, range }) => {
      this.#follows(`${symbol} quote`, range);
      this.quotes.set(symbol, last);
    });
    client.on('depth', ({ symbol, range }) => this.#follows(`${symbol} depth`, range));
    client.on('gap', (gap) => this.gaps.push(gap));
    client.on('resumed', (event) => this.resumed.push(event));
    client.on('state', ({ state, code }) => this.states.push(`${state} ${code ?? ''}`));
    client.connect();
  }

  /** Ranges of states go on without a hole and without anything twice. */
  #follows(what: string, range: readonly [number, number] | undefined): void {
    const before = this.lasts.get(what);
    const [first, last] = range ?? [0, 0];
    if (before !== undefined && first !== before + 1) this.broken.push(`${what}: ${first} to ${last} after ${before}`);
    this.lasts.set(what, last);
  }
}

/** Numbers in [0, 1) from a seed, the same each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

class Play {
  readonly random: () => number;
  readonly stands: readonly [Stand, Stand];
  #at = 0;
  /** Another each time: what changes nothing is not told. */
  #size = 0;

  constructor(pair: readonly [Stand, Stand], seed: number) {
    this.stands = pair;
    this.random = randomOf(seed);
  }

  readonly at = (): Stand => this.stands[this.#at % 2]!;

  goElsewhere(): void {
    this.#at++;
  }

  /** What happens in a market in a moment. */
  async market(): Promise<void> {
    const { market } = this.stands[0];
    for (const symbol of SYMBOLS) {
      // As many prices as depth@20 shows: a change beyond them is told with the next.
      const price = 10_000 + Math.floor(this.random() * 15);
      market.trade(symbol, price);
      market.quote(symbol, price);
      market.depth(symbol, [price - 1, ++this.#size], [price + 60, 5]);
    }
    await market.write([{ source: 'test', timeMs: Date.now() }]);
  }

  async begin(protocols: readonly Protocol[]): Promise<Program[]> {
    await this.market();
    const programs = protocols.map((protocol) => new Program(protocol, this.at, () => 0));
    await Promise.all(programs.map(({ client }) => client.subscribe(SYMBOLS, CHANNELS)));
    return programs;
  }

  async settled(programs: readonly Program[]): Promise<void> {
    const { market } = this.stands[0];
    const wanted = SYMBOLS.flatMap((symbol) => {
      const { trade, quote, depth } = market.view(symbol).seqs;
      return [trade, quote, depth];
    });
    const reached = ({ trades, lasts }: Program): (number | undefined)[] =>
      SYMBOLS.flatMap((symbol) => [
        trades.get(symbol)?.at(-1),
        lasts.get(`${symbol} quote`),
        lasts.get(`${symbol} depth`),
      ]);
    await expect.poll(() => programs.map(reached), { interval: 5 }).toEqual(programs.map(() => wanted));
    for (const symbol of SYMBOLS) {
      const view = market.view(symbol);
      const levels = cutBook(view.bids, 20);
      const bids = Array.from({ length: levels.length / 2 }, (_, i) => [
        formatUnits(levels[i * 2]!, 2),
        formatUnits(levels[i * 2 + 1]!, 3),
      ]);
      for (const { client, trades, quotes, gaps, broken } of programs) {
        expect([gaps, broken]).toEqual([[], []]);
        // Subscribed after the first: from the second on, each once.
        expect(trades.get(symbol)).toEqual(Array.from({ length: view.seqs.trade - 1 }, (_, i) => i + 2));
        expect(quotes.get(symbol)).toBe(formatUnits(view.quote.last!, 2));
        expect(client.book(symbol)?.bids()).toEqual(bids);
      }
    }
  }
}

const PROTOCOLS: readonly Protocol[] = ['protobuf.zstd', 'protobuf', 'json'];

test.each([1, 2, 3])(
  'cut off at any moment, back at the other gateway: nothing lost, nothing twice (seed %i)',
  async (seed) => {
    const play = new Play(await twoGateways(), seed);
    const programs = await play.begin(PROTOCOLS);
    for (let round = 0; round < 40; round++) {
      await play.market();
      if (play.random() < 0.3) play.goElsewhere();
      for (const { sockets } of programs) if (play.random() < 0.2) sockets.at(-1)?.terminate();
      // A turn in which sockets are read, or none.
      if (play.random() < 0.7) await new Promise((resolve) => setImmediate(resolve));
    }
    await play.settled(programs);
    for (const { client, resumed } of programs) {
      expect(client.state).toBe('open');
      expect(resumed.every(({ moved, holes }) => !moved && holes === 0)).toBe(true);
    }
  },
);

test('a gateway that is drained: its clients move to the other one, and their programs notice nothing', async () => {
  const play = new Play(await twoGateways(), 7);
  const programs = await play.begin([...PROTOCOLS, ...PROTOCOLS, ...PROTOCOLS]);
  play.goElsewhere();
  const drained = play.stands[0].gateway.drain({ perSecond: 50, deadlineMs: 10_000 });
  let over = false;
  void drained.then(() => {
    over = true;
  });
  while (!over) {
    await play.market();
    // A market goes on at its own pace.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await play.market();
  await play.settled(programs);
  for (const { states, resumed } of programs) {
    expect(states).toEqual(['connecting ', 'open ']);
    expect(resumed).toMatchObject([{ moved: true, continued: 2, anew: 4, holes: 0 }]);
  }
});
