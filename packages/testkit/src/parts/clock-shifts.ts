import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Loaded before anything else; the built file, or the source where this one is the source. */
const PRELOADED = import.meta.url.endsWith('.ts') ? '../clock/main.ts' : '../clock/main.js';

export interface ClockShifts {
  /** For the environment of the processes whose clocks are to be set, and of those that start them. */
  readonly env: Readonly<Record<string, string>>;
  /** From within 50 ms on the wall clock of the process is off by so many ms; 0 sets it right again. */
  shift(pid: number, byMs: number): void;
}

/** Sets the wall clocks of single processes of Node wrong while they run. `dir` is made, and is the caller's to remove. */
export function clockShifts(dir: string): ClockShifts {
  mkdirSync(dir, { recursive: true });
  return {
    env: {
      NODE_OPTIONS: `--import=${fileURLToPath(new URL(PRELOADED, import.meta.url))}`,
      TAPECAST_TEST_CLOCKS: dir,
    },
    shift(pid, byMs) {
      const file = join(dir, String(pid));
      if (byMs === 0) {
        rmSync(file, { force: true });
        return;
      }
      // Whole or not at all: half a number is another one.
      writeFileSync(`${file}.new`, String(byMs));
      renameSync(`${file}.new`, file);
    },
  };
}
