import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClusterOptions, clockShifts, type RunningCluster, startCluster } from '@tapecast/testkit';
import { partitionOf } from '@tapecast/tick-log';
import { type FleetClient, makeFleet, unserved } from './clients/fleet.ts';
import { mountSmallDisks, type SmallDisks } from './faults/disk.ts';
import type { Injected, Scene } from './faults/fault.ts';
import type { Step } from './faults/registry.ts';
import { stallVenue } from './faults/venue.ts';
import { Footprint, type Held } from './footprint.ts';
import {
  DRAIN_MS_MAX,
  EXAMPLES_MAX,
  FRAMES_PER_SECOND,
  LOG_LINES_MAX,
  PAIR_APART_MS_MAX,
  PARTITIONS,
  RECOVERY_MS_MAX,
  SETTLE_MS,
  SILENT_MS,
  WARM_UP_MS,
} from './limits.ts';
import { writeMarket } from './market/made-market.ts';
import { readTruth } from './market/truth.ts';
import { Random } from './random.ts';
import { type Recovery, recoveryOf } from './recovery.ts';
import { warningsOf } from './service-logs.ts';
import type { FindingKind } from './verify/findings.ts';
import { readLog, type Verified, verify } from './verify/verify.ts';

/** One symbol a partition, so that whoever is hit has something to do. */
const CANDIDATES = [
  'BTC',
  'ETH',
  'SOL',
  'XRP',
  'ADA',
  'DOGE',
  'BNB',
  'LTC',
  'LINK',
  'DOT',
  'AVAX',
  'TRX',
  'ATOM',
  'UNI',
];
const POLL_MS = 100;

export interface RunOptions {
  readonly seed: number;
  /** ms of faults; 0 with `steps` that are made once each. */
  readonly durationMs: number;
  /** What is drawn from, or, without a duration, what is made in this order. */
  readonly steps: readonly Step[];
  readonly cluster?: ClusterOptions;
  readonly say: (line: string) => void;
  /** Ends the run before its time: what was done is undone, then it rejects. */
  readonly abort?: AbortSignal;
  /** Keeps the folder of data and logs, as is done anyway where something was found. */
  readonly keep?: boolean;
}

/** One step of the schedule and what clients felt of it. */
export interface StepResult {
  readonly name: string;
  readonly targets: readonly string[];
  /** ms into the run. */
  readonly atMs: number;
  /** ms until all clients were served again, from the fault on; of those that it was stopped for, a part is the fault's own. */
  readonly allServedMs: number;
  /** Who noticed, and until when. */
  readonly byClient: Recovery['byClient'];
  /** ms of it that the fault itself lasted. */
  readonly faultMs: number;
  /** What was found of its time. */
  readonly counts: Readonly<Record<FindingKind, number>>;
  /** The most that was held in its time. */
  readonly held: Held;
  /** Why it could not be made here. */
  readonly skipped?: string;
}

export interface RunResult {
  readonly seed: number;
  readonly steps: readonly StepResult[];
  readonly verified: Verified;
  readonly clients: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly footprint: Held;
  readonly warnings: readonly string[];
}

/** Runs a cluster under the faults of a seed, with clients that write down what they get, and compares all of it with the truth. */
export async function runChaos(options: RunOptions): Promise<RunResult> {
  const { abort } = options;
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-chaos-'));
  const random = new Random(options.seed);
  const symbols = symbolsByPartition();
  // A run that draws its schedule may wait long for a recovery; what is left of the record is not played.
  const seconds = Math.ceil((options.durationMs + options.steps.length * RECOVERY_MS_MAX) / 1_000) + 60;
  const recording = await writeMarket(dir, {
    seed: options.seed,
    seconds,
    symbols,
    framesPerSecond: FRAMES_PER_SECOND,
  });
  const sentRecord = join(dir, 'sent.raw.jsonl');
  const dataDir = join(dir, 'data');
  let cluster: RunningCluster | undefined;
  let fleet: FleetClient[] = [];
  let disks: SmallDisks | undefined;
  // Until all was compared and nothing found, the folder is evidence.
  let evidence = true;
  try {
    const fills = options.steps.some(({ faults }) => faults.some(({ name }) => name === 'disk-full'));
    if (fills) disks = await mountSmallDisks(dataDir);
    const clocks = clockShifts(join(dir, 'clocks'));
    const setUp: ClusterOptions = {
      feed: 'replay',
      paused: true,
      speed: '1',
      gateways: 3,
      compute: 2,
      brokers: 3,
      ...options.cluster,
      recording,
      sentRecord,
      partitions: PARTITIONS,
      dataDir,
      // It is new; but what is mounted in it could not be removed.
      keep: true,
    };
    cluster = await startCluster(setUp, clocks.env);
    options.say(`cluster of seed ${options.seed} in ${dataDir}`);
    const names = symbols.map((symbol) => `${symbol}$BA`);
    fleet = makeFleet(cluster.stream, names, new Random(options.seed + 1));
    await Promise.all(fleet.map((client) => client.start()));
    const scene: Scene = { cluster, random, clocks, venueAdmin: `http://${cluster.process('venue').admin}` };
    const footprint = new Footprint(cluster);
    await cluster.startReplay();
    const startedAt = Date.now();
    await delay(WARM_UP_MS, undefined, { signal: abort });
    const played = await play(scene, options, fleet, names, startedAt, footprint);
    await stallVenue(scene, RECOVERY_MS_MAX);
    await drained(fleet, sentRecord, recording);
    const most = await footprint.stop();
    const records = fleet.map(({ record }) => record);
    for (const client of fleet) client.close();
    const processes = cluster.processes();
    const brokers = processes.filter(({ role }) => role === 'kafka').map(({ address }) => address!);
    const content = await readLog(brokers);
    const truth = await readTruth(sentRecord, recording);
    const verified = verify(truth, content, records, EXAMPLES_MAX);
    evidence = !verified.findings.clean;
    if (evidence) options.say(`data and logs are kept in ${dir}`);
    const steady = records.filter(({ name }) => !/fits|comes|alone/.test(name));
    const steps = played.map(({ beganAt, endedAt, ...step }) => {
      const { allServedMs, byClient } = recoveryOf(truth, steady, beganAt, endedAt);
      const counts = verified.findings.between(beganAt, endedAt);
      return { ...step, atMs: beganAt - startedAt, allServedMs, byClient, counts };
    });
    const outcomes: Record<string, number> = {};
    for (const record of records)
      for (const [what, count] of Object.entries(record.outcomes)) outcomes[what] = (outcomes[what] ?? 0) + count;
    return {
      seed: options.seed,
      steps,
      verified,
      clients: records.length,
      outcomes,
      footprint: most,
      warnings: verified.findings.clean ? [] : warningsOf(processes, LOG_LINES_MAX),
    };
  } finally {
    for (const client of fleet) client.close();
    await cluster?.stop();
    await disks?.unmount();
    if (options.keep !== true && (!evidence || abort?.aborted === true))
      await rm(dir, { recursive: true, force: true });
  }
}

function symbolsByPartition(): string[] {
  const found = new Map<number, string>();
  for (const name of CANDIDATES) {
    const partition = partitionOf(`${name}USDT$BA`, PARTITIONS);
    if (!found.has(partition)) found.set(partition, `${name}USDT`);
  }
  return [...found.values()];
}

interface PlayedStep extends Omit<StepResult, 'atMs' | 'allServedMs' | 'byClient' | 'counts'> {
  readonly beganAt: number;
  readonly endedAt: number;
}

/** Makes the faults, each when the last one is over for everybody. */
async function play(
  scene: Scene,
  { steps, durationMs, say, abort }: RunOptions,
  fleet: readonly FleetClient[],
  symbols: readonly string[],
  startedAt: number,
  footprint: Footprint,
): Promise<PlayedStep[]> {
  const played: PlayedStep[] = [];
  const { random } = scene;
  for (let place = 0; durationMs === 0 ? place < steps.length : Date.now() - startedAt < durationMs; place++) {
    const step = durationMs === 0 ? steps[place]! : random.pick(steps);
    const skipped = await whyNot(step, scene);
    const beganAt = Date.now();
    if (skipped !== undefined) {
      say(`${step.name}: left out, ${skipped}`);
      const held = { rssMiB: {}, diskMiB: 0 };
      played.push({ name: step.name, targets: [], beganAt, endedAt: beganAt, faultMs: 0, held, skipped });
      if (durationMs > 0) await delay(POLL_MS, undefined, { signal: abort });
      continue;
    }
    say(`${((beganAt - startedAt) / 1_000).toFixed(1)} s: ${step.name}`);
    const { targets, faultMs } = await inject(step, scene, abort);
    const back = await recovered(scene, fleet, symbols);
    say(`  ${targets.join('; ')}: ${back}`);
    await delay(random.int(...SETTLE_MS), undefined, { signal: abort });
    abort?.throwIfAborted();
    const held = await footprint.step();
    played.push({ name: step.name, targets, beganAt, endedAt: Date.now(), faultMs, held });
  }
  return played;
}

async function whyNot({ faults }: Step, scene: Scene): Promise<string | undefined> {
  for (const fault of faults) {
    const why = await fault.unavailable?.(scene);
    if (why !== undefined) return why;
  }
  return undefined;
}

async function inject(
  { faults }: Step,
  scene: Scene,
  abort: AbortSignal | undefined,
): Promise<{ targets: string[]; faultMs: number }> {
  const beganAt = Date.now();
  const injected: Injected[] = [];
  const healing: Promise<void>[] = [];
  try {
    for (const [place, fault] of faults.entries()) {
      if (place > 0) await delay(scene.random.int(0, PAIR_APART_MS_MAX));
      const one = await fault.inject(scene);
      injected.push(one);
      if (one.healAfterMs > 0) healing.push(healed(one, abort));
    }
  } finally {
    // Whatever fails, nothing stays stopped or cut.
    await Promise.all(healing);
  }
  return { targets: injected.map(({ target }) => target), faultMs: healing.length === 0 ? 0 : Date.now() - beganAt };
}

/** At its time, or at once when the run is broken off. */
async function healed({ healAfterMs, heal }: Injected, abort: AbortSignal | undefined): Promise<void> {
  await delay(healAfterMs, undefined, { signal: abort }).catch(() => undefined);
  await heal();
}

/** Waits until every process is there and ready and every client hears trades; says how it went. */
async function recovered(
  { cluster }: Scene,
  fleet: readonly FleetClient[],
  symbols: readonly string[],
): Promise<string> {
  const beganAt = Date.now();
  let missing = '';
  // Before that a client that has lost everything does not show yet.
  await delay(SILENT_MS);
  while (Date.now() - beganAt < RECOVERY_MS_MAX) {
    const silent = unserved(fleet, symbols, SILENT_MS);
    missing = silent.length > 0 ? `unserved: ${silent.join(', ')}` : await notReady(cluster.admin);
    if (missing === '') return `all is well after ${((Date.now() - beganAt) / 1_000).toFixed(1)} s`;
    await delay(POLL_MS);
  }
  return `not well after ${RECOVERY_MS_MAX / 1_000} s: ${missing}`;
}

async function notReady(admin: string): Promise<string> {
  try {
    const response = await fetch(`${admin}/readyz`, { signal: AbortSignal.timeout(5_000) });
    return response.ok ? '' : await response.text();
  } catch (error) {
    return String(error);
  }
}

/** Waits until each client has the last trade of each symbol, or it is clear that one will not come. */
async function drained(fleet: readonly FleetClient[], sent: string, recording: readonly string[]): Promise<void> {
  const beganAt = Date.now();
  const truth = await readTruth(sent, recording);
  const has = ({ record }: FleetClient): boolean =>
    [...truth].every(
      ([symbol, { trades }]) => record.streams.get(`${symbol} trade`)?.trades.at(-1)?.id === trades.at(-1)?.id,
    );
  while (Date.now() - beganAt < DRAIN_MS_MAX && !fleet.every(has)) await delay(POLL_MS);
  // States of the longest interval come up to a second later, and those of one who reads in fits after its pause.
  await delay(SETTLE_MS[1]);
}
