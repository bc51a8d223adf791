import { cpus, loadavg } from 'node:os';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { CHANNELS } from '@tapecast/market';
import { NO_RECORDED_DATA, type RunningCluster, recorded, startCluster } from '@tapecast/testkit';
import type { BenchResult } from './bench.ts';
import type { Spread } from './end-to-end/percentiles.ts';
import { measurePipeline, type PipelineRun } from './end-to-end/pipeline.ts';
import { measureRelay, RELAY_WARM_UP_SECONDS, type Relayed } from './end-to-end/relay.ts';
import type { Stretch } from './end-to-end/relay-roles.ts';
import { type Schedule, scheduleOf } from './end-to-end/schedule.ts';

const USAGE = `end-to-end: ticks from a venue server through the cluster to a client of each gateway, and a bare relay beside it.

  --seconds <n>       measured (default 30)
  --warm-up <n>       seconds before, left out (default 10)
  --rate <n>          frames due a second over all instruments (default 5000)
  --instruments <n>   the recorded symbol and copies of it at other places of the record (default 50)
  --gateways <n>      processes, with a client each (default 3)
  --compute <n>       processes (default 2)
  --steps <list>      rates one after the other, a fresh cluster each, without the relay: up to which it holds
  --channels <list>   what the clients hold (default all: ${CHANNELS.join(',')})
  --recording <file>  of Binance's protocol`;

const RECORDING = 'binance/hftbacktest/spot_btcusdt_20240808.raw.jsonl.gz';
const SEED = 1;
const PARTITIONS = 6;
/** Milliseconds within which the whole path's 99th percentile is to lie. */
const GOAL_P99_MS = 100;
/** A cluster's run, with start and stop. Past it the process ends, and everything it started with it. */
const HARD_LIMIT_MS = 180_000;
/** Services that are halted while the relay has the machine. */
const PIPELINE_ROLES: readonly string[] = ['venue', 'ingest', 'compute', 'gateway'];

interface Options {
  seconds: number;
  warmUpSeconds: number;
  rate: number;
  instruments: number;
  gateways: number;
  compute: number;
  steps: number[];
  channels: string[];
  recording: string;
}

interface Measured {
  options: Options;
  schedule: Schedule;
  pipeline: PipelineRun;
  /** Undefined where it was left out. */
  relay: Relayed | undefined;
  loadBefore: number;
}

export async function run(args: string[]): Promise<BenchResult> {
  const options = optionsOf(args);
  if (options.steps.length > 0) return steps(options);
  const measured = await measure(options, true);
  return { name: 'end-to-end', conditions: conditionsOf(measured), rows: rowsOf(measured) };
}

/** Rates one after the other, until one does not hold. */
async function steps(options: Options): Promise<BenchResult> {
  const rows: Record<string, unknown>[] = [];
  let conditions: Record<string, unknown> = {};
  for (const rate of options.steps) {
    const measured = await measure({ ...options, rate }, false);
    const { pipeline, schedule } = measured;
    const { dueToArrived, lost, doubled, unknown } = pipeline.trades;
    const holds = dueToArrived.p99Ms < GOAL_P99_MS && lost + doubled + unknown === 0;
    conditions = conditionsOf(measured);
    rows.push({
      framesPerSecondDue: Math.round(schedule.framesInWindow / options.seconds),
      ticksPerSecond: Math.round(countOf(pipeline.ticks) / options.seconds),
      p50Ms: dueToArrived.p50Ms,
      p99Ms: dueToArrived.p99Ms,
      lost,
      doubled,
      holds,
      ...cpuByRole(measured),
    });
    say(JSON.stringify(rows.at(-1)));
    if (!holds) break;
  }
  return { name: 'end-to-end-steps', conditions, rows };
}

/** Milliseconds of CPU that all processes of a role together took for 1,000 ticks. */
function cpuByRole({ pipeline: { cpuSeconds, ticks } }: Measured): Record<string, number> {
  const thousands = countOf(ticks) / 1_000;
  const roles: Record<string, number> = {};
  for (const [name, used] of Object.entries(cpuSeconds)) {
    const role = name.slice(0, name.lastIndexOf('-'));
    roles[role] = (roles[role] ?? 0) + used;
  }
  return Object.fromEntries(
    Object.entries(roles).map(([role, used]) => [`${role} ms/1000`, Math.round((used * 100_000) / thousands) / 100]),
  );
}

const countOf = ({ from, to }: Stretch): number => to.reduce((sum, end, partition) => sum + end - from[partition]!, 0);

async function measure(options: Options, withRelay: boolean): Promise<Measured> {
  const limit = setTimeout(() => {
    process.stderr.write(`end-to-end: not done after ${HARD_LIMIT_MS / 1_000} s, given up\n`);
    process.exit(1);
  }, HARD_LIMIT_MS);
  const loadBefore = loadavg()[0]!;
  const schedule = await scheduleOf({ ...options, seed: SEED });
  say(`${schedule.framesInWindow} frames in ${options.seconds} s at ${schedule.speed}x; the cluster starts`);
  const cluster = await startCluster({
    feed: 'replay',
    recording: [options.recording],
    clones: options.instruments - 1,
    seed: SEED,
    speed: String(schedule.speed),
    paused: true,
    gateways: options.gateways,
    compute: options.compute,
    partitions: PARTITIONS,
    logLevel: 'warn',
  });
  try {
    const log = { brokers: [cluster.process('kafka').address!], partitions: PARTITIONS };
    say(`warm-up ${options.warmUpSeconds} s, then ${options.seconds} s are measured`);
    const pipeline = await measurePipeline(cluster, { ...options, schedule, log });
    if (!withRelay) return { options, schedule, pipeline, relay: undefined, loadBefore };
    halt(cluster);
    say('the pipeline is halted; the relay runs');
    const relay = await measureRelay(log, pipeline.ticks, pipeline.updates);
    return { options, schedule, pipeline, relay, loadBefore };
  } finally {
    await cluster.stop();
    clearTimeout(limit);
  }
}

function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '30' },
      'warm-up': { type: 'string', default: '10' },
      rate: { type: 'string', default: '5000' },
      instruments: { type: 'string', default: '50' },
      gateways: { type: 'string', default: '3' },
      compute: { type: 'string', default: '2' },
      steps: { type: 'string', default: '' },
      channels: { type: 'string', default: CHANNELS.join(',') },
      recording: { type: 'string' },
    },
  });
  type Name = 'seconds' | 'warm-up' | 'rate' | 'instruments' | 'gateways' | 'compute';
  const number = (name: Name, least: number, most: number): number => {
    const value = Number(values[name]);
    if (value >= least && value <= most) return value;
    throw new Error(`--${name} is "${values[name]}"; expected a number from ${least} to ${most}.\n${USAGE}`);
  };
  if (values.recording === undefined && NO_RECORDED_DATA !== undefined) throw new Error(NO_RECORDED_DATA);
  return {
    seconds: number('seconds', 1, 45),
    warmUpSeconds: number('warm-up', 0, 30),
    rate: number('rate', 1, 100_000),
    instruments: Math.floor(number('instruments', 1, 500)),
    gateways: Math.floor(number('gateways', 1, 10)),
    compute: Math.floor(number('compute', 1, 10)),
    steps: values.steps.split(',').filter(Boolean).map(Number),
    channels: values.channels.split(','),
    recording: values.recording ?? recorded(RECORDING),
  };
}

/** They keep their sockets and take no CPU; stopping the cluster wakes them. */
function halt(cluster: RunningCluster): void {
  for (const { role, pid } of cluster.processes()) if (PIPELINE_ROLES.includes(role)) process.kill(pid, 'SIGSTOP');
}

function rowsOf(measured: Measured): BenchResult['rows'] {
  const { options, pipeline, relay } = measured;
  const { trades, inside, cpuSeconds, machineCpuSeconds } = pipeline;
  const row = (what: string, spread: Spread): Record<string, unknown> => ({ what, ...spread });
  const value = (what: string, told: unknown): Record<string, unknown> => ({ what, value: told });
  const ratio = (ours: number, theirs: number): number => Math.round((ours / theirs) * 100) / 100;
  const ratios = (what: string, ours: Spread, theirs: Spread): Record<string, unknown> => ({
    what,
    p50Ms: ratio(ours.p50Ms, theirs.p50Ms),
    p90Ms: ratio(ours.p90Ms, theirs.p90Ms),
    p99Ms: ratio(ours.p99Ms, theirs.p99Ms),
  });
  const { expected, arrived, lost, doubled, unknown, dueToArrived, receivedToPublished } = trades;
  const { p99Ms } = dueToArrived;
  const cpu = Object.entries(cpuSeconds).sort(([, a], [, b]) => b - a);
  const whole = cpu.reduce((sum, [, used]) => sum + used, 0);
  return [
    row('trade: due → received by ingest', trades.dueToReceived),
    row('trade: received → published by gateway', receivedToPublished),
    row('trade: published → arrived at client', trades.publishedToArrived),
    row('trade: due → arrived, whole path', dueToArrived),
    ...trades.dueToArrivedByClient.map((spread, i) => row(`  of it, client of gateway ${i}`, spread)),
    row("inside, own histograms, all updates: ingest's flush → acknowledged", inside.ingestFlush),
    row('inside: received → computed', inside.receivedToComputed),
    row("inside: compute's flush → acknowledged", inside.computeFlush),
    row('inside: computed → published', inside.computedToPublished),
    ...(relay === undefined
      ? []
      : [
          row('bare relay: due → read at the hop', relay.firstHop),
          row('bare relay: read at the hop → read at the sink', relay.secondHop),
          row('bare relay: whole', relay.whole),
          ratios('ratio: received → published / bare relay', receivedToPublished, relay.whole),
          ratios('ratio: whole path / bare relay', dueToArrived, relay.whole),
        ]),
    value(
      'trades over all clients',
      `${expected} expected, ${arrived} arrived, ${lost} lost, ${doubled} doubled, ${unknown} unknown`,
    ),
    value('relay records', `${relay?.sent ?? 0} sent, ${relay?.arrived ?? 0} arrived`),
    value(
      'goal',
      `whole path p99 ${p99Ms} ms, under ${GOAL_P99_MS} ms: ${p99Ms < GOAL_P99_MS ? 'met' : 'not met'}; ` +
        `trades complete: ${lost + doubled + unknown === 0 ? 'met' : 'not met'}`,
    ),
    value(
      'CPU, all processes of the run',
      `${whole.toFixed(1)} s in ${options.seconds} s on ${cpus().length} cores; the whole machine ${machineCpuSeconds.toFixed(1)} s, ` +
        `so others took ${Math.max(0, machineCpuSeconds - whole).toFixed(1)} s`,
    ),
    value('CPU, milliseconds for 1,000 ticks, by role', JSON.stringify(cpuByRole(measured))),
    ...cpu.filter(([, used]) => used > 0).map(([name, used]) => value(`CPU, ${name}`, `${used} s`)),
  ];
}

function conditionsOf({ options, schedule, pipeline, relay, loadBefore }: Measured): Record<string, unknown> {
  const { seconds, warmUpSeconds, rate, instruments, gateways, compute, channels, recording } = options;
  const { speed, framesInWindow } = schedule;
  const { clients, trades } = pipeline;
  const topic = ({ records, bytes }: { records: number; bytes: number }): Record<string, number> => ({
    recordsPerSecond: Math.round(records / seconds),
    bytesPerRecord: Math.round(bytes / Math.max(1, records)),
  });
  return {
    recording: basename(recording),
    instruments,
    framesPerSecondWanted: rate,
    framesPerSecondDue: Math.round(framesInWindow / seconds),
    speed,
    seconds,
    warmUpSecondsLeftOut: warmUpSeconds,
    cluster: `Kafka 1 broker, Redis Cluster, nginx, 1 ingest, ${compute} compute, ${gateways} gateways, 1 venue server, all on this machine`,
    partitions: PARTITIONS,
    clients: 'one a gateway, connected to it directly, protobuf.zstd, interval 0, all in one process',
    channels,
    latency: "open loop, from a trade's due time at the venue; clocks of the processes agree to about 1 ms",
    insideHops: 'of all updates, trades and others, from histograms: percentiles are interpolated in their buckets',
    ticksPerSecond: Math.round(countOf(pipeline.ticks) / seconds),
    ...(relay === undefined ? {} : { 'md.ticks': topic(relay.ticks), 'md.updates': topic(relay.updates) }),
    relay:
      "after the pipeline, which is halted; same broker, topics, client code, acks=all, idempotent, zstd, flush rules and ticks' bytes and times; " +
      `first ${RELAY_WARM_UP_SECONDS} s left out; source, hop and one sink in a process each`,
    load1mBefore: Math.round(loadBefore * 100) / 100,
    load1mAfter: Math.round(loadavg()[0]! * 100) / 100,
    tradesArrivedBySecond: trades.dueToArrivedBySecond.map(({ count }) => count),
    p99MsBySecond: trades.dueToArrivedBySecond.map(({ p99Ms }) => p99Ms),
    clientReports: clients,
  };
}

function say(text: string): void {
  process.stderr.write(`end-to-end: ${text}\n`);
}
