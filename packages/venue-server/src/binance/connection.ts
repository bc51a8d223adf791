import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { limits } from '../limits.ts';
import { ClockPings } from '../play/clock-pings.ts';
import { answerRequest } from './requests.ts';

const CLOSE_POLICY = 1008;

/** What a connection tells the venue. */
export interface ConnectionEvents {
  subscribed(connection: VenueConnection, streams: readonly string[]): void;
  unsubscribed(connection: VenueConnection, streams: readonly string[]): void;
  /** It has room again, or takes part no longer. */
  roomChanged(): void;
  closed(connection: VenueConnection): void;
}

/** One client: its streams, the venue's limits on it, and the bytes that wait for it. */
export class VenueConnection {
  /** Names subscribed to, also those that nothing is recorded of. */
  readonly streams = new Set<string>();
  #combined: boolean;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #events: ConnectionEvents;
  /** Wall times (ms) of the last messages that count against the limit. */
  readonly #incoming: number[] = [];
  readonly #clock: ClockPings;
  #lastPingAtMs = 0;

  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    { combined, thinClock }: { combined: boolean; thinClock: boolean },
    events: ConnectionEvents,
  ) {
    this.#clock = new ClockPings(thinClock);
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#combined = combined;
    this.#events = events;
    webSocket.on('message', (data: Buffer) => this.#onRequest(data));
    webSocket.on('ping', () => this.#count());
    webSocket.on('pong', (payload: Buffer) => this.#onPong(payload.toString('latin1')));
    // What a client sends against the protocol closes it with the code that ws chose; there is nothing to add.
    webSocket.on('error', () => {});
    webSocket.on('close', () => events.closed(this));
    socket.on('drain', () => events.roomChanged());
  }

  get combined(): boolean {
    return this.#combined;
  }

  /** Whether it has less waiting than a play at `max` allows. */
  get hasRoom(): boolean {
    return this.#webSocket.bufferedAmount <= limits.maxSpeedBufferedBytes && this.#clock.hasRoom;
  }

  subscribe(streams: readonly string[]): void {
    for (const stream of streams) this.streams.add(stream);
    this.#events.subscribed(this, streams);
  }

  /** Many sends of one turn become one write. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  send(frame: Buffer | string, binary = false): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    this.#webSocket.send(frame, { binary });
    if (this.#webSocket.bufferedAmount > limits.bufferedBytesMax) this.close(CLOSE_POLICY, 'slow consumer');
  }

  /** Tells the recorded time, unless the client is behind with its answers. */
  ping(timeMs: number, nowMs: number): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const payload = this.#clock.next(timeMs, nowMs);
    if (payload === undefined) return;
    this.#webSocket.ping(payload);
    this.#lastPingAtMs = nowMs;
  }

  /** Ends it when a ping was not answered in time; says whether a standing clock's ping is due. */
  checkLife(nowMs: number): 'ended' | 'ping_due' | 'alive' {
    const { unansweredSinceMs } = this.#clock;
    if (unansweredSinceMs !== undefined && nowMs - unansweredSinceMs > limits.pongTimeoutMs) {
      this.terminate();
      return 'ended';
    }
    return nowMs - this.#lastPingAtMs >= limits.standingPingIntervalMs ? 'ping_due' : 'alive';
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  /** Cuts it without a close frame. */
  terminate(): void {
    this.#webSocket.terminate();
  }

  #onRequest(data: Buffer): void {
    if (!this.#count()) return;
    const { reply, effect } = answerRequest(data.toString('utf8'), { streams: this.streams, combined: this.#combined });
    this.send(reply);
    if (effect?.kind === 'subscribe') this.subscribe(effect.streams);
    if (effect?.kind === 'combined') this.#combined = effect.combined;
    if (effect?.kind === 'too_many_streams') this.close(CLOSE_POLICY, 'too many streams');
    if (effect?.kind === 'unsubscribe') {
      for (const stream of effect.streams) this.streams.delete(stream);
      this.#events.unsubscribed(this, effect.streams);
    }
  }

  #onPong(payload: string): void {
    if (!this.#clock.answered(payload, Date.now())) {
      this.#count();
      return;
    }
    this.#events.roomChanged();
  }

  /**
   * The venue's bound counts pings, pongs and requests alike. Here a pong that answers our ping does not count: the clock asks
   * for more of them than the venue's pings do.
   */
  #count(): boolean {
    const now = performance.now();
    this.#incoming.push(now);
    if (this.#incoming.length <= limits.incomingMessagesPerSecondMax) return true;
    if (now - this.#incoming.shift()! >= 1000) return true;
    this.close(CLOSE_POLICY, 'too many requests');
    return false;
  }
}
