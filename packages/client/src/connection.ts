import {
  type Channel,
  type ClientMessage,
  type ControlMessage,
  type DataMessage,
  encodeJsonClientMessage,
  encodeProtobufClientMessage,
  FrameDecoder,
  parseJsonServerMessage,
  type Subprotocol,
} from '@tapecast/wire';
import type { FrameTimes } from './data-events.ts';
import type { Decompress } from './decompress.ts';
import { CONNECT_MS_MAX, DEAD_AFTER_HEARTBEATS, STALE_AFTER_HEARTBEATS } from './limits.ts';
import type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';

export type Protocol = 'protobuf.zstd' | 'protobuf' | 'json';

/** What is offered, the wanted one first: a gateway of an older version may not know it. */
const OFFERS: Readonly<Record<Protocol, Subprotocol[]>> = {
  'protobuf.zstd': ['tapecast.v1.protobuf.zstd', 'tapecast.v1.protobuf'],
  protobuf: ['tapecast.v1.protobuf'],
  json: ['tapecast.v1.json'],
};

/** 1006: it ended without a close frame. */
const NO_CLOSE_FRAME = 1006;

export interface ConnectionOptions {
  webSocket: WebSocketConstructor;
  url: string;
  protocol: Protocol;
  /** Of frames that are compressed; undefined: that is not offered. */
  decompress: Decompress | undefined;
  /** Sent in the address; undefined: it has none. */
  queryToken: string | undefined;
  /** Milliseconds of a clock that moves on, and not with the wall's. */
  now: () => number;
}

export interface ConnectionHandlers {
  /** All messages in order; the first is `hello`, once. */
  onMessage(message: ControlMessage | DataMessage, times: FrameTimes): void;
  /** Differences came that belong to no state that is there, once a frame for each symbol and channel. */
  onBaseless(symbol: string, channel: Channel): void;
  /** No frame for STALE_AFTER_HEARTBEATS intervals; false: one came again. */
  onStale(stale: boolean): void;
  /** JSON only: the connection's `seq` has a hole. */
  onSeqHole(): void;
  /** A frame could not be read; `onEnd` follows. */
  onFault(error: Error): void;
  /** Once, last. `goodForMs`: since hello, undefined where none came. */
  onEnd(code: number, reason: string, goodForMs: number | undefined): void;
}

const NO_TIMES: FrameTimes = { receivedAtUs: undefined, publishedAtUs: undefined };

/** One WebSocket, from its opening to its end. A connection that went silent is given up without waiting for its close. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  readonly #socket: WebSocketLike;
  /** Of binary frames: what streams are called and where they stand is as long-lived as the connection. */
  #decoder: FrameDecoder | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeatMs = 0;
  #helloAt: number | undefined;
  #lastFrameAt: number;
  #open = false;
  #stale = false;
  #seq = 0;
  #ended = false;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#lastFrameAt = options.now();
    this.#socket = new options.webSocket(connectionUrl(options), offers(options));
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onmessage = (event: { data: unknown }) => this.#frame(event.data);
    this.#socket.onclose = (event: { code: number; reason: string }) => this.#end(event.code, event.reason);
    this.#socket.onopen = () => {
      this.#open = true;
    };
    // A close follows each error of an open one. Of one that could not be made Node's own WebSocket tells nothing more.
    this.#socket.onerror = () => {
      if (!this.#open) this.#end(NO_CLOSE_FRAME, 'the connection could not be made');
    };
    this.#timer = setTimeout(() => this.#end(NO_CLOSE_FRAME, `no hello within ${CONNECT_MS_MAX} ms`), CONNECT_MS_MAX);
  }

  send(message: ClientMessage): void {
    if (this.#ended) return;
    const json = this.#options.protocol === 'json';
    this.#socket.send(json ? encodeJsonClientMessage(message) : encodeProtobufClientMessage(message));
  }

  /** Ends it; `onEnd` is called before this returns. */
  close(code: number, reason: string): void {
    this.#end(code, reason);
  }

  #frame(data: unknown): void {
    if (this.#ended) return;
    this.#lastFrameAt = this.#options.now();
    if (this.#stale) this.#setStale(false);
    try {
      if (typeof data === 'string') this.#textFrame(data);
      else if (data instanceof ArrayBuffer) this.#binaryFrame(new Uint8Array(data));
    } catch (error) {
      const fault = error instanceof Error ? error : new Error(String(error));
      this.#handlers.onFault(fault);
      this.#end(NO_CLOSE_FRAME, `a frame could not be read: ${fault.message}`);
    }
  }

  #binaryFrame(bytes: Uint8Array): void {
    this.#decoder ??= this.#newDecoder();
    const frame = this.#decoder.decode(bytes);
    for (const message of frame.messages) {
      if (this.#ended) return;
      this.#message(message, frame);
    }
    for (const { symbol, channel } of frame.baseless) {
      if (this.#ended) return;
      this.#handlers.onBaseless(symbol, channel);
    }
  }

  /** Which of the offered ones was taken is known from the first frame on. */
  #newDecoder(): FrameDecoder {
    const { decompress, now } = this.#options;
    const marked = this.#socket.protocol === 'tapecast.v1.protobuf.zstd';
    return new FrameDecoder({ marked, now, ...(decompress !== undefined && { decompress }) });
  }

  #textFrame(text: string): void {
    const { message, seq } = parseJsonServerMessage(text);
    if (seq !== undefined) {
      const expected = this.#seq + 1;
      this.#seq = seq;
      if (seq !== expected) this.#handlers.onSeqHole();
    }
    if (message !== undefined) this.#message(message, NO_TIMES);
  }

  #message(message: ControlMessage | DataMessage, times: FrameTimes): void {
    if (message.type === 'hello') {
      if (this.#helloAt !== undefined) return;
      this.#helloAt = this.#lastFrameAt;
      this.#heartbeatMs = message.heartbeatMs;
      this.#watch();
    }
    this.#handlers.onMessage(message, times);
  }

  /** Looks a few times an interval how long nothing came: cheaper than a timer set anew by each frame. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#heartbeatMs <= 0) return; // The gateway sends none: silence says nothing.
    this.#timer = setTimeout(() => {
      const silentMs = this.#options.now() - this.#lastFrameAt;
      // Not at the first look: where this program itself stood still, what came meanwhile is only read after this.
      if (this.#stale && silentMs >= this.#heartbeatMs * DEAD_AFTER_HEARTBEATS) {
        this.#end(NO_CLOSE_FRAME, `no frame for ${Math.round(silentMs)} ms, expected one each ${this.#heartbeatMs} ms`);
        return;
      }
      if (!this.#stale && silentMs >= this.#heartbeatMs * STALE_AFTER_HEARTBEATS) this.#setStale(true);
      this.#watch();
    }, this.#heartbeatMs / 4);
  }

  #setStale(stale: boolean): void {
    this.#stale = stale;
    this.#handlers.onStale(stale);
  }

  #end(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    // Stays, for `ws`: an error event that no one hears ends the process.
    this.#socket.onerror = () => {};
    try {
      this.#socket.close(code >= 4000 || code === 1000 ? code : 1000, '');
    } catch {
      // It is closed already, or not open yet: nothing is left to do on a socket that no one listens to.
    }
    const goodForMs = this.#helloAt === undefined ? undefined : this.#options.now() - this.#helloAt;
    this.#handlers.onEnd(code, reason, goodForMs);
  }
}

function offers({ protocol, decompress }: ConnectionOptions): string[] {
  return OFFERS[protocol === 'protobuf.zstd' && decompress === undefined ? 'protobuf' : protocol];
}

function connectionUrl({ url, protocol, queryToken }: ConnectionOptions): string {
  const full = new URL(url);
  // As texts, so that no digit is lost in parsing them.
  if (protocol === 'json') full.searchParams.set('numbers', 'string');
  if (queryToken !== undefined) full.searchParams.set('token', queryToken);
  return full.href;
}
