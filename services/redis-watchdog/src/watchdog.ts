import { type Logger, type Readiness, type Registry, type RunningService, StartError } from '@tapecast/service-kit';
import { MASTERS_MAX, TOPOLOGY_INTERVAL_MS } from './limits.ts';
import { MasterWatch } from './master-watch.ts';
import { createMetrics } from './metrics.ts';
import { promote } from './promotion.ts';
import { type NodeAddress, redisCommand } from './redis-command.ts';
import { hangs } from './silence.ts';
import { type ClusterNode, readClusterNodes, readReplicaState } from './topology.ts';

export interface RedisWatchdogDeps {
  /** `host:port` of some nodes; the others are found through them. */
  nodes: readonly string[];
  logger: Logger;
  metrics: Registry;
}

export type RedisWatchdog = RunningService;

/**
 * Watches the masters of a Redis Cluster and has a replica of one take over whose process died, at once, or hangs, within a second.
 * Redis itself waits for its node timeout and then for an election's fixed delays, some 2 s in all. What only this process does
 * not reach is left to Redis. Nothing depends on it: without it a failover takes longer.
 */
export function startRedisWatchdog({ nodes, logger, metrics }: RedisWatchdogDeps): RedisWatchdog {
  const watchdog = new Watchdog(nodes.map(parseNode), logger, metrics);
  watchdog.start();
  return {
    name: 'redis-watchdog',
    ready: () => watchdog.ready(),
    failed: new Promise(() => undefined),
    stop: () => watchdog.stop(),
  };
}

interface Watched {
  readonly node: ClusterNode;
  readonly watch: MasterWatch;
  /** Its replicas that followed it when they were last asked. */
  replicas: readonly ClusterNode[];
  promoting: boolean;
}

class Watchdog {
  readonly #seeds: readonly NodeAddress[];
  readonly #logger: Logger;
  readonly #metrics: ReturnType<typeof createMetrics>;
  readonly #masters = new Map<string, Watched>();
  /** Who was in the cluster when it was last read: asked first. */
  #known: readonly NodeAddress[] = [];
  #unread = 'the cluster has not been read yet';
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();
  #busy = false;
  #again = false;
  #stopped = false;

  constructor(seeds: readonly NodeAddress[], logger: Logger, registry: Registry) {
    this.#seeds = seeds;
    this.#logger = logger;
    this.#metrics = createMetrics(registry);
    this.#metrics.watch({
      masters: () => [...this.#masters.values()].filter(({ watch }) => watch.holds).length,
      replicas: () => [...this.#masters.values()].reduce((sum, { replicas }) => sum + replicas.length, 0),
    });
  }

  /** Reads the cluster now, and from then on in intervals. While it is being read: once more after that. */
  start(): void {
    clearTimeout(this.#timer);
    this.#again = this.#busy;
    if (this.#busy) return;
    this.#busy = true;
    this.#reading = this.#read().finally(() => {
      this.#busy = false;
      if (this.#stopped) return;
      if (this.#again) this.start();
      else this.#timer = setTimeout(() => this.start(), TOPOLOGY_INTERVAL_MS);
    });
  }

  ready(): Readiness {
    return { ready: this.#unread === '', reason: this.#unread };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const { watch } of this.#masters.values()) watch.end();
    await this.#reading;
    clearTimeout(this.#timer);
    for (const { watch } of this.#masters.values()) watch.end();
  }

  async #read(): Promise<void> {
    const nodes = await this.#nodes();
    if (nodes === undefined || this.#stopped) return;
    this.#known = nodes;
    const masters = nodes.filter(({ masterId, serves }) => masterId === undefined && serves).slice(0, MASTERS_MAX);
    for (const [id, { node, watch, promoting }] of this.#masters) {
      const now = masters.find((master) => master.id === id);
      if (promoting || (now?.host === node.host && now.port === node.port)) continue;
      watch.end();
      this.#masters.delete(id);
    }
    for (const node of masters) {
      if (this.#masters.has(node.id)) continue;
      const watched: Watched = {
        node,
        watch: new MasterWatch(node, {
          died: () => void this.#replace(watched, 'died'),
          silent: () => void this.#silent(watched),
        }),
        replicas: [],
        promoting: false,
      };
      this.#masters.set(node.id, watched);
      this.#logger.info({ event: 'master_watched', node: name(node) });
    }
    await Promise.all([...this.#masters.values()].map((watched) => this.#readReplicas(watched, nodes)));
  }

  /** What the first of them that answers knows. */
  async #nodes(): Promise<ClusterNode[] | undefined> {
    let lastError: unknown;
    for (const node of [...this.#known, ...this.#seeds]) {
      try {
        const nodes = readClusterNodes(await redisCommand(node, 'CLUSTER', 'NODES'), node);
        if (this.#unread !== '') this.#logger.info({ event: 'cluster_read', nodes: nodes.length });
        this.#unread = '';
        return nodes;
      } catch (error) {
        lastError = error;
        if (this.#stopped) return undefined;
      }
    }
    const reason = `no node of the cluster answers: ${lastError instanceof Error ? lastError.message : String(lastError)}`;
    if (this.#unread === '') this.#logger.warn({ event: 'cluster_not_read', reason });
    this.#unread = reason;
    return undefined;
  }

  /** While the master lives: afterwards none of them follows it. */
  async #readReplicas(watched: Watched, nodes: readonly ClusterNode[]): Promise<void> {
    const replicas = nodes.filter(({ masterId }) => masterId === watched.node.id);
    const following = await Promise.all(
      replicas.map(async (replica) => {
        const info = await redisCommand(replica, 'INFO', 'replication').catch(() => undefined);
        return info !== undefined && readReplicaState(info).follows;
      }),
    );
    if (!watched.promoting && watched.watch.holds) watched.replicas = replicas.filter((_, i) => following[i]);
  }

  async #silent(watched: Watched): Promise<void> {
    if (watched.promoting || this.#stopped) return;
    const masters = [...this.#masters.values()].map(({ node }) => node);
    if (await hangs(watched.node, masters, () => (this.#stopped ? 0 : watched.watch.silentMs)))
      await this.#replace(watched, 'hung');
  }

  async #replace(watched: Watched, why: 'died' | 'hung'): Promise<void> {
    if (watched.promoting || this.#stopped) return;
    watched.promoting = true;
    const seenAt = performance.now() - watched.watch.silentMs;
    const node = name(watched.node);
    this.#logger.warn({ event: `master_${why}`, node, replicas: watched.replicas.map(name) });
    const outcome = await promote(watched.node, watched.replicas, () => this.#stopped);
    const seconds = (performance.now() - seenAt) / 1_000;
    this.#metrics.promotion(why, outcome, seconds);
    const fields = { event: 'failover', node, why, outcome, afterMs: Math.round(seconds * 1_000) };
    if (outcome === 'no_replica' || outcome === 'given_up') this.#logger.error(fields);
    else this.#logger.warn(fields);
    // Whoever is master now is watched from the next reading on, and that is now.
    watched.watch.end();
    this.#masters.delete(watched.node.id);
    if (!this.#stopped) this.start();
  }
}

const name = ({ host, port }: NodeAddress): string => `${host}:${port}`;

function parseNode(node: string): NodeAddress {
  const colon = node.lastIndexOf(':');
  const port = Number(node.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new StartError('bad_option', `--redis: '${node}' is not the address of a Redis node; expected host:port`);
  return { host: node.slice(0, colon), port };
}
