import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MarketState, openRedisMarketState } from '@tapecast/market-state';
import {
  cutOffReplicas,
  type Kafka,
  type RedisCluster,
  redisCommand,
  startKafka,
  startRedisCluster,
} from '@tapecast/testkit';
import { openKafkaTickLog, type TickLog } from '@tapecast/tick-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append, silent, streamsOf, UpdatesReader, undisturbed, until } from './harness.ts';
import { WorkerProcess } from './worker-process.ts';

const PARTITIONS = 4;
const LENGTH = 6_500;
/** Ticks of each partition that a step of the story appends. */
const STEP = 500;
/** For a takeover: the session of 2.5 s in which the member is found out, and joining and folding on a machine with other work. */
const DEADLINE_MS = 30_000;

/**
 * One story on real Kafka and a real Redis Cluster: workers come, hang, wake, leave and are killed, and Redis loses what it
 * acknowledged, while the same ticks are appended that one worker in memory folds undisturbed. The updates in the log
 * must be the same to the byte, and what comes twice the same again: `UpdatesReader` throws where it is not.
 */
describe('compute under fire', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tapecast-compute-'));
  const streams = streamsOf(2, PARTITIONS, LENGTH);
  const workers: WorkerProcess[] = [];
  let kafka: Kafka;
  let redis: RedisCluster;
  let log: TickLog;
  let state: MarketState;
  let reader: UpdatesReader;
  let appended = 0;
  let more: (count?: number) => Promise<void>;

  beforeAll(async () => {
    [kafka, redis] = await Promise.all([
      startKafka({ dir: join(dir, 'kafka'), brokers: 1 }),
      startRedisCluster({ dir: join(dir, 'redis') }),
    ]);
    log = await openKafkaTickLog({
      brokers: kafka.bootstrap,
      clientId: 'test',
      partitions: PARTITIONS,
      replication: 1,
      logger: silent,
    });
    state = await openRedisMarketState({ nodes: redis.nodes });
    const ticks = await log.producer('md.ticks');
    more = async (count = STEP) => {
      await append(ticks, streams, appended, appended + count);
      appended += count;
    };
    reader = await UpdatesReader.open(log);
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
    await Promise.all([log?.close(), state?.close()]);
    await Promise.all([kafka?.stop(), redis?.stop()]);
    rmSync(dir, { recursive: true, force: true });
  });

  const start = async (name: string): Promise<WorkerProcess> => {
    const worker = await WorkerProcess.start(name, { dir, kafka, redis, partitions: PARTITIONS });
    workers.push(worker);
    await worker.ready();
    return worker;
  };
  const lowestTold = (): number => Math.min(...streams.map((_, partition) => reader.ticksNext.get(partition) ?? 0));
  const lowestStored = async (): Promise<number> => {
    const records = await Promise.all(streams.map((_, partition) => state.record(partition)));
    return Math.min(...records.map((record) => record?.ticksNext ?? 0));
  };
  /** The last records may tell nothing: updates of a tick before them are enough. */
  const told = (what: string): Promise<void> =>
    until(what, () => reader.fault !== undefined || lowestTold() > appended - STEP / 2, DEADLINE_MS);
  const stored = (ticks: number): Promise<void> =>
    until('all have stored', async () => (await lowestStored()) > ticks, DEADLINE_MS);
  /** Whether Redis itself replaces masters that are lost. */
  const elections = async (held: boolean): Promise<void> => {
    for (const { address } of redis.processes)
      await redisCommand(
        Number(address.split(':')[1]),
        'CONFIG',
        'SET',
        'cluster-replica-no-failover',
        held ? 'no' : 'yes',
      ).catch(() => undefined);
  };
  /** Appends and waits until every partition tells of it again. */
  const liveAgain = async (what: string): Promise<void> => {
    const since = performance.now();
    await more();
    await told(what);
    const tookMs = Math.round(performance.now() - since);
    console.info(`${what}: live again ${tookMs} ms after, ${reader.updates.doubles} updates came twice so far`);
  };

  let first: WorkerProcess;
  let second: WorkerProcess;

  it('is joined by a second worker', async () => {
    first = await start('first');
    await more();
    second = await start('second');
    expect(await second.metric('partitions')).toBe(PARTITIONS / 2);
    await more();
    await stored(STEP);
    await told('both fold');
  });

  it('is taken over while a worker hangs; waking, it writes nothing that counts', async () => {
    await more();
    await told('before it hangs');
    second.signal('SIGSTOP');
    await liveAgain('a worker hangs');
    await stored(appended - STEP);
    const before = await Promise.all(streams.map((_, partition) => state.record(partition)));
    second.signal('SIGCONT');
    // What it had not stored comes too late: it is refused, or given up where it learns first that it is no member any more.
    await until('both are members again', async () => {
      const held = await Promise.all([first, second].map((worker) => worker.metric('partitions')));
      return held.every((count) => count === PARTITIONS / 2);
    });
    console.info(`woken: ${await second.metric('checkpoints_total', 'refused')} checkpoints refused`);
    await more();
    await told('after it woke');
    const after = await Promise.all(streams.map((_, partition) => state.record(partition)));
    for (const [partition, record] of after.entries())
      expect(record?.ticksNext).toBeGreaterThanOrEqual(before[partition]?.ticksNext ?? 0);
  });

  it('passes partitions to and fro', async () => {
    const guest = await start('guest');
    await more();
    await told('a guest came');
    expect(await guest.end('SIGTERM')).toBe(0);
    await liveAgain('a guest left');
  });

  it('begins again from what is there when Redis loses what it acknowledged', async () => {
    await stored(appended - STEP / 2);
    const mend = await cutOffReplicas(redis);
    const kept = await lowestStored();
    await more();
    await until('a checkpoint that the replicas do not have', async () => (await lowestStored()) > kept, DEADLINE_MS);
    const refused = async (): Promise<number> =>
      (await first.metric('checkpoints_total', 'refused')) + (await second.metric('checkpoints_total', 'refused'));
    const refusedBefore = await refused();
    const master = await redis.masterOf(0);
    // Nobody takes over before the ticks were told: they do not wait for Redis.
    await elections(false);
    redis.kill(master);
    await liveAgain('a Redis master died with its last writes');
    await elections(true);
    await until('it is noticed', async () => (await refused()) > refusedBefore, DEADLINE_MS);
    await mend();
    await redis.restart(master);
    await more();
    await stored(appended - STEP);
    await told('after the failover');
  });

  it('is taken over when a worker is killed, and gave the same updates all along', async () => {
    await more();
    await told('before the kill');
    await second.end('SIGKILL');
    await liveAgain('a worker is killed');
    await more(LENGTH + 1 - appended);
    const dump = await reader.finished(streams, Number.POSITIVE_INFINITY, 30_000);
    expect(dump.replaceAll(`${log.generation}.`, 'test.')).toBe(await undisturbed(streams));
    const begun = workers.flatMap((worker) => worker.events('epoch_begun'));
    expect([...new Set(begun.map(({ reason }) => reason))]).toEqual(['no_checkpoint']);
    expect(await first.end('SIGTERM')).toBe(0);
    for (const [partition, stream] of streams.entries())
      expect((await state.record(partition))?.ticksNext).toBe(stream.length);
  });
});
