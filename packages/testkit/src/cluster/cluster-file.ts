import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One process of a running cluster, for tools that find, measure or kill one. */
export interface ClusterProcess {
  /** `launcher`, `kafka`, `redis`, `nginx`, `venue`, `ingest`, `compute`, `auth`, `gateway`. */
  role: string;
  index: number;
  /** As it is now: a process that died and was started again has another. */
  pid: number;
  /** `host:port` at which it serves; null where it serves nobody. */
  address: string | null;
  /** `host:port` of its metrics and health; null for programs that have none. */
  admin: string | null;
  /** Path of its log; null where it writes to the terminal. */
  log: string | null;
}

export interface ClusterFile {
  processes: ClusterProcess[];
}

export const clusterFilePath = (dataDir: string): string => join(dataDir, 'cluster.json');

/** Replaced in one step: a reader finds the old one or the new one, never a half. */
export function writeClusterFile(dataDir: string, file: ClusterFile): void {
  const path = clusterFilePath(dataDir);
  writeFileSync(`${path}.new`, `${JSON.stringify(file, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** Undefined when there is none, or it is not one of ours. */
export function readClusterFile(dataDir: string): ClusterFile | undefined {
  try {
    const file = JSON.parse(readFileSync(clusterFilePath(dataDir), 'utf8')) as Partial<ClusterFile>;
    return Array.isArray(file.processes) ? { processes: file.processes } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
