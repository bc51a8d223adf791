// A gateway that speaks the protocol from a script: what it sends and when is the test's. Real sockets, real frames.
import type { AddressInfo } from 'node:net';
import {
  type ClientMessage,
  type ControlMessage,
  type DataMessage,
  decodeProtobufClientMessage,
  encodeJsonControl,
  encodeProtobufFrame,
  isData,
  jsonData,
  parseJsonClientMessage,
} from '@tapecast/wire';
import { type WebSocket, WebSocketServer } from 'ws';

export type ServerMessage = ControlMessage | DataMessage;

/** Hands out what came in the order in which it came; whoever asks first gets the next. */
class Arrivals<T> {
  readonly #items: T[] = [];
  readonly #askers: ((item: T) => void)[] = [];

  put(item: T): void {
    const asker = this.#askers.shift();
    if (asker === undefined) this.#items.push(item);
    else asker(item);
  }

  next(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#askers.push(resolve));
  }

  get waiting(): number {
    return this.#items.length;
  }
}

export class ScriptedConnection {
  readonly protocol: string;
  /** What the client asked for in the handshake, with its query. */
  readonly url: string;
  readonly #socket: WebSocket;
  readonly #messages = new Arrivals<ClientMessage>();
  readonly #numbers = new Map<string, number>();
  /** Of the next JSON data message: a script may skip some. */
  seq = 1;

  constructor(socket: WebSocket, url: string) {
    this.#socket = socket;
    this.protocol = socket.protocol;
    this.url = url;
    socket.on('message', (data: Buffer, binary: boolean) => {
      const message = binary ? decodeProtobufClientMessage(data) : parseJsonClientMessage(data.toString());
      if ('type' in message) throw new Error(`the client sent what it must not: ${message.msg}`);
      this.#messages.put(message);
    });
  }

  /** The client's next message. */
  next(): Promise<ClientMessage> {
    return this.#messages.next();
  }

  get unread(): number {
    return this.#messages.waiting;
  }

  hello(heartbeatMs = 15_000): void {
    const protocol = this.protocol === 'tapecast.v1.json' ? 'tapecast.v1.json' : 'tapecast.v1.protobuf';
    this.send({ type: 'hello', session: 's', serverTime: 1, heartbeatMs, protocol, limits: {} });
  }

  send(...messages: ServerMessage[]): void {
    if (this.protocol === 'tapecast.v1.json') {
      for (const message of messages) this.#socket.send(this.#text(message));
      return;
    }
    const numberOf = (symbol: string) => this.#numberOf(symbol);
    this.#socket.send(encodeProtobufFrame(messages, { publishedAtUs: 2_000, receivedAtUs: 1_000, numberOf }));
  }

  raw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** Answers a subscribe as a gateway does: each symbol with each channel, at `seq` of `epoch`. */
  grant(message: ClientMessage, seq: number, epoch = 'e1'): void {
    if (message.action !== 'subscribe' && message.action !== 'resync')
      throw new Error(`${message.action} is not granted`);
    const channels = message.channels ?? [];
    const results = message.symbols.flatMap((symbol) =>
      channels.map((channel) => ({
        symbol,
        channel,
        ok: true,
        epoch,
        seq,
        intervalMs: 0,
        streamNumber: this.#numberOf(symbol),
      })),
    );
    this.send({ type: 'success', action: message.action, id: message.id, msg: 'ok', results });
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Ends it without a close frame. */
  cut(): void {
    this.#socket.terminate();
  }

  #numberOf(symbol: string): number {
    const known = this.#numbers.get(symbol) ?? this.#numbers.size + 1;
    this.#numbers.set(symbol, known);
    return known;
  }

  #text(message: ServerMessage): string {
    if (!isData(message)) return encodeJsonControl(message);
    const { head, tail } = jsonData(message, 'string');
    return `${head}${this.seq++}${tail}`;
  }
}

export class ScriptedGateway {
  readonly #server: WebSocketServer;
  readonly #connections = new Arrivals<ScriptedConnection>();

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      this.#connections.put(new ScriptedConnection(socket, request.url ?? ''));
    });
  }

  static start(): Promise<ScriptedGateway> {
    return new Promise((resolve, reject) => {
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      server.once('error', reject);
      server.once('listening', () => resolve(new ScriptedGateway(server)));
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/stream`;
  }

  /** The next connection that a client makes. */
  next(): Promise<ScriptedConnection> {
    return this.#connections.next();
  }

  stop(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
