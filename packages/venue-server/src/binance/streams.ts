import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { limits } from '../limits.ts';
import type { PlaySink } from '../play/player.ts';
import { VenueConnection } from './connection.ts';
import { type FaultActions, FaultInjector } from './faults.ts';
import type { PlayEntry } from './play-plan.ts';

const CLOSE_GOING_AWAY = 1001;
const CLOSE_POLICY = 1008;

/** The play around the streams. */
interface StreamsPlay {
  hold(ms: number): void;
  proceed(): void;
  /** Recorded time of what was sent last. */
  positionMs(): number;
  /** A difference of this symbol's book was played, whether or not anyone got it. */
  diffPlayed(entry: PlayEntry): void;
  /** The same of a trade. */
  tradePlayed(entry: PlayEntry): void;
}

interface StreamsOptions {
  /** At a set speed: a client that is behind gets fewer clock pings. */
  thinClock: boolean;
  lifetimeMs: number | undefined;
}

/** The connections and who gets which stream. What the player plays comes here and leaves through the faults. */
export class Streams implements PlaySink<PlayEntry> {
  readonly faults: FaultInjector<PlayEntry>;
  readonly #play: StreamsPlay;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.requestBytesMax,
  });
  readonly #connections = new Set<VenueConnection>();
  /** Receivers by stream, for the streams that are played. */
  readonly #receivers: ReadonlyMap<string, Set<VenueConnection>>;
  readonly #lifeTimer: NodeJS.Timeout;
  readonly #closeTimers = new Set<NodeJS.Timeout>();
  readonly #lifetimeMs: number | undefined;
  readonly #thinClock: boolean;
  #corked: VenueConnection[] = [];
  #stalledUntilMs = 0;

  constructor(streams: readonly string[], play: StreamsPlay, { thinClock, lifetimeMs }: StreamsOptions) {
    this.#play = play;
    this.#thinClock = thinClock;
    this.#lifetimeMs = lifetimeMs;
    this.#receivers = new Map(streams.map((stream) => [stream, new Set()]));
    this.faults = new FaultInjector(this.#faultActions());
    this.#lifeTimer = setInterval(() => this.#checkLife(), 1000);
  }

  /** Takes the upgrade of a client to `/ws`, `/ws/<stream>/<stream>…` or `/stream?streams=<stream>/<stream>…`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const wanted = requestedStreams(request.url ?? '/');
    if (typeof wanted === 'string') {
      refuseUpgrade(socket, 400, wanted);
      return;
    }
    if (this.#connections.size >= limits.connectionsMax) {
      refuseUpgrade(socket, 503, 'Too many connections.');
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new VenueConnection(
        webSocket,
        socket,
        { combined: wanted.combined, thinClock: this.#thinClock },
        {
          subscribed: (who, streams) => {
            for (const stream of streams) this.#receivers.get(stream)?.add(who);
            this.#play.proceed();
          },
          unsubscribed: (who, streams) => {
            for (const stream of streams) this.#receivers.get(stream)?.delete(who);
            this.#play.proceed();
          },
          roomChanged: () => this.#play.proceed(),
          closed: (who) => this.#forget(who),
        },
      );
      this.#connections.add(connection);
      if (this.#lifetimeMs !== undefined) this.#closeLater([connection], this.#lifetimeMs, 'too old');
      if (new Set(wanted.streams).size > limits.streamsPerConnectionMax) {
        connection.close(CLOSE_POLICY, 'too many streams');
        return;
      }
      // A client that joins learns at once what time it is in the recording, before any frame.
      connection.ping(this.#play.positionMs(), Date.now());
      connection.subscribe(wanted.streams);
    });
  }

  canTake(): boolean {
    let taken = false;
    for (const connection of this.#connections) {
      if (!connection.hasRoom) return false;
      taken ||= connection.streams.size > 0;
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

  frame(entry: PlayEntry): void {
    if (entry.isDiff) this.#play.diffPlayed(entry);
    else if (entry.isTrade) this.#play.tradePlayed(entry);
    this.faults.pass(entry, this.#deliver);
  }

  clock(timeMs: number): void {
    const now = Date.now();
    for (const connection of this.#connections) connection.ping(timeMs, now);
  }

  /** Nothing stays behind in a fault. */
  finished(): void {
    this.faults.flush(this.#deliver);
  }

  close(): void {
    clearInterval(this.#lifeTimer);
    for (const timer of this.#closeTimers) clearTimeout(timer);
    for (const connection of this.#connections) connection.terminate();
    this.#webSockets.close();
  }

  readonly #deliver = (entry: PlayEntry): void => {
    const receivers = this.#receivers.get(entry.stream);
    if (receivers === undefined || receivers.size === 0) return;
    const combined = entry.combined();
    let raw: Buffer | string | undefined;
    for (const connection of receivers) {
      if (!connection.combined) raw ??= payloadOf(combined);
      connection.send(connection.combined ? combined : raw!);
    }
  };

  #forget(connection: VenueConnection): void {
    this.#connections.delete(connection);
    for (const stream of connection.streams) this.#receivers.get(stream)?.delete(connection);
    this.#play.proceed();
  }

  #faultActions(): FaultActions {
    return {
      cut: () => {
        for (const connection of this.#connections) {
          connection.terminate();
          // At once, so that a play at `max` waits here for the next who takes part.
          this.#forget(connection);
        }
      },
      stall: (ms) => {
        this.#stalledUntilMs = Math.max(this.#stalledUntilMs, Date.now() + ms);
        this.#play.hold(ms);
      },
      garbage: (text, binary) => {
        for (const connection of this.#connections) connection.send(binary ? Buffer.from(text) : text, binary);
      },
      serverShutdown: (closeAfterMs) => this.#shutDown(closeAfterMs),
    };
  }

  /** Announces the shutdown to all who are connected, and closes them later; who connects meanwhile stays. */
  #shutDown(closeAfterMs: number): void {
    const told = [...this.#connections];
    const event = `{"e":"serverShutdown","E":${this.#play.positionMs()}}`;
    for (const connection of told) {
      connection.send(connection.combined ? `{"stream":"!serverShutdown","data":${event}}` : event);
    }
    this.#closeLater(told, closeAfterMs, 'server shutdown');
  }

  #closeLater(connections: readonly VenueConnection[], afterMs: number, reason: string): void {
    const timer = setTimeout(() => {
      this.#closeTimers.delete(timer);
      for (const connection of connections) connection.close(CLOSE_GOING_AWAY, reason);
    }, afterMs);
    this.#closeTimers.add(timer);
  }

  #checkLife(): void {
    const now = Date.now();
    for (const connection of this.#connections) {
      if (connection.checkLife(now) === 'ping_due' && now >= this.#stalledUntilMs)
        connection.ping(this.#play.positionMs(), now);
    }
  }
}

/** What a URL asks for, or why it can't be had. */
function requestedStreams(url: string): { combined: boolean; streams: string[] } | string {
  const parsed = URL.parse(url, 'ws://loopback');
  if (parsed === null) return 'The URL is not readable.';
  const { pathname, searchParams } = parsed;
  if (searchParams.has('timeUnit') && searchParams.get('timeUnit')?.toUpperCase() !== 'MILLISECOND') {
    return 'The recording has its times in milliseconds; leave timeUnit out.';
  }
  const names = (text: string) => text.split('/').filter((name) => name !== '');
  if (pathname === '/stream') return { combined: true, streams: names(searchParams.get('streams') ?? '') };
  if (pathname === '/ws' || pathname.startsWith('/ws/'))
    return { combined: false, streams: names(decoded(pathname.slice(3))) };
  return 'Expected /ws, /ws/<stream> or /stream?streams=<stream>/<stream>.';
}

/** Stream names may come URL-encoded; text that is no encoding is a name that nothing is recorded of. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  // The client may be gone already: then there is nobody to refuse.
  socket.on('error', () => {});
  const text = status === 400 ? 'Bad Request' : 'Service Unavailable';
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
  );
}

/** `{"stream":…,"data":<payload>}` to `<payload>`. */
function payloadOf(combined: Buffer | string): Buffer | string {
  const start = combined.indexOf('"data":') + '"data":'.length;
  return combined.slice(start, combined.lastIndexOf('}'));
}
