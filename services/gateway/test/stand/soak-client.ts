import { zstdDecompressSync } from 'node:zlib';
import { encodeJsonClientMessage, encodeProtobufClientMessage, FrameDecoder } from '@tapecast/wire';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { barClose, best, DEEP, quoteLast, type SoakChannel, tradePrice } from './soak-market.ts';
import type { Wire } from './stream-client.ts';

interface Position {
  seq: number;
  /** The answer said that a snapshot follows. */
  snapshotDue: boolean;
  /** Side and price to size. */
  book: Map<string, number>;
}

/** A client that keeps nothing of what it gets but where it is, and looks at every message when it comes. */
export class SoakClient {
  readonly socket: WebSocket;
  readonly protocol: string;
  readonly at = new Map<string, Position>();
  /** Trades that it was told to have missed. */
  lost = 0;
  merged = 0;
  messages = 0;
  /** What was wrong first. */
  fault: unknown;
  closeCode: number | undefined;
  readonly #decoder: FrameDecoder;
  #dataSeq = 0;
  #id = 0;
  readonly #answered = new Map<number, () => void>();
  readonly hello: Promise<void>;
  #greeted = (): void => {};

  constructor(port: number, protocol: string) {
    this.protocol = protocol;
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, [protocol]);
    this.socket.binaryType = 'nodebuffer';
    const marked = protocol.endsWith('.zstd');
    this.#decoder = new FrameDecoder({ marked, decompress: zstdDecompressSync, now: () => Date.now() });
    this.hello = new Promise((resolve) => {
      this.#greeted = resolve;
    });
    this.socket.on('message', (data: Buffer, binary) => this.#took(data, binary));
    this.socket.on('close', (code) => {
      this.closeCode = code;
      this.#greeted();
      for (const answered of this.#answered.values()) answered();
    });
    this.socket.on('error', () => {
      // Told by `close`, which follows.
    });
  }

  /** Resolves with the answer, or the connection's end. */
  ask(action: string, symbols: readonly string[], channels: readonly SoakChannel[], intervalMs = 0): Promise<void> {
    if (this.closeCode !== undefined || this.socket.readyState !== WebSocket.OPEN) return Promise.resolve();
    const id = ++this.#id;
    const message = { action, id, symbols: [...symbols], channels: [...channels], intervalMs } as never;
    const json = this.protocol === 'tapecast.v1.json';
    this.socket.send(json ? encodeJsonClientMessage(message) : encodeProtobufClientMessage(message));
    return new Promise((resolve) => this.#answered.set(id, resolve));
  }

  /** Ends it as a program does that is killed. */
  end(): void {
    this.socket.terminate();
  }

  #took(data: Buffer, binary: boolean): void {
    if (this.fault !== undefined) return;
    try {
      if (!binary) this.#takeText(JSON.parse(data.toString()));
      else {
        const { messages, skipped, baseless } = this.#decoder.decode(data);
        expect(skipped).toBe(0);
        expect(baseless).toEqual([]);
        for (const message of messages) this.#take(message);
      }
    } catch (error) {
      this.fault = error;
    }
  }

  #takeText(message: Wire): void {
    if (message.channel !== undefined && message.type !== 'notice') expect(message.seq).toBe(++this.#dataSeq);
    this.#take(message);
  }

  #take(message: Wire): void {
    if (message.type === 'hello') this.#greeted();
    else if (message.type === 'success') this.#success(message);
    else if (message.type === 'error') throw new Error(JSON.stringify(message));
    else if (message.type === 'notice') this.#notice(message);
    else if (message.channel !== undefined) this.#data(message);
  }

  #success(message: Wire): void {
    for (const { symbol, channel, ok, seq, code } of message.results ?? []) {
      // Left before by another message of its own.
      if (code === 'not_subscribed') continue;
      expect(ok).toBe(true);
      const key = `${symbol} ${channel}`;
      const at = this.at.get(key);
      if (message.action === 'unsubscribe') this.at.delete(key);
      else if (at === undefined) this.at.set(key, { seq, snapshotDue: seq > 0, book: new Map() });
      else {
        expect(seq, `answer about ${key}`).toBe(at.seq);
        if (message.action === 'resync') at.snapshotDue = seq > 0 && channel !== 'trade';
      }
    }
    this.#answered.get(message.id)?.();
    this.#answered.delete(message.id);
  }

  #notice({ code, level, symbol, channel, range }: Wire): void {
    if (code === 'merged' && level > 0) this.merged++;
    if (code !== 'hole') return;
    const at = this.at.get(`${symbol} ${channel}`) as Position;
    expect(range[0], `hole of ${symbol} ${channel}`).toBe(at.seq + 1);
    this.lost += range[1] - at.seq;
    at.seq = range[1];
  }

  #data(message: Wire): void {
    // A trade of the past.
    if (message.range === undefined) return;
    this.messages++;
    const key = `${message.symbol} ${message.channel}`;
    const at = this.at.get(key);
    if (at === undefined) throw new Error(`a message of ${key}, which is not subscribed`);
    const [first, last] = message.range as [number, number];
    if (at.snapshotDue && message.type !== 'trade')
      expect([first, last], `snapshot of ${key}`).toEqual([at.seq, at.seq]);
    else expect(first, `range of ${key}`).toBe(at.seq + 1);
    at.snapshotDue = false;
    at.seq = last;
    if (message.type === 'trade') {
      expect(first, 'trades are never merged').toBe(last);
      expect(message.trade?.price ?? units(message.price)).toBe(tradePrice(last));
    } else if (message.type === 'quote') expect(message.quote?.last ?? units(message.last)).toBe(quoteLast(last));
    else if (message.type === 'kline') expect(message.kline?.close ?? units(message.close)).toBe(barClose(last));
    else this.#book(message, at);
  }

  #book(message: Wire, at: Position): void {
    const { book } = at;
    if (message.type === 'l2_snapshot') book.clear();
    for (const side of ['bids', 'asks']) {
      for (const [price, size] of levels(message[side])) {
        if (size === 0) book.delete(`${side} ${price}`);
        else book.set(`${side} ${price}`, size);
      }
    }
    const { bid, ask, size } = best(at.seq);
    expect(book).toEqual(
      new Map([
        [`bids ${bid}`, size],
        [`bids ${DEEP.bid}`, DEEP.size],
        [`asks ${ask}`, size],
        [`asks ${DEEP.ask}`, DEEP.size],
      ]),
    );
  }
}

const units = (price: number): number => Math.round(price * 100);

/** Prices and sizes as scaled integers, whichever the encoding. */
function levels(side: readonly unknown[]): [number, number][] {
  if (Array.isArray(side[0]))
    return (side as [number, number][]).map(([price, size]) => [units(price), Math.round(size * 1_000)]);
  const flat = side as number[];
  return flat.flatMap((price, i) => (i % 2 === 0 ? [[price, flat[i + 1] as number] as [number, number]] : []));
}
