import { readFile } from 'node:fs/promises';
import { type ClusterProcess, redisCommand } from '@tapecast/testkit';
import { STOPPED_MS } from '../limits.ts';
import { done, type Fault, type Injected, type Scene } from './fault.ts';

/** Who of a role is hit. */
type Choose = (scene: Scene) => Promise<ClusterProcess[]>;

const any =
  (role: string): Choose =>
  async ({ cluster, random }) => [random.pick(cluster.processes().filter((each) => each.role === role))];

const all =
  (role: string): Choose =>
  async ({ cluster }) =>
    cluster.processes().filter((each) => each.role === role);

/** The other gateways serve on. */
const two =
  (role: string): Choose =>
  async ({ cluster, random }) => {
    const found = cluster.processes().filter((each) => each.role === role);
    const first = random.pick(found);
    return [first, random.pick(found.filter((each) => each !== first))];
  };

/** Of two ingests for one venue the one that writes; of one, that one. */
const activeIngest: Choose = async ({ cluster }) => {
  const found = cluster.processes().filter(({ role }) => role === 'ingest');
  if (found.length === 1) return found;
  const active: ClusterProcess[] = [];
  for (const each of found) if (await isActive(each)) active.push(each);
  return active.length === 0 ? found.slice(0, 1) : active.slice(0, 1);
};

async function isActive({ admin }: ClusterProcess): Promise<boolean> {
  try {
    const text = await (await fetch(`http://${admin}/metrics`, { signal: AbortSignal.timeout(2_000) })).text();
    return /^tapecast_ingest_active(\{.*\})? 1$/m.test(text);
  } catch {
    // One that does not answer is not the one that serves.
    return false;
  }
}

const redisMaster: Choose = async ({ cluster, random }) => {
  const nodes = cluster.processes().filter(({ role }) => role === 'redis');
  const masters: ClusterProcess[] = [];
  for (const node of nodes) {
    const said = await redisCommand(portOf(node), 'ROLE').catch(() => '');
    const info = said === '' ? '' : await redisCommand(portOf(node), 'INFO', 'replication').catch(() => '');
    if (/^role:master/m.test(info) && /^connected_slaves:[1-9]/m.test(info)) masters.push(node);
  }
  return [random.pick(masters)];
};

/** By the brokers' own logs: Kafka names any broker to clients that ask for the controller. */
const controller: Choose = async ({ cluster }) => {
  const brokers = cluster.processes().filter(({ role }) => role === 'kafka');
  const epochs = await Promise.all(brokers.map(async ({ log }) => lastEpoch(await readFile(log!, 'utf8'))));
  return [brokers[epochs.indexOf(Math.max(...epochs))]!];
};

const lastEpoch = (log: string): number =>
  Math.max(
    -1,
    ...[...log.matchAll(/Becoming the active controller at epoch (\d+)/g)].map(([, epoch]) => Number(epoch)),
  );

const portOf = ({ address }: ClusterProcess): number => Number(address!.split(':')[1]);

const nameOf = ({ role, index }: ClusterProcess): string => `${role}-${index}`;

/** The launcher starts it again. nginx's workers end with their master's group. */
function kill(name: string, what: string, choose: Choose): Fault {
  return {
    name,
    what,
    inject: async (scene) => {
      const chosen = await choose(scene);
      for (const each of chosen) signal(each, 'SIGKILL');
      return done(chosen.map(nameOf).join(', '));
    },
  };
}

function stop(name: string, what: string, choose: Choose, [min, max]: readonly [number, number] = STOPPED_MS): Fault {
  return {
    name,
    what,
    inject: async (scene): Promise<Injected> => {
      const chosen = await choose(scene);
      for (const each of chosen) signal(each, 'SIGSTOP');
      const forMs = scene.random.int(min, max);
      return {
        target: `${chosen.map(nameOf).join(', ')} for ${(forMs / 1_000).toFixed(1)} s`,
        healAfterMs: forMs,
        heal: async () => {
          for (const each of chosen) signal(each, 'SIGCONT');
        },
      };
    },
  };
}

/** nginx serves by its workers, which are in its group; of the others the process is all. Nothing happens to one that has gone. */
function signal({ role, pid }: ClusterProcess, name: NodeJS.Signals): void {
  try {
    process.kill(role === 'nginx' ? -pid : pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export const PROCESS_FAULTS: readonly Fault[] = [
  kill('kill-ingest', 'the active ingest killed -9', activeIngest),
  stop('stop-ingest', 'the active ingest stopped and continued', activeIngest),
  kill('kill-compute', 'a compute worker killed -9', any('compute')),
  stop('stop-compute', 'a compute worker stopped and continued', any('compute'), [8_000, 15_000]),
  kill('kill-gateway', 'a gateway killed -9', any('gateway')),
  kill('kill-two-gateways', 'two of three gateways killed -9 at once', two('gateway')),
  stop('stop-gateway', 'a gateway stopped and continued', any('gateway')),
  kill('kill-nginx', 'nginx killed -9', any('nginx')),
  stop('stop-nginx', 'nginx, workers too, stopped and continued', any('nginx')),
  kill('kill-redis', 'a Redis master killed -9', redisMaster),
  stop('stop-redis', 'a Redis master stopped and continued', redisMaster),
  kill('kill-broker', 'one of three brokers killed -9', any('kafka')),
  kill('kill-controller', 'the broker that is the controller killed -9', controller),
  stop('stop-broker', 'one of three brokers stopped and continued', any('kafka')),
  stop('kafka-away', 'all of Kafka stopped and continued', all('kafka'), [12_000, 20_000]),
  stop(
    'zombie-compute',
    'a compute worker stopped for longer than its session, then continued',
    any('compute'),
    [20_000, 30_000],
  ),
];
