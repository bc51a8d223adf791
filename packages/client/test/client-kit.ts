// What the client's tests share: a scripted gateway for each test, clients that write down what they tell, and messages.
import type { DataMessage, DepthMessage, QuoteFields, QuoteMessage, TradeMessage } from '@tapecast/wire';
import { afterEach, beforeEach, expect } from 'vitest';
import { type ClientEvents, type Protocol, TapecastClient, type WebSocketConstructor } from '../src/index.ts';
import { type ScriptedConnection, ScriptedGateway } from './scripted-gateway.ts';

export let gateway: ScriptedGateway;
export let clients: TapecastClient[];

/** Called once by each file: modules are shared by files of tests, hooks are not. */
export function startGateways(): void {
  beforeEach(async () => {
    gateway = await ScriptedGateway.start();
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await gateway.stop();
  });
}

/** A client whose retries come at once, and everything it told. */
export function connect(protocol: Protocol = 'protobuf.zstd', webSocket?: WebSocketConstructor) {
  const client = new TapecastClient({ url: gateway.url, protocol, random: () => 0, ...(webSocket && { webSocket }) });
  clients.push(client);
  const log: [keyof ClientEvents, ClientEvents[keyof ClientEvents]][] = [];
  const waiters = new Set<() => void>();
  const names = [
    'trade',
    'quote',
    'depth',
    'kline',
    'status',
    'notice',
    'state',
    'gap',
    'merged',
    'degraded',
    'resumed',
    'rejected',
    'fault',
  ] as const;
  for (const name of names) {
    client.on(name, (event) => {
      log.push([name, event]);
      for (const waiter of waiters) waiter();
    });
  }
  const all = <K extends keyof ClientEvents>(name: K) =>
    log.filter(([kind]) => kind === name).map(([, event]) => event as ClientEvents[K]);
  /** The nth event of a kind, as soon as it is there. */
  const nth = <K extends keyof ClientEvents>(name: K, n = 1): Promise<ClientEvents[K]> =>
    new Promise((resolve) => {
      const look = () => {
        const event = all(name)[n - 1];
        if (event === undefined) return;
        waiters.delete(look);
        resolve(event);
      };
      waiters.add(look);
      look();
    });
  client.connect();
  return { client, all, nth, log };
}

export async function subscribed(
  kit: ReturnType<typeof connect>,
  channels: string[],
  seq: number,
  resumeToken?: string,
): Promise<ScriptedConnection> {
  const connection = await gateway.next();
  connection.hello(undefined, resumeToken);
  const results = kit.client.subscribe(['AAPL$US'], channels);
  connection.grant(await connection.next(), seq);
  expect((await results).every(({ ok }) => ok)).toBe(true);
  return connection;
}

export const head = { symbol: 'AAPL$US', priceDecimals: 2, sizeDecimals: 0, timestamp: 1731689407123 };
export const noQuote: QuoteFields = {
  last: undefined,
  open: undefined,
  high: undefined,
  low: undefined,
  prevClose: undefined,
  change: undefined,
  changePct: undefined,
  volume: undefined,
  turnover: undefined,
  vwap: undefined,
  bid: undefined,
  bidSize: undefined,
  ask: undefined,
  askSize: undefined,
  sinceMs: undefined,
};

export function trade(seq: number, price = 15020): TradeMessage {
  const body = { id: `t${seq}`, price, size: 100, side: 'buy' as const, conditions: [] };
  return { ...head, type: 'trade', channel: 'trade', range: [seq, seq], historySeq: undefined, trade: body };
}

export function history(seq: number): TradeMessage {
  return { ...trade(seq), range: undefined, historySeq: seq };
}

export function quote(range: [number, number], last: number): QuoteMessage {
  const fields = { ...noQuote, last, volume: 2n ** 60n, turnover: 2n ** 70n, vwap: 150250000n, changePct: -5017 };
  return { ...head, type: 'quote', channel: 'quote', range, quote: fields };
}

export function depth(
  type: DepthMessage['type'],
  range: [number, number],
  bids: number[],
  asks: number[] = [],
): DepthMessage {
  return { ...head, type, channel: 'depth@20', range, bids, asks };
}

export const kline: DataMessage = {
  ...head,
  type: 'kline',
  channel: 'kline@1m',
  range: [3, 3],
  kline: {
    interval: '1m',
    startMs: 60_000,
    open: 100,
    high: 120,
    low: 90,
    close: 110,
    volume: 5n,
    turnover: 550n,
    trades: 2,
    final: true,
    revision: 0,
  },
};
