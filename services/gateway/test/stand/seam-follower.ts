import { zstdDecompressSync } from 'node:zlib';
import { type Channel, cutBook } from '@tapecast/market';
import { depthOf, FrameDecoder, sequenceOf } from '@tapecast/wire';
import { expect } from 'vitest';
import type { Client, Encoding } from '../../src/fanout/client.ts';
import type { PausedPosition } from '../../src/fanout/fanout.ts';
import type { Session } from '../../src/protocol/session.ts';
import { FakeSocket } from './fake-sockets.ts';
import { SYMBOL, type World } from './seam-world.ts';

/** Where a client is in one channel. */
interface Position {
  epoch: string;
  seq: number;
  book: Map<string, number>;
  /** The answer said that a snapshot follows. */
  snapshotDue: boolean;
  /** No epoch was named, and in all of these everything was right so far. */
  maybe?: Position[] | undefined;
}

/** What a careful client does with what it gets: checks numbers, keeps books, compares with the oracle. */
export class Follower {
  readonly socket: FakeSocket;
  readonly session: Session;
  readonly #world: World;
  readonly #at = new Map<Channel, Position>();
  #read = 0;
  #dataSeq = 0;
  #id = 0;
  readonly #decoder: FrameDecoder;

  constructor(world: World, encoding: Encoding) {
    this.#world = world;
    this.#decoder = new FrameDecoder({
      marked: encoding === 'protobuf_zstd',
      decompress: zstdDecompressSync,
      now: () => Date.now(),
    });
    this.socket = new FakeSocket();
    this.session = world.sessions.open(this.socket, encoding, undefined);
  }

  get client(): Client {
    return this.session.client;
  }

  /** What it was told to be merged over: it is told nothing but control messages. */
  #paused: PausedPosition[] | undefined;

  get paused(): boolean {
    return this.#paused !== undefined;
  }

  pause(): void {
    if (this.paused || this.session.busy) return;
    this.#paused = this.#world.fanout.pause(this.client);
  }

  /** Goes on, in some streams first where there are several. */
  resume(parts: number): void {
    const paused = this.#paused;
    if (paused === undefined) return;
    this.#paused = undefined;
    let left = paused;
    while (left.length > 0)
      left = [...this.#world.fanout.resume(this.client, left.slice(0, parts)), ...left.slice(parts)];
  }

  send(action: string, channels: readonly Channel[], intervalMs = 0): void {
    // Its messages wait while it is merged.
    if (this.paused) return;
    const message = { action, id: ++this.#id, symbols: [SYMBOL], channels, intervalMs };
    this.#world.sessions.handle(this.session, message as never);
  }

  /** Takes what came since the last call. */
  follow(): void {
    for (; this.#read < this.socket.sent.length; this.#read++) {
      const bytes = this.socket.sent[this.#read] as Buffer;
      if (!this.client.json) {
        const { messages, skipped, baseless } = this.#decoder.decode(bytes);
        expect(skipped).toBe(0);
        expect(baseless, 'no difference is told to who can not apply it').toEqual([]);
        // biome-ignore lint/suspicious/noExplicitAny: both encodings are followed by the same code, field by field.
        for (const message of messages) this.#take(fromProtobuf(message as any));
      } else {
        const message = JSON.parse(bytes.toString());
        if (message.channel !== undefined && message.type !== 'notice') expect(message.seq).toBe(++this.#dataSeq);
        this.#take(fromJson(message));
      }
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #take(message: any): void {
    if (message.type === 'success') {
      for (const result of message.results ?? []) {
        expect(result.ok, JSON.stringify(result)).toBe(true);
        if (message.action === 'unsubscribe') this.#at.delete(result.channel);
        else if (message.action === 'subscribe' && !this.#at.has(result.channel))
          this.#at.set(result.channel, {
            epoch: result.epoch,
            seq: result.seq,
            book: new Map(),
            snapshotDue: result.seq > 0,
          });
        else this.#confirm(result, message.action === 'resync');
      }
      return;
    }
    if (message.channel === undefined) return;
    const at = this.#at.get(message.channel);
    expect(at, `a message of ${message.channel}, which is not subscribed`).toBeDefined();
    if (at === undefined) return;
    if (message.type === 'notice') {
      if (message.range === undefined) {
        at.maybe = undefined;
        at.epoch = message.epoch;
        at.seq = 0;
      } else {
        expect(message.range[0]).toBe(at.seq + 1);
        at.seq = message.range[1];
        for (const one of at.maybe ?? []) one.seq = at.seq;
      }
      return;
    }
    if (message.type === 'trade' && message.range === undefined) return;
    // Subscribed before there was a state, so that no epoch was named: it is one in which all messages are right.
    if (at.epoch === '') {
      at.maybe = [...this.#world.oracle.epochs()].map((epoch) => ({ ...at, epoch, book: new Map() }));
      for (const one of at.maybe) one.seq = message.range[0] - 1;
    }
    if (at.maybe === undefined) {
      this.#follow(message, at);
      return;
    }
    const right = at.maybe.filter((one) => this.#isRight(message, one));
    if (right.length === 0) this.#follow(message, at.maybe[0] ?? at);
    Object.assign(at, right[0]);
    at.maybe = right.length === 1 ? undefined : right;
  }

  /** An answer about a channel that is subscribed: at the number where the client is. */
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #confirm(result: any, keyframes: boolean): void {
    const at = this.#at.get(result.channel);
    expect(at?.seq).toBe(result.seq);
    if (at === undefined || !keyframes) return;
    for (const one of [at, ...(at.maybe ?? [])]) one.snapshotDue = result.seq > 0 && result.channel !== 'trade';
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #isRight(message: any, at: Position): boolean {
    try {
      this.#follow(message, at);
      return true;
    } catch {
      return false;
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #follow(message: any, at: Position): void {
    const [first, last] = message.range;
    // The snapshot comes first, at the number that the answer named; everything else follows what was told.
    if (at.snapshotDue && message.type !== 'trade') expect([first, last]).toEqual([at.seq, at.seq]);
    else expect(first).toBe(at.seq + 1);
    at.snapshotDue = false;
    at.seq = last;
    const { oracle } = this.#world;
    const sequence = sequenceOf(message.channel);
    const view = oracle.at(at.epoch, sequence, last);
    if (message.type === 'trade') expect(first, 'trades are never merged').toBe(last);
    if (message.type === 'trade') expect(message.price).toBe(view.trades.at(-1)?.price);
    else if (message.type === 'quote') expect([message.last, message.bid]).toEqual([view.quote.last, view.quote.bid]);
    else if (message.type === 'kline') expect(message.close).toBe(view.bars['1m']?.close);
    else {
      if (message.type === 'l2_snapshot') at.book.clear();
      for (const side of ['bids', 'asks'] as const) {
        for (const [price, size] of message[side]) {
          if (size === 0) at.book.delete(`${side} ${price}`);
          else at.book.set(`${side} ${price}`, size);
        }
      }
      const levels = depthOf(message.channel) as 5 | 20 | 50;
      const want = new Map<string, number>();
      for (const side of ['bids', 'asks'] as const) {
        const cut = cutBook(view[side], levels);
        for (let i = 0; i < cut.length; i += 2) want.set(`${side} ${cut[i]}`, cut[i + 1] as number);
      }
      expect(new Map([...at.book].sort())).toEqual(new Map([...want].sort()));
    }
  }

  /** Everything was delivered: the client is where the oracle is. */
  settled(): void {
    const { view } = this.#world;
    for (const [channel, at] of this.#at) {
      const { epoch, seq, book } = at.maybe?.find((one) => one.epoch === view.epoch) ?? at;
      const sequence = sequenceOf(channel);
      if (epoch !== view.epoch) {
        // Told of no number of the new epoch yet: then there is none.
        expect(
          view.seqs[sequence] === 0 || Object.values(view.seqs).every((one) => one === 0),
          `${channel} is left in ${epoch}`,
        ).toBe(true);
        continue;
      }
      const levels = depthOf(channel);
      if (levels === undefined) expect(seq, channel).toBe(view.seqs[sequence]);
      // A cut that did not change since is told no newer number.
      else expect(book.size).toBe((cutBook(view.bids, levels).length + cutBook(view.asks, levels).length) / 2);
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a parsed message.
function fromJson(message: any): any {
  const units = (value: unknown): number | undefined =>
    value === undefined ? undefined : Math.round(Number(value) * 100);
  const levels = (list: [unknown, unknown][] | undefined): [number, number][] | undefined =>
    list?.map(([price, size]) => [units(price) as number, Number(size)]);
  return {
    ...message,
    price: units(message.price),
    last: units(message.last),
    bid: units(message.bid),
    close: units(message.close),
    bids: levels(message.bids),
    asks: levels(message.asks),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a decoded message.
function fromProtobuf(message: any): any {
  const pairs = (flat: number[] | undefined): [number, number][] | undefined =>
    flat?.flatMap((price, i) => (i % 2 === 0 ? [[price, flat[i + 1] as number] as [number, number]] : []));
  return {
    ...message,
    price: message.trade?.price,
    last: message.quote?.last,
    bid: message.quote?.bid,
    close: message.kline?.close,
    bids: pairs(message.bids),
    asks: pairs(message.asks),
  };
}
