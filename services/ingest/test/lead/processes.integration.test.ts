import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceFences } from '@tapecast/market';
import { type Kafka, type RedisCluster, startKafka, startRedisCluster } from '@tapecast/testkit';
import { openKafkaTickLog, type TickLog } from '@tapecast/tick-log';
import { startBinanceVenue } from '@tapecast/venue-server';
import { decodeTick } from '@tapecast/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../ingest-harness.ts';
import { type IngestPlace, IngestProcess } from '../ingest-process.ts';
import { writeRecording } from '../venues/binance/synthetic-recording.ts';

const PARTITIONS = 4;
const INSTRUMENT = 'BTCUSDT$BA';
/** A trade every 10 ms. */
const STEPS = 2_400;
/** More than a lease. */
const TAKEOVER_MARKET_MS = 3_000;
const DEADLINE_MS = 60_000;

/**
 * One story on real Kafka, a real Redis Cluster and processes that are killed, stopped and woken, while a venue plays: each
 * trade that happened is in the log once, in order, whoever was there to hear it.
 */
describe('ingests under fire', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tapecast-ingests-'));
  const started: IngestProcess[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  const trades: string[] = [];
  const missing: string[] = [];
  let kafka: Kafka;
  let redis: RedisCluster;
  let log: TickLog;

  beforeAll(async () => {
    [kafka, redis] = await Promise.all([
      startKafka({ dir: join(dir, 'kafka'), brokers: 1 }),
      startRedisCluster({ dir: join(dir, 'redis') }),
    ]);
    const silent = { info: () => undefined, warn: () => undefined };
    log = await openKafkaTickLog({
      brokers: kafka.bootstrap,
      clientId: 'test',
      partitions: PARTITIONS,
      replication: 1,
      logger: silent,
    });
    const fences = Array.from({ length: PARTITIONS }, () => new SourceFences());
    const seen = Array.from({ length: PARTITIONS }, () => new Map<string, number>());
    await log.read({
      topic: 'md.ticks',
      from: () => 'earliest',
      onRecords: (partition, records) => {
        for (const { value } of records) {
          const { source, sourceSeq, instrument, body } = decodeTick(value);
          // As the fold does: fences, then numbers.
          if (!fences[partition]!.passes(source) || sourceSeq <= (seen[partition]!.get(source) ?? 0)) continue;
          seen[partition]!.set(source, sourceSeq);
          if (instrument !== INSTRUMENT) continue;
          if (body.kind === 'trade') trades.push(body.id);
          if (body.kind === 'status' && body.reason.includes('were not received')) missing.push(body.reason);
        }
      },
      onGap: (gap) => missing.push(JSON.stringify(gap)),
    });
  }, 90_000);

  afterAll(async () => {
    for (const process of started) process.kill('SIGKILL');
    for (const end of ends.reverse()) await end();
    await log?.close();
    await Promise.all([kafka?.stop(), redis?.stop()]);
    rmSync(dir, { recursive: true, force: true });
  });

  it('lose no trade and double none: killed, stopped and woken, without Kafka and killed', async ({ annotate }) => {
    const recording = await writeRecording({ steps: STEPS });
    ends.push(recording.remove);
    const venue = await startBinanceVenue({ recordings: [recording.path], speed: 1, paused: true });
    ends.push(() => venue.stop());
    const place: IngestPlace = {
      dir,
      kafka: kafka.bootstrap,
      redis: redis.nodes,
      partitions: PARTITIONS,
      args: ['--feed', 'binance', '--binance-ws', venue.wsUrl, '--binance-rest', venue.restUrl, '--clock', 'ping'],
    };
    const start = async (name: string, spoolDir?: string): Promise<IngestProcess> => {
      const process = await IngestProcess.start(name, spoolDir === undefined ? place : { ...place, spoolDir });
      started.push(process);
      return process;
    };
    /** What is waited for takes the time that the machine gives it: the market goes on for so long meanwhile, and then stands. */
    const during = async <T>(marketMs: number, work: Promise<T>): Promise<T> => {
      const standsAt = performance.now() + marketMs;
      const holding = setInterval(() => {
        if (performance.now() >= standsAt) venue.inject({ fault: 'stall', ms: 500 });
      }, 100);
      return work.finally(() => clearInterval(holding));
    };
    const more = async (count: number): Promise<void> => {
      const wanted = trades.length + count;
      await until(`${count} more trades`, () => trades.length >= wanted, DEADLINE_MS);
    };
    /** ms until `next` publishes, from the moment at which the other was done away with. */
    const takeover = async (next: IngestProcess): Promise<number> => {
      const begunAt = performance.now();
      await during(
        TAKEOVER_MARKET_MS,
        until('the other publishes', () => next.publishes(), DEADLINE_MS),
      );
      return performance.now() - begunAt;
    };

    const first = await start('first');
    await first.ready();
    const second = await start('second');
    await second.ready();
    expect([await first.publishes(), await second.publishes()]).toEqual([true, false]);
    venue.start();
    await more(150);

    first.kill('SIGKILL');
    const killedMs = await takeover(second);
    const third = await start('third');
    await during(0, third.ready());
    await more(100);

    second.kill('SIGSTOP');
    const stoppedMs = await takeover(third);
    await more(50);
    second.kill('SIGCONT');
    expect(await during(0, second.exited)).toBe(1);
    expect(second.end()).toContain('lease_lost');
    await more(50);

    kafka.kill(0);
    const onDisk = async (): Promise<boolean> => ((await third.metric('tapecast_ingest_spool_ticks')) ?? 0) > 300;
    await until('ticks on disk', onDisk, DEADLINE_MS);
    third.kill('SIGKILL');
    const fourth = await start('fourth', third.spoolDir);
    await kafka.restart(0);
    await during(0, fourth.ready());
    expect(fourth.end()).toContain('spool_found');
    await venue.done;
    await until('the last trade', () => trades.at(-1) === recording.tradeIds.at(-1), DEADLINE_MS);

    expect(trades).toEqual(recording.tradeIds);
    expect(missing).toEqual([]);
    expect(await fourth.metric('tapecast_ingest_spool_ticks')).toBe(0);
    await annotate(`another published ${Math.round(killedMs)} ms after a kill, ${Math.round(stoppedMs)} after a stop`);
  });
});
