import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Preloaded into a process (`node --import`): its wall clock, and nothing else of its time, is off by what the file
 * `<TAPECAST_TEST_CLOCKS>/<pid>` says in ms, from the moment that file is there. What a machine's clock does that is set
 * wrong and corrected, to one process alone; see clock-shifts.ts.
 */

const POLL_MS = 50;

const folder = process.env.TAPECAST_TEST_CLOCKS;
if (folder !== undefined) {
  const file = join(folder, String(process.pid));
  const machine = Date.now.bind(Date);
  let shiftMs = 0;
  setInterval(() => {
    try {
      shiftMs = Number(readFileSync(file, 'utf8'));
    } catch {
      // No file, no shift.
      shiftMs = 0;
    }
  }, POLL_MS).unref();
  const shifted = (): number => machine() + shiftMs;
  globalThis.Date = new Proxy(Date, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [shifted()] : args, newTarget) as object,
    get: (target, name, receiver) => (name === 'now' ? shifted : Reflect.get(target, name, receiver)),
  });
}
