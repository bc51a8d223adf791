import { createLogger } from '@tapecast/service-kit';
import {
  type BinanceContent,
  BTCUSDT_PAIR,
  canonicalSections,
  NO_RECORDED_DATA,
  type PartRunner,
  type PartsWay,
  type RunningCluster,
  startCluster,
  startEmbedded,
  waysToTest,
} from '@tapecast/testkit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  expectRight,
  foldAgain,
  played,
  printLogs,
  readAll,
  readPair,
  updatesOf,
  type Watcher,
  watch,
} from './whole-run.ts';

const PARTITIONS = 6;
/** All that a gateway offers. */
const INTERVALS_MS = [0, 50, 100, 250, 500, 1000];
/** Programs on this machine and, where an engine answers, containers: each way plays the pair once. */
const ways = await waysToTest();
const here = ways.filter(({ skip }) => skip === undefined);
const [one, other] = [here[0] ?? ways[0], here.at(-1) ?? ways[0]] as [PartsWay, PartsWay];

/** The pair lasts 640 s; all of it at a sixth of the speed. */
const PLAYED_MS = 360_000;

/**
 * What is told to a client that reads too slowly, or by a gateway with too much to do, is others' to test. Here the machine may take
 * the clients' time, which are many in one process: they are given longer before their updates are merged.
 */
const PATIENT = { slowBytes: 8 * 1024 * 1024, stalledMs: 30_000 };

/** Real recorded frames through the venue's own protocol, ingest, the log, compute, the log, gateways and nginx, to clients. */
const withData = describe.skipIf(NO_RECORDED_DATA !== undefined || here.length === 0);
withData(
  `the BTCUSDT pair of 2024-08-08/09${NO_RECORDED_DATA === undefined ? '' : ` (skipped: ${NO_RECORDED_DATA})`}`,
  () => {
    let content: BinanceContent;
    /** Of a core: what this process got while it had enough to do. */
    let share = 1;
    /** Nobody is merged at it: as much slower as this machine lets the clients read slower. */
    const paced = (speed: number): string => String(Math.max(2, Math.round(speed * share)));
    let running: RunningCluster | undefined;
    const stops: (() => Promise<unknown>)[] = [];
    beforeAll(async () => {
      const [begunAt, before] = [performance.now(), process.cpuUsage()];
      content = await readPair();
      const { user, system } = process.cpuUsage(before);
      share = Math.min(1, (user + system) / 1_000 / (performance.now() - begunAt));
      process.stdout.write(`this process gets ${share.toFixed(2)} of a core\n`);
    });
    afterEach(async ({ task }) => {
      if (task.result?.state === 'fail' && running !== undefined) printLogs(running);
      running = undefined;
      for (const stop of stops.splice(0).reverse()) await stop();
    });

    const start = async (
      speed: number,
      parts: PartRunner['kind'] = 'local',
      intervalsMs: readonly number[] = [0],
    ): Promise<{ cluster: RunningCluster; watchers: Watcher[] }> => {
      const cluster = await startCluster({
        parts,
        feed: 'replay',
        recording: [...BTCUSDT_PAIR],
        speed: paced(speed),
        paused: true,
        partitions: PARTITIONS,
        degradation: 'off',
        rebalance: 'off',
        ...PATIENT,
      });
      stops.push(() => cluster.stop());
      running = cluster;
      const watchers = [await watch(cluster.stream, 'json'), await watch(cluster.stream, 'protobuf')];
      for (const intervalMs of intervalsMs) watchers.push(await watch(cluster.stream, 'protobuf.zstd', intervalMs));
      stops.push(async () => {
        for (const { client } of watchers) client.close();
      });
      await cluster.startReplay();
      return { cluster, watchers };
    };

    /** What the cluster wrote, equal duplicates taken as one, is what one worker on the memory drivers makes of the same ticks. */
    const expectSameFold = async (cluster: RunningCluster): Promise<void> => {
      const log = await openKafkaTickLog({
        brokers: cluster
          .processes()
          .filter(({ role }) => role === 'kafka')
          .map(({ address }) => address ?? ''),
        clientId: 'recorded-pair-test',
        partitions: PARTITIONS,
        replication: 1,
        logger: createLogger('test', 'error'),
      });
      stops.push(() => log.close());
      // Ticks go on (the test instrument): the ticks are read after the updates, so all that made them is there.
      const updates = await readAll(log, 'md.updates');
      const ticks = await readAll(log, 'md.ticks');
      const written = canonicalSections(updatesOf(updates));
      const again = canonicalSections(updatesOf(await foldAgain(ticks, log.generation)));
      expect(written.size).toBeGreaterThan(10);
      for (const [key, text] of written)
        expect(again.get(key)?.startsWith(text), `${key} folded again differs`).toBe(true);
      expect([...again.keys()].filter((key) => !written.has(key))).toEqual([]);
    };

    test(
      `arrives exact through the cluster on ${one.title} at up to 12 times its speed, at every interval, and folds the same again`,
      async () => {
        const { cluster, watchers } = await start(12, one.kind, INTERVALS_MS);
        for (const watcher of watchers) await played(watcher, content.trades.length, PLAYED_MS);
        for (const watcher of watchers) expectRight(watcher, content);
        await expectSameFold(cluster);
      },
      2 * PLAYED_MS,
    );

    test(
      `through the cluster on ${other.title}, a compute worker killed -9 in the middle: the other takes over, nothing is lost or doubled`,
      async () => {
        const { cluster, watchers } = await start(20, other.kind);
        const [watcher] = watchers as [Watcher, Watcher];
        const arrivals: number[] = [];
        watcher.client.on('trade', () => arrivals.push(performance.now()));
        await expect
          .poll(() => watcher.record.tradeIds.length, { timeout: PLAYED_MS })
          .toBeGreaterThan(content.trades.length / 3);
        const pids = [0, 1].map((index) => cluster.process('compute', index).pid);
        // The worker that folds the symbol: the one whose death is felt. Which it is shows in its metrics.
        const index = await busiest(cluster);
        const killedAt = performance.now();
        cluster.kill('compute', index);
        for (const each of watchers) await played(each, content.trades.length, PLAYED_MS);
        for (const watcher of watchers) expectRight(watcher, content);
        expect(cluster.process('compute', index).pid).not.toBe(pids[index]);
        const silentMs = Math.max(
          ...arrivals.map((at, i) => (at > killedAt ? at - Math.max(arrivals[i - 1] ?? killedAt, killedAt) : 0)),
        );
        process.stdout.write(`a compute worker killed: longest silence ${silentMs.toFixed(0)} ms\n`);
        await expectSameFold(cluster);
      },
      2 * PLAYED_MS,
    );

    test(
      'arrives exact through the embedded system',
      async () => {
        const embedded = await startEmbedded([
          '--feed',
          'replay',
          '--recording',
          BTCUSDT_PAIR.join(','),
          '--speed',
          paced(40),
          '--paused',
          '--slow-bytes',
          `${PATIENT.slowBytes}`,
          '--stalled-ms',
          `${PATIENT.stalledMs}`,
        ]);
        stops.push(() => embedded.stop());
        const watchers = [await watch(embedded.stream, 'json'), await watch(embedded.stream, 'protobuf.zstd')];
        await fetch(`${embedded.admin}/replay/start`, { method: 'POST' });
        for (const watcher of watchers) await played(watcher, content.trades.length, PLAYED_MS);
        for (const watcher of watchers) {
          expectRight(watcher, content);
          watcher.client.close();
        }
      },
      2 * PLAYED_MS,
    );
  },
);

/** The compute process that folded the most ticks. */
async function busiest(cluster: RunningCluster): Promise<number> {
  const folded = await Promise.all(
    [0, 1].map(async (index) => {
      const text = await (await fetch(`http://${cluster.process('compute', index).admin}/metrics`)).text();
      return [...text.matchAll(/^tapecast_compute_ticks_total(?:\{[^}]*\})? (\d+)/gm)].reduce(
        (sum, match) => sum + Number(match[1]),
        0,
      );
    }),
  );
  expect(Math.max(...folded)).toBeGreaterThan(0);
  return folded[0]! > folded[1]! ? 0 : 1;
}
