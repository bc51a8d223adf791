import { createLogger } from '@tapecast/service-kit';
import {
  type LeanDay,
  LeanJudge,
  leanDays,
  NO_RECORDED_DATA,
  type RunningCluster,
  recorded,
  scaled,
  startCluster,
  startEmbedded,
} from '@tapecast/testkit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { openRecording } from '@tapecast/venue-server';
import { openUpdateBatch } from '@tapecast/wire';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { printLogs, watch } from './whole-run.ts';

const PARTITIONS = 4;
/** Final bars of an interval that REST has. */
const BARS_KEPT = 500;
const FILE = (symbol: string, day: string, kind: string): string =>
  recorded(`us_equities/lean/equity_usa_tick_${symbol}_${day}_${kind}.zip`);
const DAYS = ['20131007', '20131008', '20131009'];

/** Two days, so that one of them ends: every trade of IBM and BAC, every quote of IBM. */
const SHORT = ['ibm', 'bac'].flatMap((symbol) =>
  DAYS.slice(0, 2).flatMap((day) => [
    FILE(symbol, day, 'trade'),
    ...(symbol === 'ibm' ? [FILE(symbol, day, 'quote')] : []),
  ]),
);
/** All there is: three days of IBM, BAC and SPY, 1.56 million trades and 1.03 million quotes; some minutes. */
const WHOLE = DAYS.flatMap((day) => [
  ...['ibm', 'bac'].flatMap((symbol) => [FILE(symbol, day, 'trade'), FILE(symbol, day, 'quote')]),
  FILE('spy', day, 'trade'),
]);
const isWhole = process.env.TAPECAST_TEST_LEAN === 'whole';

async function daysOf(files: readonly string[]): Promise<LeanDay[]> {
  const recordings = await Promise.all(files.map((file) => openRecording(file)));
  return leanDays(recordings.flatMap((recording) => (recording.format === 'lean-trade' ? [recording] : [])));
}

/** Trades and quotes of US equities through iTick's own protocol, as fast as the path takes them. */
const withData = describe.skipIf(NO_RECORDED_DATA !== undefined);
withData(
  `Lean's ticks of October 2013${NO_RECORDED_DATA === undefined ? '' : ` (skipped: ${NO_RECORDED_DATA})`}`,
  () => {
    let running: RunningCluster | undefined;
    afterEach(({ task }) => {
      if (task.result?.state === 'fail' && running !== undefined) printLogs(running);
      running = undefined;
    });

    test(
      'each day and minute in the cluster is the sum over its trades',
      async () => {
        const files = isWhole ? WHOLE : SHORT;
        const days = await daysOf(files);
        const trades = days.reduce((sum, day) => sum + day.trades, 0);
        const cluster = await startCluster({
          feed: 'replay',
          recording: files,
          speed: 'max',
          paused: true,
          partitions: PARTITIONS,
        });
        running = cluster;
        onTestFinished(async () => {
          await cluster.stop();
        });
        // One instrument only, and only what its trades change: what is judged whole is the log.
        const watcher = await watch(cluster.stream, 'protobuf.zstd', 0, 'IBM$US', ['kline@1m', 'kline@1d']);
        onTestFinished(() => watcher.client.close());
        const judge = await follow(cluster, new Set(days.map(({ instrument }) => instrument)));

        const startedAt = performance.now();
        await cluster.startReplay();
        await expect
          .poll(() => judge.isComplete(days), { timeout: isWhole ? 900_000 : 200_000, interval: 200 })
          .toBe(true);
        const seconds = (performance.now() - startedAt) / 1000;
        const verdict = judge.judge(days);
        process.stdout.write(
          `${verdict.trades} trades, ${verdict.daysCompared} days, ${verdict.minutesCompared} minutes in ${seconds.toFixed(1)} s\n`,
        );
        expect(verdict.faults).toEqual([]);
        expect(verdict).toMatchObject({ trades, daysCompared: days.length, revisions: 0 });
        expect(verdict.minutesCompared).toBeGreaterThan(1_000);

        await expectRest(cluster.url, days);
        const own = days.filter(({ instrument }) => instrument === 'IBM$US');
        const { record } = watcher;
        await expect
          .poll(
            () =>
              record.klines.some(
                ({ interval, start, final }) =>
                  interval === '1m' && final && start === own.at(-1)?.minutes.at(-1)?.startMs,
              ),
            { timeout: 30_000 },
          )
          .toBe(true);
        const finals = record.klines.filter(({ interval, final }) => interval === '1m' && final);
        expect(finals.map(sumsOfBar)).toEqual(own.flatMap(({ minutes }) => minutes).map(sumsOfOracle));
        expect({ gaps: record.gaps, faults: record.ranges.faults, cuts: record.cuts }).toEqual({
          gaps: [],
          faults: [],
          cuts: [],
        });
      },
      isWhole ? 1_200_000 : 300_000,
    );

    test('each minute in the embedded system is the sum over its trades', async () => {
      const files = [FILE('ibm', DAYS[0]!, 'trade'), FILE('ibm', DAYS[0]!, 'quote')];
      const days = await daysOf(files);
      const args = ['--feed', 'replay', '--recording', files.join(','), '--speed', 'max'];
      const embedded = await startEmbedded(args);
      onTestFinished(() => embedded.stop());
      const url = embedded.page.replace(/\/$/, '');
      const last = days[0]!.minutes.at(-1)!.startMs;
      const isThere = async (): Promise<boolean> =>
        (await bars(url, 'IBM$US', '1m')).some(({ start, final }) => start === last && final);
      await expect.poll(isThere, { timeout: 120_000, interval: 200 }).toBe(true);
      await expectRest(url, days);
    }, 180_000);
  },
);

/** Reads what the cluster writes, from its first record on. */
async function follow(cluster: RunningCluster, instruments: ReadonlySet<string>): Promise<LeanJudge> {
  const brokers = cluster.processes().filter(({ role }) => role === 'kafka');
  const log = await openKafkaTickLog({
    brokers: brokers.map(({ address }) => address ?? ''),
    clientId: 'lean-days-test',
    partitions: PARTITIONS,
    replication: 1,
    logger: createLogger('test', 'error'),
  });
  onTestFinished(() => log.close());
  const judge = new LeanJudge(instruments);
  await log.read({
    topic: 'md.updates',
    from: () => 'earliest',
    onRecords: (_partition, batch) => {
      for (const { value } of batch)
        for (const entry of openUpdateBatch(value).entries)
          if (judge.wants(entry.instrument)) for (const update of entry.updates()) judge.take(entry.instrument, update);
    },
    onGap: (gap) => {
      throw new Error(`the log lost ${JSON.stringify(gap)}`);
    },
  });
  return judge;
}

/** A bar as REST and clients are told it; REST's numbers are exact decimals that a double tells apart here. */
interface ToldBar {
  readonly start: number;
  readonly open: number | string;
  readonly high: number | string;
  readonly low: number | string;
  readonly close: number | string;
  readonly volume: number | string;
  readonly turnover: number | string;
  readonly trades: number;
  readonly final: boolean;
}

async function bars(url: string, symbol: string, interval: string): Promise<ToldBar[]> {
  const query = new URLSearchParams({ symbol, interval, limit: String(BARS_KEPT) });
  const response = await fetch(`${url}/v1/klines?${query}`);
  // Numbers as their text: nothing is rounded on the way to the comparison.
  const text = (await response.text()).replace(/"(open|high|low|close|volume|turnover)":(-?[\d.]+)/g, '"$1":"$2"');
  return response.ok ? (JSON.parse(text) as { bars: ToldBar[] }).bars : [];
}

const sumsOfBar = ({ start, open, high, low, close, volume, turnover, trades }: ToldBar): string =>
  [start, ...[open, high, low, close, volume, turnover].map((value) => scaled(String(value), 4)), trades].join(' ');
const sumsOfOracle = ({
  startMs,
  open,
  high,
  low,
  close,
  volume,
  turnover,
  trades,
}: LeanDay['minutes'][number]): string =>
  [startMs, open, high, low, close, volume * 10_000n, turnover, trades].join(' ');

/** What REST has of each instrument: its days, and the newest 500 of its minutes. */
async function expectRest(url: string, days: readonly LeanDay[]): Promise<void> {
  for (const instrument of new Set(days.map((day) => day.instrument))) {
    const own = days.filter((day) => day.instrument === instrument);
    const minutes = own.flatMap((day) => day.minutes).slice(-BARS_KEPT);
    // A gateway reads the log's last records a moment after the judge.
    for (const [interval, expected] of [
      ['1d', own],
      ['1m', minutes],
    ] as const) {
      await expect
        .poll(async () => (await bars(url, instrument, interval)).map(sumsOfBar), { interval: 100 })
        .toEqual(expected.map(sumsOfOracle));
    }
  }
}
