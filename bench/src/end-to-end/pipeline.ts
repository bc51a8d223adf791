import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterProcess, RunningCluster } from '@tapecast/testkit';
import { openKafkaTickLog, type Topic } from '@tapecast/tick-log';
import type { ReplayClock } from '@tapecast/venue-server';
import type { ClientReport, ClientsOptions } from './clients.ts';
import { cpuSeconds, machineCpuSeconds } from './cpu.ts';
import { type Buckets, bucketsOf, grownBy, spreadOfBuckets } from './histogram.ts';
import { type Spread, wallUs } from './percentiles.ts';
import type { RelayLog, Stretch } from './relay-roles.ts';
import { type RoleProcess, startRole } from './role-process.ts';
import type { Schedule } from './schedule.ts';
import { accountOf, type TradeAccount } from './trade-account.ts';

export interface PipelineOptions {
  schedule: Schedule;
  channels: readonly string[];
  warmUpSeconds: number;
  seconds: number;
  log: RelayLog;
}

export interface PipelineRun {
  trades: TradeAccount;
  clients: Omit<ClientReport, 'trades'>[];
  /** From the services' own histograms, of all updates in the window. */
  inside: Readonly<Record<keyof typeof HISTOGRAMS, Spread>>;
  cpuSeconds: Record<string, number>;
  /** CPU seconds of the whole machine in the window. */
  machineCpuSeconds: number;
  ticks: Stretch;
  updates: Stretch;
}

/** Own histograms of the services, and who has them. */
const HISTOGRAMS = {
  ingestFlush: ['ingest', 'tapecast_ingest_flush_seconds'],
  receivedToComputed: ['gateway', 'tapecast_gateway_received_to_computed_seconds'],
  computeFlush: ['compute', 'tapecast_compute_flush_seconds'],
  computedToPublished: ['gateway', 'tapecast_gateway_computed_to_published_seconds'],
} as const;

/** The venue may be late with what is due at the window's end; it is halted so long after it. */
const VENUE_HALTED_AFTER_MS = 500;
const QUIET_MS = 1_000;
const FIRST_LOOK_BEFORE_US = 3e6;
const DRAINED_WITHIN_MS = 15_000;

/** Plays into a cluster that waits for its replay; leaves the venue halted and everything read. */
export async function measurePipeline(cluster: RunningCluster, options: PipelineOptions): Promise<PipelineRun> {
  const { schedule, channels, warmUpSeconds, seconds } = options;
  const addresses = cluster
    .processes()
    .filter(({ role }) => role === 'gateway')
    .map(({ address }) => address!);
  const clientsOptions: ClientsOptions = { addresses, symbols: schedule.symbols, channels };
  const clients = await startRole<undefined>('clients', clientsOptions);
  const log = await openKafkaTickLog({ ...options.log, replication: 1, clientId: 'bench', logger: QUIET });
  try {
    const watched = [...cluster.processes(), { role: 'clients', index: 0, pid: clients.pid }];
    const look = async (): Promise<Look> => ({
      cpu: cpuSeconds(watched),
      machine: machineCpuSeconds(),
      metrics: await metricsOf(cluster.processes()),
      ticks: await ends(log, 'md.ticks'),
      updates: await ends(log, 'md.updates'),
    });
    await cluster.startReplay();
    const clock = await replayClock(cluster);
    const window = { fromUs: clock.startedAtWallUs! + warmUpSeconds * 1e6, toUs: 0 };
    window.toUs = window.fromUs + seconds * 1e6;
    // Services whose metrics were never asked for take longer to answer the first time, and what they carry waits for it.
    await until(window.fromUs - FIRST_LOOK_BEFORE_US);
    await look();
    await until(window.fromUs);
    const before = await look();
    await until(window.toUs);
    const after = await look();
    await delay(VENUE_HALTED_AFTER_MS);
    process.kill(cluster.process('venue').pid, 'SIGSTOP');
    await drained(clients);
    const reports = await clients.call<ClientReport[]>('report');
    return {
      trades: accountOf(schedule, clock, window, reports),
      clients: reports.map(({ trades: _, ...rest }) => rest),
      inside: mapValues(HISTOGRAMS, ([, name]) => {
        const pick = (metrics: Metrics): Buckets[] => [...metrics.values()].map((text) => bucketsOf(text, name));
        return spreadOfBuckets(grownBy(pick(before.metrics), pick(after.metrics)));
      }),
      cpuSeconds: Object.fromEntries(
        [...after.cpu].map(([name, used]) => [name, Math.round((used - (before.cpu.get(name) ?? 0)) * 100) / 100]),
      ),
      machineCpuSeconds: after.machine - before.machine,
      ticks: { from: before.ticks, to: after.ticks },
      updates: { from: before.updates, to: after.updates },
    };
  } finally {
    clients.stop();
    await log.close();
  }
}

type Metrics = Map<string, string>;

interface Look {
  cpu: Map<string, number>;
  machine: number;
  metrics: Metrics;
  ticks: number[];
  updates: number[];
}

const QUIET = { info: () => {}, warn: () => {} };

async function metricsOf(processes: readonly ClusterProcess[]): Promise<Metrics> {
  const roles: readonly string[] = Object.values(HISTOGRAMS).map(([role]) => role);
  const asked = processes.filter(({ role, admin }) => roles.includes(role) && admin !== null);
  const texts = await Promise.all(
    asked.map(async ({ admin }) =>
      (await fetch(`http://${admin}/metrics`, { signal: AbortSignal.timeout(5_000) })).text(),
    ),
  );
  return new Map(asked.map(({ role, index }, i) => [`${role}-${index}`, texts[i]!]));
}

async function ends(log: { offsets(topic: Topic): Promise<{ end: number }[]> }, topic: Topic): Promise<number[]> {
  return (await log.offsets(topic)).map(({ end }) => end);
}

async function replayClock(cluster: RunningCluster): Promise<ReplayClock> {
  const response = await fetch(`http://${cluster.process('venue').admin}/replay/clock`);
  const clock = (await response.json()) as ReplayClock;
  if (clock.startedAtWallUs === undefined) throw new Error('the replay has not started');
  return clock;
}

async function until(us: number): Promise<void> {
  await delay(Math.max(0, (us - wallUs()) / 1_000));
}

/** Resolves when nothing more arrives: the clock stops when the queues are empty. */
async function drained(clients: RoleProcess): Promise<void> {
  const deadline = performance.now() + DRAINED_WITHIN_MS;
  let last = '';
  for (;;) {
    const counts = String(await clients.call<number[]>('counts'));
    if (counts === last || performance.now() > deadline) return;
    last = counts;
    await delay(QUIET_MS);
  }
}

function mapValues<K extends string, V, W>(record: Readonly<Record<K, V>>, map: (value: V) => W): Record<K, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as V)])) as Record<K, W>;
}
