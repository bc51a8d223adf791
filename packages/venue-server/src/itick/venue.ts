import { createServer } from 'node:http';
import { VenueError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { ReplayClock } from '../play/play-axis.ts';
import { Player } from '../play/player.ts';
import { type SpeedOptions, speedOf } from '../play/speed.ts';
import type { Recording } from '../recordings/open-recording.ts';
import { createAdminServer } from '../server/admin.ts';
import { closeServer, listenOnLoopback } from '../server/listen.ts';
import type { ItickFault } from './faults.ts';
import { checkItickFault, parseItickFaults } from './parse-fault.ts';
import { type AssetClass, type ItickInstrument, type ItickPlan, planItickPlay } from './play-plan.ts';
import { type ItickPlanLimits, ItickSockets } from './sockets.ts';

export interface ItickVenueOptions extends SpeedOptions {
  /** Lean's ticks: files, or opened. Those of one symbol and kind follow each other by day; others play side by side. */
  readonly recordings: readonly (string | Recording)[];
  /** WebSocket; 0, the default, takes a free one. */
  readonly port?: number | undefined;
  readonly adminPort?: number | undefined;
  /** Waits for `start()` or `POST /replay/start`. Default: plays at once. */
  readonly paused?: boolean | undefined;
  /** Keys that are taken. Default: any that is not empty. */
  readonly tokens?: readonly string[] | undefined;
  /** What each key's plan allows. Default: 500 symbols a connection, any number of connections. */
  readonly plan?: ItickPlanLimits | undefined;
  /** Wall ms without a JSON ping after which a connection is closed. Default: a minute, as documented. */
  readonly pingTimeoutMs?: number | undefined;
  /** Bytes waiting for a client at which it is cut as too slow; at speed `max` the play waits before. Default: 64 MiB. */
  readonly bufferedBytesMax?: number | undefined;
  /** Misbehaviour from the start on. */
  readonly faults?: readonly ItickFault[] | undefined;
}

/** A connection as it stands. */
export interface ItickConnectionView {
  readonly assetClass: AssetClass;
  readonly authenticated: boolean;
  /** Types by instrument: `IBM$US` to `tick`, `depth`. */
  readonly subscriptions: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface ItickVenue {
  /** `ws://127.0.0.1:…`, to which `/stock` or another asset class is added. */
  readonly wsUrl: string;
  readonly adminUrl: string;
  readonly instruments: readonly ItickInstrument[];
  readonly plan: ItickPlan;
  /** 'ended' when the last frame was handed to the sockets; connections stay open. */
  readonly done: Promise<'ended' | 'stopped'>;
  start(): void;
  clock(): ReplayClock;
  connections(): ItickConnectionView[];
  inject(fault: ItickFault): void;
  stop(): Promise<void>;
}

/**
 * Plays Lean's trades and quotes once over iTick's protocol on 127.0.0.1. A trade is a `tick`, a quote a `depth` of one level;
 * no `quote` and no k-line is played. Numbers in brackets in this folder's comments (1.2) are the sections of the format page
 * (upstream-wire-formats.md) that a rule is from.
 *
 * - 1.1 paths, one socket an asset class: `sockets.ts`
 * - 1.2 token, greeting, auth reply: `sockets.ts`
 * - 1.3 subscribing, 500 symbols a connection, the plan's symbols and connections: `requests.ts`, `sockets.ts`
 * - 1.4 no unsubscribe: `no action` and close 1000: `requests.ts`
 * - 1.5 market messages: `frames.ts`
 * - 1.6 JSON ping and pong, the end after a minute without: `requests.ts`, `sockets.ts`
 * - 1.7 the cut of a slow client: `connection.ts`
 * - what it does wrong on request: `faults.ts`; the admin port: `admin.ts`
 *
 * Recorded time is the recording's own. A WebSocket ping every 250 ms of it carries it as decimal Unix ms, in order with the
 * frames. At speed `max` a silence of more than 3 s is passed over at once: one ping after it says where the time is now. It
 * stands while the play is paused, is not told in the silence between two files (nights), and runs on at 1x after the last frame.
 *
 * Other than the venue: it sends those pings, and expects their pongs within a minute.
 */
export async function startItickVenue(options: ItickVenueOptions): Promise<ItickVenue> {
  const plan = await planItickPlay(options.recordings);
  const speed = speedOf(options, plan);
  const initialFaults = (options.faults ?? []).map(checkItickFault);
  const sockets: ItickSockets = new ItickSockets(
    {
      tokens: options.tokens,
      plan: checkedPlan(options.plan ?? {}),
      pingTimeoutMs: above0('pingTimeoutMs', options.pingTimeoutMs ?? limits.itickPingTimeoutMs),
      bufferedBytesMax: above0('bufferedBytesMax', options.bufferedBytesMax ?? limits.bufferedBytesMax),
      thinClock: speed !== 'max',
    },
    {
      instruments: plan.instruments,
      hold: (ms) => player.hold(ms),
      proceed: () => player.proceed(),
      positionMs: () => Math.floor(player.clock().positionUs / 1000),
    },
  );
  const player = new Player(plan, speed, sockets);
  const server = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('WebSocket only\n');
  });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  const inject = (fault: ItickFault) => sockets.faults.add(checkItickFault(fault));
  const admin = createAdminServer<ItickFault>({
    about: { venue: 'itick', symbols: plan.instruments.map(({ name }) => name) },
    parseFaults: parseItickFaults,
    start: () => player.start(),
    clock: () => player.clock(),
    inject,
    get pendingFaults() {
      return sockets.faults.pending;
    },
  });
  const stop = async () => {
    player.stop();
    sockets.close();
    await Promise.all([closeServer(server), closeServer(admin)]);
  };
  let port: number;
  let adminPort: number;
  try {
    port = await listenOnLoopback(server, options.port ?? 0, '--port');
    adminPort = await listenOnLoopback(admin, options.adminPort ?? 0, '--admin-port');
  } catch (error) {
    await stop();
    throw error;
  }
  for (const fault of initialFaults) inject(fault);
  if (options.paused !== true) player.start();
  return {
    wsUrl: `ws://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    instruments: plan.instruments,
    plan,
    done: player.done,
    start: () => player.start(),
    clock: () => player.clock(),
    connections: () =>
      sockets.connections.map(({ assetClass, plan: token, subscriptions }) => ({
        assetClass,
        authenticated: token !== undefined,
        subscriptions: new Map([...subscriptions].map(([name, types]) => [name, new Set(types)])),
      })),
    inject,
    stop,
  };
}

function checkedPlan(plan: ItickPlanLimits): ItickPlanLimits {
  if (plan.symbols !== undefined) above0('plan.symbols', plan.symbols);
  if (plan.connections !== undefined) above0('plan.connections', plan.connections);
  return plan;
}

function above0(name: string, value: number): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw new VenueError('bad_option', `${name} is ${value}; expected a number above 0.`);
}
