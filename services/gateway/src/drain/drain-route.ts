import type { IncomingMessage } from 'node:http';
import type { AdminReply } from '@tapecast/service-kit';
import type { DrainPlan } from './drain.ts';

/** What `POST /drain` may ask for; past it: 400. */
const PER_SECOND_MAX = 100_000;
const DEADLINE_MS_MAX = 3_600_000;

/** `POST /drain?per_second=&ms=`: begins to empty the gateway, and answers before it is empty. */
export function drainRoute(
  drain: (plan: Partial<DrainPlan>) => Promise<void>,
  drained: () => void,
  failed: (error: unknown) => void,
): (request: IncomingMessage) => AdminReply {
  return (request) => {
    const query = new URL(request.url ?? '/', 'http://admin').searchParams;
    const perSecond = wholeNumber(query.get('per_second'), 1, PER_SECOND_MAX);
    const deadlineMs = wholeNumber(query.get('ms'), 0, DEADLINE_MS_MAX);
    if (perSecond === null || deadlineMs === null)
      return {
        status: 400,
        body: `per_second is clients a second, 1 to ${PER_SECOND_MAX}; ms is how long at most, 0 to ${DEADLINE_MS_MAX}: whole numbers, as in /drain?per_second=200&ms=60000\n`,
      };
    // Owned here: the process ends with it, or goes on as it is.
    void drain({
      ...(perSecond === undefined ? {} : { perSecond }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    }).then(drained, failed);
    return { status: 202, body: 'draining: the process ends when nobody is left, or at the deadline\n' };
  };
}

/** undefined where it is not given, null where it is none that is taken. */
function wholeNumber(text: string | null, least: number, most: number): number | undefined | null {
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}
