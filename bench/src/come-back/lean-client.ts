import { connect, type Socket } from 'node:net';
import { zstdDecompressSync } from 'node:zlib';
import {
  type ClientMessage,
  type ControlMessage,
  type DataMessage,
  encodeProtobufClientMessage,
  FrameDecoder,
  type SubscriptionResult,
  type SuccessMessage,
} from '@tapecast/wire';
import { FrameReader } from '../fan-out/frame-reader.ts';
import { Returning, wallMs } from './returning.ts';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const BINARY = 0x82;
const PONG = 0x8a;
/** As the protocol document asks for: at random up to a second, doubled with each failure up to half a minute. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;
/** A connection that lasted so long makes earlier failures forgotten. */
const STABLE_MS = 5_000;
/** From the try to `hello`, and from there to the answer, as the TypeScript client has it. Past either: another try. */
const ANSWER_MS_MAX = 10_000;
/** One buffer for all sockets of the process: a read is handled before the next one begins. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

/** What it has of one symbol and channel. */
interface Position {
  readonly symbol: string;
  readonly channel: 'trade' | 'quote';
  epoch: string;
  seq: number;
}

/** A client on a bare TCP socket: it does all that the protocol asks of one that comes back, as cheaply as it can. */
export class LeanClient extends Returning {
  readonly #positions = new Map<string, Position>();
  #socket: Socket | undefined;
  #reader: FrameReader | undefined;
  #head: Buffer | undefined;
  #token: string | undefined;
  #failures = 0;
  #greetedAtMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;
  #ids = 0;
  readonly #asked = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();

  begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#asked.set(0, { resolve, reject });
      this.#connect();
    });
  }

  add(symbol: string): Promise<void> {
    return new Promise((resolve, reject) => this.#subscribe([symbol], { resolve, reject }));
  }

  close(): void {
    this.#closing = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const { address, from, protocol } = this.options;
    const [host, port] = address.split(':') as [string, string];
    this.trail.tried = wallMs();
    this.trail.tries++;
    this.#greetedAtMs = undefined;
    this.#head = Buffer.alloc(0);
    const marked = protocol === 'protobuf.zstd';
    const decoder = new FrameDecoder({ marked, decompress: (bytes) => zstdDecompressSync(bytes), now: Date.now });
    const reader = new FrameReader(
      (payload) => this.#write(PONG, payload),
      () => {},
    );
    reader.onFrame = (payload) => {
      const { messages, baseless } = decoder.decode(payload);
      for (const message of messages) this.#message(message);
      for (const { channel } of baseless) this.noteHole('base', channel);
    };
    this.#reader = reader;
    const socket = connect({
      ...{ host, port: Number(port), localAddress: from, noDelay: true },
      onread: {
        buffer: READ_BUFFER,
        callback: (length, buffer) => {
          if (socket !== this.#socket) return true;
          if (this.#head === undefined) this.#reader?.push(buffer, length);
          else this.#upgrade(this.#head, buffer.subarray(0, length));
          return true;
        },
      },
    });
    this.#socket = socket;
    socket.on('error', () => {}); // A close follows.
    socket.on('close', () => this.#lost(socket));
    socket.write(
      [
        'GET /v1/stream HTTP/1.1',
        'Host: bench',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        `Sec-WebSocket-Protocol: tapecast.v1.${protocol}`,
        '\r\n',
      ].join('\r\n'),
    );
    this.#giveUpAfter(socket);
  }

  #giveUpAfter(socket: Socket | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => socket?.destroy(), ANSWER_MS_MAX);
  }

  #upgrade(before: Buffer, bytes: Uint8Array): void {
    const head = Buffer.concat([before, bytes]);
    this.#head = head;
    const end = head.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const status = head.toString('latin1', 9, 12);
    if (status !== '101') {
      this.noteOutcome(`refused ${status}`);
      this.#socket?.destroy();
      return;
    }
    this.#head = undefined;
    const rest = head.subarray(end + END_OF_HEAD.length);
    this.#reader?.push(rest, rest.length);
  }

  #lost(socket: Socket): void {
    if (socket !== this.#socket || this.#closing) return;
    clearTimeout(this.#timer);
    this.noteClosed();
    if (this.#greetedAtMs !== undefined && wallMs() - this.#greetedAtMs >= STABLE_MS) this.#failures = 0;
    const bound = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#connect(), Math.random() * bound);
  }

  #message(message: ControlMessage | DataMessage): void {
    switch (message.type) {
      case 'hello':
        this.#greetedAtMs = wallMs();
        this.trail.greeted = this.#greetedAtMs;
        this.#giveUpAfter(this.#socket);
        if (this.#positions.size > 0) this.#resume();
        else {
          this.#token = message.resumeToken;
          this.#subscribe(this.options.symbols, this.#asked.get(0));
        }
        return;
      case 'success':
        this.#answered(message);
        return;
      case 'error':
        this.noteOutcome(`error ${message.code}`);
        if (message.action === 'resume' && message.temporary)
          setTimeout(() => this.#resume(), (message.retryAfterMs ?? RETRY_MS) * (1 + Math.random()));
        else this.#asked.get(Number(message.id))?.reject(new Error(message.msg));
        return;
      case 'notice':
        if (message.code === 'hole')
          this.noteHole(message.epoch === undefined ? 'announced' : 'epoch', message.channel);
        return;
      case 'trade':
        if (message.range !== undefined) {
          this.trades.take(message.symbol, message.range[1], message.trade.id);
          this.#at(message.symbol, 'trade', message.range[1]);
        }
        this.noteServed();
        return;
      case 'quote':
        if (message.range !== undefined) this.#at(message.symbol, 'quote', message.range[1]);
        this.noteServed();
        return;
    }
  }

  #at(symbol: string, channel: string, seq: number): void {
    const position = this.#positions.get(`${symbol} ${channel}`);
    if (position !== undefined) position.seq = seq;
  }

  #subscribe(
    symbols: readonly string[],
    asker: { resolve: () => void; reject: (error: Error) => void } | undefined,
  ): void {
    const id = ++this.#ids;
    if (asker !== undefined) this.#asked.set(id, asker);
    const { intervalMs } = this.options;
    this.#send({ action: 'subscribe', id, symbols: [...symbols], channels: ['trade', 'quote'], intervalMs });
  }

  #resume(): void {
    const { intervalMs } = this.options;
    const positions = [...this.#positions.values()].map((position) => ({ ...position, intervalMs }));
    this.#send({ action: 'resume', id: ++this.#ids, token: this.#token, positions, more: false });
  }

  #answered({ action, id, results = [], resumeToken, sessionResumed }: SuccessMessage): void {
    clearTimeout(this.#timer);
    if (action === 'resume') {
      this.trail.answered = wallMs();
      this.#token = resumeToken ?? this.#token;
      this.noteOutcome(sessionResumed === true ? 'session' : 'new session');
    }
    for (const result of results) this.#granted(action, result);
    const asked = this.#asked.get(Number(id));
    this.#asked.delete(Number(id));
    asked?.resolve();
  }

  #granted(action: string, { symbol, channel, ok, epoch = '', seq = 0, outcome, code }: SubscriptionResult): void {
    if (action === 'resume') this.noteOutcome(ok ? (outcome ?? 'had') : `pair ${code}`);
    if (!ok || (channel !== 'trade' && channel !== 'quote')) return;
    if (channel === 'trade') this.trades.begin(symbol, seq);
    this.#positions.set(`${symbol} ${channel}`, { symbol, channel, epoch, seq });
  }

  #send(message: ClientMessage): void {
    this.#write(BINARY, encodeProtobufClientMessage(message));
  }

  /** A masked frame whose mask is zero, so that the payload stands as it is. */
  #write(first: number, payload: Uint8Array): void {
    const { length } = payload;
    const head = length < 126 ? [first, 0x80 | length] : [first, 0x80 | 126, length >> 8, length & 0xff];
    const socket = this.#socket;
    if (socket?.destroyed === false) socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]));
  }
}
