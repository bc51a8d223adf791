import { readFileSync } from 'node:fs';
import { findEngine } from '../../src/parts/container/engine.ts';

/** What a part left behind of those processes, and of containers that use the folder: nothing, when it has stopped. */
export async function leftOver(folder: string, pids: readonly number[]): Promise<string[]> {
  const alive = pids.filter((pid) => !['', 'Z'].includes(stateOf(pid))).map((pid) => `process ${pid}`);
  return [...alive, ...(await containersOf(folder))];
}

/** Containers, in whatever state, that have the folder or one in it. */
export async function containersOf(folder: string): Promise<string[]> {
  const { api } = await findEngine();
  if (api === undefined) return [];
  const all = await api.json<{ Names: string[]; Mounts: { Source: string }[] }[]>('GET', '/containers/json?all=true');
  return all
    .filter(({ Mounts }) => Mounts.some(({ Source }) => `${Source}/`.startsWith(`${folder}/`)))
    .map(({ Names }) => `container ${Names.join()}`);
}

/** `R`, `S`, `T` (suspended), `Z` (ended, not collected yet); '' when there is none. */
export function stateOf(pid: number): string {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
