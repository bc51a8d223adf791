import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ReplayClock } from '../play/play-axis.ts';
import { Player } from '../play/player.ts';
import { SentRecord } from '../play/sent-record.ts';
import { type SpeedOptions, speedOf } from '../play/speed.ts';
import type { Recording } from '../recordings/open-recording.ts';
import { createAdminServer } from '../server/admin.ts';
import { closeServer, listenOnLoopback } from '../server/listen.ts';
import type { Fault } from './faults.ts';
import type { DepthSnapshot } from './library.ts';
import { parseFault, parseFaults } from './parse-fault.ts';
import { type PlanOptions, type PlayPlan, type PlaySymbol, planPlay } from './play-plan.ts';
import { PlayedBook } from './played-book.ts';
import { PlayedTrades } from './played-trades.ts';
import { answerRest, DEPTH_PATH, faultAnswer, type RestAnswer } from './rest.ts';
import { Streams } from './streams.ts';

export interface BinanceVenueOptions extends PlanOptions, SpeedOptions {
  /** Files with Binance frames. Those of one symbol follow each other; others play side by side, all by their recorded times. */
  readonly recordings: readonly (string | Recording)[];
  /** WebSocket and REST; 0, the default, takes a free one. */
  readonly port?: number;
  readonly adminPort?: number;
  /** Waits for `start()` or `POST /replay/start`. Default: plays at once. */
  readonly paused?: boolean;
  /** ms after which a connection is ended, as the venue does after 24 hours. Default: never. */
  readonly connectionLifetimeMs?: number;
  /** Misbehaviour from the start on. */
  readonly faults?: readonly Fault[];
  /** File in which the venue notes every frame of its play, with the wall time. Default: none. */
  readonly sentRecord?: string;
}

export interface VenueSymbol {
  /** As the venue names it: `BTCUSDT`. */
  readonly symbol: string;
  /** undefined where the recording shows none. */
  readonly priceDecimals: number | undefined;
  readonly sizeDecimals: number | undefined;
}

export interface BinanceVenue {
  /** `ws://127.0.0.1:…`, to which `/ws` or `/stream` is added. */
  readonly wsUrl: string;
  /** `http://127.0.0.1:…`, to which `/api/v3/…` is added. */
  readonly restUrl: string;
  readonly adminUrl: string;
  readonly symbols: readonly VenueSymbol[];
  readonly plan: PlayPlan;
  /** 'ended' when the last frame was handed to the sockets; connections stay open. */
  readonly done: Promise<'ended' | 'stopped'>;
  start(): void;
  clock(): ReplayClock;
  inject(fault: Fault): void;
  stop(): Promise<void>;
}

/**
 * Plays recordings once over Binance's spot protocol on 127.0.0.1, without a key. What each part does is documented there:
 * the order and times of the play in `play-plan.ts` and `play-axis.ts`, a client's limits in `connection.ts`, the depth
 * snapshot in `played-book.ts`, the admin port in `admin.ts`, faults in `faults.ts`.
 *
 * Recorded time is the receive time of the recording's lines. A WebSocket ping every 250 ms of it carries it as decimal ms, in
 * order with the frames; it stands while the play is paused, and runs on at 1x after the last frame.
 *
 * Other than the venue: pongs that answer pings don't count against the 5 messages a second, connections are ended by age only
 * where `connectionLifetimeMs` says so and not counted per address, and streams that were not recorded stay silent.
 */
export async function startBinanceVenue(options: BinanceVenueOptions): Promise<BinanceVenue> {
  const plan = await planPlay(options.recordings, options);
  const speed = speedOf(options, plan);
  const initialFaults = (options.faults ?? []).map(parseFault);
  const books = new Map<PlaySymbol, { book: PlayedBook; diffsPlayed: number }>();
  const trades = new Map<PlaySymbol, PlayedTrades>();
  for (const symbol of plan.symbols) {
    books.set(symbol, { book: new PlayedBook(symbol.history), diffsPlayed: symbol.diffsBefore });
    trades.set(symbol, new PlayedTrades(symbol.history, symbol.shiftMs, plan.startUs));
  }

  const streams: Streams = new Streams(
    plan.streams,
    {
      hold: (ms) => player.hold(ms),
      proceed: () => player.proceed(),
      positionMs: () => positionMs(),
      diffPlayed: (entry) => {
        books.get(entry.symbol)!.diffsPlayed++;
      },
      tradePlayed: (entry) => trades.get(entry.symbol)!.next(),
    },
    { thinClock: speed !== 'max', lifetimeMs: options.connectionLifetimeMs },
  );
  const sink = options.sentRecord === undefined ? streams : new SentRecord(options.sentRecord).around(streams);
  const player = new Player(plan, speed, sink);
  const positionMs = () => Math.floor(player.clock().positionUs / 1000);
  const restVenue = {
    symbols: new Map(plan.symbols.map((symbol) => [symbol.symbol, symbol])),
    depth: (symbol: PlaySymbol, levels: number): DepthSnapshot | undefined => {
      const { book, diffsPlayed } = books.get(symbol)!;
      return book.at(diffsPlayed, levels);
    },
    trades: (symbol: PlaySymbol, fromId: number | undefined, limit: number) => trades.get(symbol)!.list(fromId, limit),
    nowMs: positionMs,
  };
  const delayed = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://loopback');
    if (url === null) {
      sendRest(response, { status: 400, body: '' }, 0);
      return;
    }
    const fault = streams.faults.rest(url.pathname === DEPTH_PATH);
    const answer = request.method === 'GET' ? restAnswer(url, fault.status) : { status: 405, body: '' };
    const timer = setTimeout(() => {
      delayed.delete(timer);
      sendRest(response, answer, fault.retryAfterS);
    }, fault.delayMs);
    delayed.add(timer);
  });
  const restAnswer = (url: URL, status: number | undefined) =>
    status === undefined ? answerRest(url, restVenue) : faultAnswer(status);
  server.on('upgrade', (request: IncomingMessage, socket, head) => streams.upgrade(request, socket, head));

  const inject = (fault: Fault) => streams.faults.add(fault);
  const admin = createAdminServer<Fault>({
    about: { venue: 'binance', symbols: plan.symbols.map(({ symbol }) => symbol) },
    parseFaults,
    start: () => player.start(),
    clock: () => player.clock(),
    inject,
    get pendingFaults() {
      return streams.faults.pending;
    },
  });
  const stop = async () => {
    player.stop();
    streams.close();
    for (const timer of delayed) clearTimeout(timer);
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
    restUrl: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    symbols: plan.symbols.map(({ symbol, history }) => ({
      symbol,
      priceDecimals: history.priceDecimals,
      sizeDecimals: history.sizeDecimals,
    })),
    plan,
    done: player.done,
    start: () => player.start(),
    clock: () => player.clock(),
    inject,
    stop,
  };
}

function sendRest(response: ServerResponse, { status, body }: RestAnswer, retryAfterS: number): void {
  const waits = status === 429 || status === 418;
  response.writeHead(status, {
    'content-type': 'application/json;charset=UTF-8',
    ...(waits && { 'retry-after': String(retryAfterS) }),
  });
  response.end(body);
}
