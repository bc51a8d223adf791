import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Part, PartProcess } from './part.ts';
import { freePorts } from './port.ts';
import type { StartedProcess } from './process.ts';
import { redisCommand } from './redis-command.ts';
import { LOCAL_PARTS, type PartRunner } from './runner.ts';

const SLOTS = 16_384;
/** The port of a node's cluster bus, from its own. */
const BUS_OFFSET = 10_000;
/** A new cluster takes 2.1 s, of which 2 s are fixed in Redis's source; the rest is for a machine that has other work. */
const READY_DEADLINE_MS = 30_000;
const POLL_MS = 25;

export interface RedisClusterOptions {
  /** A folder for each node is made in it. Data of an earlier start is used again, on the same ports. */
  dir: string;
  /** Default 3. */
  masters?: number;
  /** Of each master; default 1. */
  replicas?: number;
  /** Folder of the nodes' logs; default `dir`. */
  logDir?: string | undefined;
  /** ms until a silent node counts as dead; default 1000: a failover takes some 2.3 s. */
  nodeTimeoutMs?: number;
  /** Default: the redis-server that is installed here. */
  parts?: PartRunner | undefined;
}

export interface RedisCluster extends Part {
  /** `host:port` of every node. */
  readonly nodes: readonly string[];
  /** Index of the process that is the master of a hash slot now, as the other nodes see it. */
  masterOf(slot: number): Promise<number>;
}

/** Redis as a cluster on 127.0.0.1. Resolves when every slot is served and all nodes know all others. */
export async function startRedisCluster(options: RedisClusterOptions): Promise<RedisCluster> {
  const dir = resolve(options.dir);
  const logDir = resolve(options.logDir ?? dir);
  const masters = options.masters ?? 3;
  const count = masters * (1 + (options.replicas ?? 1));
  const parts = options.parts ?? LOCAL_PARTS;
  const program = await parts.program('redis');
  const ports = await prepareNodes(dir, masters, count, options.nodeTimeoutMs ?? 1_000);
  const start = (index: number): Promise<StartedProcess> =>
    parts.start({
      part: 'redis',
      name: `redis ${index}`,
      command: program,
      args: [join(dir, `node-${index}`, 'redis.conf')],
      log: join(logDir, `redis-${index}.log`),
      cwd: join(dir, `node-${index}`),
      folders: [],
    });
  const started = await allStarted(ports.map((_, index) => start(index)));
  const cluster = new RunningRedisCluster(ports, started, start);
  try {
    await cluster.ready();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** All of them, or none is left running. */
async function allStarted(starting: readonly Promise<StartedProcess>[]): Promise<StartedProcess[]> {
  const outcomes = await Promise.allSettled(starting);
  const started = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
  if (started.length < starting.length) await Promise.all(started.map((each) => each.stop(0)));
  return Promise.all(starting);
}

class RunningRedisCluster implements RedisCluster {
  readonly role = 'redis';
  readonly nodes: readonly string[];
  readonly #ports: readonly number[];
  readonly #started: StartedProcess[];
  readonly #start: (index: number) => Promise<StartedProcess>;

  constructor(ports: readonly number[], started: StartedProcess[], start: (index: number) => Promise<StartedProcess>) {
    this.#ports = ports;
    this.#started = started;
    this.#start = start;
    this.nodes = ports.map((port) => `127.0.0.1:${port}`);
  }

  get processes(): readonly PartProcess[] {
    return this.#started.map(({ pid, log, exited }, index) => ({
      role: this.role,
      index,
      pid,
      address: this.nodes[index]!,
      log,
      exited,
    }));
  }

  async ready(): Promise<void> {
    await Promise.all(this.#started.map((_, index) => this.#nodeReady(index, this.#ports.length)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.map((started) => started.stop()));
  }

  kill(index: number, signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#started[index]!.kill(signal);
  }

  async restart(index: number): Promise<void> {
    await this.#started[index]!.stop(0);
    this.#started[index] = await this.#start(index);
    await this.#nodeReady(index, 1);
    await this.#agreed(index);
  }

  /** Waits until another node sees this one as it sees itself: a master that was replaced takes a moment to learn it. */
  async #agreed(index: number): Promise<void> {
    const port = this.#ports[index]!;
    const others = this.#ports.filter((_, other) => other !== index && this.#started[other]!.running());
    const deadline = performance.now() + READY_DEADLINE_MS;
    while (performance.now() < deadline) {
      for (const other of others) {
        const theirs = (await clusterNodes(other).catch(() => [])).find((node) => node.port === port);
        if (theirs === undefined) continue;
        const own = (await clusterNodes(port)).find((node) => node.port === port);
        if (!theirs.failed && theirs.isMaster === own?.isMaster) {
          // As a replica it serves once it follows its new master.
          await this.#nodeReady(index, 1);
          return;
        }
        break;
      }
      if (others.length === 0) return;
      await delay(POLL_MS);
    }
    throw new Error(`Redis node ${index} at 127.0.0.1:${port} and the other nodes do not agree on what it is`);
  }

  async masterOf(slot: number): Promise<number> {
    let lastError: unknown;
    for (const [index, port] of this.#ports.entries()) {
      if (!this.#started[index]!.running()) continue;
      try {
        const owner = (await clusterNodes(port)).find((node) => node.isMaster && !node.failed && node.serves(slot));
        if (owner) return this.#ports.indexOf(owner.port);
      } catch (error) {
        lastError = error;
      }
    }
    throw new Error(`no node of the Redis cluster knows a master of slot ${slot}`, { cause: lastError });
  }

  /** Waits until the node serves, knows all nodes, is connected to `linksMin` of them or more, and follows its master. */
  async #nodeReady(index: number, linksMin: number): Promise<void> {
    const started = this.#started[index]!;
    const port = this.#ports[index]!;
    const deadline = performance.now() + READY_DEADLINE_MS;
    await started.ready({ port, deadlineMs: READY_DEADLINE_MS });
    let missing = '';
    while (performance.now() < deadline && started.running()) {
      missing = await whatIsMissing(port, this.#ports.length, linksMin).catch((error: Error) => error.message);
      if (missing === '') return;
      await delay(POLL_MS);
    }
    throw new Error(`Redis node ${index} at 127.0.0.1:${port} is not ready: ${missing}. Its log is ${started.log}`);
  }
}

/** '' when the node is a working member of its cluster. */
async function whatIsMissing(port: number, nodesKnown: number, linksMin: number): Promise<string> {
  const info = fields(await redisCommand(port, 'CLUSTER', 'INFO'));
  if (info.get('cluster_state') !== 'ok') return `cluster_state is ${info.get('cluster_state')}`;
  if (info.get('cluster_slots_ok') !== String(SLOTS))
    return `${info.get('cluster_slots_ok')} of ${SLOTS} slots are served`;
  const linked = (await clusterNodes(port)).filter((node) => node.linked && !node.failed);
  if (linked.length < Math.min(nodesKnown, linksMin)) return `it has met ${linked.length} of ${nodesKnown} nodes`;
  const replication = fields(await redisCommand(port, 'INFO', 'replication'));
  if (replication.get('role') === 'slave' && replication.get('master_link_status') !== 'up')
    return 'it does not follow its master yet';
  return '';
}

interface ClusterNode {
  port: number;
  isMaster: boolean;
  failed: boolean;
  linked: boolean;
  serves(slot: number): boolean;
}

/** `<id> <ip:port@bus> <flags> <master> <ping> <pong> <epoch> <link> <slots>…`, one a line. */
async function clusterNodes(port: number): Promise<ClusterNode[]> {
  const text = await redisCommand(port, 'CLUSTER', 'NODES');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, address = '', flagText = '', , , , , link, ...ranges] = line.split(' ');
      const flags = flagText.split(',');
      return {
        port: Number(/:(\d+)@/.exec(address)?.[1]),
        isMaster: flags.includes('master'),
        failed: flags.some((flag) => ['fail', 'fail?', 'handshake', 'noaddr'].includes(flag)),
        linked: link === 'connected',
        serves: (slot) =>
          ranges.some((range) => {
            const [first = Number.NaN, last = first] = range.split('-').map(Number);
            return slot >= first && slot <= last;
          }),
      };
    });
}

function fields(info: string): Map<string, string> {
  return new Map(info.split('\r\n').map((line) => line.split(':', 2) as [string, string]));
}

/**
 * Writes each node's configuration and, the first time, its view of the cluster (nodes.conf) as it will be: the nodes
 * then start as members of a finished cluster instead of being introduced to each other.
 */
async function prepareNodes(dir: string, masters: number, count: number, nodeTimeoutMs: number): Promise<number[]> {
  mkdirSync(dir, { recursive: true });
  const portsFile = join(dir, 'ports.json');
  const isNew = !existsSync(portsFile);
  const ports = isNew
    ? await freePorts(count, { offsets: [0, BUS_OFFSET] })
    : // Written below and by nothing else.
      (JSON.parse(readFileSync(portsFile, 'utf8')) as number[]);
  if (ports.length !== count) {
    throw new Error(
      `${dir} holds a Redis cluster of ${ports.length} nodes, not ${count}. Empty the folder to begin anew.`,
    );
  }
  const ids = ports.map(() => randomBytes(20).toString('hex'));
  for (const [index, port] of ports.entries()) {
    const folder = join(dir, `node-${index}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'redis.conf'), nodeConfiguration(port, nodeTimeoutMs));
    if (isNew) writeFileSync(join(folder, 'nodes.conf'), firstNodesConf(index, ids, ports, masters));
  }
  // Last: a folder that was left half made is made anew.
  writeFileSync(portsFile, JSON.stringify(ports));
  return ports;
}

function nodeConfiguration(port: number, nodeTimeoutMs: number): string {
  return `# Written at each start.
bind 127.0.0.1
port ${port}
daemonize no
logfile ""
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout ${nodeTimeoutMs}
# Shards that are well go on during another's failover.
cluster-require-full-coverage no
# A replica stays with its master, so that which node can take over does not depend on history.
cluster-allow-replica-migration no
# A master that was killed and is started before its replica took over must not come back empty: the replica would follow.
appendonly yes
appendfsync everysec
save ""
repl-diskless-sync yes
repl-diskless-sync-delay 0
`;
}

function firstNodesConf(self: number, ids: readonly string[], ports: readonly number[], masters: number): string {
  const lines = ids.map((id, index) => {
    const master = index % masters;
    const isMaster = index < masters;
    const flags = [index === self ? 'myself' : '', isMaster ? 'master' : 'slave']
      .filter((flag) => flag !== '')
      .join(',');
    const firstSlot = Math.floor((master * SLOTS) / masters);
    const lastSlot = Math.floor(((master + 1) * SLOTS) / masters) - 1;
    const address = `127.0.0.1:${ports[index]}@${ports[index]! + BUS_OFFSET}`;
    const slots = isMaster ? ` ${firstSlot}-${lastSlot}` : '';
    return `${id} ${address} ${flags} ${isMaster ? '-' : ids[master]} 0 0 ${master + 1} connected${slots}\n`;
  });
  return `${lines.join('')}vars currentEpoch ${masters} lastVoteEpoch 0\n`;
}
