import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** After the last step the sockets get the rest, before the CPU time is read. */
const SETTLE_MS = 60;

export interface Spent {
  cpuSeconds: number;
  wallSeconds: number;
}

/** Takes `steps` steps, each in a loop turn of its own when it is due, and tells what all of it cost this process. */
export async function paced(steps: number, dueMs: (i: number) => number, step: (i: number) => unknown): Promise<Spent> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  for (let i = 0; i < steps; i++) {
    const wait = begin + dueMs(i) - performance.now();
    if (wait > 1) await delay(wait);
    else await nextTurn();
    await step(i);
  }
  await delay(SETTLE_MS);
  const { user, system } = process.cpuUsage(cpu);
  return { cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - begin) / 1e3 };
}
