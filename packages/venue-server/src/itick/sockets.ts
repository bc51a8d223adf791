import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { limits } from '../limits.ts';
import type { PlaySink } from '../play/player.ts';
import { ItickConnection } from './connection.ts';
import { type Deliver, type ItickFaultActions, ItickFaults } from './faults.ts';
import { frameText, type KlineValues, klineText } from './frames.ts';
import type { AssetClass, ItickEntry, ItickInstrument } from './play-plan.ts';
import {
  AUTH_FAILED,
  AUTHENTICATED,
  authenticatedWithKey,
  CONNECTED,
  LIMIT_EXCEEDED,
  NO_ACTION,
  pong,
  readRequest,
  SUBSCRIBED,
} from './requests.ts';

const CLOSE_NORMAL = 1000;
const LIFE_CHECKS_PER_TIMEOUT = 10;

/** What a plan allows (1.3). What is left out is bounded by the venue's own limits alone. */
export interface ItickPlanLimits {
  /** Symbols of one connection. */
  readonly symbols?: number;
  /** Connections of one token at once. */
  readonly connections?: number;
  /**
   * What happens to a connection that is one too many. The pages disagree (1.3): the newest has it that its "new subscription
   * fails to establish", the older ones that "the current connection will be disconnected". Default: the newest page's.
   */
  readonly surplus?: 'subscription_fails' | 'disconnected';
}

export interface ItickSocketsOptions {
  /** Keys that are taken; undefined takes any that is not empty. */
  readonly tokens: readonly string[] | undefined;
  readonly plan: ItickPlanLimits;
  readonly pingTimeoutMs: number;
  readonly bufferedBytesMax: number;
  /** At a set speed: a client that is behind gets fewer clock pings. */
  readonly thinClock: boolean;
}

/** The play around the sockets. */
export interface ItickSocketsPlay {
  readonly instruments: readonly ItickInstrument[];
  hold(ms: number): void;
  proceed(): void;
  /** Recorded time of what was sent last. */
  positionMs(): number;
}

/**
 * Paths of the asset classes (1.1, "Endpoint"): today's; `/websocket/stock` of the Python SDK; `/sws`, `/fws`, `/iws`, `/cws`
 * of the pages of 2024.
 */
const PATHS: ReadonlyMap<string, AssetClass> = new Map<string, AssetClass>([
  ...(['stock', 'forex', 'indices', 'crypto', 'future', 'fund'] as const).flatMap((name): [string, AssetClass][] => [
    [`/${name}`, name],
    [`/websocket/${name}`, name],
  ]),
  ['/sws', 'stock'],
  ['/fws', 'forex'],
  ['/iws', 'indices'],
  ['/cws', 'crypto'],
]);

/** The connections and who gets which message. What the player plays comes here and leaves through the faults. */
export class ItickSockets implements PlaySink<ItickEntry> {
  readonly faults: ItickFaults;
  readonly #options: ItickSocketsOptions;
  readonly #play: ItickSocketsPlay;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.requestBytesMax,
    // A stall answers no ping either.
    autoPong: false,
  });
  readonly #connections = new Set<ItickConnection>();
  /** By `IBM$US@tick`. */
  readonly #receivers = new Map<string, Set<ItickConnection>>();
  readonly #lifeTimer: NodeJS.Timeout;
  readonly #timers = new Set<NodeJS.Timeout>();
  #corked: ItickConnection[] = [];
  #stalledUntilMs = 0;
  #noPongsUntilMs = 0;

  constructor(options: ItickSocketsOptions, play: ItickSocketsPlay) {
    this.#options = options;
    this.#play = play;
    this.faults = new ItickFaults(this.#faultActions());
    const checkMs = Math.min(1000, Math.max(1, options.pingTimeoutMs / LIFE_CHECKS_PER_TIMEOUT));
    this.#lifeTimer = setInterval(() => this.#checkLife(), checkMs);
  }

  get connections(): readonly ItickConnection[] {
    return [...this.#connections];
  }

  /** Takes the upgrade of a client to `/stock` and its like. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = URL.parse(request.url ?? '/', 'ws://loopback');
    const assetClass = url === null ? undefined : PATHS.get(url.pathname.replace(/\/$/, ''));
    if (url === null || assetClass === undefined) {
      refuseUpgrade(socket, 404, `Expected ${[...PATHS.keys()].slice(0, 12).join(', ')}.`);
      return;
    }
    const refused = this.faults.take('refuse');
    if (refused !== undefined) {
      refuseUpgrade(socket, refused.status, 'Refused on request.');
      return;
    }
    if (this.#connections.size >= limits.connectionsMax) {
      refuseUpgrade(socket, 503, 'Too many connections.');
      return;
    }
    // The header, or the query as the Java example has it (1.2).
    const header = request.headers.token;
    const token = (typeof header === 'string' ? header : undefined) ?? url.searchParams.get('token') ?? undefined;
    const { bufferedBytesMax, thinClock } = this.#options;
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new ItickConnection(webSocket, socket, { assetClass, bufferedBytesMax, thinClock });
      webSocket.on('message', (data: Buffer) => this.#onRequest(connection, data.toString('utf8')));
      webSocket.on('pong', (payload: Buffer) => {
        connection.ponged(payload.toString('latin1'));
        this.#play.proceed();
      });
      webSocket.on('close', () => this.#forget(connection));
      socket.on('drain', () => this.#play.proceed());
      this.#connections.add(connection);
      connection.stall(this.#stalledUntilMs);
      // First this, then the auth reply, never the other way round (1.2).
      connection.reply(CONNECTED);
      // A client that joins learns at once what time it is in the recording, before any frame.
      connection.ping(this.#play.positionMs());
      if (token !== undefined) this.#authenticate(connection, token);
    });
  }

  canTake(): boolean {
    let taken = false;
    for (const connection of this.#connections) {
      if (!connection.hasRoom) return false;
      taken ||= connection.subscriptions.size > 0;
    }
    return taken;
  }

  begin(): void {
    this.#corked = [...this.#connections];
    for (const connection of this.#corked) connection.cork();
  }

  end(): void {
    for (const connection of this.#corked) connection.uncork();
    this.#corked = [];
  }

  frame(entry: ItickEntry): void {
    this.faults.pass(entry, this.#deliver);
  }

  clock(timeMs: number): void {
    for (const connection of this.#connections) connection.ping(timeMs);
  }

  /** Nothing stays behind in a fault. */
  finished(): void {
    this.faults.flush(this.#deliver);
  }

  close(): void {
    clearInterval(this.#lifeTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    for (const connection of this.#connections) connection.terminate();
    this.#webSockets.close();
  }

  readonly #deliver: Deliver = (entry, style) => {
    const receivers = this.#receivers.get(`${entry.instrument.name}@${entry.type}`);
    if (receivers === undefined || receivers.size === 0) return;
    const text = frameText(entry, style);
    for (const connection of receivers) {
      // One socket an asset class (1.1): another class's symbols are taken and stay silent.
      if (connection.assetClass !== entry.instrument.assetClass) continue;
      if (style.fragments === true) connection.sendFragments(text);
      else if (style.cutMidway === true) connection.sendHalf(text);
      else connection.send(text);
    }
  };

  #authenticate(connection: ItickConnection, token: string): void {
    const failed = this.faults.take('auth-fail') !== undefined || !this.#accepts(token);
    if (failed) {
      // "then the server closes" (1.2); with which code no page says.
      connection.reply(AUTH_FAILED);
      connection.close(CLOSE_NORMAL, '');
      return;
    }
    if (this.faults.take('auth-silence') !== undefined) return;
    const delayMs = this.faults.take('auth-delay')?.ms ?? 0;
    const reply = this.faults.take('auth-echo') === undefined ? AUTHENTICATED : authenticatedWithKey(token);
    if (delayMs === 0) this.#admit(connection, token, reply);
    else this.#later(delayMs, () => this.#admit(connection, token, reply));
  }

  #accepts(token: string): boolean {
    return token !== '' && (this.#options.tokens?.includes(token) ?? true);
  }

  #admit(connection: ItickConnection, token: string, reply: string): void {
    if (!this.#connections.has(connection)) return;
    const { connections, surplus } = this.#options.plan;
    const others = [...this.#connections].filter(({ plan }) => plan === token).length;
    connection.surplus = connections !== undefined && others >= connections;
    connection.plan = token;
    connection.reply(reply);
    if (connection.surplus && surplus === 'disconnected') connection.close(CLOSE_NORMAL, '');
  }

  #onRequest(connection: ItickConnection, text: string): void {
    const answer = readRequest(text, {
      authenticated: connection.plan !== undefined,
      subscriptions: connection.subscriptions,
      planSymbolsMax: this.#options.plan.symbols,
    });
    switch (answer.kind) {
      case 'reply':
        connection.reply(answer.reply);
        return;
      case 'ping':
        connection.jsonPinged(Date.now());
        if (Date.now() < this.#noPongsUntilMs) return;
        connection.reply(pong(this.faults.take('wrong-pong') === undefined ? answer.params : '0'));
        return;
      case 'auth':
        if (connection.plan === undefined) this.#authenticate(connection, answer.token);
        else connection.reply(AUTHENTICATED);
        return;
      case 'no_action':
        connection.reply(answer.reply);
        connection.close(CLOSE_NORMAL, '');
        return;
      case 'subscribe':
        this.#subscribe(connection, answer.instruments, answer.types);
        return;
    }
  }

  #subscribe(connection: ItickConnection, instruments: readonly string[], types: readonly string[]): void {
    if (this.faults.take('not-resolved') !== undefined) {
      connection.reply('{"code":0,"resAc":"subscribe","msg":"cannot be resolved action"}');
      return;
    }
    if (connection.surplus || this.faults.take('plan-exceeded') !== undefined) {
      connection.reply(LIMIT_EXCEEDED);
      return;
    }
    // The reply names no symbol and no request (1.3): a client tells them apart by their order.
    if (this.faults.take('subscribe-silence') === undefined) connection.reply(SUBSCRIBED);
    for (const name of instruments) {
      const held = connection.subscriptions.get(name) ?? new Set();
      connection.subscriptions.set(name, held);
      for (const type of types) {
        held.add(type);
        const key = `${name}@${type}`;
        const receivers = this.#receivers.get(key);
        if (receivers === undefined) this.#receivers.set(key, new Set([connection]));
        else receivers.add(connection);
      }
    }
    this.#play.proceed();
  }

  #forget(connection: ItickConnection): void {
    this.#connections.delete(connection);
    for (const [name, types] of connection.subscriptions) {
      for (const type of types) {
        const receivers = this.#receivers.get(`${name}@${type}`);
        receivers?.delete(connection);
        if (receivers?.size === 0) this.#receivers.delete(`${name}@${type}`);
      }
    }
    connection.subscriptions.clear();
    this.#play.proceed();
  }

  #faultActions(): ItickFaultActions {
    const each = (act: (connection: ItickConnection) => void): void => {
      for (const connection of [...this.#connections]) act(connection);
    };
    return {
      cut: () =>
        each((connection) => {
          // What the play sent before the cut goes out before it.
          connection.uncork();
          connection.terminate();
          // At once, so that a play at `max` waits here for the next who takes part.
          this.#forget(connection);
        }),
      close: (code, reason) => each((connection) => connection.close(code, reason)),
      unsubscribeClose: () =>
        each((connection) => {
          connection.send(NO_ACTION);
          connection.close(CLOSE_NORMAL, '');
        }),
      stall: (ms) => {
        this.#stalledUntilMs = Math.max(this.#stalledUntilMs, Date.now() + ms);
        each((connection) => connection.stall(this.#stalledUntilMs));
        this.#play.hold(ms);
        // A timer may come a millisecond early.
        this.#later(ms + 1, () => each((connection) => connection.proceed()));
      },
      noPongs: (ms) => {
        this.#noPongsUntilMs = Math.max(this.#noPongsUntilMs, Date.now() + ms);
      },
      send: (text, binary) => each((connection) => connection.send(text, binary)),
      unknownType: (type) => {
        const { symbol, region } = this.#play.instruments[0]!;
        const data = { s: symbol, r: region, ld: 1.25, v: 1, t: this.#play.positionMs(), type };
        each((connection) => connection.send(JSON.stringify({ code: 1, data })));
      },
      kline: ({ shape, instrument, period = 1, ...given }) => {
        const bar: KlineValues = { t: minuteOf(this.#play.positionMs()), ...SAMPLE_BAR, ...given };
        const text = klineText(shape, instrument ?? this.#play.instruments[0]!.name, period, bar);
        each((connection) => connection.send(text));
      },
    };
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  #checkLife(): void {
    const now = Date.now();
    for (const connection of this.#connections) {
      const ended = connection.lifeEnded(now, this.#options.pingTimeoutMs);
      // "disconnects at a suitable time" (1.6); with which code no page says.
      if (ended === 'no_json_ping') connection.close(CLOSE_NORMAL, '');
      if (ended === 'no_pong') connection.terminate();
    }
  }
}

/** The sample of the format page (1.5). */
const SAMPLE_BAR: Omit<KlineValues, 't'> = { o: 3055.36, h: 3061.41, l: 3055.24, c: 3059.39, v: 28, tu: 157513 };

const minuteOf = (timeMs: number): number => timeMs - (timeMs % 60_000);

const STATUS_TEXT: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  // The client may be gone already: then there is nobody to refuse.
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? 'Refused'}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
  );
}
