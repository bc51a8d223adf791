import { zstdDecompressSync } from 'node:zlib';
import { type ClientMessage, encodeJsonClientMessage, encodeProtobufClientMessage, FrameDecoder } from '@tapecast/wire';
import { type ClientOptions, WebSocket } from 'ws';

/** A JSON message as it came, parsed: fields by their wire names. */
// biome-ignore lint/suspicious/noExplicitAny: what a server sent is looked at field by field, and a wrong one fails the test.
export type Wire = any;

/** What is waited for comes when the machine gets to it: only what never comes takes so long. */
const PATIENCE_MS = 30_000;

/** A client of the stream that keeps what it got, for either subprotocol. */
export class StreamClient {
  readonly socket: WebSocket;
  /** JSON messages, or decoded Protobuf messages, in the order they came. */
  readonly messages: Wire[] = [];
  readonly #decoder: FrameDecoder;
  frames = 0;
  closeCode: number | undefined;
  closeReason = '';
  #waiting: (() => void)[] = [];

  constructor(url: string, protocol?: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, protocol === undefined ? [] : [protocol], options);
    const marked = protocol === 'tapecast.v1.protobuf.zstd';
    this.#decoder = new FrameDecoder({ marked, decompress: zstdDecompressSync, now: () => Date.now() });
    this.socket.binaryType = 'nodebuffer';
    this.socket.on('message', (data: Buffer, binary) => this.#took(data, binary));
    this.socket.on('close', (code, reason) => {
      this.closeCode = code;
      this.closeReason = reason.toString();
      this.#wake();
    });
    this.socket.on('error', () => {
      // Told by `close`, which follows.
    });
  }

  static async open(port: number, protocol?: string, query = ''): Promise<StreamClient> {
    const client = new StreamClient(`ws://127.0.0.1:${port}/v1/stream${query}`, protocol);
    await client.next((message) => message.type === 'hello');
    return client;
  }

  send(message: ClientMessage | object): void {
    if (this.socket.protocol.startsWith('tapecast.v1.protobuf'))
      this.socket.send(encodeProtobufClientMessage(message as ClientMessage));
    else
      this.socket.send(
        'intervalMs' in message || 'action' in message
          ? encodeJsonClientMessage(message as ClientMessage)
          : JSON.stringify(message),
      );
  }

  /** Sends, and resolves with the answer of the same id. */
  async ask(message: { id: string | number } & Record<string, unknown>): Promise<Wire> {
    this.send(message);
    return this.next((answer) => answer.id === message.id && answer.type !== 'trade');
  }

  subscribe(id: number, symbols: string[], channels: string[], intervalMs = 0): Promise<Wire> {
    return this.ask({ action: 'subscribe', id, symbols, channels, intervalMs });
  }

  /** The first message, also of those that came already, that fits. Rejects after `ms` with what came instead. */
  async next(fits: (message: Wire) => boolean, ms = PATIENCE_MS): Promise<Wire> {
    const found = await this.until(() => this.messages.find(fits), ms);
    return found;
  }

  /** Resolves with what `look` returns once it is neither undefined nor false. */
  async until<T>(look: () => T | undefined | false, ms = PATIENCE_MS): Promise<T> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(
          `nothing that fits within ${ms} ms (close ${this.closeCode}); last: ${JSON.stringify(this.messages.slice(-3), (_, v) => (typeof v === 'bigint' ? String(v) : v))}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  closed(ms = PATIENCE_MS): Promise<number> {
    return this.until(() => this.closeCode, ms);
  }

  data(symbol: string, channel: string): Wire[] {
    return this.messages.filter(
      (message) => message.symbol === symbol && message.channel === channel && message.type !== 'notice',
    );
  }

  close(): void {
    this.socket.terminate();
  }

  #took(data: Buffer, binary: boolean): void {
    this.frames++;
    if (!binary) this.messages.push(JSON.parse(data.toString()));
    else {
      const { messages, skipped, baseless } = this.#decoder.decode(data);
      if (skipped > 0) throw new Error(`${skipped} messages that are unknown or of instruments that were never named`);
      if (baseless.length > 0) throw new Error(`no state to apply differences to: ${JSON.stringify(baseless)}`);
      this.messages.push(...messages);
    }
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
