import { zstdDecompressSync } from 'node:zlib';
import { type Channel, cutBook } from '@tapecast/market';
import { depthOf, FrameDecoder, sequenceOf } from '@tapecast/wire';
import { expect } from 'vitest';
import type { Client, Encoding } from '../../src/fanout/client.ts';
import type { PausedPosition } from '../../src/fanout/fanout.ts';
import type { Session } from '../../src/protocol/session.ts';
import { FakeSocket } from './fake-sockets.ts';
import { type Side, SYMBOL, type World } from './seam-world.ts';

/** Where a client is in one channel. */
interface Position {
  epoch: string;
  seq: number;
  book: Map<string, number>;
  /** The answer said that a snapshot follows. */
  snapshotDue: boolean;
  /** After a resume: the state is of this number or a later one. */
  stateFrom: number | undefined;
  intervalMs: number;
}

/** What a careful client does with what it gets: checks numbers, keeps books, compares with the oracle. */
export class Follower {
  socket!: FakeSocket;
  session!: Session;
  readonly #world: World;
  readonly #encoding: Encoding;
  #side!: Side;
  #connected = true;
  readonly #at = new Map<Channel, Position>();
  #read = 0;
  #dataSeq = 0;
  #id = 0;
  #decoder!: FrameDecoder;

  constructor(world: World, encoding: Encoding) {
    this.#world = world;
    this.#encoding = encoding;
    this.#connect(world.sides[0] as Side);
  }

  #connect(side: Side): void {
    this.#side = side;
    this.#decoder = new FrameDecoder({
      marked: this.#encoding === 'protobuf_zstd',
      decompress: zstdDecompressSync,
      now: () => Date.now(),
    });
    this.socket = new FakeSocket();
    this.session = side.sessions.open(this.socket, this.#encoding, undefined);
    this.#read = 0;
    this.#dataSeq = 0;
  }

  get side(): Side {
    return this.#side;
  }

  /** Nothing that it asked for waits to be answered. */
  get idle(): boolean {
    return this.#connected && !this.session.busy && this.session.resuming?.waits !== true && !this.paused;
  }

  /** The connection is cut: what was not read is lost. */
  disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#paused = undefined;
    this.#side.sessions.closed(this.session);
  }

  /** Comes back with what it has, or, of trades, with `back` less. */
  comeBack(side: Side, back: number): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#connect(side);
    const positions = [...this.#at].map(([channel, at]) => {
      // Which epoch it is in is not known to it, or it has not got what it was promised: it has nothing to name.
      const unknown = at.epoch === '' || at.snapshotDue;
      if (channel === 'trade') at.seq = Math.max(0, at.seq - back);
      const { epoch, seq } = unknown ? { epoch: '', seq: 0 } : at;
      return { symbol: SYMBOL, channel, epoch, seq, intervalMs: at.intervalMs };
    });
    this.#named = new Map(positions.map(({ channel, epoch, seq }) => [channel, { epoch, seq }]));
    if (positions.length === 0) return;
    const message = { action: 'resume', id: ++this.#id, token: undefined, positions, more: false };
    this.#side.sessions.handle(this.session, message as never, 1);
  }

  /** Of the last resume. */
  #named = new Map<Channel, { epoch: string; seq: number }>();

  get client(): Client {
    return this.session.client;
  }

  /** What it was told to be merged over: it is told nothing but control messages. */
  #paused: PausedPosition[] | undefined;

  get paused(): boolean {
    return this.#paused !== undefined;
  }

  pause(): void {
    if (!this.idle) return;
    this.#paused = this.#side.fanout.pause(this.client);
  }

  /** Goes on, in some streams first where there are several. */
  resume(parts: number): void {
    const paused = this.#paused;
    if (paused === undefined) return;
    this.#paused = undefined;
    let left = paused;
    while (left.length > 0)
      left = [...this.#side.fanout.resume(this.client, left.slice(0, parts)), ...left.slice(parts)];
  }

  send(action: string, channels: readonly Channel[], intervalMs = 0): void {
    // Its messages wait while it is merged.
    if (this.paused || !this.#connected) return;
    const message = { action, id: ++this.#id, symbols: [SYMBOL], channels, intervalMs };
    this.#side.sessions.handle(this.session, message as never, 1);
  }

  /** Takes what came since the last call. */
  follow(): void {
    if (!this.#connected) return;
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
        if (message.action === 'resume') this.#resumed(result);
        else if (message.action === 'unsubscribe') this.#at.delete(result.channel);
        else if (message.action === 'subscribe' && !this.#at.has(result.channel))
          this.#at.set(result.channel, {
            epoch: result.epoch,
            seq: result.seq,
            book: new Map(),
            snapshotDue: result.seq > 0,
            stateFrom: undefined,
            intervalMs: result.interval_ms ?? result.intervalMs ?? 0,
          });
        else this.#confirm(result, message.action === 'resync');
      }
      return;
    }
    if (message.type === 'status') {
      // Whose answer named no epoch is told it now, before anything has a number.
      for (const at of this.#at.values()) if (at.epoch === '' && message.epoch) at.epoch = message.epoch;
      return;
    }
    if (message.channel === undefined) return;
    const at = this.#at.get(message.channel);
    expect(at, `a message of ${message.channel}, which is not subscribed`).toBeDefined();
    if (at === undefined) return;
    if (message.type === 'notice') {
      if (message.range === undefined) {
        expect(message.epoch, 'numbers begin anew in another epoch').not.toBe(at.epoch);
        at.epoch = message.epoch;
        at.seq = 0;
        at.snapshotDue = false;
        at.stateFrom = undefined;
      } else {
        expect(message.range[0]).toBe(at.seq + 1);
        at.seq = message.range[1];
      }
      return;
    }
    if (message.type === 'trade' && message.range === undefined) return;
    expect(at.epoch, 'an epoch is named before the first number').not.toBe('');
    this.#follow(message, at);
  }

  /** What becomes of a channel that it came back to. */
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #resumed(result: any): void {
    const at = this.#at.get(result.channel);
    const named = this.#named.get(result.channel);
    expect(at, `an answer about ${result.channel}, which was not asked for`).toBeDefined();
    if (at === undefined || named === undefined) return;
    const { epoch, seq } = named;
    if (result.outcome === 'keyframe') {
      expect(epoch === '' || result.channel !== 'trade', 'a trade with a position is resumed').toBe(true);
      at.snapshotDue = result.channel !== 'trade' && (result.seq > 0 || (seq > 0 && result.epoch === epoch));
      // It is never taken back.
      at.stateFrom = result.epoch === epoch ? Math.max(seq, result.seq) : result.seq;
      at.epoch = result.epoch;
      at.seq = result.seq;
      at.book = new Map();
      return;
    }
    expect(result.channel).toBe('trade');
    if (result.epoch !== epoch) {
      expect(result).toMatchObject({ outcome: 'hole', seq: 0 });
      // The notice that numbers begin anew is the next to come.
      return;
    }
    expect(result.seq).toBe(seq);
    at.seq = seq;
    if (result.outcome === 'resumed') expect(result.from).toBe(seq + 1);
    else {
      expect(result.lost).toEqual([seq + 1, result.from - 1]);
      const newest = this.#world.oracle.newest(epoch, 'trade');
      expect(newest - result.lost[1], 'the last 50 are there').toBeGreaterThanOrEqual(50);
    }
  }

  /** An answer about a channel that is subscribed: at the number where the client is. */
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #confirm(result: any, keyframes: boolean): void {
    const at = this.#at.get(result.channel);
    expect(at?.seq).toBe(result.seq);
    if (at === undefined || !keyframes) return;
    at.snapshotDue = result.seq > 0 && result.channel !== 'trade';
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #follow(message: any, at: Position): void {
    const [first, last] = message.range;
    // The snapshot comes first, at the number that the answer named; everything else follows what was told.
    if (at.snapshotDue && message.type !== 'trade') {
      expect(first).toBe(last);
      if (at.stateFrom === undefined) expect(last).toBe(at.seq);
      else expect(last).toBeGreaterThanOrEqual(at.stateFrom);
    } else expect(first).toBe(at.seq + 1);
    at.snapshotDue = false;
    at.stateFrom = undefined;
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

  /** Everything was delivered: whoever was promised a state has it. */
  shown(): void {
    if (!this.#connected) return;
    for (const [channel, { snapshotDue, epoch }] of this.#at)
      if (channel !== 'trade' && epoch === this.#world.view.epoch)
        expect(snapshotDue, `${channel} is still to be shown`).toBe(false);
  }

  /** Everything was delivered: the client is where the oracle is. */
  settled(): void {
    const { view } = this.#world;
    if (!this.#connected) return;
    for (const [channel, at] of this.#at) {
      const { epoch, seq, book } = at;
      const sequence = sequenceOf(channel);
      // Told of a hole alone, no epoch was named to it yet.
      if (epoch === '' && seq === view.seqs[sequence]) continue;
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
