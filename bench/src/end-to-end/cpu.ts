import { readFileSync } from 'node:fs';
import type { ClusterProcess } from '@tapecast/testkit';

/** Ticks a second of the times in /proc: fixed at 100 for programs on Linux. */
const PROC_TICKS_PER_SECOND = 100;

/** CPU seconds, user and system, that each process has used so far, by its name. A process that is gone is left out. */
export function cpuSeconds(processes: readonly Pick<ClusterProcess, 'role' | 'index' | 'pid'>[]): Map<string, number> {
  const used = new Map<string, number>();
  for (const { role, index, pid } of processes) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The program's name, in brackets, may hold anything; utime and stime are fields 14 and 15, the name is the second.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      used.set(`${role}-${index}`, (Number(fields[11]) + Number(fields[12])) / PROC_TICKS_PER_SECOND);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return used;
}

/** CPU seconds that all programs of the machine have used so far: what is not of the measured processes is somebody else's. */
export function machineCpuSeconds(): number {
  const total = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]!.trim().split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = total;
  return (user + nice + system + irq + softirq) / PROC_TICKS_PER_SECOND;
}
