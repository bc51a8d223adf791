import { setTimeout as delay } from 'node:timers/promises';
import type { HeldInstrument } from './held-instrument.ts';

/** Resolves when each has a state or a reason why it has none, at the latest after `ms`; undefined when all have one already. */
export function joinedWithin(held: Iterable<HeldInstrument>, ms: number): Promise<void> | undefined {
  const waits = [...held].filter(({ live }) => !live).map(({ joined }) => joined);
  if (waits.length === 0) return undefined;
  const stop = new AbortController();
  const deadline = delay(ms, undefined, { signal: stop.signal }).catch(() => {
    // Aborted: the states were there first.
  });
  return Promise.race([Promise.all(waits), deadline]).then(() => stop.abort());
}
