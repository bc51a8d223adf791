import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Sequence, Tick, Update } from '@tapecast/market';
import { encodeUpdateBatch } from '@tapecast/wire';
import type { BenchResult } from './bench.ts';
import { Child } from './fan-out/child.ts';
import { RecordedMarket, readTicks } from './fan-out/market.ts';
import { deliveriesAnUpdate, Popularity, randomOf } from './fan-out/popularity.ts';
import type { Arrival, Arrivals } from './overload/clients-main.ts';
import type { Bout, Look } from './overload/gateway-main.ts';
import { PROBE } from './slow/probe.ts';

const SEQUENCES: Sequence[] = ['trade', 'quote', 'depth', 'kline@5m'];
const CHANNELS = ['trade', 'quote', 'depth@20', 'kline@5m'];
const EVERY_MS = 20;
const PROBES = 20;
const AHEAD_MS = 300;
const SEED = 1;
/** At the first rate, before the load begins: code is compiled, tables have grown. */
const WARM_MS = 2_000;

const USAGE = `overload: how late trades and quotes are at the clients of a gateway that has more and more to do, with and without degradation.

  --rates <a,b,…>    updates a second, each with both in turn (default 1000,2000,4000,6000,8000)
  --seconds <n>      of each (default 20); the first --settle of them do not count in the lateness that is named settled
  --settle <n>       (default 8)
  --clients <n>      (default 300)
  --instruments <n>  (default 100), of which each client has --watch-list (default 20) by popularity
  --show             what the gateway said of itself, each second`;

/** One process has too much to do: the market's records come at their time, whatever it is late by. */
export async function run(args: string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args,
    options: {
      rates: { type: 'string', default: '1000,2000,4000,6000,8000' },
      seconds: { type: 'string', default: '20' },
      settle: { type: 'string', default: '8' },
      clients: { type: 'string', default: '300' },
      instruments: { type: 'string', default: '100' },
      'watch-list': { type: 'string', default: '20' },
      modes: { type: 'string', default: 'off,on' },
      show: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const ticks = await readTicks();
  const setting: Setting = {
    clients: Number(values.clients),
    instruments: Number(values.instruments),
    watchList: Number(values['watch-list']),
    seconds: Number(values.seconds),
    settleMs: Number(values.settle) * 1_000,
  };
  const rows: Record<string, unknown>[] = [];
  for (const rate of values.rates.split(',').map(Number))
    for (const mode of values.modes.split(',')) {
      const { row, looks } = await bout(ticks, setting, rate, mode);
      rows.push(row);
      process.stderr.write(`${JSON.stringify(row)}\n`);
      if (values.show)
        for (const { atMs, load, level, intervalMs } of looks.filter((_, i) => i % 4 === 3))
          process.stderr.write(
            `  ${(atMs / 1_000).toFixed(1)} s: load ${load.toFixed(2)}, level ${level}, ${intervalMs} ms\n`,
          );
    }
  const { lists } = listsOf(setting);
  return {
    name: 'overload',
    conditions: {
      ...setting,
      channels: CHANNELS.join(' '),
      protocol: 'tapecast.v1.json',
      deliveriesAnUpdate: Math.round(
        deliveriesAnUpdate(new Popularity(setting.instruments, randomOf(SEED)), lists, setting.instruments),
      ),
      lateness: `from when a record was due to its trade, or a quote as new as it, at ${PROBES} of the clients, in one JSON frame each`,
      load: loadavg().map((one) => Math.round(one * 10) / 10),
    },
    rows,
  };
}

interface Setting {
  clients: number;
  instruments: number;
  watchList: number;
  seconds: number;
  settleMs: number;
}

function listsOf({ clients, instruments, watchList }: Setting): { popularity: Popularity; lists: number[][] } {
  const popularity = new Popularity(instruments, randomOf(SEED));
  return { popularity, lists: Array.from({ length: clients }, () => popularity.list(watchList)) };
}

async function bout(
  ticks: readonly Tick[],
  setting: Setting,
  rate: number,
  mode: string,
): Promise<{ row: Record<string, unknown>; looks: Look[] }> {
  const { popularity, lists } = listsOf(setting);
  const market = new RecordedMarket(ticks, setting.instruments, SEQUENCES, popularity);
  const made = new Records(market, popularity);
  const gateway = Child.start('../overload/gateway-main', [mode]);
  const clients = Child.start('../overload/clients-main');
  try {
    const port = await gateway.ask<number>({ do: 'port' });
    const play = async (records: Uint8Array[], from: number): Promise<Bout> => {
      await gateway.ask({ do: 'load', records });
      const beginAtMs = performance.timeOrigin + performance.now() + AHEAD_MS;
      await clients.ask({ do: 'schedule', beginAtMs, everyMs: EVERY_MS, from });
      return gateway.ask<Bout>({ do: 'run', everyMs: EVERY_MS, beginAtMs });
    };
    await play([made.first()], 0);
    const symbols = lists.map((list) => list.map((i) => market.names[i] as string));
    await clients.ask({ do: 'connect', port, lists: symbols, channels: CHANNELS, probes: PROBES });
    await play(made.some(WARM_MS / EVERY_MS, (500 * EVERY_MS) / 1_000), 1);
    const from = made.next;
    const count = (setting.seconds * 1_000) / EVERY_MS;
    const records = made.some(count, (rate * EVERY_MS) / 1_000);
    const before = await clients.cost();
    const spent = await play(records, from);
    const after = await clients.cost();
    // What is under way still.
    await new Promise((resolve) => setTimeout(resolve, AHEAD_MS));
    const arrivals = await clients.ask<Arrivals>({ do: 'arrivals' });
    const settled = from + setting.settleMs / EVERY_MS;
    const late = (of: readonly Arrival[], least: number): string => spread(of.filter(({ number }) => number >= least));
    return {
      row: {
        updatesASecond: rate,
        degradation: mode,
        tradeLateMs: late(arrivals.trade, from),
        tradeSettledMs: late(arrivals.trade, settled),
        quoteLateMs: late(arrivals.quote, from),
        quoteSettledMs: late(arrivals.quote, settled),
        tradesTold: round2(arrivals.trade.length / arrivals.probes / records.length),
        behindMs: Math.round(spent.behindMs),
        cpu: round2(spent.cpuSeconds / spent.wallSeconds),
        clientsCpu: round2((after.cpuSeconds - before.cpuSeconds) / spent.wallSeconds),
        load: round2(median(spent.looks.map(({ load }) => load))),
        told: toldIn(spent.looks),
        merged: spent.merged,
        closed: arrivals.closed,
      },
      looks: spent.looks,
    };
  } finally {
    await Promise.all([clients.stop(), gateway.stop()]);
  }
}

/** Levels in the order in which they were told, with when. */
function toldIn(looks: readonly Look[]): string {
  const told: string[] = [];
  let before = '0';
  for (const { atMs, level, intervalMs } of looks) {
    const now = intervalMs > 0 ? `${level}/${intervalMs} ms` : `${level}`;
    if (now !== before) told.push(`${now} at ${(atMs / 1_000).toFixed(1)} s`);
    before = now;
  }
  return told.join(', ');
}

/** Makes records, each with a trade and a quote of the probe whose values are its number. */
class Records {
  next = 0;
  readonly #market: RecordedMarket;
  readonly #popularity: Popularity;

  constructor(market: RecordedMarket, popularity: Popularity) {
    this.#market = market;
    this.#popularity = popularity;
  }

  first(): Uint8Array {
    return this.#encode(this.#market.names.map((_, i) => i));
  }

  some(count: number, updates: number): Uint8Array[] {
    return Array.from({ length: count }, () =>
      this.#encode(Array.from({ length: Math.round(updates) }, () => this.#popularity.one())),
    );
  }

  #encode(of: readonly number[]): Uint8Array {
    const number = this.next++;
    const nowUs = Math.floor((performance.timeOrigin + performance.now()) * 1_000);
    const updates = new Map<string, Update[]>([[PROBE, probeOf(number, nowUs)]]);
    for (const i of of) {
      const name = this.#market.names[i] as string;
      const update = this.#market.instruments[i]?.next(nowUs) as Update;
      const before = updates.get(name);
      if (before === undefined) updates.set(name, [update]);
      else before.push(update);
    }
    return encodeUpdateBatch({ epoch: 'bench.1.0', ticksNext: 1, computedAtUs: nowUs, clocks: [], updates });
  }
}

function probeOf(number: number, nowUs: number): Update[] {
  const of = { first: number + 1, last: number + 1, keyframe: true, priceDecimals: 0, sizeDecimals: 0 };
  const at = { timestampUs: nowUs, receivedAtUs: nowUs };
  const unknown = { open: undefined, high: undefined, low: undefined, prevClose: undefined, change: undefined };
  const more = { changePct: undefined, volume: undefined, turnover: undefined, vwap: undefined, sinceMs: undefined };
  const book = { bid: undefined, bidSize: undefined, ask: undefined, askSize: undefined };
  return [
    {
      ...of,
      ...at,
      sequence: 'trade',
      body: { kind: 'trade', id: '', price: 100, size: number, side: 'buy', conditions: [] },
    },
    {
      ...of,
      ...at,
      sequence: 'quote',
      body: { kind: 'quote', last: number, ...unknown, ...more, ...book, cleared: 0 },
    },
  ];
}

function spread(of: readonly Arrival[]): string {
  const sorted = Float64Array.from(of, ({ lateMs }) => lateMs).sort();
  const at = (share: number): number =>
    Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN);
  return `${at(0.5)} / ${at(0.99)}`;
}

const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
const round2 = (value: number): number => Math.round(value * 100) / 100;
