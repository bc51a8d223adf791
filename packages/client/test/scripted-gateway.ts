// A gateway that speaks the protocol from a script: what it sends and when is the test's. Real sockets, real frames.
import type { AddressInfo } from 'node:net';
import { zstdCompressSync } from 'node:zlib';
import {
  type Channel,
  type ClientMessage,
  type ControlMessage,
  type DataMessage,
  DeltaFrames,
  DeltaStream,
  decodeProtobufClientMessage,
  encodeJsonControl,
  encodeProtobufFrame,
  isData,
  jsonData,
  type NamedLimits,
  parseJsonClientMessage,
  type Subprotocol,
  type SubscriptionResult,
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

/** A gateway picks the first that it knows; an old one does not know zstd. */
const KNOWN = ['tapecast.v1.protobuf.zstd', 'tapecast.v1.protobuf', 'tapecast.v1.json'];

export class ScriptedConnection {
  readonly protocol: string;
  /** What the client asked for in the handshake, with its query. */
  readonly url: string;
  readonly #socket: WebSocket;
  readonly #closed: Promise<number>;
  readonly #messages = new Arrivals<ClientMessage>();
  readonly #streams = new Map<string, DeltaStream>();
  /** Of binary frames sent: every second one is compressed where the client takes that. */
  #frames = 0;
  /** Of the next JSON data message: a script may skip some. */
  seq = 1;

  constructor(socket: WebSocket, url: string) {
    this.#socket = socket;
    this.protocol = socket.protocol;
    this.url = url;
    this.#closed = new Promise((resolve) => socket.on('close', resolve));
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

  /** `resumeToken`: it offers resume. */
  hello(heartbeatMs = 15_000, resumeToken?: string, limits: NamedLimits = {}): void {
    const protocol = this.protocol as Subprotocol;
    const offer = resumeToken === undefined ? {} : { resumeToken };
    this.send({ type: 'hello', session: 's', serverTime: 1, heartbeatMs, protocol, limits, ...offer });
  }

  send(...messages: ServerMessage[]): void {
    if (this.protocol === 'tapecast.v1.json') {
      for (const message of messages) this.#socket.send(this.#text(message));
      return;
    }
    const numberOf = (symbol: string, channel: Channel) => this.#stream(symbol, channel).number;
    const plain = encodeProtobufFrame(messages, { publishedAtUs: 2_000, receivedAtUs: 1_000, numberOf });
    this.#frame({ plain, marked: Uint8Array.of(0, ...plain) });
  }

  /** Sends states as differences against what was told, in one frame, or whole where that can't be said. */
  tell(...states: DataMessage[]): void {
    const told = states.map((state) => {
      const stream = this.#stream(state.symbol, state.channel);
      return stream.add(state) ? stream : state;
    });
    const wholes = told.filter((each): each is DataMessage => !(each instanceof DeltaStream));
    const frames = new DeltaFrames();
    frames.begin(2_000, 1_000);
    for (const stream of new Set(told)) if (stream instanceof DeltaStream) frames.append(stream.take());
    if (wholes.length > 0) this.send(...wholes);
    if (wholes.length < told.length) this.#frame(frames.finish());
  }

  /** The client is never told these states, and the next difference is made against the last of them. */
  lose(...states: DataMessage[]): void {
    for (const state of states) {
      const stream = this.#stream(state.symbol, state.channel);
      stream.add(state);
      stream.take();
    }
  }

  raw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** Answers a subscribe as a gateway does: each symbol with each channel, at `seq` of `epoch`. */
  grant(message: ClientMessage, seq: number, epoch = 'e1', intervalMs = 0): void {
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
        intervalMs,
        streamNumber: this.#stream(symbol, channel as Channel).number,
      })),
    );
    this.send({ type: 'success', action: message.action, id: message.id, msg: 'ok', results });
  }

  /** Answers a resume: each position by what `outcomes` says of its channel. */
  resume(message: ClientMessage, outcomes: Record<string, Partial<SubscriptionResult>>, resumeToken?: string): void {
    if (message.action !== 'resume') throw new Error(`${message.action} is no resume`);
    const results = message.positions.map(({ symbol, channel, epoch, seq, intervalMs = 0 }) => ({
      symbol,
      channel,
      ok: true,
      epoch,
      seq,
      intervalMs,
      streamNumber: this.#stream(symbol, channel as Channel).number,
      ...outcomes[channel],
    }));
    const session = { session: 's', sessionResumed: true, ...(resumeToken !== undefined && { resumeToken }) };
    this.send({ type: 'success', action: 'resume', id: message.id, msg: 'ok', results, ...session });
  }

  /** Resolves once the client has ended it, with the code. */
  get closed(): Promise<number> {
    return this.#closed;
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Ends it without a close frame. */
  cut(): void {
    this.#socket.terminate();
  }

  #frame({ plain, marked }: { plain: Uint8Array; marked: Uint8Array }): void {
    if (this.protocol !== 'tapecast.v1.protobuf.zstd') this.#socket.send(plain);
    else if (this.#frames++ % 2 === 0) this.#socket.send(marked);
    else this.#socket.send(Uint8Array.of(1, ...zstdCompressSync(marked)));
  }

  #stream(symbol: string, channel: Channel): DeltaStream {
    const key = `${symbol} ${channel}`;
    const known = this.#streams.get(key) ?? new DeltaStream(this.#streams.size + 1, channel);
    this.#streams.set(key, known);
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

  /** `known`: the subprotocols that it knows. */
  static start(known: readonly string[] = KNOWN): Promise<ScriptedGateway> {
    return new Promise((resolve, reject) => {
      const handleProtocols = (offered: Set<string>) => [...offered].find((each) => known.includes(each)) ?? false;
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols });
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
