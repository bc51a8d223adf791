import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { StartError } from './errors.ts';
import { isLoopback } from './loopback.ts';
import type { Readiness } from './service.ts';

export interface AdminReply {
  status: number;
  body: string;
  contentType?: string;
}

/** `POST /replay/start` and the like: keyed by method and path. `GET /sessions/*` is for all paths of one part more. */
export type AdminRoutes = Record<string, (request: IncomingMessage) => AdminReply | Promise<AdminReply>>;

export interface AdminServer {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface AdminOptions {
  host: string;
  port: number;
  /** The option that set the port, for the error when it is taken. */
  portOption: string;
  metrics: () => Promise<string>;
  ready: () => Readiness | Promise<Readiness>;
  /** Looked up at each request: more may be added later. */
  routes?: AdminRoutes;
}

/** Metrics of one registry as the admin port serves them. */
export const metricsOf = (registry: Registry) => (): Promise<string> => registry.metrics();

/** Serves `/metrics`, `/livez`, `/readyz` and the given routes. For operators: never on the clients' port. */
export async function startAdminServer(options: AdminOptions): Promise<AdminServer> {
  const server: Server = createServer((request, response) => {
    // Ends by itself: a failed route is answered, and writing to a socket that has gone throws nothing.
    void answer(options, request)
      .catch(
        (error: unknown): AdminReply => ({
          status: 500,
          body: `${error instanceof Error ? error.message : String(error)}\n`,
        }),
      )
      .then((reply) => {
        response.writeHead(reply.status, { 'content-type': reply.contentType ?? 'text/plain; charset=utf-8' });
        response.end(reply.body);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new StartError(
              'port_taken',
              `${options.host}:${options.port} is taken by another process. Choose another port with ${options.portOption}, or stop that process.`,
              { cause: error },
            )
          : error,
      );
    });
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://${options.host}:${port}`,
    port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(options: AdminOptions, request: IncomingMessage): Promise<AdminReply> {
  const path = (request.url ?? '/').split('?', 1)[0] as string;
  if (request.method !== 'GET') {
    const refused = mayNotChange(request);
    if (refused !== undefined) return { status: 403, body: `${refused}\n` };
  }
  const route =
    options.routes?.[`${request.method} ${path}`] ??
    options.routes?.[`${request.method} ${path.slice(0, path.lastIndexOf('/') + 1)}*`];
  if (route) return route(request);
  if (request.method !== 'GET') return { status: 405, body: `${request.method} ${path} is not served here\n` };
  switch (path) {
    case '/metrics':
      return { status: 200, body: await options.metrics(), contentType: 'text/plain; version=0.0.4; charset=utf-8' };
    case '/livez':
      return { status: 200, body: 'alive\n' };
    case '/readyz': {
      const { ready, reason } = await options.ready();
      return { status: ready ? 200 : 503, body: `${ready ? 'ready' : `not ready: ${reason}`}\n` };
    }
    default:
      return {
        status: 404,
        body: `no ${path} here; there are /metrics, /livez, /readyz${routeNames(options.routes)}\n`,
      };
  }
}

/** Why whoever asks may change nothing: nobody says here who he is, so it takes somebody who is on this machine himself. */
function mayNotChange({ headers, socket }: IncomingMessage): string | undefined {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (!isLoopback(peer))
    return 'other machines may only look here; ask from this machine or container by 127.0.0.1, or through kubectl port-forward';
  // Any page can have its reader's browser send a POST to a port of his machine, and a browser says then whose page it was.
  return headers.origin === undefined
    ? undefined
    : 'pages in a browser may change nothing here; ask with a program, as curl';
}

const routeNames = (routes: AdminRoutes | undefined): string =>
  Object.keys(routes ?? {})
    .map((name) => `, ${name}`)
    .join('');
