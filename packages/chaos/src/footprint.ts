import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { RunningCluster } from '@tapecast/testkit';

const run = promisify(execFile);

/** MiB: the most that one process of each role held in a time, and the data folder at its end. */
export interface Held {
  readonly rssMiB: Readonly<Record<string, number>>;
  readonly diskMiB: number;
}

/** Looks each second at what the processes hold, for each step of a run and for all of it. */
export class Footprint {
  #rssMiB: Record<string, number> = {};
  readonly #steps: Held[] = [];
  readonly #cluster: RunningCluster;
  readonly #timer: NodeJS.Timeout;

  constructor(cluster: RunningCluster) {
    this.#cluster = cluster;
    this.#timer = setInterval(() => void this.#look(), 1_000);
  }

  /** Of the time since the last call, or the start. */
  async step(): Promise<Held> {
    await this.#look();
    // A file that goes away while it counts makes it end with an error, and with a sum all the same.
    const du = await run('du', ['-sm', this.#cluster.dataDir]).catch((error: { stdout?: string }) => error);
    const held = { rssMiB: this.#rssMiB, diskMiB: Number.parseInt(du.stdout ?? '', 10) || 0 };
    this.#rssMiB = {};
    this.#steps.push(held);
    return held;
  }

  /** The most of all steps. Nothing is looked at any more. */
  async stop(): Promise<Held> {
    clearInterval(this.#timer);
    await this.step();
    return mostOf(this.#steps);
  }

  async #look(): Promise<void> {
    for (const { role, pid } of this.#cluster.processes()) {
      // One that has just been killed has no status; the next look finds its successor.
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      const rssMiB = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024);
      this.#rssMiB[role] = Math.max(this.#rssMiB[role] ?? 0, rssMiB);
    }
  }
}

/** Of each role, and of the data folder, the most. */
export function mostOf(times: readonly Held[]): Held {
  const rssMiB: Record<string, number> = {};
  for (const held of times)
    for (const [role, most] of Object.entries(held.rssMiB)) rssMiB[role] = Math.max(rssMiB[role] ?? 0, most);
  return { rssMiB, diskMiB: Math.max(0, ...times.map(({ diskMiB }) => diskMiB)) };
}
