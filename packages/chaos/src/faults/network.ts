import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterProcess } from '@tapecast/testkit';
import { CUT_MS } from '../limits.ts';
import type { Fault, Injected, Scene } from './fault.ts';

const run = promisify(execFile);

/** Marks packets of the processes in our group; above what others are likely to use. */
const CLASS_BASE = 0x7a0000;
let classes = 0;

/**
 * Takes the network away between one process and the ports of others: packets either way are dropped by the kernel, for open
 * connections and new ones, and nobody is told. By a `net_cls` control group and two iptables rules, so it needs root.
 */
async function cut(process: ClusterProcess, ports: readonly string[]): Promise<() => Promise<void>> {
  const root = await mounted();
  const classId = CLASS_BASE + (globalThis.process.pid % 0x1000) * 16 + (classes++ % 16);
  const group = join(root, `tapecast-cut-${classId}`);
  await mkdir(group, { recursive: true });
  await writeFile(join(group, 'net_cls.classid'), String(classId));
  const match = ['-m', 'cgroup', '--cgroup', String(classId), '-j', 'DROP'];
  const list = ports.join(',');
  const rules = [
    ['OUTPUT', '-p', 'tcp', '-m', 'multiport', '--dports', list, ...match],
    ['INPUT', '-p', 'tcp', '-m', 'multiport', '--sports', list, ...match],
  ];
  await writeFile(join(group, 'cgroup.procs'), String(process.pid));
  for (const rule of rules) await run('iptables', ['-w', '-I', ...rule]);
  return async () => {
    for (const rule of rules) await run('iptables', ['-w', '-D', ...rule]);
    // It may have been killed meanwhile.
    await writeFile(join(root, 'cgroup.procs'), String(process.pid)).catch(() => undefined);
    await rmdir(group).catch(() => undefined);
  };
}

const MOUNT = join(tmpdir(), 'tapecast-net-cls');

async function mounted(): Promise<string> {
  if (existsSync('/sys/fs/cgroup/net_cls/net_cls.classid')) return '/sys/fs/cgroup/net_cls';
  if (!existsSync(join(MOUNT, 'net_cls.classid'))) {
    await mkdir(MOUNT, { recursive: true });
    await run('mount', ['-t', 'cgroup', '-o', 'net_cls', 'none', MOUNT]);
  }
  return MOUNT;
}

async function unavailable(): Promise<string | undefined> {
  try {
    await mounted();
    await run('iptables', ['-w', '-m', 'cgroup', '-S', 'OUTPUT']).catch(() => run('iptables', ['-w', '-S', 'OUTPUT']));
    return undefined;
  } catch (error) {
    return `a network is cut with iptables and a net_cls control group, as root: ${String(error).split('\n')[0]}`;
  }
}

/** One process of a role, and where all processes of another serve. */
function cutBetween(name: string, from: string, to: string): Fault {
  return {
    name,
    what: `network cut between one ${from} and ${to === 'kafka' ? 'all brokers' : to === 'redis' ? 'all Redis nodes' : to}`,
    unavailable,
    inject: async ({ cluster, random }: Scene): Promise<Injected> => {
      const hit = random.pick(cluster.processes().filter(({ role }) => role === from));
      const ports = cluster
        .processes()
        .filter(({ role }) => role === to)
        .map(({ address }) => address!.split(':')[1]!);
      const forMs = random.int(...CUT_MS);
      const heal = await cut(hit, ports);
      return {
        target: `${hit.role}-${hit.index} from ${to} for ${(forMs / 1_000).toFixed(1)} s`,
        healAfterMs: forMs,
        heal,
      };
    },
  };
}

export const NETWORK_FAULTS: readonly Fault[] = [
  cutBetween('cut-ingest-venue', 'ingest', 'venue'),
  cutBetween('cut-ingest-kafka', 'ingest', 'kafka'),
  cutBetween('cut-compute-kafka', 'compute', 'kafka'),
  cutBetween('cut-compute-redis', 'compute', 'redis'),
  cutBetween('cut-gateway-kafka', 'gateway', 'kafka'),
  cutBetween('cut-gateway-redis', 'gateway', 'redis'),
];
