import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openRedisMarketState } from '@tapecast/market-state';
import {
  freePorts,
  type Kafka,
  type RedisCluster,
  type StartedProcess,
  startKafka,
  startProcess,
  startRedisCluster,
} from '@tapecast/testkit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MarketWriter } from '../stand/market-writer.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const PARTITIONS = 2;
const SYMBOLS = ['AAPL$US', '700$HK'];
const PROTOCOLS = ['tapecast.v1.protobuf.zstd', 'tapecast.v1.protobuf', 'tapecast.v1.json'];
const CLIENTS = 1_000;
/** Connecting at once: what their own process takes, which is this one. */
const AT_ONCE = 200;
const ROUND_MS = 100;

let dir: string;
let kafka: Kafka;
let redis: RedisCluster;
let market: MarketWriter;
const closing: (() => Promise<unknown>)[] = [];
const clients: Returning[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-killed-'));
  [kafka, redis] = await Promise.all([
    startKafka({ dir: join(dir, 'kafka'), brokers: 1 }),
    startRedisCluster({ dir: join(dir, 'redis'), replicas: 0 }),
  ]);
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const log = await openKafkaTickLog({
    brokers: kafka.bootstrap,
    clientId: 'test',
    partitions: PARTITIONS,
    replication: 1,
    logger: silent,
  });
  const state = await openRedisMarketState({ nodes: redis.nodes });
  closing.push(
    () => log.close(),
    () => state.close(),
  );
  const entry = { name: '', venue: 'test', priceDecimals: 2, sizeDecimals: 3 };
  await state.putCatalogue(SYMBOLS.map((instrument) => ({ instrument, ...entry })));
  market = await MarketWriter.open(log, state);
});

afterAll(async () => {
  for (const { client } of clients) client.close();
  await Promise.all(closing.reverse().map((close) => close()));
  await Promise.all([kafka?.stop(), redis?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

interface Run extends StartedProcess {
  port: number;
  metrics(): Promise<string>;
}

async function start(name: string, args: readonly string[] = []): Promise<Run> {
  const [port, adminPort] = (await freePorts(2)) as [number, number];
  const options = [
    ...['--kafka', kafka.bootstrap.join(','), '--redis', redis.nodes.join(','), '--partitions', `${PARTITIONS}`],
    ...['--port', `${port}`, '--admin-port', `${adminPort}`, '--anonymous'],
    // One has all clients, and is to keep them.
    ...['--rebalance', 'off'],
  ];
  const child = startProcess({
    name,
    command: process.execPath,
    args: ['--conditions=source', MAIN, ...options, ...args],
    log: join(dir, `${name}.log`),
  });
  closing.push(() => child.stop(0));
  await child.ready({ line: /^ready /m, deadlineMs: 60_000 });
  const metrics = async () => (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  return Object.assign(child, { port, metrics });
}

/** A client that comes back with what it has, and says what it got. */
class Returning {
  client: StreamClient;
  readonly #protocol: string;
  /** Numbers of the trades that it got, of each symbol, over all its connections. */
  readonly got = new Map<string, number[]>(SYMBOLS.map((symbol) => [symbol, []]));
  #epoch = '';
  /** Where each symbol was when it subscribed. */
  readonly from = new Map<string, number>();
  holes = 0;
  answeredAtMs = 0;
  /** What it was answered: trades went on, states came, and the session is its own. */
  outcomes = false;
  session = false;

  private constructor(client: StreamClient, protocol: string) {
    this.client = client;
    this.#protocol = protocol;
  }

  static async open(port: number, protocol: string): Promise<Returning> {
    const one = new Returning(await connected(port, protocol), protocol);
    const { results } = await one.client.ask({
      ...{ action: 'subscribe', id: 1, symbols: SYMBOLS, channels: ['trade', 'quote'] },
      intervalMs: 0,
    });
    for (const { symbol, channel, seq, epoch } of results as Wire[]) {
      if (channel === 'trade') one.from.set(symbol, seq);
      one.#epoch = epoch;
    }
    return one;
  }

  /** Takes note of what came, and lets go of it. */
  read(): void {
    for (const message of this.client.messages) {
      if (message.type === 'notice' && message.code === 'hole') this.holes++;
      // Who subscribed before there was anything is told the epoch then.
      if (message.type === 'status' && this.#epoch === '') this.#epoch = message.epoch ?? '';
      if (message.type === 'trade' && message.range !== undefined) this.got.get(message.symbol)?.push(message.range[0]);
    }
    this.#token ??= this.client.messages[0]?.resume_token ?? this.client.messages[0]?.resumeToken;
    this.client.messages.length = 0;
  }

  #token: string | undefined;

  async comeBack(port: number): Promise<void> {
    this.read();
    this.client.close();
    this.client = await connected(port, this.#protocol);
    const positions = SYMBOLS.map((symbol) => {
      const seq = this.got.get(symbol)?.at(-1) ?? this.from.get(symbol) ?? 0;
      return { symbol, channel: 'trade', epoch: this.#epoch, seq };
    });
    const answer = await this.client.ask({ action: 'resume', id: 2, token: this.#token, positions, more: false });
    this.answeredAtMs = performance.now();
    const results = answer.results as Wire[];
    this.session = (answer.sessionResumed ?? answer.session_resumed) === true;
    this.outcomes =
      results.length === (this.session ? 4 : 2) &&
      results.every(({ channel, outcome }) => outcome === (channel === 'trade' ? 'resumed' : 'keyframe'));
  }
}

/** Handshakes that a gateway which had too much to do did not take. */
let refused = 0;

/** Comes again when it is told to, as long as the gateway takes nobody. */
async function connected(port: number, protocol: string): Promise<StreamClient> {
  for (;;) {
    const client = new StreamClient(`ws://127.0.0.1:${port}/v1/stream`, protocol);
    let againInMs: number | undefined;
    client.socket.on('unexpected-response', (_, { statusCode, headers }) => {
      if (statusCode === 503) againInMs = Number(headers['retry-after']) * 1_000;
      client.socket.terminate();
    });
    await client.until(() => client.messages.length > 0 || client.closeCode !== undefined);
    if (againInMs === undefined) return client;
    refused++;
    await delay(againInMs);
  }
}

async function inTurns<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      all[index] = await act(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return all;
}

test('a gateway is killed: its clients are served by another, with every trade, once', async () => {
  const [one, other] = await Promise.all([start('one'), start('other', ['--threads', '2'])]);
  let writing = true;
  const writes = (async () => {
    while (writing) {
      for (const symbol of SYMBOLS) {
        market.trade(symbol, 100, 1_000);
        market.quote(symbol, 100 + market.view(symbol).seqs.trade);
      }
      await market.write();
      await delay(ROUND_MS);
    }
  })();
  closing.push(async () => {
    writing = false;
    await writes;
  });
  clients.push(...(await inTurns(CLIENTS, (i) => Returning.open(one.port, PROTOCOLS[i % PROTOCOLS.length] as string))));
  for (const each of clients) {
    await each.client.until(
      () => each.client.data(SYMBOLS[0] as string, 'trade').some(({ range }: Wire) => range),
      20_000,
    );
    each.read();
  }
  const line = new RegExp(`^tapecast_gateway_stored_sessions ${CLIENTS}$`, 'm');
  await expect.poll(() => one.metrics()).toMatch(line);
  const writesBefore = countOf(await one.metrics(), 'tapecast_gateway_session_writes_total{outcome="written"}');

  one.kill('SIGKILL');
  const killedAtMs = performance.now();
  await inTurns(CLIENTS, (i) => (clients[i] as Returning).comeBack(other.port));
  const servedMs = Math.max(...clients.map(({ answeredAtMs }) => answeredAtMs)) - killedAtMs;
  writing = false;
  await writes;
  for (const each of clients)
    await each.client.until(() =>
      SYMBOLS.every((symbol) => {
        each.read();
        return each.got.get(symbol)?.at(-1) === market.view(symbol).seqs.trade;
      }),
    );
  console.log(
    `${refused} handshakes came again; ${CLIENTS} clients were served ${Math.round(servedMs)} ms after the kill, in one process with them`,
  );
  const wrong = { holes: 0, numbers: 0, outcomes: 0, sessions: 0 };
  for (const { got, from, holes, outcomes, session } of clients) {
    wrong.holes += holes;
    if (!outcomes) wrong.outcomes++;
    if (!session) wrong.sessions++;
    for (const symbol of SYMBOLS) {
      const first = (from.get(symbol) as number) + 1;
      if (got.get(symbol)?.some((number, i) => number !== first + i) !== false) wrong.numbers++;
    }
  }
  expect(wrong).toEqual({ holes: 0, numbers: 0, outcomes: 0, sessions: 0 });
  // One write a change: each subscribed once.
  expect(writesBefore).toBeLessThanOrEqual(CLIENTS * 1.1);
  const text = await other.metrics();
  expect(countOf(text, 'tapecast_gateway_session_takes_total{outcome="taken"}')).toBe(CLIENTS);
  expect(countOf(text, 'tapecast_gateway_resume_lost_trades_total')).toBe(0);
});

const countOf = (text: string, sample: string): number =>
  Number(
    text
      .split('\n')
      .find((one) => one.startsWith(`${sample} `))
      ?.split(' ')[1] ?? Number.NaN,
  );
