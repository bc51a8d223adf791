import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { RunningCluster } from '@tapecast/testkit';

const run = promisify(execFile);

/** The most that one process of each role held, in MiB, and the data folder in the end. */
export class Footprint {
  readonly rssMiB: Record<string, number> = {};
  diskMiB = 0;
  readonly #cluster: RunningCluster;
  readonly #timer: NodeJS.Timeout;

  constructor(cluster: RunningCluster) {
    this.#cluster = cluster;
    this.#timer = setInterval(() => void this.#look(), 1_000);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#look();
    const { stdout } = await run('du', ['-sm', this.#cluster.dataDir]).catch(() => ({ stdout: '0' }));
    this.diskMiB = Number.parseInt(stdout, 10);
  }

  async #look(): Promise<void> {
    for (const { role, pid } of this.#cluster.processes()) {
      // One that has just been killed has no status; the next look finds its successor.
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      const rssMiB = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024);
      this.rssMiB[role] = Math.max(this.rssMiB[role] ?? 0, rssMiB);
    }
  }
}
