import type { Logger } from '@tapecast/service-kit';
import { type RawData, WebSocket } from 'ws';
import { messageOf } from '../errors.ts';
import { FaultLog } from '../fault-log.ts';
import { LIMITS } from '../limits.ts';
import type { NowUs } from '../sources/wall-clock.ts';
import { Backoff } from './backoff.ts';

export interface SocketHandlers {
  /** The connection is open. `send` belongs to this connection and does nothing after its end. */
  onOpen(send: (text: string) => void): void;
  onFrame(frame: Buffer, isBinary: boolean, receivedAtUs: number): void;
  /** A ping of the venue, in order with the frames; the pong with its payload is already sent. */
  onPing(payload: Buffer, receivedAtUs: number): void;
  /** The venue answered one of our pings. */
  onPong?(): void;
  /** The connection ended, or could not be made (`wasOpen` false). Another is made after a wait. */
  onDown(reason: string, wasOpen: boolean): void;
}

export interface SocketOptions {
  url: string;
  handlers: SocketHandlers;
  logger: Logger;
  random: () => number;
  nowUs: NowUs;
  /** ms that a connection attempt must wait for the venue's limit of attempts; 0: go. */
  attemptWaitMs?: () => number;
  /** Headers of the upgrade. */
  headers?: Readonly<Record<string, string>>;
  /** Whether this connection has shown that it is good; undefined: every one that lives for `reconnectProvenMs` has. */
  proven?: () => boolean;
  /** Cuts what must not be in a log out of what the venue says at the end. */
  mask?: (text: string) => string;
  /** ms to wait at least before the next attempt, whatever the backoff says: a venue that refused will refuse again. */
  retryAfterMs?: (ended: SocketEnd) => number;
}

/** How a connection ended. */
export interface SocketEnd {
  reason: string;
  wasOpen: boolean;
  /** What the upgrade was answered with, where that was no upgrade. */
  httpStatus: number | undefined;
  /** Its `Retry-After`, as it came. */
  retryAfter?: string | undefined;
}

/**
 * A WebSocket to a venue that is made anew whenever it ends. The one importer of `ws` in ingest.
 *
 * | state | leaves it by |
 * |---|---|
 * | waiting (backoff, attempts' limit) | timer → connecting; `stop` → stopped |
 * | connecting | open → open; error, time-out → waiting |
 * | open | close, error, silence, `reconnect` → waiting; `stop` → stopped |
 *
 * While `pause`d nothing is read: TCP pushes back to the venue, and the watchdog sleeps, for the silence is ours.
 */
export class ReconnectingSocket {
  readonly #options: SocketOptions;
  readonly #backoff: Backoff;
  readonly #faults: FaultLog;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #openedAtMs = 0;
  #heardAtMs = 0;
  #pinged = false;
  #paused = false;
  #stopped = false;
  #downReason: string | undefined;
  #atOnce = false;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#backoff = new Backoff(LIMITS.reconnectBaseMs, LIMITS.reconnectCapMs, options.random);
    this.#faults = new FaultLog(options.logger);
  }

  start(): void {
    this.#schedule(0);
  }

  /** Ends the connection and makes another: at once when the venue announced it, else after the backoff. */
  reconnect(reason: string, atOnce = false): void {
    if (this.#socket === undefined) return;
    this.#downReason ??= reason;
    this.#atOnce = atOnce;
    this.#socket.terminate();
  }

  /** A WebSocket ping, where there is a connection. */
  ping(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  pause(): void {
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#heardAtMs = performance.now();
    this.#socket?.resume();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watchdog);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.removeAllListeners();
    // Terminating a socket that is still connecting emits an error; nobody is left to care.
    socket.on('error', () => undefined);
    socket.terminate();
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      const waitMs = this.#options.attemptWaitMs?.() ?? 0;
      if (waitMs > 0) this.#schedule(waitMs);
      else this.#connect();
    }, delayMs);
  }

  #connect(): void {
    const { handlers, nowUs } = this.#options;
    const socket = new WebSocket(this.#options.url, {
      handshakeTimeout: LIMITS.connectMsMax,
      maxPayload: LIMITS.messageBytesMax,
      perMessageDeflate: false,
      headers: this.#options.headers ?? {},
    });
    this.#socket = socket;
    let open = false;
    let error: unknown;
    let httpStatus: number | undefined;
    let retryAfter: string | undefined;

    socket.on('unexpected-response', (_request, { statusCode, statusMessage, headers }) => {
      httpStatus = statusCode;
      retryAfter = headers['retry-after'];
      this.#downReason ??= `HTTP ${statusCode} ${statusMessage} instead of an upgrade`;
      socket.terminate();
    });

    socket.on('open', () => {
      open = true;
      this.#openedAtMs = performance.now();
      this.#watch(socket);
      if (this.#paused) socket.pause();
      handlers.onOpen((text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      });
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      this.#heardAtMs = performance.now();
      // `ws` gives one Buffer for each message with its default binaryType.
      handlers.onFrame(data as Buffer, isBinary, nowUs());
    });
    socket.on('ping', (payload: Buffer) => {
      this.#heardAtMs = performance.now();
      handlers.onPing(payload, nowUs());
    });
    socket.on('pong', () => {
      this.#heardAtMs = performance.now();
      this.#pinged = false;
      handlers.onPong?.();
    });
    socket.on('error', (cause) => {
      error = cause;
    });
    socket.on('close', (code: number, text: Buffer) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      clearInterval(this.#watchdog);
      const said =
        this.#downReason ??
        (error !== undefined ? messageOf(error) : `closed with ${code}${text.length > 0 ? ` ${text.toString()}` : ''}`);
      const reason = this.#options.mask?.(said) ?? said;
      this.#downReason = undefined;
      this.#down({ reason, wasOpen: open, httpStatus, retryAfter });
    });
  }

  #down(ended: SocketEnd): void {
    const { reason, wasOpen } = ended;
    const { proven, retryAfterMs } = this.#options;
    const lived = wasOpen && performance.now() - this.#openedAtMs >= LIMITS.reconnectProvenMs;
    if (lived && (proven?.() ?? true)) this.#backoff.reset();
    const delayMs = this.#atOnce ? 0 : Math.max(this.#backoff.next(), retryAfterMs?.(ended) ?? 0);
    this.#atOnce = false;
    this.#faults.warn(wasOpen ? 'venue_disconnected' : 'venue_unreachable', () => ({
      url: this.#options.url,
      reason,
      retryInMs: delayMs,
    }));
    this.#options.handlers.onDown(reason, wasOpen);
    this.#schedule(delayMs);
  }

  #watch(socket: WebSocket): void {
    this.#heardAtMs = performance.now();
    this.#pinged = false;
    this.#watchdog = setInterval(() => {
      if (this.#paused) return;
      const silentMs = performance.now() - this.#heardAtMs;
      if (silentMs >= LIMITS.silenceDeadMs) this.reconnect(`silent for ${silentMs} ms`);
      else if (silentMs >= LIMITS.silencePingMs && !this.#pinged) {
        this.#pinged = true;
        socket.ping();
      }
    }, 1_000);
  }
}
