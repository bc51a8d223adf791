import type { Sequence, Tick } from '@tapecast/market';
import { Child } from './child.ts';
import { Fleet } from './fleet.ts';
import { RecordedMarket } from './market.ts';
import type { Spent } from './pace.ts';
import type { Popularity } from './popularity.ts';
import type { Recording } from './recorded-flushes.ts';

const CLIENT_PROCESSES = 2;
/** Clients of each process that decode everything all the time. */
const SAMPLE = 2;
const WARM_UPS = 2;

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
  recording: Recording | undefined;
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

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** A gateway and bare servers with as many clients each, all connected; one of them works at a time. */
export class Bout {
  readonly #options: BoutOptions;
  readonly #market: RecordedMarket;
  readonly #gateway: Child;
  readonly #raw: Child;
  readonly #ws: Child | undefined;
  readonly #fleets: [ours: Fleet, ...others: Fleet[]];

  private constructor(
    options: BoutOptions,
    market: RecordedMarket,
    servers: [Child, Child, Child | undefined],
    fleets: [Fleet, ...Fleet[]],
  ) {
    this.#options = options;
    this.#market = market;
    [this.#gateway, this.#raw, this.#ws] = servers;
    this.#fleets = fleets;
  }

  /** Resolves when all clients are there, and were told everything that was written in a first run, which all decode. */
  static async open(options: BoutOptions): Promise<Bout> {
    const { population, protocol, intervalMs, plainWs, cpuProf } = options;
    const { ticks, instruments, lists, channel, popularity } = population;
    const market = new RecordedMarket(ticks, instruments, [channel], popularity);
    const profile = cpuProf === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProf}`];
    const gateway = Child.start('gateway-main', [], profile);
    const raw = Child.start('raw-main');
    const ws = plainWs ? Child.start('ws-main') : undefined;
    await gateway.ask({ do: 'load', records: [market.first()] });
    await gateway.ask({ do: 'run', everyMs: 0, record: false });
    const symbols = lists.map((list) => list.map((i) => market.names[i] as string));
    const nobodys = lists.map(() => []);
    const common = { processes: CLIENT_PROCESSES, channels: [channel], intervalMs };
    const fleets: [Fleet, ...Fleet[]] = [
      await Fleet.connect({
        ...common,
        port: await gateway.ask<number>({ do: 'port' }),
        protocol: `tapecast.v1.${protocol}`,
        lists: symbols,
      }),
    ];
    for (const server of [raw, ws])
      if (server !== undefined)
        fleets.push(
          await Fleet.connect({
            ...common,
            port: await server.ask<number>({ do: 'port' }),
            protocol: undefined,
            lists: nobodys,
          }),
        );
    const bout = new Bout(options, market, [gateway, raw, ws], fleets);
    await bout.#ours({ name: 'all decode', updates: 5 * instruments, flushes: 20, everyMs: 40, intervalMs }, false);
    await bout.#verify();
    await bout.#fleets[0].sample(SAMPLE);
    return bout;
  }

  async measure(load: Load, rounds: number): Promise<Record<string, unknown>> {
    const { protocol } = this.#options;
    const json = protocol === 'json';
    for (let i = 0; i < WARM_UPS; i++) await this.#ours(load, false);
    const recorded = await this.#ours(load, true);
    const recording = recorded.recording as Recording;
    await this.#raw.ask({ do: 'load', recording });
    const schemes = json ? ['send'] : ['publish', 'cork'];
    for (const scheme of schemes) await this.#raw.ask({ do: 'run', scheme });
    const ours: number[] = [];
    const theirs = new Map<string, number[]>(schemes.map((scheme) => [scheme, []]));
    let bytes = 0;
    let deliveries = 0;
    let cpu = 0;
    for (let round = 0; round < rounds; round++) {
      const before = await this.#fleets[0].settled();
      const one = await this.#ours(load, false);
      const after = await this.#fleets[0].settled();
      ours.push(one.deliveries / one.cpuSeconds);
      deliveries += one.deliveries;
      cpu += one.cpuSeconds;
      const read = after.payloadBytes - before.payloadBytes;
      bytes += read;
      // What the gateway says it sent is what clients read; in JSON each number of a connection adds to it.
      if (!json && read !== one.bytes) throw new Error(`${one.bytes} bytes were sent, ${read} were read`);
      if (json && after.frames - before.frames !== one.deliveries) throw new Error('messages were lost');
      for (const scheme of schemes) {
        const raw = await this.#raw.ask<Spent>({ do: 'run', scheme });
        theirs.get(scheme)?.push(recorded.deliveries / raw.cpuSeconds);
        await this.#fleets[1]?.settled();
      }
    }
    await this.#verify();
    const [best, bestRounds] = [...theirs].sort(([, a], [, b]) => median(b) - median(a))[0] as [string, number[]];
    const { lists } = this.#options.population;
    return {
      protocol,
      load: load.name,
      updatesAFlush: load.updates,
      everyMs: Number(load.everyMs.toFixed(2)),
      intervalMs: load.intervalMs,
      deliveriesPerCpuSecond: Math.round(median(ours)),
      rawPerCpuSecond: Math.round(median(bestRounds)),
      rawScheme: best,
      rawSchemes: Object.fromEntries([...theirs].map(([scheme, all]) => [scheme, Math.round(median(all))])),
      ratio: Number(median(ours.map((one, i) => one / (bestRounds[i] as number))).toFixed(3)),
      bytesADelivery: Number((bytes / deliveries).toFixed(1)),
      cpuShare: Number((cpu / rounds / ((load.flushes * load.everyMs) / 1_000)).toFixed(2)),
      writesAFlushMax: lists.length,
      ...(this.#ws === undefined || load.updates > 100
        ? {}
        : await this.#plainWs(load, bytes / deliveries, median(ours))),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#fleets.map((fleet) => fleet.stop()));
    for (const server of [this.#gateway, this.#raw, this.#ws]) await server?.stop();
  }

  async #ours(load: Load, record: boolean): Promise<Run> {
    await this.#gateway.ask({ do: 'load', records: this.#market.records(load.flushes, load.updates) });
    return this.#gateway.ask<Run>({ do: 'run', everyMs: load.everyMs, record });
  }

  async #plainWs(load: Load, bytes: number, ours: number): Promise<Record<string, unknown>> {
    const server = this.#ws as Child;
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
      await this.#fleets[2]?.settled();
      all.push((flushes * updates * clients) / spent.cpuSeconds);
    }
    return { wsPerCpuSecond: Math.round(median(all)), timesWs: Number((ours / median(all)).toFixed(1)) };
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
