import { spawn } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { openRedisMarketState } from '@tapecast/market-state';
import {
  type CertificateFiles,
  freePorts,
  type Kafka,
  makeCertificates,
  type RedisCluster,
  type StartedProcess,
  startKafka,
  startProcess,
  startRedisCluster,
} from '@tapecast/testkit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deleteRecords } from '../../../../packages/tick-log/test/kafka/admin.ts';
import { MarketWriter } from '../stand/market-writer.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const EXPLAIN = resolve(import.meta.dirname, '../../../../packages/cli/src/main.ts');
const PARTITIONS = 2;
const READY = { line: /^ready /m, deadlineMs: 60_000 };
const SYMBOLS = ['AAPL$US', '700$HK'];
const REPLAYED = 'MSFT$US';
const PROTOCOLS = ['tapecast.v1.json', 'tapecast.v1.protobuf', 'tapecast.v1.protobuf.zstd'];

let dir: string;
let kafka: Kafka;
let redis: RedisCluster;
let market: MarketWriter;
let files: CertificateFiles;
let ca: Buffer;
let runs = 0;
const closing: (() => Promise<unknown>)[] = [];
const processes: StartedProcess[] = [];
const clients: StreamClient[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-threads-'));
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
  const more = { venue: 'test', priceDecimals: 2, sizeDecimals: 3 };
  await state.putCatalogue([...SYMBOLS, REPLAYED].map((instrument) => ({ instrument, name: instrument, ...more })));
  market = await MarketWriter.open(log, state);
  files = await makeCertificates({ dir: join(dir, 'tls') });
  ca = await readFile(files.ca);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(processes.splice(0).map((one) => one.stop(0)));
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await Promise.all([kafka?.stop(), redis?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

interface Run extends StartedProcess {
  port: number;
  adminAddress: string;
  admin(path: string): Promise<{ status: number; text: string }>;
}

async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const [port, adminPort] = (await freePorts(2)) as [number, number];
  runs += 1;
  const options = [
    ...['--kafka', kafka.bootstrap.join(','), '--redis', redis.nodes.join(','), '--partitions', `${PARTITIONS}`],
    ...['--port', `${port}`, '--admin-port', `${adminPort}`],
  ];
  const child = startProcess({
    name: 'gateway',
    command: process.execPath,
    args: ['--conditions=source', MAIN, ...options, ...args],
    env: { ...process.env, ...env },
    log: join(dir, `gateway-${runs}.log`),
  });
  processes.push(child);
  const admin = async (path: string) => {
    const reply = await fetch(`http://127.0.0.1:${adminPort}${path}`);
    return { status: reply.status, text: await reply.text() };
  };
  return Object.assign(child, { port, adminAddress: `127.0.0.1:${adminPort}`, admin });
}

async function open(run: Run, protocol: string, scheme = 'wss'): Promise<StreamClient> {
  const client = new StreamClient(`${scheme}://127.0.0.1:${run.port}/v1/stream`, protocol, { ca });
  clients.push(client);
  await client.next((message) => message.type === 'hello', 30_000);
  return client;
}

const trades = (client: StreamClient, symbol: string): Wire[] =>
  client.messages.filter((message) => message.type === 'trade' && message.symbol === symbol);
const served = (port: number): Promise<string> =>
  new Promise((done, failed) => {
    const socket = connect({ host: '127.0.0.1', port, ca }, () => {
      done(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', failed);
  });
const value = (text: string, sample: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${sample} `))
      ?.split(' ')[1],
  );

describe('a gateway with two serving threads', () => {
  test('serves the same on both, through a new certificate, and sends the clients of both elsewhere', async () => {
    for (const symbol of SYMBOLS) market.trade(symbol, 100);
    await market.write();
    const tls = ['--tls-cert', files.certificate, '--tls-key', files.key];
    const run = await start(['--anonymous', '--threads', '2', '--drain-ms', '1500', ...tls]);
    await run.ready(READY);
    for (const protocol of [...PROTOCOLS, ...PROTOCOLS]) {
      const client = await open(run, protocol);
      await client.subscribe(1, SYMBOLS, ['trade', 'quote']);
    }
    const rounds = 50;
    for (let i = 0; i < rounds; i++) {
      for (const symbol of SYMBOLS) {
        market.trade(symbol, 101 + i);
        market.quote(symbol, 101 + i);
      }
      await market.write();
    }
    for (const client of clients)
      for (const symbol of SYMBOLS) {
        await client.until(() => trades(client, symbol).length === rounds + 1, 15_000);
        const ranges = trades(client, symbol).flatMap(({ range }) => (range ? [range] : []));
        expect(ranges).toEqual(Array.from({ length: rounds }, (_, i) => [i + 2, i + 2]));
        const last = await client.until(
          () =>
            client.messages.findLast(
              (message) =>
                message.type === 'quote' &&
                message.symbol === symbol &&
                message.range[1] === market.view(symbol).seqs.quote,
            ),
          15_000,
        );
        expect(last).toBeDefined();
      }
    const { text } = await run.admin('/metrics');
    for (const thread of [0, 1]) expect(value(text, `tapecast_gateway_thread_connections{thread="${thread}"}`)).toBe(3);
    expect(value(text, 'tapecast_gateway_connections')).toBe(6);
    expect(value(text, 'tapecast_gateway_subscriptions')).toBe(24);
    // What all threads read alike is not summed.
    expect(value(text, 'tapecast_gateway_records_total')).toBe(rounds + 1);
    expect(text.match(/^# TYPE tapecast_process_resident_memory_bytes /gm)).toHaveLength(1);
    expect((await run.admin('/readyz')).status).toBe(200);

    const before = new X509Certificate(await readFile(files.certificate)).serialNumber;
    expect(new Set(await Promise.all([1, 2, 3, 4].map(() => served(run.port))))).toEqual(new Set([before]));
    await makeCertificates({ dir: join(dir, 'tls'), renew: true });
    const after = new X509Certificate(await readFile(files.certificate)).serialNumber;
    expect(after).not.toBe(before);
    process.kill(run.pid, 'SIGHUP');
    // One after the other goes to one thread and the other.
    await expect
      .poll(async () => [await served(run.port), await served(run.port), await served(run.port)])
      .toEqual([after, after, after]);
    market.trade('AAPL$US', 500);
    await market.write();
    for (const client of clients) await client.until(() => trades(client, 'AAPL$US').length === rounds + 2, 15_000);

    const exited = run.stop();
    // Each thread has half of the rate, and of the clients.
    for (const client of clients) await client.next(({ code }) => code === 'moving');
    market.trade('AAPL$US', 501);
    await market.write();
    for (const client of clients) await client.until(() => trades(client, 'AAPL$US').length === rounds + 3, 15_000);
    for (const client of clients) await client.until(() => client.closeCode !== undefined, 15_000);
    expect(new Set(clients.map(({ closeCode }) => closeCode))).toEqual(new Set([4200]));
    await exited;
    expect(await run.exited).toMatchObject({ code: 0 });
  });

  test('is not ready while a thread hangs, and ends when one ends', async () => {
    const preload = join(dir, 'preload.cjs');
    // Looks at two files in the second thread: what else could hang or end one thread alone?
    writeFileSync(
      preload,
      `const { isMainThread, workerData } = require('node:worker_threads');
       const { existsSync } = require('node:fs');
       if (!isMainThread && workerData?.index === 1) setInterval(() => {
         while (existsSync(${JSON.stringify(join(dir, 'hang'))}));
         if (existsSync(${JSON.stringify(join(dir, 'end'))})) process.exit(3);
       }, 50).unref();`,
    );
    const run = await start(['--anonymous', '--threads', '2'], { NODE_OPTIONS: `--require ${preload}` });
    await run.ready(READY);
    expect((await run.admin('/readyz')).status).toBe(200);
    writeFileSync(join(dir, 'hang'), '');
    await expect.poll(async () => (await run.admin('/readyz')).text).toMatch(/thread 1 has not answered for \d+ ms/);
    await rm(join(dir, 'hang'));
    await expect.poll(async () => (await run.admin('/readyz')).text).toBe('ready\n');
    writeFileSync(join(dir, 'end'), '');
    expect(await run.exited).toMatchObject({ code: 1 });
    expect(await readFile(run.log, 'utf8')).toContain('serving thread 1 ended by itself with code 3');
  });

  test('does not start with what a single one refuses, and says it as that does', async () => {
    const keyless = await start(['--threads', '2', '--jwks', join(dir, 'nowhere.json'), '--token-issuer', 'x']);
    expect(await keyless.exited).toMatchObject({ code: 2 });
    expect(await readFile(keyless.log, 'utf8')).toMatch(/--jwks: .*nowhere.json/);
    const first = await start(['--anonymous']);
    await first.ready(READY);
    const second = await start(['--anonymous', '--threads', '2', '--port', `${first.port}`]);
    expect(await second.exited).toMatchObject({ code: 1 });
    expect(await readFile(second.log, 'utf8')).toContain('Choose another port with --port');
  });
});

describe('the window of a gateway with two serving threads', () => {
  const SYMBOL = REPLAYED;
  const TRADES = 60;
  /** Above what memory has of a partition, beside a folder. */
  const FILLER_RECORDS = 40;
  const FILLER_BYTES = 900_000;

  /** Two clients a thread, each with a position of its own. They get every trade after it, once. */
  async function resumed(run: Run, newest: number): Promise<StreamClient[]> {
    const back: StreamClient[] = [];
    for (const [i, protocol] of ['tapecast.v1.json', 'tapecast.v1.protobuf', ...PROTOCOLS.slice(0, 2)].entries()) {
      const client = await open(run, protocol, 'ws');
      back.push(client);
      const seq = 3 + i;
      const positions = [{ symbol: SYMBOL, channel: 'trade', epoch: market.epoch, seq }];
      const answer = await client.ask({ action: 'resume', id: 'back', positions, more: false });
      expect(answer.results).toMatchObject([{ outcome: 'resumed', from: seq + 1 }]);
      await client.until(() => trades(client, SYMBOL).length === newest - seq, 15_000);
      const numbers = trades(client, SYMBOL).map(({ range }) => range?.[0]);
      expect(numbers).toEqual(Array.from({ length: newest - seq }, (_, n) => seq + 1 + n));
      expect(client.messages.filter(({ code }) => code === 'hole')).toEqual([]);
    }
    const { text } = await run.admin('/metrics');
    for (const thread of [0, 1]) expect(value(text, `tapecast_gateway_thread_connections{thread="${thread}"}`)).toBe(2);
    return back;
  }

  test('has on disk for both what memory has no more, also for the next process when the log has nothing of it', async () => {
    const args = ['--anonymous', '--threads', '2', '--data-dir', join(dir, 'window'), '--drain-ms', '0'];
    const run = await start(args);
    await run.ready(READY);
    for (let i = 1; i <= TRADES; i++) {
      market.trade(SYMBOL, 100 + i);
      await market.write();
    }
    await market.checkpoint();
    const partition = market.partition(SYMBOL);
    const filler = Array.from({ length: 50 }, (_, i) => `FILL${i}$US`).find(
      (symbol) => market.partition(symbol) === partition,
    ) as string;
    for (let i = 0; i < FILLER_RECORDS; i++) {
      market.trade(filler, 1, 1, randomBytes(FILLER_BYTES / 2).toString('hex'));
      await market.write();
    }
    const metric = async (name: string): Promise<number> => value((await run.admin('/metrics')).text, name);
    await expect
      .poll(() => metric('tapecast_gateway_replay_store_bytes'))
      .toBeGreaterThan(FILLER_RECORDS * FILLER_BYTES);
    expect(await metric('tapecast_gateway_window_bytes')).toBeLessThan(34 * 1024 * 1024);
    // Kept once, however many threads have read it.
    expect(await metric('tapecast_gateway_replay_store_bytes')).toBeLessThan(1.2 * FILLER_RECORDS * FILLER_BYTES);
    expect(await metric('tapecast_gateway_replay_store_lost_records_total')).toBe(0);
    await expect.poll(() => metric('tapecast_gateway_replay_filled_partitions')).toBe(PARTITIONS);
    const back = await resumed(run, TRADES);
    await explains(run, back);
    await run.stop();
    await run.exited;

    // The filler's state would be larger than a store takes.
    await market.checkpoint([...market.views.keys()].filter((symbol) => symbol !== filler));
    for (let i = 0; i < PARTITIONS; i++) await deleteRecords(kafka.bootstrap, 'md.updates', i);
    const next = await start(args);
    await next.ready(READY);
    const again = await resumed(next, TRADES);
    market.trade(SYMBOL, 1_000);
    await market.write();
    for (const client of again)
      await client.until(() => trades(client, SYMBOL).at(-1)?.range?.[0] === TRADES + 1, 15_000);
  });

  /** What both threads know is told by the process, and by the command that asks it. */
  async function explains(run: Run, back: readonly StreamClient[]): Promise<void> {
    for (const client of back) {
      const session = client.messages[0].session as string;
      const { status, text } = await run.admin(`/sessions/${session}`);
      expect(status).toBe(200);
      const report = JSON.parse(text);
      expect(report.connection.subscriptions).toMatchObject([{ symbol: SYMBOL, channel: 'trade', told: TRADES }]);
      expect(report.events.map(({ event }: Wire) => event)).toEqual(expect.arrayContaining(['opened', 'resumed']));
      expect(await explain(run, session, '--symbol', SYMBOL, '--seq', `${TRADES}`)).toMatch(
        new RegExp(`1 subscriptions[\\s\\S]* resumed MSFT\\$US trade at \\d[\\s\\S]*${TRADES}`),
      );
    }
    expect((await run.admin('/sessions/00000000-0000-0000-0000-000000000000')).status).toBe(404);

    // One comes back to the other thread, as connections are dealt by turns: both know a part of its story.
    const written = async (): Promise<number> =>
      value((await run.admin('/metrics')).text, 'tapecast_gateway_session_writes_total{outcome="written"}');
    await expect.poll(written).toBeGreaterThanOrEqual(back.length);
    const [, before] = back as [StreamClient, StreamClient];
    const { session, resumeToken: token } = before.messages[0];
    const client = await open(run, 'tapecast.v1.json', 'ws');
    const answer = await client.ask({ action: 'resume', id: 'again', token, positions: [], more: false });
    expect(answer).toMatchObject({ session, session_resumed: true });
    await before.closed();
    const { connection, events } = JSON.parse((await run.admin(`/sessions/${session}`)).text);
    expect(connection).toMatchObject({ protocol: 'json' });
    const story = events.map(({ event }: Wire) => event);
    expect(story.filter((event: string) => event === 'opened')).toHaveLength(2);
    expect(story).toEqual(expect.arrayContaining(['resumed', 'took_over', 'closed']));
  }
});

/** What `npx tapecast explain` prints. */
async function explain(run: Run, session: string, ...args: string[]): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', EXPLAIN, 'explain', session, '--admin', run.adminAddress, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let told = '';
  child.stdout.on('data', (text) => {
    told += text;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  return told;
}

test('a gateway that waits for keys is alive and says so on its admin port', async () => {
  for (const threads of ['1', '2']) {
    const run = await start(['--threads', threads, '--jwks', 'https://127.0.0.1:1/jwks.json', '--token-issuer', 'x']);
    const asked = async (path: string): Promise<string> =>
      run.admin(path).then(
        ({ status, text }) => `${status} ${text}`,
        () => '',
      );
    await expect.poll(() => asked('/readyz')).toMatch(/^503 not ready: .*no keys to check tokens with yet/);
    expect(await asked('/livez')).toBe('200 alive\n');
    await run.stop();
  }
});
