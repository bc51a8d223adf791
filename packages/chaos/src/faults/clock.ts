import { CLOCK_WRONG_MS } from '../limits.ts';
import type { Fault } from './fault.ts';

const JUMP_MS = 3_600_000;

function clockFault(role: string): Fault {
  return {
    name: `clock-${role}`,
    what: `the wall clock of one ${role} jumps an hour ahead, and back`,
    inject: async ({ cluster, clocks, random }) => {
      const hit = random.pick(cluster.processes().filter((each) => each.role === role));
      const forMs = random.int(...CLOCK_WRONG_MS);
      clocks.shift(hit.pid, JUMP_MS);
      return {
        target: `${role}-${hit.index} for ${(forMs / 1_000).toFixed(1)} s`,
        healAfterMs: forMs,
        heal: async () => clocks.shift(hit.pid, 0),
      };
    },
  };
}

export const CLOCK_FAULTS: readonly Fault[] = ['ingest', 'compute', 'gateway'].map(clockFault);
