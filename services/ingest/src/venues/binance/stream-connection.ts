import type { Logger } from '@tapecast/service-kit';
import { ReconnectingSocket } from '../../connection/reconnecting-socket.ts';
import { LIMITS } from '../../limits.ts';
import type { NowUs } from '../../sources/wall-clock.ts';
import { FrameReader } from './frame-reader.ts';
import type { BadReason, StreamRoute, VenueEvent } from './messages.ts';
import { refusalOf, retryAfterMsOf } from './refusals.ts';
import { MESSAGES_PER_SECOND, planRequests } from './subscriptions.ts';

/** ms in which the venue must have answered every SUBSCRIBE. */
const REPLY_MS_MAX = 10_000;

export type MarketEvent = Extract<VenueEvent, { type: 'trade' | 'quote' | 'diff' }>;

export interface StreamConnectionOptions {
  url: string;
  /** Stream names to follow, with what they stand for. */
  routes: ReadonlyMap<string, StreamRoute>;
  onEvent: (event: MarketEvent, receivedAtUs: number, frame: Buffer) => void;
  onBad: (reason: BadReason, detail: string, frame: Buffer, route: StreamRoute | undefined) => void;
  onPing: (payload: Buffer, receivedAtUs: number) => void;
  /** The venue answered a ping: all that it sent before is here. */
  onPong: () => void;
  /** The venue will end this connection soon. */
  onShutdown: () => void;
  onSubscribed: () => void;
  onDown: (reason: string) => void;
  onFrame: () => void;
  logger: Logger;
  random: () => number;
  nowUs: NowUs;
  attemptWaitMs: () => number;
}

/** One combined-stream connection: subscribes its streams at the venue's pace after each connect, and hands on what comes. */
export class StreamConnection {
  readonly #options: StreamConnectionOptions;
  readonly #socket: ReconnectingSocket;
  readonly #reader: FrameReader;
  #current = new Set<string>();
  #unanswered = new Set<number>();
  #requestId = 0;
  #outbox: string[] = [];
  #sendTimer: NodeJS.Timeout | undefined;
  #replyTimer: NodeJS.Timeout | undefined;
  #subscribed = false;
  #downReason = 'not connected yet';
  /** What the last upgrade's answer says of our address. */
  #refusal: string | undefined;

  constructor(options: StreamConnectionOptions) {
    this.#options = options;
    this.#reader = new FrameReader(options.routes);
    this.#socket = new ReconnectingSocket({
      url: `${options.url.replace(/\/+$/, '')}/stream`,
      logger: options.logger,
      random: options.random,
      nowUs: options.nowUs,
      attemptWaitMs: options.attemptWaitMs,
      retryAfterMs: ({ httpStatus, retryAfter }) => {
        this.#refusal = refusalOf(httpStatus);
        return this.#refusal === undefined ? 0 : (retryAfterMsOf(retryAfter) ?? LIMITS.refusedAddressWaitMs);
      },
      handlers: {
        onOpen: (send) => this.#onOpen(send),
        onFrame: (frame, isBinary, receivedAtUs) => this.#onFrame(frame, isBinary, receivedAtUs),
        onPing: options.onPing,
        onPong: options.onPong,
        onDown: (reason) => this.#onDown(reason),
      },
    });
  }

  get subscribed(): boolean {
    return this.#subscribed;
  }

  /** Why it is not subscribed. */
  get downReason(): string {
    return this.#downReason;
  }

  start(): void {
    this.#socket.start();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  stop(): void {
    this.#clearTimers();
    this.#socket.stop();
  }

  ping(): void {
    this.#socket.ping();
  }

  reconnect(reason: string, atOnce: boolean): void {
    this.#socket.reconnect(reason, atOnce);
  }

  #onOpen(send: (text: string) => void): void {
    this.#current = new Set();
    this.#unanswered = new Set();
    this.#downReason = 'waiting for the answer to SUBSCRIBE';
    const wanted = new Set(this.#options.routes.keys());
    this.#outbox = planRequests(this.#current, wanted).map((request) => {
      this.#requestId++;
      this.#unanswered.add(this.#requestId);
      return JSON.stringify({ ...request, id: this.#requestId });
    });
    this.#current = wanted;
    this.#sendNext(send);
    this.#replyTimer = setTimeout(
      () => this.#socket.reconnect(`no answer to SUBSCRIBE within ${REPLY_MS_MAX} ms`),
      REPLY_MS_MAX + (this.#outbox.length * 1_000) / MESSAGES_PER_SECOND,
    );
  }

  /** One message at a time, evenly: the venue cuts a connection at its sixth message in a second. */
  #sendNext(send: (text: string) => void): void {
    const text = this.#outbox.shift();
    if (text === undefined) return;
    send(text);
    this.#sendTimer = setTimeout(() => this.#sendNext(send), 1_000 / MESSAGES_PER_SECOND);
  }

  #onFrame(frame: Buffer, isBinary: boolean, receivedAtUs: number): void {
    const { onBad, onEvent, onFrame } = this.#options;
    onFrame();
    if (isBinary) {
      onBad('binary', 'the venue sends text', frame, undefined);
      return;
    }
    if (frame.length > LIMITS.frameBytesMax) {
      onBad('too_large', `${frame.length} bytes`, frame, undefined);
      return;
    }
    const event = this.#reader.read(frame);
    switch (event.type) {
      case 'trade':
      case 'quote':
      case 'diff':
        onEvent(event, receivedAtUs, frame);
        return;
      case 'bad':
        onBad(event.reason, event.detail, frame, event.route);
        return;
      case 'shutdown':
        this.#options.onShutdown();
        return;
      case 'reply':
        this.#onReply(event.id, event.error);
    }
  }

  #onReply(id: number | string | null, error: string | undefined): void {
    if (error !== undefined) {
      this.#options.logger.error({ event: 'subscribe_refused', id, error });
      this.#socket.reconnect(`the venue refused a message: ${error}`);
      return;
    }
    if (typeof id === 'number') this.#unanswered.delete(id);
    if (this.#subscribed || this.#unanswered.size > 0 || this.#outbox.length > 0) return;
    clearTimeout(this.#replyTimer);
    this.#subscribed = true;
    this.#options.onSubscribed();
  }

  #onDown(ended: string): void {
    const reason = this.#refusal === undefined ? ended : `${ended}: ${this.#refusal}`;
    this.#refusal = undefined;
    this.#clearTimers();
    this.#outbox = [];
    this.#subscribed = false;
    this.#downReason = reason;
    this.#options.onDown(reason);
  }

  #clearTimers(): void {
    clearTimeout(this.#sendTimer);
    clearTimeout(this.#replyTimer);
  }
}
