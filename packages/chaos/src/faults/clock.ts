import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ClusterProcess } from '@tapecast/testkit';
import { CLOCK_WRONG_MS } from '../limits.ts';
import type { Fault } from './fault.ts';

/** Built: a service's own Node runs it. From `src` as from `dist`. */
const OFFSET = resolve(import.meta.dirname, '../../dist/faults/clock-offset/main.js');

/** Environment in which the wall clock of each process of ours can be made to jump. */
export function clockEnvironment(): NodeJS.ProcessEnv {
  if (!existsSync(OFFSET)) throw new Error(`${OFFSET} is not there: npm run build`);
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${pathToFileURL(OFFSET).href}`.trim() };
}

const jump = ({ pid }: ClusterProcess): void => {
  try {
    process.kill(pid, 'SIGUSR2');
  } catch (error) {
    // Killed by the other fault of a pair: its successor's clock is right.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

function clockFault(role: string): Fault {
  return {
    name: `clock-${role}`,
    what: `the wall clock of one ${role} jumps an hour ahead, and back`,
    inject: async ({ cluster, random }) => {
      const hit = random.pick(cluster.processes().filter((each) => each.role === role));
      const forMs = random.int(...CLOCK_WRONG_MS);
      jump(hit);
      return {
        target: `${role}-${hit.index} for ${(forMs / 1_000).toFixed(1)} s`,
        healAfterMs: forMs,
        heal: async () => {
          if (cluster.process(role, hit.index).pid === hit.pid) jump(hit);
        },
      };
    },
  };
}

export const CLOCK_FAULTS: readonly Fault[] = ['ingest', 'compute', 'gateway'].map(clockFault);
