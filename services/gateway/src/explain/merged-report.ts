import type { SessionReport, WrittenEvent } from './session-report.ts';

/** Told to everybody who holds the instrument: by each thread to its own clients, at about the same time. */
const TOLD_TO_ALL = new Set(['status', 'hole']);
const TOGETHER_MS = 1_000;

/**
 * What several threads know of one session, as one: a client that came back to another thread has left its past with the one
 * before. What all of them were told is in it once.
 */
export function mergedReport(reports: readonly (SessionReport | undefined)[]): SessionReport | undefined {
  const known = reports.filter((report) => report !== undefined);
  const [first] = known;
  if (first === undefined || known.length === 1) return first;
  const open = known.find(({ connection }) => connection !== undefined)?.connection;
  const told = known
    .flatMap(({ events }, thread) => events.map((event) => ({ event, thread })))
    .sort((a, b) => a.event.at - b.event.at);
  const last = new Map<string, { at: number; thread: number }>();
  const events: WrittenEvent[] = [];
  for (const { event, thread } of told) {
    if (TOLD_TO_ALL.has(event.event)) {
      const key = JSON.stringify({ ...event, at: 0 });
      const before = last.get(key);
      if (before !== undefined && before.thread !== thread && event.at - before.at <= TOGETHER_MS) continue;
      last.set(key, { at: event.at, thread });
    }
    events.push(event);
  }
  return {
    session: first.session,
    ...(open === undefined ? {} : { connection: open }),
    since: Math.max(...known.map(({ since }) => since)),
    events,
  };
}
