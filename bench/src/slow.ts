import { parseArgs } from 'node:util';
import type { Sequence, Update } from '@tapecast/market';
import { encodeUpdateBatch } from '@tapecast/wire';
import type { BenchResult } from './bench.ts';
import { Child } from './fan-out/child.ts';
import { RecordedMarket, readTicks } from './fan-out/market.ts';
import { deliveriesAnUpdate, Popularity, randomOf } from './fan-out/popularity.ts';
import type { Window } from './slow/gateway-main.ts';
import { PROBE } from './slow/probe.ts';
import { StallingClients } from './slow/stalling.ts';

const EPOCH = 'bench.1.0';
const SEQUENCES: Sequence[] = ['trade', 'quote', 'depth'];
const CHANNELS = ['trade', 'quote', 'depth@20'];
const PROBES = 40;
/** Load before a window of the good ones alone: the others have just gone. */
const SETTLE_MS = 1_000;
/** From telling everybody when the load begins to its beginning. */
const AHEAD_MS = 300;

/**
 * What clients that do not read cost those that do: 1,000 good ones alone, and the same with 1,000 others that never read, read a
 * byte a second, or stop for 10 s and come back, in turn in one run. The load goes on while the others fill their budgets; then the window
 * begins. Their buffers in the kernel are made small, and they read JSON: as differences their 20 instruments are 4 to 10 KB/s, and a client
 * that stops for 10 s is not slow by that.
 */
export async function run(args: string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      good: { type: 'string', default: '1000' },
      slow: { type: 'string', default: '1000' },
      instruments: { type: 'string', default: '200' },
      'watch-list': { type: 'string', default: '20' },
      every: { type: 'string', default: '40' },
      updates: { type: 'string', default: '60' },
      seconds: { type: 'string', default: '8' },
      warm: { type: 'string', default: '5' },
      'slow-bytes': { type: 'string', default: '262144' },
      'slow-protocol': { type: 'string', default: 'tapecast.v1.json' },
    },
  });
  const number = (name: keyof typeof values): number => Number(values[name]);
  const [rounds, everyMs, updatesARecord] = [number('rounds'), number('every'), number('updates')];
  const random = randomOf(1);
  const popularity = new Popularity(number('instruments'), random);
  const market = new RecordedMarket(await readTicks(), number('instruments'), SEQUENCES, popularity);
  const lists = (count: number): number[][] =>
    Array.from({ length: count }, () => popularity.list(number('watch-list')));
  const goodLists = lists(number('good'));
  const slowLists = lists(number('slow'));
  const named = (all: number[][]): string[][] => all.map((list) => list.map((i) => market.names[i] as string));
  const made = new Records(market, popularity, goodLists);

  const gateway = Child.start('../slow/gateway-main', [values['slow-bytes']]);
  const goods = Child.start('../slow/good-clients-main');
  try {
    const port = await gateway.ask<number>({ do: 'port' });
    const load = async (count: number): Promise<number> => {
      const { records, deliveries } = made.some(count, updatesARecord);
      await gateway.ask({ do: 'load', records });
      return deliveries;
    };
    const play = async (from: number, to: number): Promise<Window & { latenciesMs: number[] }> => {
      const beginAtMs = performance.timeOrigin + performance.now() + AHEAD_MS;
      await goods.ask({ do: 'schedule', beginAtMs, everyMs, from: made.firstNumber + from });
      const window = await gateway.ask<Window>({ do: 'run', from, to, everyMs, beginAtMs });
      return { ...window, latenciesMs: await goods.ask<number[]>({ do: 'latencies' }) };
    };
    await load(1);
    await play(0, 1);
    await goods.ask({ do: 'connect', port, lists: named(goodLists), channels: CHANNELS, probes: PROBES });

    const warm = Math.round((number('warm') * 1_000) / everyMs);
    const settle = Math.round(SETTLE_MS / everyMs);
    const measured = Math.round((number('seconds') * 1_000) / everyMs);
    const phase = async (withSlow: boolean): Promise<Phase> => {
      let stalling: StallingClients | undefined;
      if (withSlow)
        stalling = await StallingClients.start({
          port,
          pauseMs: 10_000,
          lists: named(slowLists),
          channels: CHANNELS,
          protocol: values['slow-protocol'],
        });
      const before = withSlow ? warm : settle;
      await load(before);
      await play(0, before);
      const deliveries = await load(measured);
      const window = await play(0, measured);
      await stalling?.stop();
      const p = spread(window.latenciesMs);
      return { ...window, ...p, goodDeliveries: deliveries, cpuUs: (window.cpuSeconds * 1e6) / deliveries };
    };
    // Code is compiled and tables have grown before anything counts.
    await load(warm);
    await play(0, warm);
    const alone: Phase[] = [];
    const beside: Phase[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const withSlow of round % 2 === 0 ? [false, true] : [true, false]) {
        const one = await phase(withSlow);
        (withSlow ? beside : alone).push(one);
        process.stderr.write(`${withSlow ? 'with' : 'alone'} ${JSON.stringify({ ...one, latenciesMs: undefined })}\n`);
      }
    }
    const state = await goods.ask<{ holes: number; closed: number }>({ do: 'state' });
    const ratio = (of: (phase: Phase) => number): number =>
      round2(median(beside.map((phase, i) => of(phase) / of(alone[i] as Phase))));
    return {
      name: 'slow',
      conditions: {
        rounds,
        goodClients: number('good'),
        slowClients: `${number('slow')}, a third each: never read, a byte a second, stop for 10 s and come back`,
        slowProtocol: values['slow-protocol'],
        slowBytes: number('slow-bytes'),
        instruments: number('instruments'),
        watchList: number('watch-list'),
        channels: CHANNELS.join(' '),
        updatesASecond: Math.round((updatesARecord * 1_000) / everyMs),
        deliveriesAnUpdate: Math.round(deliveriesAnUpdate(popularity, goodLists, number('instruments'))),
        latency: `from when a record was due to the probe's trade at ${PROBES} of the good clients`,
        windowSeconds: number('seconds'),
      },
      rows: [
        row('good ones alone', alone),
        row('and slow ones', beside),
        {
          what: 'ratio, median of pairs',
          cpuUsADelivery: ratio(({ cpuUs }) => cpuUs),
          cpuUsADeliveryOfAll: ratio(({ cpuSeconds, deliveries }) => cpuSeconds / deliveries),
          p50Ms: ratio(({ p50Ms }) => p50Ms),
          p99Ms: ratio(({ p99Ms }) => p99Ms),
          rssMiB: ratio(({ rssBytes }) => rssBytes),
        },
        { what: 'good ones that found a hole, or were closed', merged: state.holes + state.closed },
      ],
    };
  } finally {
    await Promise.all([goods.stop(), gateway.stop()]);
  }
}

interface Phase extends Window {
  p50Ms: number;
  p99Ms: number;
  /** To the good clients. */
  goodDeliveries: number;
  cpuUs: number;
}

/** Makes records, each with a trade of the probe, and counts what of them good clients get. */
class Records {
  /** Number of the first record that was made last. */
  firstNumber = 0;
  #next = 0;
  readonly #market: RecordedMarket;
  readonly #popularity: Popularity;
  readonly #holders: Float64Array;

  constructor(market: RecordedMarket, popularity: Popularity, goodLists: readonly (readonly number[])[]) {
    this.#market = market;
    this.#popularity = popularity;
    this.#holders = new Float64Array(market.names.length);
    for (const list of goodLists) for (const one of list) (this.#holders[one] as number)++;
  }

  some(count: number, updates: number): { records: Uint8Array[]; deliveries: number } {
    this.firstNumber = this.#next;
    let deliveries = 0;
    const records = Array.from({ length: count }, () => {
      const of =
        this.#next === 0
          ? this.#market.names.map((_, i) => i)
          : Array.from({ length: updates }, () => this.#popularity.one());
      for (const one of of) deliveries += this.#holders[one] as number;
      return this.#encode(of);
    });
    return { records, deliveries };
  }

  #encode(of: readonly number[]): Uint8Array {
    const number = this.#next++;
    const nowUs = Math.floor((performance.timeOrigin + performance.now()) * 1_000);
    const updates = new Map<string, Update[]>([[PROBE, [probeTrade(number, nowUs)]]]);
    for (const i of of) {
      const name = this.#market.names[i] as string;
      const update = this.#market.instruments[i]?.next(nowUs) as Update;
      const before = updates.get(name);
      if (before === undefined) updates.set(name, [update]);
      else before.push(update);
    }
    return encodeUpdateBatch({ epoch: EPOCH, ticksNext: 1, computedAtUs: nowUs, clocks: [], updates });
  }
}

const probeTrade = (number: number, nowUs: number): Update => ({
  sequence: 'trade',
  first: number + 1,
  last: number + 1,
  keyframe: true,
  priceDecimals: 2,
  sizeDecimals: 0,
  timestampUs: nowUs,
  receivedAtUs: nowUs,
  body: { kind: 'trade', id: '', price: 100, size: number, side: 'buy', conditions: [] },
});

function row(what: string, phases: readonly Phase[]): Record<string, unknown> {
  const of = (value: (phase: Phase) => number): number => round2(median(phases.map(value)));
  return {
    what,
    cpuUsADelivery: round3(median(phases.map(({ cpuUs }) => cpuUs))),
    cpuUsADeliveryOfAll: round3(median(phases.map(({ cpuSeconds, deliveries }) => (cpuSeconds * 1e6) / deliveries))),
    cpuPercent: of(({ cpuSeconds, wallSeconds }) => (100 * cpuSeconds) / wallSeconds),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    longestStallMs: of(({ stallMs }) => stallMs),
    rssMiB: of(({ rssBytes }) => rssBytes / 2 ** 20),
    unreadMiB: of(({ unreadBytes }) => unreadBytes / 2 ** 20),
    merged: of(({ merged }) => merged),
    spells: of(({ spells }) => spells),
    caughtUp: of(({ caughtUp }) => caughtUp),
    closed: of(({ closedSlow }) => closedSlow),
    deliveriesOfAllToGood: of(({ deliveries, goodDeliveries }) => deliveries / goodDeliveries),
  };
}

function spread(latenciesMs: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
const round2 = (value: number): number => Math.round(value * 100) / 100;
const round3 = (value: number): number => Math.round(value * 1_000) / 1_000;
