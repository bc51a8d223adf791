import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { VenueError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { ReplayClock } from '../play/play-axis.ts';

/** What is played, for who has to connect to it. */
export interface VenueAbout {
  /** Whose protocol it speaks. */
  readonly venue: 'binance' | 'itick';
  /** As a client subscribes to them: `BTCUSDT`, `IBM$US`. */
  readonly symbols: readonly string[];
}

export interface AdminVenue<Fault> {
  readonly about: VenueAbout;
  start(): void;
  clock(): ReplayClock;
  /** Throws a `VenueError` that says what was expected. */
  parseFaults(body: string): Fault[];
  inject(fault: Fault): void;
  readonly pendingFaults: readonly Fault[];
}

/**
 * The admin port: `POST /replay/start`, `GET /replay/clock` (`ReplayClock`), `POST /faults` (a `Fault` or an array of them),
 * `GET /faults` (those not done yet), `GET /venue` (`VenueAbout`), `GET /livez`.
 */
export function createAdminServer<Fault>(venue: AdminVenue<Fault>): Server {
  return createServer((request, response) => {
    answer(request, venue).then(
      ({ status, body }) => reply(response, status, body),
      (error: unknown) => {
        const status = error instanceof VenueError ? 400 : 500;
        reply(response, status, { code: error instanceof VenueError ? error.code : 'internal', msg: String(error) });
      },
    );
  });
}

async function answer<Fault>(
  request: IncomingMessage,
  venue: AdminVenue<Fault>,
): Promise<{ status: number; body: unknown }> {
  const { pathname } = new URL(request.url ?? '/', 'http://loopback');
  switch (`${request.method} ${pathname}`) {
    case 'POST /replay/start':
      venue.start();
      return { status: 200, body: venue.clock() };
    case 'GET /replay/clock':
      return { status: 200, body: venue.clock() };
    case 'POST /faults': {
      const body = await readBody(request);
      if (body === undefined)
        return {
          status: 413,
          body: { code: 'too_large', msg: `A body has at most ${limits.adminBodyBytesMax} bytes.` },
        };
      const faults = venue.parseFaults(body);
      for (const fault of faults) venue.inject(fault);
      return { status: 200, body: { accepted: faults.length } };
    }
    case 'GET /faults':
      return { status: 200, body: venue.pendingFaults };
    case 'GET /venue':
      return { status: 200, body: venue.about };
    case 'GET /livez':
      return { status: 200, body: { status: 'ok' } };
    default:
      return {
        status: 404,
        body: {
          code: 'not_found',
          msg: 'Expected POST /replay/start, GET /replay/clock, POST or GET /faults, GET /venue, GET /livez.',
        },
      };
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > limits.adminBodyBytesMax) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
