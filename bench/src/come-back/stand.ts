import { setTimeout as delay } from 'node:timers/promises';
import { type ClusterProcess, freePort, type Nginx, type RunningCluster, startNginx } from '@tapecast/testkit';
import { cpuSeconds, machineCpuSeconds } from '../end-to-end/cpu.ts';
import { Popularity, randomOf } from '../fan-out/popularity.ts';
import { Crowd } from './crowd.ts';
import { connections, metric, ready } from './gateways.ts';
import { type Judged, judge } from './judge.ts';
import { readTruth } from './log-truth.ts';
import { listenOverflows, memoryMiB, withChildren } from './machine.ts';
import { commandCounts, since } from './redis-commands.ts';
import { wallMs } from './returning.ts';
import { waysBack } from './ways-back.ts';

export const PARTITIONS = 4;
/** The balancer sends all to the first gateway while it lives. */
export const WEIGHT = 1_000;
const SERVED_WITHIN_MS = 60_000;
const DRAINED_WITHIN_MS = 20_000;
const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;
/** A scrape takes some ms of a gateway that has other things to do. */
const LOOKS_A_SCRAPE = 10;
/** A client's connection counts as good after 5 s: failures of the last kill are forgotten by then. */
const BETWEEN_KILLS_MS = 6_000;
/** Changes of sessions are gathered for 200 ms. */
const WRITTEN_AFTER_MS = 2_000;

export interface Options {
  clients: number;
  sdk: number;
  kills: number;
  symbols: number;
  interval: number;
  rate: number;
  protocol: string;
  gateways: number;
  degradation: 'on' | 'off';
  idle: number;
}

/** A cluster with its edge and its clients. */
export class Stand {
  readonly #cluster: RunningCluster;
  readonly #options: Options;
  #edge: Nginx | undefined;
  #address = '';
  #crowds: Crowd[] = [];
  readonly #begunAt = performance.now();

  constructor(cluster: RunningCluster, options: Options) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** An nginx of its own: all clients have to be at one gateway, which the balancer of a cluster is there to prevent. */
  async openEdge(dir: string): Promise<void> {
    const port = await freePort();
    const gateways = this.#gateways.map(({ address }, i) => `${address}${i === 0 ? ` weight=${WEIGHT}` : ''}`);
    this.#edge = await startNginx({ dir, port, gateways });
    this.#address = `127.0.0.1:${port}`;
  }

  async measure(): Promise<Record<string, unknown>[]> {
    const { clients, kills, idle } = this.#options;
    const symbols = await this.#symbols();
    this.#say(`the cluster is ready, with ${symbols.length} instruments`);
    const rows: Record<string, unknown>[] = [];
    if (idle > 0) rows.push(await this.#commands('no client', () => delay(idle * 1_000)));
    const beganMs = wallMs();
    await this.#connect(symbols);
    const { count, gateway } = await this.#largest();
    const memory = memoryMiB(gateway.pid);
    this.#say(`${clients} clients are subscribed, ${count} of them at gateway ${gateway.index}`);
    rows.push({
      what: 'connected and subscribed',
      ...{ clients, seconds: Math.round(wallMs() - beganMs) / 1_000, gatewayRssMiB: memory?.now },
    });
    await this.#written(gateway);
    if (idle > 0) {
      rows.push(await this.#commands(`${clients} clients`, () => delay(idle * 1_000)));
      rows.push(
        await this.#commands(`${clients} clients that subscribe one symbol more each`, () => this.#change(symbols)),
      );
    }
    for (let kill = 1; kill <= kills; kill++) {
      await delay(BETWEEN_KILLS_MS);
      rows.push(...(await this.#kill(kill)));
    }
    const judged = await this.#judge();
    this.#say(JSON.stringify(judged));
    rows.push({ what: 'all trades of all clients', ...judged });
    return rows;
  }

  async close(): Promise<void> {
    await Promise.all(this.#crowds.map((crowd) => crowd.stop()));
    await this.#edge?.stop();
  }

  async #connect(symbols: readonly string[]): Promise<void> {
    const { clients, sdk, interval, protocol, symbols: held } = this.#options;
    const popularity = new Popularity(symbols.length, randomOf(1));
    const lists = Array.from({ length: clients }, () => popularity.list(held).map((i) => symbols[i] as string));
    const common = { address: this.#address, protocol, intervalMs: interval };
    const lean = { kind: 'lean' as const, lists: lists.slice(sdk), firstProcess: 0 };
    const firstProcess = Crowd.processesOf('lean', clients - sdk);
    const kinds = [lean, { kind: 'sdk' as const, lists: lists.slice(0, sdk), firstProcess }];
    for (const kind of kinds) if (kind.lists.length > 0) this.#crowds.push(await Crowd.connect({ ...common, ...kind }));
  }

  async #kill(kill: number): Promise<Record<string, unknown>[]> {
    const { gateway, count } = await this.#largest();
    const others = this.#gateways.filter(({ index }) => index !== gateway.index);
    await Promise.all(others.map((other) => ready(other)));
    await Promise.all(this.#crowds.map((crowd) => crowd.arm()));
    const before = {
      cpu: this.#cpu(),
      machine: machineCpuSeconds(),
      overflows: listenOverflows(),
      redis: await commandCounts(this.#redis),
      rss: others.map(({ pid }) => memoryMiB(pid)?.now ?? 0),
    };
    const killedMs = wallMs();
    process.kill(gateway.pid, 'SIGKILL');
    const { away, largest } = await this.#allBack(count, others);
    const untilMs = wallMs();
    const cpu = this.#cpuSince(before.cpu);
    const machine = machineCpuSeconds() - before.machine;
    const taking = others.map(({ pid }) => memoryMiB(pid));
    const rows: Record<string, unknown>[] = [];
    for (const crowd of this.#crowds) {
      rows.push({ what: `kill ${kill}, ${crowd.kind}`, ...waysBack(await crowd.trails(), killedMs) });
      this.#say(JSON.stringify(rows.at(-1)));
    }
    const homes = await Promise.all(this.#gateways.map(async (one) => `${one.index}: ${await connections(one)}`));
    rows.push({
      what: `kill ${kill}, machine`,
      ...{ seconds: Math.round(untilMs - killedMs) / 1_000, notServed: away },
      machineCpuSeconds: rounded(machine),
      cpuSeconds: cpu,
      sharedReplayTradesLargest: largest,
      takingRssMiBBefore: before.rss.join(', '),
      takingRssMiBAfter: taking.map((memory) => memory?.now).join(', '),
      takingRssMiBLargest: taking.map((memory) => memory?.largest).join(', '),
      connectionsByGateway: homes.join(', '),
      listenOverflows: listenOverflows() - before.overflows,
      redis: since(before.redis, await commandCounts(this.#redis)),
    });
    this.#say(JSON.stringify(rows.at(-1)));
    return rows;
  }

  /**
   * Resolves with how many of those who lost their connection are not served, which is 0 or too late; and with the most older trades
   * that a gateway was seen to keep for several of them.
   */
  async #allBack(count: number, gateways: readonly ClusterProcess[]): Promise<{ away: number; largest: number }> {
    const untilMs = performance.now() + SERVED_WITHIN_MS;
    let largest = 0;
    for (let look = 1; ; look++) {
      const all = await Promise.all(this.#crowds.map((crowd) => crowd.away()));
      const closed = all.reduce((sum, one) => sum + one.closed, 0);
      const away = all.reduce((sum, one) => sum + one.away, 0);
      if ((closed >= count && away === 0) || performance.now() > untilMs)
        return { away: away + Math.max(0, count - closed), largest };
      await delay(POLL_MS);
      if (look % LOOKS_A_SCRAPE === 0)
        for (const one of gateways)
          largest = Math.max(largest, await metric(one, 'tapecast_gateway_shared_replay_trades'));
    }
  }

  async #change(symbols: readonly string[]): Promise<void> {
    await Promise.all(this.#crowds.map((crowd) => crowd.change(symbols.slice(0, this.#options.symbols + 1))));
    await delay(WRITTEN_AFTER_MS);
  }

  /** What Redis was asked and what sessions were written while something went on, and how many ticks there were. */
  async #commands(what: string, act: () => Promise<unknown>): Promise<Record<string, unknown>> {
    const looks = async () => ({
      redis: await commandCounts(this.#redis),
      writes: await this.#metric('gateway', 'tapecast_gateway_session_writes_total{outcome="written"}'),
      records: await this.#metric('gateway', 'tapecast_gateway_records_total'),
      deliveries: await this.#metric('gateway', 'tapecast_gateway_deliveries_total'),
    });
    const beganMs = wallMs();
    const before = await looks();
    const cpu = this.#cpu();
    await act();
    const used = this.#cpuSince(cpu);
    const after = await looks();
    const grown = since(before.redis, after.redis);
    const row = {
      what: `steady, ${what}`,
      seconds: Math.round(wallMs() - beganMs) / 1_000,
      sessionsWritten: after.writes - before.writes,
      recordsRead: after.records - before.records,
      deliveries: after.deliveries - before.deliveries,
      commands: grown,
      cpuSeconds: used,
    };
    this.#say(JSON.stringify(row));
    return row;
  }

  /** Resolves when the store knows all sessions of the gateway. */
  async #written(gateway: ClusterProcess): Promise<void> {
    const untilMs = performance.now() + READY_WITHIN_MS;
    const stored = () => metric(gateway, 'tapecast_gateway_stored_sessions');
    while ((await stored()) < (await connections(gateway)) && performance.now() < untilMs) await delay(POLL_MS);
  }

  async #judge(): Promise<Judged & { behind: number }> {
    const ingest = this.#cluster.process('ingest');
    process.kill(ingest.pid, 'SIGSTOP');
    try {
      const kafka = this.#cluster.process('kafka').address as string; // It serves.
      const truth = await readTruth([kafka], PARTITIONS);
      const ends = Object.fromEntries([...truth].map(([symbol, ids]) => [symbol, ids.length]));
      const behind = await Promise.all(this.#crowds.map((crowd) => crowd.drained(ends, DRAINED_WITHIN_MS)));
      const accounts = await Promise.all(this.#crowds.map((crowd) => crowd.accounts()));
      return { ...judge(accounts.flat(), truth), behind: behind.reduce((sum, count) => sum + count, 0) };
    } finally {
      process.kill(ingest.pid, 'SIGCONT');
    }
  }

  async #largest(): Promise<{ gateway: ClusterProcess; count: number }> {
    const counts = await Promise.all(this.#gateways.map((gateway) => connections(gateway)));
    const count = Math.max(...counts);
    return { gateway: this.#gateways[counts.indexOf(count)] as ClusterProcess, count };
  }

  async #symbols(): Promise<string[]> {
    const response = await fetch(`${this.#cluster.url}/v1/instruments?limit=1000`);
    const { instruments } = (await response.json()) as { instruments: { symbol: string }[] };
    return instruments.map(({ symbol }) => symbol);
  }

  async #metric(role: string, sample: string): Promise<number> {
    const all = this.#cluster.processes().filter((one) => one.role === role);
    const values = await Promise.all(all.map((one) => metric(one, sample)));
    return values.reduce((sum, value) => sum + value, 0);
  }

  /** CPU seconds so far of each process, by its role and pid. */
  #cpu(): Map<string, number> {
    const edge = this.#edge?.processes[0];
    const all = [
      ...this.#cluster.processes(),
      ...(edge === undefined ? [] : withChildren(edge)),
      ...this.#crowds.flatMap(({ processes }) => processes),
    ];
    return cpuSeconds(
      all.map(({ role, index, pid }) => ({ role: role === 'gateway' ? `gateway ${index}` : role, index: pid, pid })),
    );
  }

  /** Since then, by role and gateway; one that was started meanwhile counts whole, one that was killed not at all. */
  #cpuSince(before: ReadonlyMap<string, number>): Record<string, number> {
    const used: Record<string, number> = {};
    for (const [name, seconds] of this.#cpu()) {
      const role = name.slice(0, name.lastIndexOf('-'));
      used[role] = rounded((used[role] ?? 0) + seconds - (before.get(name) ?? 0));
    }
    return used;
  }

  get #gateways(): ClusterProcess[] {
    return this.#cluster.processes().filter(({ role }) => role === 'gateway');
  }

  get #redis(): string[] {
    const nodes = this.#cluster.processes().filter(({ role }) => role === 'redis');
    return nodes.map(({ address }) => address as string); // They serve.
  }

  #say(text: string): void {
    process.stderr.write(`${((performance.now() - this.#begunAt) / 1_000).toFixed(1)} s: ${text}\n`);
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
