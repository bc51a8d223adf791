import { readFileSync } from 'node:fs';
import type { ClusterProcess } from '@tapecast/testkit';

/** pino's number of `warn`. */
const WARN = 40;

/** What the services said with a warning or worse, each event with how often and the first of its lines: where something was lost. */
export function warningsOf(processes: readonly ClusterProcess[], linesMax: number): string[] {
  const events = new Map<string, { count: number; first: string }>();
  for (const { role, index, log } of processes) {
    if (log === null || !['ingest', 'compute', 'gateway'].includes(role)) continue;
    for (const line of readFileSync(log, 'utf8').split('\n')) {
      const event = eventOf(line);
      if (event === undefined) continue;
      const key = `${role}-${index} ${event}`;
      const known = events.get(key);
      if (known === undefined) events.set(key, { count: 1, first: line });
      else known.count++;
    }
  }
  return [...events].slice(0, linesMax).map(([key, { count, first }]) => `${key} × ${count}: ${first.slice(0, 400)}`);
}

function eventOf(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, event = 'without a name' } = JSON.parse(line) as { level?: number | string; event?: string };
    const isBad =
      typeof level === 'number' ? level >= WARN : level === 'warn' || level === 'error' || level === 'fatal';
    return isBad ? event : undefined;
  } catch {
    // A line that a killed process did not finish.
    return undefined;
  }
}
