import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@tapecast/service-kit';
import { type RunningCluster, startCluster } from '@tapecast/testkit';
import { openKafkaTickLog, partitionOf, type TickLog } from '@tapecast/tick-log';
import { encodeJsonClientMessage, encodeProtobufClientMessage, FrameDecoder } from '@tapecast/wire';
import { afterAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { writeMarket } from '../src/market/made-market.ts';

const PARTITIONS = 4;
/** Each ingest makes a trade of it a second. */
const TEST_INSTRUMENT = 'TEST$XX';
const ENOUGH_FRAMES = 600;
const DEADLINE_MS = 40_000;
/** The venue is silent as long as one looks; then the market runs on. */
const SILENCE_MS = 3_000;
/** Between two looks; what ends the waiting is what is seen. */
const LOOK_MS = 200;

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** Samples of all processes of a cluster at one moment. */
class Scrape {
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split('\n');
  }

  /** All samples of a name that carry these labels. */
  values(name: string, labels: Readonly<Record<string, string | number>> = {}): number[] {
    const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
    return this.#lines
      .filter((line) => line.startsWith(`tapecast_${name}{`) && wanted.every((label) => line.includes(label)))
      .map((line) => Number(line.slice(line.lastIndexOf(' '))));
  }

  sum(name: string, labels: Readonly<Record<string, string | number>> = {}): number {
    return this.values(name, labels).reduce((sum, value) => sum + value, 0);
  }
}

/** What matters here of any message. */
type Told = {
  type: string;
  symbol?: string | undefined;
  channel?: string | undefined;
  range?: [number, number] | undefined;
  results?: { symbol: string; channel: string; ok: boolean; seq: number }[];
};

/** Counts the messages of data that it is told, by partition. */
class CountingClient {
  readonly told: number[] = Array.from({ length: PARTITIONS }, () => 0);
  readonly #socket: WebSocket;
  readonly #decoder = new FrameDecoder({ marked: false, now: () => Date.now() });
  /** The numbers at which it joined: a state that it is shown has no other. */
  readonly #joinedAt = new Map<string, number>();
  readonly #joined = Promise.withResolvers<void>();

  constructor(
    url: string,
    protocol: 'tapecast.v1.protobuf' | 'tapecast.v1.json',
    pairs: { symbols: string[]; channels: string[]; intervalMs: number },
  ) {
    this.#socket = new WebSocket(url, protocol);
    const json = protocol === 'tapecast.v1.json';
    const message = { action: 'subscribe', id: 1, ...pairs } as const;
    this.#socket.on('open', () =>
      this.#socket.send(json ? encodeJsonClientMessage(message) : encodeProtobufClientMessage(message)),
    );
    this.#socket.on('message', (bytes: Buffer) => {
      for (const one of json ? [JSON.parse(bytes.toString())] : this.#decoder.decode(bytes).messages)
        this.#take(one as Told);
    });
    this.#socket.on('error', (error) => this.#joined.reject(error));
  }

  joined(): Promise<void> {
    return this.#joined.promise;
  }

  close(): void {
    this.#socket.terminate();
  }

  #take({ type, symbol, channel, range, results = [] }: Told): void {
    for (const one of results) {
      if (!one.ok) this.#joined.reject(new Error(`${one.symbol} ${one.channel} was refused`));
      this.#joinedAt.set(`${one.symbol} ${one.channel}`, one.seq);
    }
    if (type === 'success') this.#joined.resolve();
    if (type === 'notice' || range === undefined || symbol === undefined) return;
    if (range[1] > this.#joinedAt.get(`${symbol} ${channel}`)!) this.told[partitionOf(symbol, PARTITIONS)]!++;
  }
}

const OUTCOMES = ['folded', 'clock', 'duplicate', 'fenced', 'skipped', 'corrupt', 'rejected'];

/** What each hop says of one partition; the log's own ends beside it. */
function ledgerOf(metrics: Scrape, partition: number, ticks: number, updates: number) {
  const of = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
    metrics.sum(name, { partition, ...labels });
  const ingest = (outcome: string): number => of('ingest_partition_ticks_total', { outcome });
  const compute = (outcome: string): number => of('compute_partition_ticks_total', { outcome });
  const gateway = (outcome: string): number => of('gateway_partition_records_total', { outcome });
  const entries = (outcome: string): number => of('gateway_partition_entries_total', { outcome });
  const streams = (outcome: string): number => of('gateway_partition_stream_updates_total', { outcome });
  const deliveries = (outcome: string): number => of('gateway_partition_deliveries_total', { outcome });
  return {
    ingestTook: ingest('taken'),
    ingestGave: ingest('given'),
    ingestStands: of('ingest_partition_offset'),
    ticksEnd: ticks,
    computeTook: OUTCOMES.reduce((sum, outcome) => sum + compute(outcome), 0),
    computeStands: of('compute_partition_offset', { topic: 'md.ticks' }),
    folded: of('compute_partition_updates_total'),
    gave: of('compute_partition_given_total', { what: 'updates' }),
    recordsGiven: of('compute_partition_given_total', { what: 'records' }),
    recordsStand: of('compute_partition_offset', { topic: 'md.updates' }),
    updatesEnd: updates,
    gatewayTook: gateway('taken'),
    gatewayStands: of('gateway_partition_offset'),
    entriesTook: entries('taken'),
    entriesFolded: entries('folded'),
    entriesJoined: entries('joined'),
    applied: of('gateway_partition_updates_total', { outcome: 'applied' }),
    known: of('gateway_partition_updates_total', { outcome: 'known' }),
    streamsTook: streams('taken'),
    streamsTold: streams('told'),
    merged: streams('merged_interval') + streams('merged_unchanged'),
    waiting: of('gateway_partition_waiting_updates'),
    delivered: deliveries('delivered'),
    dropped:
      ingest('lost') +
      ingest('discarded') +
      ['duplicate', 'fenced', 'skipped', 'corrupt', 'rejected', 'missing'].reduce((sum, is) => sum + compute(is), 0) +
      gateway('unreadable') +
      gateway('left_epoch') +
      gateway('lost') +
      entries('left_epoch') +
      entries('refused') +
      of('gateway_partition_updates_total', { outcome: 'refused' }) +
      ['merged_degraded', 'merged_state', 'lost', 'left'].reduce((sum, is) => sum + streams(is), 0) +
      ['merged', 'held', 'replayed', 'lost'].reduce((sum, is) => sum + deliveries(is), 0),
  };
}
type Ledger = ReturnType<typeof ledgerOf>;

const same = (...counts: number[]): boolean => counts.every((count) => count === counts[0]);

/** What the gateway took of a partition is what its clients were told: each stream has one client. */
const reaches = (at: Ledger, told: number): boolean =>
  same(at.entriesTook, at.entriesFolded + at.entriesJoined) &&
  same(at.streamsTook, at.streamsTold + at.merged + at.waiting) &&
  same(at.streamsTold, at.delivered, told);

/** Nothing is under way, and each hop has what the one before it gave. `again`: ticks that two workers took, one after the other. */
const balances = (at: Ledger, again: number): boolean =>
  same(at.ingestTook, at.ingestGave, at.ingestStands, at.ticksEnd, at.computeTook - again, at.computeStands) &&
  same(at.folded, at.gave) &&
  same(at.recordsGiven, at.recordsStand, at.updatesEnd, at.gatewayTook, at.gatewayStands) &&
  at.dropped === 0;

/** After a takeover counters of the one that died are gone, and what it had not stored was folded again: offsets still meet. */
const meets = (at: Ledger): boolean =>
  same(at.ingestTook, at.ingestGave, at.ingestStands, at.ticksEnd, at.computeStands) &&
  same(at.recordsStand, at.updatesEnd, at.gatewayTook, at.gatewayStands);

const scrape = async (cluster: RunningCluster): Promise<Scrape> =>
  new Scrape(await (await fetch(`${cluster.admin}/metrics`)).text());

async function look(cluster: RunningCluster, log: TickLog): Promise<Ledger[]> {
  // The log is asked before and after, so that what came between the answers shows as a difference, and is looked at again.
  const ticks = await log.offsets('md.ticks');
  const metrics = await scrape(cluster);
  const updates = await log.offsets('md.updates');
  return ticks.map(({ end }, partition) => ledgerOf(metrics, partition, end, updates[partition]!.end));
}

async function until<T>(what: string, get: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const value = await get();
    if (holds(value)) return value;
    if (performance.now() > deadline)
      throw new Error(`not within ${DEADLINE_MS} ms: ${what}; at last ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

test('the ledgers of all hops add up, from the venue’s frames to the gateway, and still meet after a worker was killed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-ledger-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT', 'ADAUSDT', 'DOGEUSDT'];
  const recording = await writeMarket(dir, { seed: 1, seconds: 120, symbols, framesPerSecond: 20 });
  const sentRecord = join(dir, 'sent.raw.jsonl');
  const cluster = await startCluster({
    feed: 'replay',
    paused: true,
    speed: '1',
    gateways: 1,
    compute: 2,
    brokers: 1,
    partitions: PARTITIONS,
    recording,
    sentRecord,
  });
  ends.push(() => cluster.stop());
  const brokers = [cluster.process('kafka').address!];
  const logger = createLogger('test', 'error');
  const log = await openKafkaTickLog({ brokers, clientId: 'ledger', partitions: PARTITIONS, replication: 1, logger });
  ends.push(() => log.close());
  const sent = async (): Promise<string[]> =>
    (await readFile(sentRecord, 'utf8')).split('\n').filter((line) => line.includes('"stream"'));
  /** What is seen while the venue sends nothing. */
  const inSilence = async <T>(see: () => Promise<T>): Promise<T> => {
    await fetch(`http://${cluster.process('venue').admin}/faults`, {
      method: 'POST',
      body: JSON.stringify([{ fault: 'stall', ms: SILENCE_MS }]),
    });
    return see();
  };

  // The worker that came first had all partitions, and took clock ticks of those that it gave away.
  await until(
    'each worker has its half of the partitions',
    () => scrape(cluster),
    (metrics) => metrics.values('compute_partitions').join() === '2,2',
  );
  const settled = await until(
    'nothing waits',
    () => look(cluster, log),
    (all) => all.every((at) => same(at.ticksEnd, at.computeStands)),
  );
  const again = settled.map(({ computeTook, computeStands }) => computeTook - computeStands);

  const instruments = symbols.map((symbol) => `${symbol}$BA`);
  const url = `ws://${cluster.process('gateway').address}/v1/stream`;
  const channels = ['trade', 'quote', 'depth@20'];
  const clients = [
    new CountingClient(url, 'tapecast.v1.protobuf', {
      symbols: instruments,
      channels: [...channels, 'kline@1m'],
      intervalMs: 0,
    }),
    new CountingClient(url, 'tapecast.v1.json', { symbols: instruments, channels, intervalMs: 500 }),
  ];
  ends.push(async () => {
    for (const client of clients) client.close();
  });
  await Promise.all(clients.map((client) => client.joined()));
  const told = (partition: number): number => clients.reduce((sum, client) => sum + client.told[partition]!, 0);
  const begun = await look(cluster, log);

  await cluster.startReplay();
  await until('the market runs', sent, ({ length }) => length > ENOUGH_FRAMES);
  const quiet = await until(
    'all hops add up',
    () => inSilence(() => look(cluster, log)),
    (all) => all.every((at, partition) => balances(at, again[partition]!) && reaches(at, told(partition))),
  );
  for (const [partition, at] of quiet.entries()) {
    expect(at.gave).toBeGreaterThan(100);
    // Clients hold all instruments but the one that ticks by itself, so the gateway applies what compute gives.
    const { gave, applied } = begun[partition]!;
    if (partition !== partitionOf(TEST_INSTRUMENT, PARTITIONS))
      expect([at.applied - applied, at.known]).toEqual([at.gave - gave, 0]);
    expect(at.merged).toBeGreaterThan(10);
  }
  const { metrics, frames } = await until(
    'every frame was taken',
    () => inSilence(async () => ({ metrics: await scrape(cluster), frames: await sent() })),
    // One more is the venue's answer to the subscription.
    (seen) => seen.metrics.sum('ingest_frames_total') === seen.frames.length + 1,
  );
  const ofKind = (kind: string): number => frames.filter((line) => line.includes(kind)).length;
  expect(metrics.sum('ingest_ticks_total', { venue: 'binance', kind: 'trade' })).toBe(ofKind('"e":"trade"'));
  expect(metrics.sum('ingest_ticks_total', { venue: 'binance', kind: 'quote' })).toBe(ofKind('@bookTicker'));
  for (const hop of ['ingest', 'compute', 'gateway'])
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const age = metrics.sum(`${hop}_data_age_seconds`, { partition });
      expect(age, `${hop} ${partition}`).toBeGreaterThan(0);
      expect(age, `${hop} ${partition}`).toBeLessThan(DEADLINE_MS / 1_000);
    }

  await until('the market runs on', sent, ({ length }) => length > frames.length);
  cluster.kill('compute', 0);
  const before = (await sent()).length;
  await until('and on', sent, ({ length }) => length > before + ENOUGH_FRAMES / 2);
  await until(
    'all hops meet',
    () => inSilence(() => look(cluster, log)),
    (all) => all.every((at, partition) => meets(at) && reaches(at, told(partition))),
  );
}, 300_000);
