import { readFileSync } from 'node:fs';
import type { ClusterProcess } from '@tapecast/testkit';

type Named = Pick<ClusterProcess, 'role' | 'index' | 'pid'>;

/** A process and its children, under one role: nginx's workers do what nginx does. */
export function withChildren({ role, pid }: Pick<Named, 'role' | 'pid'>): Named[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(/\s+/).filter(Boolean);
  return [pid, ...children.map(Number)].map((each, index) => ({ role, index, pid: each }));
}

/** Largest and present resident MiB of a process; undefined where it is gone. */
export function memoryMiB(pid: number): { now: number; largest: number } | undefined {
  const status = read(`/proc/${pid}/status`);
  if (status === '') return undefined;
  const mib = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1_024);
  return { now: mib('VmRSS'), largest: mib('VmHWM') };
}

/** Connections that a full queue of a listening socket did not take: each is tried again by its kernel a second later. */
export function listenOverflows(): number {
  const [names = '', values = ''] = read('/proc/net/netstat')
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'));
  const at = names.split(' ').indexOf('ListenOverflows');
  return Number(values.split(' ')[at]);
}

/** Empty where the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}
