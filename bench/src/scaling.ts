import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Tick } from '@tapecast/market';
import type { BenchResult } from './bench.ts';
import { Child } from './fan-out/child.ts';
import { Fleet } from './fan-out/fleet.ts';
import { RecordedMarket, readTicks } from './fan-out/market.ts';
import type { Spent } from './fan-out/pace.ts';
import { Popularity, randomOf } from './fan-out/popularity.ts';
import { chart } from './scaling/chart.ts';
import { costOf, lawOf, type Point } from './scaling/law.ts';

const USAGE = `scaling: CPU of a gateway a flush against clients, instruments, updates and different watch lists.

  --rounds <n>    runs of a point, of which the one in the middle counts (default 5)
  --flushes <n>   a run (default 20)
  --protocol <p>  protobuf, protobuf.zstd or json (default protobuf)`;

const CHANNEL = 'quote';
const LIST = 20;
const EVERY_MS = 25;
const SEED = 1;
/** From so many clients a list on, they are told as one; as `cohortClientsMin` of the gateway. */
const COHORT_CLIENTS_MIN = 8;
/** Between two looks of the gateway at who has the same streams, and some more. */
const COHORTS_FORM_MS = 1_000;

interface Setting {
  clients: number;
  instruments: number;
  updates: number;
  lists: number;
}
type Axis = keyof Setting;

const BASE: Setting = { clients: 1_000, instruments: 200, updates: 100, lists: 1_000 };
const AXES: Readonly<Record<Axis, { values: number[]; across: string }>> = {
  clients: { values: [125, 250, 500, 1_000, 2_000, 4_000], across: 'clients, each with a list of its own' },
  instruments: { values: [25, 50, 100, 200, 400, 800], across: 'instruments, 20 of them in each list' },
  updates: { values: [1, 3, 10, 30, 100, 300, 1_000], across: 'updates a flush' },
  lists: { values: [1, 4, 16, 64, 125, 250, 1_000], across: 'different lists of 1,000 clients' },
};
const THINGS = ['flush', 'frame written', 'update', 'difference copied into a frame'];

interface Measured extends Point {
  axis: Axis;
  setting: Setting;
  row: Record<string, unknown>;
}

export async function run(args: string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      flushes: { type: 'string', default: '20' },
      protocol: { type: 'string', default: 'protobuf' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error(USAGE);
  const loadBefore = loadavg()[0];
  const options = { rounds: Number(values.rounds), flushes: Number(values.flushes), protocol: values.protocol };
  const ticks = await readTicks();
  const points: Measured[] = [];
  for (const axis of Object.keys(AXES) as Axis[]) points.push(...(await along(axis, ticks, options)));
  const law = lawOf(points);
  const folder = resolve(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  for (const [axis, { across }] of Object.entries(AXES) as [Axis, (typeof AXES)[Axis]][]) {
    const curve = points
      .filter((point) => point.axis === axis)
      .map(({ setting, costUs, amounts }) => ({ x: setting[axis], y: costUs, law: costOf(law, amounts) }));
    const svg = chart({
      title: `Cost of a flush against ${axis === 'lists' ? 'different lists' : axis}`,
      across,
      points: curve,
    });
    writeFileSync(resolve(folder, `scaling-${axis}.svg`), svg);
  }
  const off = points.map(({ costUs, amounts }) => Math.abs(costOf(law, amounts) / costUs - 1)).sort((a, b) => a - b);
  return {
    name: 'scaling',
    conditions: {
      ...options,
      base: BASE,
      instrumentsAClient: LIST,
      channel: CHANNEL,
      everyMs: EVERY_MS,
      transport: 'loopback, plain TCP; clients are other processes on the same cores',
      microsecondsOf: Object.fromEntries(THINGS.map((thing, i) => [thing, Number((law[i] as number).toFixed(3))])),
      lawIsOffByPercent: { median: percent(off[off.length >> 1]), most: percent(off.at(-1)) },
      loadBefore,
    },
    rows: points.map(({ row, amounts }) => ({ ...row, byTheLawUs: Math.round(costOf(law, amounts)) })),
  };
}

const percent = (share: number | undefined): number => Math.round((share ?? 0) * 100);

/** All points of an axis; the gateway and its clients stay where only the updates differ. */
async function along(
  axis: Axis,
  ticks: readonly Tick[],
  options: { rounds: number; flushes: number; protocol: string },
): Promise<Measured[]> {
  const points: Measured[] = [];
  const settings = AXES[axis].values.map((value): Setting => {
    const setting = { ...BASE, [axis]: value };
    return axis === 'clients' ? { ...setting, lists: value } : setting;
  });
  let stand: Stand | undefined;
  for (const setting of settings) {
    if (axis !== 'updates' || stand === undefined) {
      await stand?.close();
      stand = await Stand.open(setting, ticks, options.protocol);
    }
    const { costUs, frames, deliveries } = await stand.measure(setting.updates, options.rounds, options.flushes);
    const { clients, lists, updates } = setting;
    const together = clients / lists >= COHORT_CLIENTS_MIN;
    const copied = together ? (deliveries * lists) / clients : deliveries;
    points.push({
      axis,
      setting,
      costUs,
      amounts: [1, frames, updates, copied],
      row: {
        axis,
        ...setting,
        microsecondsAFlush: Math.round(costUs),
        framesAFlush: Math.round(frames),
        deliveriesAFlush: Math.round(deliveries),
        deliveriesPerCpuSecond: Math.round((deliveries / costUs) * 1e6),
      },
    });
  }
  await stand?.close();
  return points;
}

/** A gateway with its clients. */
class Stand {
  readonly #market: RecordedMarket;
  readonly #gateway: Child;
  readonly #fleet: Fleet;

  private constructor(market: RecordedMarket, gateway: Child, fleet: Fleet) {
    this.#market = market;
    this.#gateway = gateway;
    this.#fleet = fleet;
  }

  static async open(
    { clients, instruments, lists }: Setting,
    ticks: readonly Tick[],
    protocol: string,
  ): Promise<Stand> {
    const popularity = new Popularity(instruments, randomOf(SEED));
    const market = new RecordedMarket(ticks, instruments, [CHANNEL], popularity);
    const different = Array.from({ length: lists }, () => popularity.list(LIST).map((i) => market.names[i] as string));
    const gateway = Child.start('gateway-main');
    const stand = async (fleet: Fleet): Promise<Stand> => {
      const made = new Stand(market, gateway, fleet);
      await new Promise((done) => setTimeout(done, COHORTS_FORM_MS));
      return made;
    };
    await gateway.ask({ do: 'load', records: [market.first()] });
    await gateway.ask({ do: 'run', everyMs: 0, record: 0 });
    return stand(
      await Fleet.connect({
        port: await gateway.ask<number>({ do: 'port' }),
        processes: 2,
        protocol: `tapecast.v1.${protocol}`,
        lists: Array.from({ length: clients }, (_, i) => different[i % lists] as string[]),
        channels: [CHANNEL],
        intervalMs: 0,
        decoding: 2,
      }),
    );
  }

  async measure(
    updates: number,
    rounds: number,
    flushes: number,
  ): Promise<{ costUs: number; frames: number; deliveries: number }> {
    const runs: { costUs: number; frames: number; deliveries: number }[] = [];
    // The first warms up.
    for (let round = -1; round < rounds; round++) {
      const before = await this.#fleet.settled();
      await this.#gateway.ask({ do: 'load', records: this.#market.records(flushes, updates) });
      const spent = await this.#gateway.ask<Spent & { deliveries: number }>({
        do: 'run',
        everyMs: EVERY_MS,
        record: 0,
      });
      const after = await this.#fleet.settled();
      if (round < 0) continue;
      runs.push({
        costUs: (spent.cpuSeconds * 1e6) / flushes,
        frames: (after.frames - before.frames) / flushes,
        deliveries: spent.deliveries / flushes,
      });
    }
    return runs.sort((a, b) => a.costUs - b.costUs)[runs.length >> 1] as (typeof runs)[number];
  }

  async close(): Promise<void> {
    await this.#fleet.stop();
    await this.#gateway.stop();
  }
}
