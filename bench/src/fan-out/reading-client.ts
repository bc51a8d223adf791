import { connect, type Socket } from 'node:net';
import { encodeJsonClientMessage, encodeProtobufClientMessage, type SubscribeMessage } from '@tapecast/wire';
import { Follower } from './follower.ts';
import { FrameReader } from './frame-reader.ts';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const TEXT = 0x81;
const BINARY = 0x82;
const PONG = 0x8a;
/** One buffer for all sockets of the process: a read is handled before the next one begins. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

export interface ReadingClientOptions {
  host: string;
  port: number;
  /** Without it the server is no gateway, and the upgrade is all that is waited for. */
  protocol: string | undefined;
  subscribe: SubscribeMessage | undefined;
}

/** A WebSocket on a bare TCP socket that reads as cheaply as it can, and decodes only while it has a follower. */
export class ReadingClient {
  readonly ready: Promise<void>;
  closeCode: number | undefined;
  closed = false;
  /** As counted when somebody last looked. */
  framesBefore = 0;
  readonly reader: FrameReader;
  follower: Follower | undefined;
  readonly socket: Socket;
  readonly #options: ReadingClientOptions;
  #upgraded = false;
  #head: Buffer = Buffer.alloc(0);
  #done: () => void = () => {};

  constructor(options: ReadingClientOptions) {
    this.#options = options;
    this.reader = new FrameReader(
      (payload) => this.#write(PONG, payload),
      (code) => {
        this.closeCode = code;
      },
    );
    this.socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length, buffer) => {
          if (this.#upgraded) this.reader.push(buffer, length);
          else this.#upgrade(buffer, length);
          return true;
        },
      },
    });
    this.ready = new Promise((resolve, reject) => {
      this.#done = resolve;
      const failed = (error: Error): void => reject(error);
      this.socket.once('error', failed);
      this.socket.once('close', () => {
        this.closed = true;
        reject(new Error(`closed before it was ready: ${this.#head.toString().slice(0, 300)}`));
      });
    });
    if (options.subscribe !== undefined) this.#follow(options.protocol ?? '');
    this.socket.write(
      [
        'GET /v1/stream HTTP/1.1',
        'Host: bench',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...(options.protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${options.protocol}`]),
        '\r\n',
      ].join('\r\n'),
    );
  }

  /** From the upgrade on: who begins later does not know what the differences are against. */
  #follow(protocol: string): void {
    const follower = new Follower(protocol, () => this.#done());
    this.follower = follower;
    this.reader.onFrame = (payload, binary) => follower.take(payload, binary);
  }

  /** From now on frames are counted only. */
  countOnly(): void {
    this.follower = undefined;
    this.reader.onFrame = undefined;
  }

  #upgrade(bytes: Uint8Array, length: number): void {
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, length)]);
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end < 0) return;
    if (!this.#head.toString('latin1', 0, 12).endsWith(' 101')) {
      this.socket.destroy(new Error(`refused: ${this.#head.toString().slice(0, 300)}`));
      return;
    }
    this.#upgraded = true;
    const rest = this.#head.subarray(end + END_OF_HEAD.length);
    this.#head = Buffer.alloc(0);
    const { subscribe, protocol } = this.#options;
    if (subscribe === undefined) this.#done();
    else if (protocol === 'tapecast.v1.json') this.#write(TEXT, Buffer.from(encodeJsonClientMessage(subscribe)));
    else this.#write(BINARY, encodeProtobufClientMessage(subscribe));
    this.reader.push(rest, rest.length);
  }

  /** A masked frame whose mask is zero, so that the payload stands as it is. */
  #write(first: number, payload: Uint8Array): void {
    const length = payload.length;
    const head = length < 126 ? [first, 0x80 | length] : [first, 0x80 | 126, length >> 8, length & 0xff];
    if (!this.socket.destroyed) this.socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]));
  }
}
