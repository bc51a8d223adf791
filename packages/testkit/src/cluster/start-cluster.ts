import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from '../parts/port.ts';
import { type ProcessExit, startProcess } from '../parts/process.ts';
import { type ClusterProcess, readClusterFile } from './cluster-file.ts';
import type { ClusterConfig } from './config.ts';
import { type TokenWish, trialToken } from './trial-token.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../dist/cluster/main.js');
const READY_DEADLINE_MS = 120_000;
/** The launcher itself takes 15 s at most. */
const STOP_GRACE_MS = 16_000;

/**
 * Options of `npm run cluster`. Ports default to free ones, the data folder to a new one that goes with the cluster, parts
 * to the programs installed here: what a test measures must not depend on what else runs on its machine.
 */
export type ClusterOptions = { readonly [key in keyof ClusterConfig]?: ClusterConfig[key] | undefined };

/** A cluster as a user's command started it. */
export interface RunningCluster {
  /** `http://127.0.0.1:8080`: page and REST, through nginx; https with `tls`. */
  readonly url: string;
  /** `ws://127.0.0.1:8080/v1/stream`, through nginx; wss with `tls`. */
  readonly stream: string;
  /** `http://127.0.0.1:9100`: the launcher's. */
  readonly admin: string;
  /** With `tls`: the PEM file of the authority that clients have to trust. */
  readonly ca: string | undefined;
  readonly dataDir: string;
  /** The launcher's. */
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** From `cluster.json`, as it is now. */
  processes(): ClusterProcess[];
  process(role: string, index?: number): ClusterProcess;
  /** Default SIGKILL. The launcher starts it again, under another pid. */
  kill(role: string, index?: number, signal?: NodeJS.Signals): void;
  /** Starts a replay that was started with `paused`. */
  startReplay(): Promise<void>;
  /** A token of the trial client, where the cluster was started with `auth`. */
  token(asked?: TokenWish): Promise<string>;
  /** Stops as a user's Ctrl-C does. Resolves with how the launcher ended: code 0 when all went well. */
  stop(): Promise<ProcessExit>;
}

/**
 * Starts the built launcher as a process, as `npm run cluster` does, and resolves at its `ready` line. `env` is added to the
 * environment of all processes.
 */
export async function startCluster(
  options: ClusterOptions = {},
  env: Readonly<NodeJS.ProcessEnv> = {},
): Promise<RunningCluster> {
  if (!existsSync(LAUNCHER)) throw new Error(`${LAUNCHER} is not there: npm run build`);
  const ownFolder = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tapecast-cluster-')));
  const [port, adminPort] = await freePorts(2);
  const log = join(dataDir, 'launcher.log');
  const launcher = startProcess({
    name: 'the cluster',
    command: process.execPath,
    // A key does not belong on a command line.
    env: { ...process.env, ...env, ...(options.token === undefined ? {} : { TAPECAST_TOKEN: options.token }) },
    args: [
      LAUNCHER,
      ...argumentsOf({ port, adminPort, ...options, token: undefined, parts: options.parts ?? 'local', dataDir }),
    ],
    log,
  });
  const stop = async (): Promise<ProcessExit> => {
    await launcher.stop(STOP_GRACE_MS);
    if (ownFolder) await rm(dataDir, { recursive: true, force: true });
    return launcher.exited;
  };
  let ready: string[];
  try {
    await launcher.ready({ line: /^ready .*\n/m, deadlineMs: READY_DEADLINE_MS });
    const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.startsWith('ready '));
    ready = lines.at(-1)!.split(' ').slice(1);
  } catch (error) {
    await stop();
    throw error;
  }
  const [page = '', stream = '', admin = ''] = ready;
  const processes = (): ClusterProcess[] => readClusterFile(dataDir)?.processes ?? [];
  const find = (role: string, index = 0): ClusterProcess => {
    const found = processes().find((candidate) => candidate.role === role && candidate.index === index);
    if (found === undefined) throw new Error(`the cluster in ${dataDir} has no ${role} ${index}`);
    return found;
  };
  return {
    url: page.replace(/\/$/, ''),
    stream,
    admin: admin.replace('admin=', ''),
    ca: ready.find((word) => word.startsWith('ca='))?.slice('ca='.length),
    dataDir,
    pid: launcher.pid,
    exited: launcher.exited,
    processes,
    process: find,
    kill: (role, index = 0, signal = 'SIGKILL') => {
      process.kill(find(role, index).pid, signal);
    },
    startReplay: async () => {
      const response = await fetch(`${admin.replace('admin=', '')}/replay/start`, { method: 'POST' });
      if (!response.ok) throw new Error(`/replay/start: ${response.status} ${await response.text()}`);
    },
    token: (asked) => trialToken(dataDir, asked),
    stop,
  };
}

/** `{ adminPort: 9100, keep: true }` as `--admin-port 9100 --keep`. */
function argumentsOf(options: ClusterOptions): string[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === undefined || value === false) return [];
    if (value === true) return [flag];
    return [flag, Array.isArray(value) ? value.join(',') : String(value)];
  });
}
