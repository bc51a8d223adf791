import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '@tapecast/service-kit';
import type { PartRunner } from '../parts/runner.ts';
import { clusterFilePath, readClusterFile } from './cluster-file.ts';
import type { ClusterConfig } from './config.ts';

export interface DataFolder {
  dir: string;
  logs: string;
  /** Why data of an earlier run was removed; undefined when there was none, or it is used again. */
  emptied: string | undefined;
}

/** What the launcher makes in the data folder; nothing else in it is ever touched. */
const OWN = ['kafka', 'redis', 'nginx', 'auth', 'replay', 'spool', 'compute', 'logs', 'run.json'];

/** What must be the same for data of an earlier run to be gone on with. */
type Run = Pick<ClusterConfig, 'feed' | 'partitions' | 'brokers'> & { parts: PartRunner['kind'] };

/**
 * Makes the folder ready. Data of the last run is gone on with when it was of the same feed, partitions, brokers and parts
 * (a Redis of an image may write what an older one installed here can't read); a replay begins with an empty folder.
 * `--keep` goes on in any case.
 */
export function prepareDataFolder(config: ClusterConfig, parts: PartRunner['kind']): DataFolder {
  const dir = resolve(config.dataDir);
  mkdirSync(dir, { recursive: true });
  refuseSecondLauncher(dir);
  const run: Run = { feed: config.feed, partitions: config.partitions, brokers: config.brokers, parts };
  const emptied = config.keep ? undefined : whyEmpty(dir, run);
  if (emptied !== undefined) for (const name of OWN) rmSync(join(dir, name), { recursive: true, force: true });
  const logs = join(dir, 'logs');
  // Logs are of one run: they would grow for ever otherwise.
  if (!config.keep) rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(dir, 'run.json'), `${JSON.stringify(run)}\n`);
  return { dir, logs, emptied };
}

function whyEmpty(dir: string, run: Run): string | undefined {
  if (!OWN.some((name) => existsSync(join(dir, name)))) return undefined;
  if (run.feed === 'replay') return 'a replay begins with an empty folder';
  const last = lastRun(dir);
  if (last === undefined) return 'it does not say what run it is of';
  const changed = (Object.keys(run) as (keyof Run)[]).filter((key) => last[key] !== run[key]);
  if (changed.length === 0) return undefined;
  return changed.map((key) => `--${key} was ${last[key]}`).join(', ');
}

function lastRun(dir: string): Partial<Run> | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as Partial<Run>;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function refuseSecondLauncher(dir: string): void {
  const launcher = readClusterFile(dir)?.processes.find(({ role }) => role === 'launcher');
  if (launcher === undefined || launcher.pid === process.pid || !isAlive(launcher.pid)) return;
  throw new StartError(
    'unavailable',
    `${dir} is in use by another cluster (process ${launcher.pid}). Stop it, or choose another folder with --data-dir. If that process is something else, remove ${clusterFilePath(dir)}.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
