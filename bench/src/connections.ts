import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchResult } from './bench.ts';
import { Child } from './fan-out/child.ts';
import { Fleet } from './fan-out/fleet.ts';
import { RecordedMarket, readTicks } from './fan-out/market.ts';
import { Popularity, randomOf } from './fan-out/popularity.ts';

const USAGE = `connections: memory of a connection, a storm of new ones, and very many over several processes.

  --connections <n>  whose memory is measured, in one process (default 15000)
  --storm <n>        that come at once to 1,000 live ones (default 5000; 0: none)
  --total <n>        over several gateways of one machine (default 0: not tried)
  --protocol <name>  protobuf, protobuf.zstd or json (default protobuf)
  --lists <n>        different watch lists (default: each client its own)`;

const INSTRUMENTS = 200;
const LIST = 20;
const CHANNEL = 'quote';
/** Each instrument has an update so often, all of them in turn: each client gets its frames well within 5 s. */
const ROUND_MS = 5_000;
const EVERY_MS = ROUND_MS / INSTRUMENTS;
/** Open files of a process, and those that are no connections. */
const CLIENTS_A_PROCESS = 9_000;
const CONNECTIONS_A_GATEWAY = 17_000;
/** Before the first memory is read: code is compiled, and pools have their first blocks. */
const WARM_CLIENTS = 500;
const LIVE = 1_000;
const STORMS = 3;
const GC = ['--expose-gc'];
const wallMs = (): number => performance.timeOrigin + performance.now();
const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Options {
  connections: number;
  storm: number;
  total: number;
  protocol: string;
  lists: number;
}

export async function run(args: string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args,
    options: {
      connections: { type: 'string', default: '15000' },
      storm: { type: 'string', default: '5000' },
      total: { type: 'string', default: '0' },
      protocol: { type: 'string', default: 'protobuf' },
      lists: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error(USAGE);
  const options: Options = {
    connections: Number(values.connections),
    storm: Number(values.storm),
    total: Number(values.total),
    protocol: `tapecast.v1.${values.protocol}`,
    lists: Number(values.lists),
  };
  const loadBefore = loadavg()[0];
  const ticks = await readTicks();
  // Each with a market of its own: a gateway that comes later would miss what was told before.
  const newStand = (): Stand =>
    new Stand(new RecordedMarket(ticks, INSTRUMENTS, [CHANNEL], new Popularity(INSTRUMENTS, randomOf(2))), options);
  const rows: Record<string, unknown>[] = [];
  if (options.connections > 0) rows.push(...(await memories(newStand(), options.connections)));
  if (options.storm > 0) rows.push(...(await storm(newStand(), options.storm)));
  if (options.total > 0) rows.push(await many(newStand(), options.total));
  return {
    name: 'connections',
    conditions: {
      instruments: INSTRUMENTS,
      instrumentsAClient: LIST,
      channel: CHANNEL,
      differentLists: options.lists === 0 ? 'each client its own' : options.lists,
      protocol: options.protocol,
      updates: `one of each instrument every ${ROUND_MS} ms, in turn; of the connections over several gateways all in one record`,
      memory:
        'RSS after a garbage collection that gives pages back, kernel memory not included; sessions are kept, in a store that is elsewhere',
      transport: 'loopback, plain TCP; clients are other processes on the same cores',
      loadBefore,
    },
    rows,
  };
}

/** What all of them share: the market, and who holds what. */
class Stand {
  readonly market: RecordedMarket;
  readonly protocol: string;
  readonly #popularity = new Popularity(INSTRUMENTS, randomOf(1));
  readonly #lists: number;
  #made: number[][] = [];
  #first: Uint8Array | undefined;

  constructor(market: RecordedMarket, { protocol, lists }: Options) {
    this.market = market;
    this.protocol = protocol;
    this.#lists = lists;
  }

  lists(count: number): number[][] {
    const wanted = this.#lists === 0 ? count : this.#lists;
    while (this.#made.length < wanted) this.#made.push(this.#popularity.list(LIST));
    return Array.from({ length: count }, (_, i) => this.#made[i % wanted] as number[]);
  }

  async gateway(host = '127.0.0.1'): Promise<{ child: Child; port: number }> {
    const child = Child.start('gateway-main', [host], GC);
    return { child, port: await child.ask<number>({ do: 'port' }) };
  }

  async clients(port: number, count: number, decoding: number, hosts = ['127.0.0.1']): Promise<Fleet> {
    const fleet = await this.processes(port, count, decoding, hosts);
    await fleet.connect();
    return fleet;
  }

  /** Processes whose clients are still to connect. */
  processes(port: number, count: number, decoding: number, hosts = ['127.0.0.1']): Promise<Fleet> {
    return Fleet.ready({
      port,
      hosts,
      processes: Math.ceil(count / CLIENTS_A_PROCESS),
      protocol: this.protocol,
      lists: this.lists(count).map((list) => list.map((i) => this.market.names[i] as string)),
      channels: [CHANNEL],
      intervalMs: 0,
      decoding,
    });
  }

  /**
   * The same records for all of the gateways, which begin with them together: `together` instruments in each. Resolves with the
   * end of it, wall ms.
   */
  async load(gateways: readonly Child[], seconds: number, together = 1): Promise<number> {
    const everyMs = EVERY_MS * together;
    const steps = Math.ceil((seconds * 1_000) / everyMs);
    const atMs = wallMs() + 500 + steps / 10;
    const records = Array.from({ length: steps }, (_, i) => {
      const instruments = Array.from({ length: together }, (_, n) => (i * together + n) % INSTRUMENTS);
      return this.market.encode(instruments, Math.floor((atMs + i * everyMs) * 1_000));
    });
    for (const gateway of gateways) {
      await gateway.ask({ do: 'load', records });
      await gateway.ask({ do: 'begin', atMs, everyMs });
    }
    return atMs + steps * everyMs;
  }

  /** The same for each gateway, whenever it comes: what follows goes on from these numbers. */
  async first(gateways: readonly Child[]): Promise<void> {
    this.#first ??= this.market.first();
    const records = [this.#first];
    for (const gateway of gateways) {
      await gateway.ask({ do: 'load', records });
      await gateway.ask({ do: 'run', everyMs: 0, record: 0 });
    }
  }
}

/** RSS a connection, of bare uWebSockets.js with as many topics a socket and of the gateway, both while frames flow. */
async function memories(stand: Stand, count: number): Promise<Record<string, unknown>[]> {
  const raw = Child.start('raw-main', [], GC);
  const rawPort = await raw.ask<number>({ do: 'port' });
  const bare = (clients: number): Promise<Fleet> =>
    Fleet.connect({
      port: rawPort,
      processes: Math.ceil(clients / CLIENTS_A_PROCESS),
      protocol: undefined,
      lists: Array.from({ length: clients }, () => []),
      channels: [],
      intervalMs: 0,
    });
  const fleets = [await bare(WARM_CLIENTS)];
  const steps = Math.ceil(ROUND_MS / EVERY_MS);
  const publish = async (): Promise<void> => {
    await raw.ask({ do: 'begin', topics: INSTRUMENTS, everyMs: EVERY_MS, steps });
    await delay(ROUND_MS + 500);
  };
  await raw.ask({ do: 'subscribe', lists: stand.lists(WARM_CLIENTS) });
  await publish();
  const rawBefore = await raw.ask<number>({ do: 'memory' });
  fleets.push(await bare(count));
  await raw.ask({ do: 'subscribe', lists: stand.lists(WARM_CLIENTS + count) });
  await publish();
  const rawBytes = ((await raw.ask<number>({ do: 'memory' })) - rawBefore) / count;
  for (const fleet of fleets.splice(0)) await fleet.stop();
  await raw.stop();

  const { child, port } = await stand.gateway();
  await stand.first([child]);
  fleets.push(await stand.clients(port, WARM_CLIENTS, 1));
  const round = async (): Promise<void> => {
    const until = await stand.load([child], ROUND_MS / 1_000);
    await delay(until - wallMs() + 500);
  };
  await round();
  const before = await child.ask<number>({ do: 'memory' });
  const beganAt = performance.now();
  const cpu = await child.cost();
  fleets.push(await stand.clients(port, count, 1));
  const connectSeconds = (performance.now() - beganAt) / 1_000;
  const cpuSeconds = (await child.cost()).cpuSeconds - cpu.cpuSeconds;
  const quiet = ((await child.ask<number>({ do: 'memory' })) - before) / count;
  await (fleets[1] as Fleet).fewest();
  await round();
  const fewest = await (fleets[1] as Fleet).fewest();
  const bytes = ((await child.ask<number>({ do: 'memory' })) - before) / count;
  const { closed } = await (fleets[1] as Fleet).counts();
  for (const fleet of fleets) await fleet.stop();
  await child.stop();
  const kib = (value: number): number => Number((value / 1_024).toFixed(2));
  return [
    {
      what: 'memory, uWebSockets.js with the same topics',
      connections: count,
      kibAConnection: kib(rawBytes),
      rssMib: Math.round((rawBefore + rawBytes * count) / 2 ** 20),
    },
    {
      what: 'memory, gateway',
      connections: count,
      kibAConnection: kib(bytes),
      rssMib: Math.round((before + bytes * count) / 2 ** 20),
      kibBeforeFrames: kib(quiet),
      kibAboveRaw: kib(bytes - rawBytes),
      connectSeconds: Number(connectSeconds.toFixed(2)),
      cpuMicrosecondsAConnect: Math.round((cpuSeconds * 1e6) / count),
      fewestFramesOfAClientIn5s: fewest,
      closed,
    },
  ];
}

const at = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);

/** Very many come at once, and those that are there must not feel it. */
async function storm(stand: Stand, count: number): Promise<Record<string, unknown>[]> {
  const { child, port } = await stand.gateway();
  await stand.first([child]);
  const live = await stand.clients(port, LIVE, LIVE);
  const warm = await stand.clients(port, WARM_CLIENTS, 1);
  const rows: Record<string, unknown>[] = [];
  for (let round = 1; round <= STORMS; round++) {
    const crowd = await stand.processes(port, count, 1);
    await stand.load([child], 14);
    await delay(2_000);
    await live.watch();
    await delay(3_000);
    const calm = await live.latenciesMs();
    const cpu = await child.cost();
    await live.watch();
    const beganAt = performance.now();
    await crowd.connect();
    const seconds = (performance.now() - beganAt) / 1_000;
    const during = await live.latenciesMs();
    const cpuSeconds = (await child.cost()).cpuSeconds - cpu.cpuSeconds;
    const { closed } = await live.counts();
    await crowd.stop();
    await delay(3_000);
    rows.push({
      what: `storm ${round}, connected and subscribed`,
      connections: count,
      connectSeconds: Number(seconds.toFixed(2)),
      cpuMicrosecondsAConnect: Math.round((cpuSeconds * 1e6) / count),
      liveP50Ms: at(during, 0.5),
      liveP99Ms: at(during, 0.99),
      liveMaxMs: at(during, 1),
      calmP99Ms: at(calm, 0.99),
      closed,
    });
  }
  for (const fleet of [live, warm]) await fleet.stop();
  await child.stop();
  return rows;
}

/** Connections of several gateways and client processes until there are `total`: none may be lost, all must hear. */
async function many(stand: Stand, total: number): Promise<Record<string, unknown>> {
  const count = Math.ceil(total / CONNECTIONS_A_GATEWAY);
  const gateways: Child[] = [];
  const fleets: Fleet[] = [];
  const beganAt = performance.now();
  for (let i = 0; i < count; i++) {
    const host = `127.0.0.${10 + i}`;
    const { child, port } = await stand.gateway(host);
    await stand.first([child]);
    gateways.push(child);
    const share = Math.min(CONNECTIONS_A_GATEWAY, total - i * CONNECTIONS_A_GATEWAY);
    fleets.push(await stand.clients(port, share, 1, [host]));
  }
  const connectSeconds = (performance.now() - beganAt) / 1_000;
  for (const fleet of fleets) await fleet.fewest();
  // All instruments at once, so that each client gets one frame a round: two cores don't write more to so many.
  const until = await stand.load(gateways, (4 * ROUND_MS) / 1_000, INSTRUMENTS);
  await delay(until - wallMs() + 2_000);
  let fewest = Number.POSITIVE_INFINITY;
  let open = 0;
  let frames = 0;
  let rss = 0;
  for (const fleet of fleets) {
    fewest = Math.min(fewest, await fleet.fewest());
    const counts = await fleet.counts();
    open += counts.clients - counts.closed;
    frames += counts.frames;
  }
  for (const gateway of gateways) rss += (await gateway.cost()).rssBytes;
  for (const fleet of fleets) await fleet.stop();
  for (const gateway of gateways) await gateway.stop();
  return {
    what: `${total} over ${count} gateways`,
    connections: open,
    lost: total - open,
    connectSeconds: Number(connectSeconds.toFixed(1)),
    fewestFramesOfAClientIn20s: fewest,
    frames,
    gatewaysRssMib: Math.round(rss / 2 ** 20),
  };
}
