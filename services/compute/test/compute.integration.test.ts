import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openRedisMarketState } from '@tapecast/market-state';
import { type Kafka, type RedisCluster, startKafka, startRedisCluster } from '@tapecast/testkit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append, silent, streamsOf, UpdatesReader, undisturbed, until } from './harness.ts';

const PARTITIONS = 4;
const LENGTH = 3_000;
const MAIN = resolve(import.meta.dirname, '../src/main.ts');

/** A worker as an operating-system process. */
class WorkerProcess {
  readonly child: ChildProcess;
  private readonly log: string;
  private output = '';

  constructor(dir: string, name: string, kafka: Kafka, redis: RedisCluster) {
    this.log = join(dir, `${name}.log`);
    const file = openSync(this.log, 'a');
    const options = [
      ['--kafka', kafka.bootstrap.join(',')],
      ['--redis', redis.nodes.join(',')],
      ['--partitions', String(PARTITIONS)],
      ['--checkpoint-interval-ms', '500'],
    ];
    this.child = spawn(process.execPath, ['--conditions=source', MAIN, ...options.flat()], {
      stdio: ['ignore', 'pipe', file],
    });
    closeSync(file);
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
  }

  ready(): Promise<void> {
    return until(
      'the worker is ready',
      () => {
        if (this.child.exitCode !== null) throw new Error(`ended: ${readFileSync(this.log, 'utf8').slice(-2_000)}`);
        return this.output.startsWith('ready');
      },
      60_000,
    );
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exited = new Promise<number | null>((done) => this.child.once('exit', done));
    this.child.kill(signal);
    return exited;
  }

  events(event: string): Record<string, unknown>[] {
    return readFileSync(this.log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"event":"${event}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

describe('compute on Kafka and Redis Cluster', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tapecast-compute-'));
  let kafka: Kafka;
  let redis: RedisCluster;
  const workers: WorkerProcess[] = [];

  beforeAll(async () => {
    [kafka, redis] = await Promise.all([
      startKafka({ dir: join(dir, 'kafka'), brokers: 1 }),
      startRedisCluster({ dir: join(dir, 'redis'), replicas: 0 }),
    ]);
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
    await Promise.all([kafka?.stop(), redis?.stop()]);
    rmSync(dir, { recursive: true, force: true });
  });

  it('gives the same updates as one worker in memory, through the kill of one of two', async () => {
    const streams = streamsOf(2, PARTITIONS, LENGTH);
    const expected = await undisturbed(streams);
    const log = await openKafkaTickLog({
      brokers: kafka.bootstrap,
      clientId: 'test',
      partitions: PARTITIONS,
      replication: 1,
      logger: silent,
    });
    const state = await openRedisMarketState({ nodes: redis.nodes });
    const ticks = await log.producer('md.ticks');
    const reader = await UpdatesReader.open(log);
    const start = (name: string): WorkerProcess => {
      const worker = new WorkerProcess(dir, name, kafka, redis);
      workers.push(worker);
      return worker;
    };
    const first = start('first');
    await first.ready();
    await append(ticks, streams, 0, 800);
    const second = start('second');
    await second.ready();
    await append(ticks, streams, 800, 1_600);
    await until('both have stored something', async () => {
      const records = await Promise.all(streams.map((_, partition) => state.record(partition)));
      return records.every((record) => (record?.ticksNext ?? 0) > 800);
    });
    await append(ticks, streams, 1_600, 2_400);
    await until('more is told than is stored', () =>
      streams.every((_, partition) => (reader.ticksNext.get(partition) ?? 0) > 1_600),
    );
    await second.end('SIGKILL');
    const killedAt = performance.now();
    await append(ticks, streams, 2_400, LENGTH + 1);
    const dump = await reader.finished(streams, Number.POSITIVE_INFINITY, 60_000);
    const tookMs = Math.round(performance.now() - killedAt);
    expect(dump.replaceAll(`${log.generation}.`, 'test.')).toBe(expected);
    expect(first.events('epoch_begun').every(({ reason }) => reason === 'no_checkpoint')).toBe(true);
    console.info(`taken over ${tookMs} ms after the kill; ${reader.updates.doubles} updates came twice`);

    expect(await first.end('SIGTERM')).toBe(0);
    for (const [partition, stream] of streams.entries())
      expect((await state.record(partition))?.ticksNext).toBe(stream.length);
    await Promise.all([log.close(), state.close()]);
  });
});
