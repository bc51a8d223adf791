import type { IncomingMessage } from 'node:http';
import type { AdminReply } from '@tapecast/service-kit';
import type { SessionReport } from './session-report.ts';

/** Ids of sessions are UUIDs; a longer one is none. */
const ID_LENGTH_MAX = 200;

/** `GET /sessions/<session>`: what became of a client. For operators: it names whose connection it is. */
export function sessionRoute(
  find: (id: string) => Promise<SessionReport | undefined>,
): (request: IncomingMessage) => Promise<AdminReply> {
  return async ({ url = '/' }) => {
    const id = url.split('?', 1)[0]!.split('/').at(-1)!;
    if (!/^[\w-]+$/.test(id) || id.length > ID_LENGTH_MAX)
      return { status: 400, body: 'GET /sessions/<session>, as the hello of the client names it\n' };
    const report = await find(id);
    if (report === undefined)
      return {
        status: 404,
        body: `no session ${id} is known here: it was at another gateway, or longer ago than is remembered\n`,
      };
    return { status: 200, body: `${JSON.stringify(report)}\n`, contentType: 'application/json' };
  };
}
