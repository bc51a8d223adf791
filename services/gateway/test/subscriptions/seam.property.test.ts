import { setImmediate as turn } from 'node:timers/promises';
import {
  applyUpdate,
  type Channel,
  cutBook,
  emptyView,
  type InstrumentView,
  type Sequence,
  type Update,
  type UpdateBody,
} from '@tapecast/market';
import type { MarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import type { ReaderOptions, TickLog } from '@tapecast/tick-log';
import { decodeProtobufFrame, depthOf, encodeUpdateBatch, encodeView, sequenceOf } from '@tapecast/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAdmission } from '../../src/admission/admission.ts';
import type { Client } from '../../src/fanout/client.ts';
import { Fanout } from '../../src/fanout/fanout.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { createMetrics } from '../../src/metrics.ts';
import type { Session } from '../../src/protocol/session.ts';
import { Sessions } from '../../src/protocol/sessions.ts';
import { Instruments } from '../../src/subscriptions/instruments.ts';
import { SnapshotReader } from '../../src/subscriptions/snapshot-reader.ts';
import { SourceClocks } from '../../src/subscriptions/source-clocks.ts';
import { UpdateFeed } from '../../src/subscriptions/update-feed.ts';
import { FakeHub, FakeSocket } from '../stand/fake-sockets.ts';

/**
 * Snapshot, then live, without a seam: whatever the order in which records, snapshots, doubles, losses, joins and leaves
 * come, every message that a client gets is the oracle's state at the number it names, and the numbers have no hole that
 * was not told.
 */

const SYMBOL = 'AAPL$US';
const CHANNELS: Channel[] = ['trade', 'quote', 'depth@5', 'depth@20', 'kline@1m'];
const ENCODINGS = ['json', 'json_strings', 'protobuf'] as const;

type Action =
  | { do: 'update'; sequence: Sequence; value: number; level: number }
  | { do: 'write' }
  | { do: 'deliver' }
  | { do: 'double'; back: number }
  | { do: 'checkpoint' }
  | { do: 'loseCheckpoint' }
  | { do: 'answerRead'; late: boolean }
  | { do: 'failRead' }
  | { do: 'timers' }
  | { do: 'loseRecord' }
  | { do: 'newEpoch' }
  | { do: 'join'; client: number; channels: number }
  | { do: 'leave'; client: number; channel: number }
  | { do: 'resync'; client: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      sequence: fc.constantFrom<Sequence>('trade', 'quote', 'depth', 'kline@1m', 'status'),
      value: fc.integer({ min: 1, max: 50 }),
      level: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'write' as const }) },
  { weight: 9, arbitrary: fc.constant({ do: 'deliver' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('double' as const), back: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 3, arbitrary: fc.constant({ do: 'checkpoint' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'loseCheckpoint' as const }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('answerRead' as const), late: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'failRead' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'timers' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'loseRecord' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'newEpoch' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      client: fc.nat(2),
      channels: fc.integer({ min: 1, max: 31 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), client: fc.nat(2), channel: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resync' as const), client: fc.nat(2) }) },
);

/** The state at each number, by epoch and sequence. */
class Oracle {
  readonly #states = new Map<string, InstrumentView>();
  note(view: InstrumentView, sequence: Sequence): void {
    this.#states.set(`${view.epoch} ${sequence} ${view.seqs[sequence]}`, structuredClone(view));
  }
  epochs(): Set<string> {
    return new Set([...this.#states.keys()].map((key) => key.split(' ')[0] as string));
  }
  at(epoch: string, sequence: Sequence, seq: number): InstrumentView {
    const view = this.#states.get(`${epoch} ${sequence} ${seq}`);
    if (view === undefined) throw new Error(`there is no ${sequence} ${seq} in ${epoch}`);
    return view;
  }
}

/** Compute, the log and the store, moved by hand; all between them and the clients' sockets is the gateway's own. */
class World {
  readonly oracle = new Oracle();
  readonly hub = new FakeHub();
  readonly instruments: Instruments;
  readonly sessions: Sessions;
  readonly #feed: UpdateFeed;
  #reader: ReaderOptions | undefined;
  #epoch = 1;
  #view = emptyView(SYMBOL, 'e1');
  #unwritten: Update[] = [];
  /** All records that were ever written. */
  readonly #records: { epoch: string; updates: Update[]; value: Uint8Array }[] = [];
  #delivered = 0;
  readonly #checkpoints: Checkpointed[] = [];
  readonly #reads: {
    asked: Checkpointed | undefined;
    answer: (now: Checkpointed | undefined) => void;
    fail: () => void;
  }[] = [];
  #timers: (() => void)[] = [];

  static async open(): Promise<World> {
    const world = new World();
    await world.#feed.start(world.instruments);
    return world;
  }

  private constructor() {
    const metrics = createMetrics(createRegistry());
    const nowUs = (): number => Date.now() * 1_000;
    const limits = {
      ...DEFAULT_LIMITS,
      joinAnswerMs: 60_000,
      joinAttempts: 2,
      replayWindowMs: 12,
      recordsBeforeCheckpoint: 0,
    };
    const logger = createLogger('gateway', 'silent');
    const fanout = new Fanout({
      publisher: this.hub,
      nowUs,
      messagesPerFrameMax: 3,
      observe: () => {},
      delivered: () => {},
      failed: (_, error) => {
        throw error;
      },
    });
    const log = {
      partitions: 1,
      offsets: async () => [{ oldest: 0, end: 0 }],
      read: async (options: ReaderOptions) => {
        this.#reader = options;
        return { position: () => this.#delivered, close: async () => {} };
      },
    };
    const state = {
      snapshot: () => this.#read((at) => at && { view: at.view, updatesNext: at.updatesNext }),
      record: () =>
        this.#reader === undefined
          ? Promise.resolve(undefined)
          : this.#read((at) => at && { epoch: at.epoch, updatesNext: at.partitionNext }),
    };
    // Only what the gateway calls: a missing one fails the test.
    const stores = { log: log as unknown as TickLog, state: state as unknown as MarketState };
    this.#feed = new UpdateFeed({
      ...stores,
      clocks: new SourceClocks(1, 5_000),
      limits,
      metrics,
      logger,
      nowMs: () => Date.now(),
    });
    const snapshots = new SnapshotReader(stores.state, 64);
    this.instruments = new Instruments({
      partitions: 1,
      limits,
      fanout,
      sources: () => ({
        ...this.#feed.sources(0),
        read: () => snapshots.read(0, SYMBOL, this.#delivered),
        delay: () => new Promise((resolve) => this.#timers.push(resolve)),
        joinAttempts: limits.joinAttempts,
        joinRetryMs: 1,
        pendingRetryMs: 1,
      }),
      staleSince: () => undefined,
      nowMs: () => Date.now(),
    });
    this.instruments.note(SYMBOL);
    const admission = createAdmission({ anonymous: true, anonymousBeyondLoopback: false, host: '127.0.0.1' });
    this.sessions = new Sessions({
      instruments: this.instruments,
      fanout,
      admission,
      limits,
      metrics,
      logger,
      heartbeatMs: 15_000,
      nowUs,
    });
  }

  update(sequence: Sequence, value: number, level: number): void {
    const seq = this.#view.seqs[sequence] + 1;
    const keyframe = sequence === 'depth' ? isWhole(value, seq) : sequence !== 'quote';
    const update: Update = {
      sequence,
      first: seq,
      last: seq,
      keyframe,
      priceDecimals: 2,
      sizeDecimals: 0,
      timestampUs: 1_000 * (seq + 1),
      receivedAtUs: 1,
      body: bodyOf(sequence, value, level, seq),
    };
    applyUpdate(this.#view, update);
    this.oracle.note(this.#view, sequence);
    this.#unwritten.push(update);
  }

  write(): void {
    if (this.#unwritten.length === 0) return;
    this.#append(`e${this.#epoch}`, this.#unwritten);
    this.#unwritten = [];
  }

  /** A second worker writes again what was written, cut into other pieces, and goes on where it can. */
  double(back: number): void {
    const again = this.#records.slice(-1 - back).filter(({ epoch }) => epoch === this.#records.at(-1 - back)?.epoch);
    const [first] = again;
    if (first === undefined) return;
    const old = again.flatMap(({ updates }) => updates).slice(Math.floor(first.updates.length / 2));
    if (first.epoch !== `e${this.#epoch}`) this.#append(first.epoch, old);
    else {
      this.#append(first.epoch, [...old, ...this.#unwritten]);
      this.#unwritten = [];
    }
  }

  #append(epoch: string, updates: Update[]): void {
    const value = encodeUpdateBatch({
      epoch,
      ticksNext: 1,
      computedAtUs: 1,
      clocks: [],
      updates: new Map(updates.length === 0 ? [] : [[SYMBOL, updates]]),
    });
    this.#records.push({ epoch, updates, value });
  }

  deliver(): boolean {
    const record = this.#records[this.#delivered];
    if (record === undefined) return false;
    const offset = this.#delivered++;
    // The log's time is the offset, so the window keeps `replayWindowMs` records.
    void this.#reader?.onRecords(
      0,
      [{ offset, key: undefined, value: record.value, appendedAtMs: offset }],
      this.#records.length,
    );
    return true;
  }

  /** Retention took the next record before it was read. */
  loseRecord(): void {
    if (this.#delivered >= this.#records.length) return;
    this.#delivered++;
    this.#reader?.onGap({ partition: 0, from: this.#delivered - 1, to: this.#delivered });
  }

  /** An instrument that did not change is not written again: only the partition's record moves on. */
  checkpoint(): void {
    this.write();
    const last = this.#checkpoints.at(-1);
    const view = encodeView(this.#view);
    const epoch = `e${this.#epoch}`;
    const partitionNext = this.#records.length;
    const same = last !== undefined && last.epoch === epoch && Buffer.compare(last.view, view) === 0;
    if (same) this.#checkpoints.push({ ...last, partitionNext });
    else this.#checkpoints.push({ epoch, view, updatesNext: partitionNext, partitionNext });
  }

  /** The store failed over to a replica that had not got the newest. */
  loseCheckpoint(): void {
    this.#checkpoints.pop();
  }

  newEpoch(): void {
    this.write();
    this.#epoch++;
    this.#view = emptyView(SYMBOL, `e${this.#epoch}`);
  }

  /** Answers the oldest read: with what was there when it was asked, or is there now. */
  answerRead(late: boolean): boolean {
    const read = this.#reads.shift();
    read?.answer(late ? this.#checkpoints.at(-1) : read.asked);
    return read !== undefined;
  }

  failRead(): void {
    this.#reads.shift()?.fail();
  }

  timers(): void {
    for (const due of this.#timers.splice(0)) due();
  }

  #read<T>(pick: (at: Checkpointed | undefined) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reads.push({
        asked: this.#checkpoints.at(-1),
        answer: (now) => resolve(pick(now)),
        fail: () => reject(new Error('the store is away')),
      });
    });
  }

  get view(): InstrumentView {
    return this.#view;
  }
}

/** What the store has after a checkpoint. */
interface Checkpointed {
  epoch: string;
  view: Uint8Array;
  updatesNext: number;
  partitionNext: number;
}

const unknownQuote = {
  open: undefined,
  high: undefined,
  low: undefined,
  prevClose: undefined,
  change: undefined,
  changePct: undefined,
  volume: undefined,
  turnover: undefined,
  vwap: undefined,
  bid: undefined,
  bidSize: undefined,
  ask: undefined,
  askSize: undefined,
  sinceMs: undefined,
};

const isWhole = (value: number, seq: number): boolean => seq === 1 || value > 45;

function bodyOf(sequence: Sequence, value: number, level: number, seq: number): UpdateBody {
  switch (sequence) {
    case 'trade':
      return { kind: 'trade', id: String(seq), price: value, size: level, side: undefined, conditions: [] };
    case 'quote':
      return { kind: 'quote', ...unknownQuote, last: value, ...(value % 3 === 0 ? { bid: level } : {}), cleared: 0 };
    case 'depth':
      // A whole book has no level of size 0; a change may remove one.
      return isWhole(value, seq)
        ? { kind: 'depth', bids: [100 - level, value], asks: [100 + level, value, 101 + level, 1] }
        : { kind: 'depth', bids: [100 - level, value % 4], asks: [100 + level, value % 3] };
    case 'status':
      return { kind: 'status', state: value % 2 === 0 ? 'live' : 'halted', sinceMs: value, source: 'test', reason: '' };
    default:
      return {
        kind: 'kline',
        interval: '1m',
        startMs: 60_000 * Math.floor(seq / 3),
        open: value,
        high: value,
        low: value,
        close: value,
        volume: 1n,
        turnover: 1n,
        trades: 1,
        final: value % 2 === 0,
        revision: 0,
      };
  }
}

/** Where a client is in one channel. */
interface Position {
  epoch: string;
  seq: number;
  book: Map<string, number>;
  /** The answer said that a snapshot follows. */
  snapshotDue: boolean;
}

/** What a careful client does with what it gets: checks numbers, keeps books, compares with the oracle. */
class Follower {
  readonly socket: FakeSocket;
  readonly session: Session;
  readonly #world: World;
  readonly #at = new Map<Channel, Position>();
  /** Subscriptions that were asked for and not answered yet are counted too: the test waits for both to be equal. */
  readonly wanted = new Set<Channel>();
  #read = 0;
  #dataSeq = 0;
  #id = 0;
  readonly #numbers = new Map<number, string>();

  constructor(world: World, encoding: (typeof ENCODINGS)[number]) {
    this.#world = world;
    this.socket = new FakeSocket(world.hub);
    this.session = world.sessions.open(this.socket, encoding, { name: 'anonymous' });
  }

  get client(): Client {
    return this.session.client;
  }

  send(action: string, channels: readonly Channel[]): void {
    const message = { action, id: ++this.#id, symbols: [SYMBOL], channels, intervalMs: 0 };
    this.#world.sessions.handle(this.session, message as never);
  }

  /** Takes what came since the last call. */
  follow(): void {
    for (; this.#read < this.socket.sent.length; this.#read++) {
      const bytes = this.socket.sent[this.#read] as Buffer;
      if (this.client.encoding === 'protobuf') {
        const { messages, skipped } = decodeProtobufFrame(bytes, (number) => this.#numbers.get(number));
        expect(skipped).toBe(0);
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
        if (result.instrumentNumber !== undefined) this.#numbers.set(result.instrumentNumber, result.symbol);
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
        at.epoch = message.msg.split('epoch ')[1];
        at.seq = 0;
      } else {
        expect(message.range[0]).toBe(at.seq + 1);
        at.seq = message.range[1];
      }
      return;
    }
    if (message.type === 'trade' && message.range === undefined) return;
    // Subscribed before there was a state, so that no epoch was named: it is one in which the message is right.
    if (at.epoch === '') {
      for (const epoch of this.#world.oracle.epochs()) {
        if (this.#isRight(message, epoch)) at.epoch = epoch;
      }
    }
    this.#follow(message, at);
  }

  /** An answer about a channel that is subscribed: at the number where the client is. */
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #confirm(result: any, keyframes: boolean): void {
    const at = this.#at.get(result.channel);
    expect(at?.seq).toBe(result.seq);
    if (at !== undefined && keyframes) at.snapshotDue = result.seq > 0 && result.channel !== 'trade';
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above.
  #isRight(message: any, epoch: string): boolean {
    try {
      this.#follow(message, { epoch, seq: message.range[0] - 1, book: new Map(), snapshotDue: false });
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
    for (const [channel, { epoch, seq, book }] of this.#at) {
      const sequence = sequenceOf(channel);
      const { view } = this.#world;
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

async function settle(world: World): Promise<void> {
  for (let i = 0; i < 12; i++) {
    await turn();
    while (world.answerRead(true));
    world.timers();
  }
  await turn();
}

async function run(actions: readonly Action[]): Promise<void> {
  const world = await World.open();
  const followers = ENCODINGS.map((encoding) => new Follower(world, encoding));
  const follower = (index: number): Follower => followers[index] as Follower;
  const step = async (one: Action): Promise<void> => {
    switch (one.do) {
      case 'update':
        return world.update(one.sequence, one.value, one.level);
      case 'double':
        return world.double(one.back);
      case 'deliver':
        world.deliver();
        return;
      case 'answerRead':
        world.answerRead(one.late);
        return;
      case 'join':
        return follower(one.client).send(
          'subscribe',
          CHANNELS.filter((_, i) => (one.channels >> i) & 1),
        );
      case 'leave': {
        const channel = CHANNELS[one.channel] as Channel;
        const { held } = world.instruments.known(SYMBOL) ?? {};
        if (held !== undefined && follower(one.client).session.has(held, channel) && !follower(one.client).session.busy)
          follower(one.client).send('unsubscribe', [channel]);
        return;
      }
      case 'resync': {
        const one_ = follower(one.client).session;
        const channels = [...one_.subscriptions.values()].flatMap((set) => [...set]);
        if (channels.length > 0 && !one_.busy) follower(one.client).send('resync', channels);
        return;
      }
      default:
        world[one.do]();
    }
  };
  for (const one of actions) {
    await step(one);
    // Some promises run on between two steps, some steps share a turn with the next: both orders must hold.
    if (one.do !== 'update') await Promise.resolve();
    if (one.do === 'answerRead' || one.do === 'timers') await turn();
    for (const each of followers) each.follow();
  }
  world.checkpoint();
  while (world.deliver());
  await settle(world);
  // What was joined in the middle of an outage is live now; one more of everything shows that all go on from there.
  for (const sequence of ['trade', 'quote', 'depth', 'kline@1m'] as const) world.update(sequence, 7, 2);
  world.write();
  while (world.deliver());
  await settle(world);
  world.checkpoint();
  await settle(world);
  for (const each of followers) {
    each.follow();
    each.settled();
  }
  world.instruments.close();
}

test('every client sees the oracle, number by number, whatever the order of things', async () => {
  await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 160, size: 'max' }), run), {
    numRuns: 400,
  });
}, 60_000);
