import type { Sequence, Tick } from '@tapecast/market';
import { Child } from './child.ts';
import { Fleet } from './fleet.ts';
import { RecordedMarket } from './market.ts';
import type { Spent } from './pace.ts';
import type { Popularity } from './popularity.ts';
import type { Flush } from './recorded-flushes.ts';

/** One, so that it has a core for itself where there are two. */
const CLIENT_PROCESSES = 1;
/** Clients of each process that decode everything all the time. */
const SAMPLE = 4;
const WARM_UPS = 2;
/** What each run begins with is not measured: a machine that was idle until now takes up to twice the time for a write. */
const COLD_MS = 1_000;

export interface Population {
  ticks: readonly Tick[];
  instruments: number;
  /** Instruments of each client, by rank. */
  lists: readonly (readonly number[])[];
  popularity: Popularity;
  channel: Sequence;
}

export interface Load {
  name: string;
  /** Updates a flush, or where the interval merges them, a record of the log. */
  updates: number;
  flushes: number;
  everyMs: number;
  intervalMs: number;
}

interface Run extends Spent {
  deliveries: number;
  bytes: number;
  flushes: Flush[];
}

interface BoutOptions {
  population: Population;
  protocol: string;
  intervalMs: number;
  /** Beside bare uWebSockets.js a server made with `ws`. */
  plainWs: boolean;
  /** Folder for a CPU profile of the gateway. */
  cpuProf: string | undefined;
}

interface Servers {
  gateway: Child;
  /** A gateway beside the measured one, whose clients hold one instrument each: what it sends them, raw servers deal out. */
  recorded: Child;
  raw: Child;
  ws: Child | undefined;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const rounded = (value: number): number => Number(value.toFixed(3));

/** A gateway and bare servers with as many clients each, all connected; one of them works at a time. */
export class Bout {
  readonly #options: BoutOptions;
  readonly #market: RecordedMarket;
  readonly #servers: Servers;
  /** Of the gateway, the raw server, the recorded gateway, and perhaps the one made with `ws`. */
  readonly #fleets: [ours: Fleet, raw: Fleet, ...others: Fleet[]];

  private constructor(
    options: BoutOptions,
    market: RecordedMarket,
    servers: Servers,
    fleets: [Fleet, Fleet, ...Fleet[]],
  ) {
    this.#options = options;
    this.#market = market;
    this.#servers = servers;
    this.#fleets = fleets;
  }

  /** Resolves when all clients are there, and were told everything that was written in a first run, which all decode. */
  static async open(options: BoutOptions): Promise<Bout> {
    const { population, protocol, intervalMs, plainWs, cpuProf } = options;
    const { ticks, instruments, lists, channel, popularity } = population;
    const market = new RecordedMarket(ticks, instruments, [channel], popularity);
    const profile = cpuProf === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProf}`];
    const gc = '--expose-gc';
    const servers: Servers = {
      gateway: Child.start('gateway-main', [], [gc, ...profile]),
      recorded: Child.start('gateway-main', [], [gc]),
      raw: Child.start('raw-main', [], [gc]),
      ws: plainWs ? Child.start('ws-main') : undefined,
    };
    const records = [market.first()];
    for (const gateway of [servers.gateway, servers.recorded]) {
      await gateway.ask({ do: 'load', records });
      await gateway.ask({ do: 'run', everyMs: 0, record: 0 });
    }
    const named = (all: readonly (readonly number[])[]): string[][] =>
      all.map((list) => list.map((i) => market.names[i] as string));
    const fleetOf = async (server: Child, lists: string[][], more: Partial<Parameters<typeof Fleet.connect>[0]> = {}) =>
      Fleet.connect({
        port: await server.ask<number>({ do: 'port' }),
        protocol: undefined,
        lists,
        processes: CLIENT_PROCESSES,
        channels: [channel],
        intervalMs,
        ...more,
      });
    const spoken = `tapecast.v1.${protocol}`;
    const nobodys = lists.map(() => []);
    const fleets: [Fleet, Fleet, ...Fleet[]] = [
      await fleetOf(servers.gateway, named(lists), { protocol: spoken }),
      await fleetOf(servers.raw, nobodys),
      // One after the other, so that the n-th connection is the n-th instrument's.
      await fleetOf(servers.recorded, named(market.names.map((_, i) => [i])), {
        protocol: spoken,
        processes: 1,
        atOnce: 1,
      }),
    ];
    if (servers.ws !== undefined) fleets.push(await fleetOf(servers.ws, nobodys));
    const bout = new Bout(options, market, servers, fleets);
    const everything = { name: 'all decode', updates: 5 * instruments, flushes: 20, everyMs: 40, intervalMs };
    await bout.#runBoth(everything, bout.#records(everything), 0);
    await bout.#verify();
    await bout.#fleets[0].sample(SAMPLE);
    return bout;
  }

  async measure(load: Load, rounds: number): Promise<Record<string, unknown>> {
    const { protocol, population } = this.#options;
    const { length: clients } = population.lists;
    const json = protocol === 'json';
    for (let i = 0; i < WARM_UPS; i++) await this.#runBoth(load, this.#records(load), 0);
    // Of JSON each connection has its own bytes, and as many: one is enough.
    const [recorded, single] = await this.#runBoth(load, this.#records(load), json ? 1 : clients);
    const { raw } = this.#servers;
    await raw.ask({
      do: 'load',
      clients: recorded.flushes,
      instruments: single.flushes,
      lists: population.lists,
      blobs: json,
    });
    // What was recorded and copied is nobody's garbage in the rounds that follow.
    for (const server of [this.#servers.gateway, this.#servers.recorded, raw]) await server.ask({ do: 'memory' });
    // Where all get the same frames, sending them ready-made is what `cork` does.
    const schemes = json
      ? ['blob']
      : population.instruments > 1
        ? ['ready', 'publish', 'cork', 'merge']
        : ['publish', 'cork'];
    for (const scheme of schemes) await raw.ask({ do: 'run', scheme });
    const ours: number[] = [];
    const theirs = new Map<string, number[]>(schemes.map((scheme) => [scheme, []]));
    const sum = { bytes: 0, deliveries: 0, cpu: 0, frames: 0 };
    const one = async (): Promise<void> => {
      await this.#fleets[0].awake(true);
      const cold = { ...load, flushes: coldFlushes };
      for (const part of [cold, load]) {
        const records = this.#records(part);
        // It only stays at the same numbers, so it need not take its time.
        await this.#run(this.#servers.recorded, { ...part, everyMs: 0 }, records, 0);
        const before = await this.#fleets[0].settled();
        const run = await this.#run(this.#servers.gateway, part, records, 0);
        const after = await this.#fleets[0].settled();
        if (json && after.frames - before.frames !== run.deliveries) throw new Error('messages were lost');
        if (part === cold) continue;
        ours.push(run.deliveries / run.cpuSeconds);
        sum.deliveries += run.deliveries;
        sum.cpu += run.cpuSeconds;
        sum.bytes += after.payloadBytes - before.payloadBytes;
        sum.frames += after.frames - before.frames;
      }
      await this.#fleets[0].awake(false);
    };
    const other = async (scheme: string): Promise<void> => {
      await this.#fleets[1].awake(true);
      await raw.ask({ do: 'run', scheme, flushes: coldFlushes });
      await this.#fleets[1].settled();
      const spent = await raw.ask<Spent>({ do: 'run', scheme });
      theirs.get(scheme)?.push(recorded.deliveries / spent.cpuSeconds);
      await this.#fleets[1].settled();
      await this.#fleets[1].awake(false);
    };
    const coldFlushes = Math.min(load.flushes, Math.ceil(COLD_MS / load.everyMs));
    const turns = [one, ...schemes.map((scheme) => () => other(scheme))];
    // Each round begins with another of them.
    for (let round = 0; round < rounds; round++)
      for (let turn = 0; turn < turns.length; turn++) await turns[(round + turn) % turns.length]?.();
    await this.#verify();
    const ratioTo = (scheme: string): number =>
      rounded(median(ours.map((one, i) => one / (theirs.get(scheme)?.[i] as number))));
    const raws = Object.fromEntries([...theirs].map(([scheme, all]) => [scheme, Math.round(median(all))]));
    // `ready` is no scheme: it is the writes alone, for a server that knew beforehand whom to send what.
    const [best] = [...theirs]
      .filter(([scheme]) => scheme !== 'ready')
      .sort(([, a], [, b]) => median(b) - median(a))[0] as [string, number[]];
    return {
      protocol,
      load: load.name,
      updatesAFlush: load.updates,
      everyMs: rounded(load.everyMs),
      intervalMs: load.intervalMs,
      deliveriesPerCpuSecond: Math.round(median(ours)),
      ...raws,
      best,
      ratio: ratioTo(best),
      ...(json ? {} : { ratioToPublish: ratioTo('publish') }),
      ...(theirs.has('ready') ? { ratioToReady: ratioTo('ready') } : {}),
      bytesADelivery: Number((sum.bytes / sum.deliveries).toFixed(1)),
      framesAFlushAndClient: rounded(sum.frames / (rounds * load.flushes * clients)),
      cpuShare: rounded(sum.cpu / rounds / ((load.flushes * load.everyMs) / 1_000)),
      ...(this.#servers.ws === undefined || load.updates > 100
        ? {}
        : await this.#plainWs(load, sum.bytes / sum.deliveries, median(ours))),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#fleets.map((fleet) => fleet.stop()));
    for (const server of Object.values(this.#servers) as (Child | undefined)[]) await server?.stop();
  }

  #records({ flushes, updates }: Load): Uint8Array[] {
    return this.#market.records(flushes, updates);
  }

  /** The gateway and the one beside it get the same records, one after the other. */
  async #runBoth(load: Load, records: Uint8Array[], record: number): Promise<[ours: Run, single: Run]> {
    const single = await this.#run(this.#servers.recorded, load, records, record > 0 ? this.#market.names.length : 0);
    await this.#fleets[2]?.settled();
    return [await this.#run(this.#servers.gateway, load, records, record), single];
  }

  async #run(gateway: Child, load: Load, records: Uint8Array[], record: number): Promise<Run> {
    await gateway.ask({ do: 'load', records });
    return gateway.ask<Run>({ do: 'run', everyMs: load.everyMs, record });
  }

  async #plainWs(load: Load, bytes: number, ours: number): Promise<Record<string, unknown>> {
    const server = this.#servers.ws as Child;
    const { length: clients } = this.#options.population.lists;
    const { updates } = load;
    const flushes = Math.max(1, Math.round(20 / updates));
    const all: number[] = [];
    for (let i = 0; i < 3; i++) {
      const spent = await server.ask<Spent>({
        do: 'run',
        flushes,
        updates,
        bytes: Math.round(bytes),
        everyMs: updates * 20,
      });
      await this.#fleets[3]?.settled();
      all.push((flushes * updates * clients) / spent.cpuSeconds);
    }
    return { ws: Math.round(median(all)), timesWs: Number((ours / median(all)).toFixed(1)) };
  }

  /** Every client that decodes has everything that was written, in order. */
  async #verify(): Promise<void> {
    const { channel, lists } = this.#options.population;
    await this.#fleets[0].settled();
    const lasts: Record<string, number> = {};
    for (const [i, instrument] of this.#market.instruments.entries())
      lasts[`${this.#market.names[i]} ${channel}`] = instrument.last.get(channel) ?? 0;
    const verified = await this.#fleets[0].verify(lasts);
    if (verified.wrong > 0)
      throw new Error(`${verified.wrong} faults at ${lists.length} clients: ${verified.first.join('; ')}`);
  }
}
