import {
  applyUpdate,
  emptyView,
  type InstrumentView,
  type Sequence,
  type Update,
  type UpdateBody,
} from '@tapecast/market';
import type { MarketState } from '@tapecast/market-state';
import type { StoredRecord } from '@tapecast/replay-store';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import type { ReaderOptions, TickLog } from '@tapecast/tick-log';
import { encodeUpdateBatch, encodeView } from '@tapecast/wire';
import { createAdmission } from '../../src/admission/admission.ts';
import { Fanout } from '../../src/fanout/fanout.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { createMetrics } from '../../src/metrics.ts';
import { Sessions } from '../../src/protocol/sessions.ts';
import { CatchUp } from '../../src/replay/catch-up.ts';
import { LogTradeHistory } from '../../src/replay/log-trade-history.ts';
import { ToldTrades } from '../../src/slow/told-trades.ts';
import { Instruments } from '../../src/subscriptions/instruments.ts';
import { SnapshotReader } from '../../src/subscriptions/snapshot-reader.ts';
import { SourceClocks } from '../../src/subscriptions/source-clocks.ts';
import { UpdateFeed } from '../../src/subscriptions/update-feed.ts';

export const SYMBOL = 'AAPL$US';

/** As compute names the one whose fold began there. */
const epochName = (start: number): string => `seam.1.${start}`;

/** The state at each number, by epoch and sequence. */
export class Oracle {
  readonly #states = new Map<string, InstrumentView>();
  note(view: InstrumentView, sequence: Sequence): void {
    this.#states.set(`${view.epoch} ${sequence} ${view.seqs[sequence]}`, structuredClone(view));
  }
  newest(epoch: string, sequence: Sequence): number {
    let newest = 0;
    while (this.#states.has(`${epoch} ${sequence} ${newest + 1}`)) newest++;
    return newest;
  }
  at(epoch: string, sequence: Sequence, seq: number): InstrumentView {
    const view = this.#states.get(`${epoch} ${sequence} ${seq}`);
    if (view === undefined) throw new Error(`there is no ${sequence} ${seq} in ${epoch}`);
    return view;
  }
}

/** What a gateway has beneath it. */
interface Below {
  readonly records: readonly Written[];
  read<T>(pick: (at: Checkpointed | undefined) => T): Promise<T>;
  after(due: () => void): void;
  /** Records that memory has no more are on its disk. */
  disk: boolean;
}

/** Of one reading of the disk. */
const READ_RECORDS = 3;

/** A gateway: all between the log, the store and the clients' sockets is its own. */
export class Side {
  readonly instruments: Instruments;
  readonly sessions: Sessions;
  readonly fanout: Fanout;
  readonly #below: Below;
  readonly #feed: UpdateFeed;
  #reader: ReaderOptions | undefined;
  #delivered = 0;
  readonly #onDisk = new Map<number, Uint8Array>();

  static async open(below: Below): Promise<Side> {
    const side = new Side(below);
    await side.#feed.start(side.instruments);
    return side;
  }

  private constructor(below: Below) {
    this.#below = below;
    const metrics = createMetrics(createRegistry());
    const nowUs = (): number => Date.now() * 1_000;
    const limits = {
      ...DEFAULT_LIMITS,
      joinAnswerMs: 60_000,
      joinAttempts: 2,
      replayWindowMs: below.disk ? 4 : 12,
      recordsBeforeCheckpoint: 0,
      resumeAheadMs: 60_000,
    };
    const logger = createLogger('gateway', 'silent');
    this.fanout = new Fanout({
      nowUs,
      // Little, so that some of what a client missed is lost.
      toldTrades: new ToldTrades({ toldTradesMs: 30_000, toldTradesBytes: 600 }, () => Date.now()),
      timers: { after: (_, due) => below.after(due) },
      // All that can be is compressed.
      limits: {
        messagesPerFrameMax: 3,
        cohortClientsMin: 2,
        cohortMovesMax: 100,
        zstdBytesMin: 1,
        zstdSharedBytesMin: 1,
        zstdClientsMin: 1,
      },
      observe: () => {},
      delivered: () => {},
      encoded: () => {},
      compressed: { frames: 0, bytesBefore: 0, bytesAfter: 0, spentMs: 0 },
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
      snapshot: () => below.read((at) => at?.view && { view: at.view, updatesNext: at.updatesNext }),
      record: () =>
        this.#reader === undefined
          ? Promise.resolve(undefined)
          : below.read((at) => at && { epoch: at.epoch, updatesNext: at.partitionNext }),
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
    const catchUp = new CatchUp({
      window: () => this.#feed.kept(0).window,
      disk: { read: async (_, offset) => this.#readDisk(offset) },
      recordsAtOnce: 2,
      logger,
    });
    this.instruments = new Instruments({
      partitions: 1,
      limits,
      fanout: this.fanout,
      sources: () => ({
        ...this.#feed.sources(0),
        read: () => snapshots.read(0, SYMBOL, this.#delivered),
        ...(below.disk ? { older: (from, take) => catchUp.read(0, SYMBOL, from, take) } : {}),
        delay: () => new Promise((resolve) => below.after(resolve)),
        joinAttempts: limits.joinAttempts,
        joinRetryMs: 1,
        pendingRetryMs: 1,
      }),
      staleSince: () => undefined,
      nowMs: () => Date.now(),
    });
    this.instruments.note(SYMBOL);
    const admission = createAdmission(
      { anonymous: true, host: '127.0.0.1' },
      { metrics: metrics.admission, logger, nowMs: () => Date.now() },
    );
    this.sessions = new Sessions({
      instruments: this.instruments,
      fanout: this.fanout,
      admission,
      limits,
      metrics,
      logger,
      heartbeatMs: 15_000,
      nowUs,
      after: (_, due) => below.after(due),
      history: new LogTradeHistory({
        known: (symbol) => this.instruments.known(symbol),
        partition: (partition) => this.#feed.kept(partition),
        disk: undefined,
        // Little, so that replays need several looks.
        tradesAtOnce: 25,
      }),
    });
  }

  deliver(): boolean {
    const record = this.#below.records[this.#delivered];
    if (record === undefined) return false;
    const offset = this.#delivered++;
    this.#onDisk.set(offset, record.value);
    // The log's time is the offset, so the window keeps `replayWindowMs` records.
    void this.#reader?.onRecords(
      0,
      [{ offset, key: undefined, value: record.value, appendedAtMs: offset }],
      this.#below.records.length,
    );
    return true;
  }

  #readDisk(from: number): StoredRecord[] {
    const records: StoredRecord[] = [];
    for (let offset = from; records.length < READ_RECORDS; offset++) {
      const value = this.#onDisk.get(offset);
      if (value === undefined) break;
      records.push({ offset, appendedAtMs: offset, value });
    }
    return records;
  }

  /** Retention took the next record before it was read. */
  loseRecord(): void {
    if (this.#delivered >= this.#below.records.length) return;
    this.#delivered++;
    this.#reader?.onGap({ partition: 0, from: this.#delivered - 1, to: this.#delivered });
  }
}

interface Written {
  epoch: string;
  updates: Update[];
  value: Uint8Array;
}

/** Compute, the log and the store, moved by hand, and two gateways that read at a pace of their own. */
export class World {
  readonly oracle = new Oracle();
  readonly sides: Side[] = [];
  #epoch = 1;
  #view = emptyView(SYMBOL, epochName(1));
  #unwritten: Update[] = [];
  /** All records that were ever written. */
  readonly #records: Written[] = [];
  readonly #checkpoints: Checkpointed[] = [];
  readonly #reads: {
    asked: Checkpointed | undefined;
    answer: (now: Checkpointed | undefined) => void;
    fail: () => void;
  }[] = [];
  #timers: (() => void)[] = [];

  static async open(): Promise<World> {
    const world = new World();
    for (let side = 0; side < 2; side++)
      world.sides.push(
        await Side.open({
          records: world.#records,
          read: (pick) => world.#read(pick),
          after: (due) => world.#timers.push(due),
          disk: side === 1,
        }),
      );
    return world;
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
    this.#append(epochName(this.#epoch), this.#unwritten);
    this.#unwritten = [];
  }

  /** The partition's epoch goes on, and has nothing of this instrument: as the clocks of a venue do. */
  writeOther(): void {
    this.write();
    this.#append(epochName(this.#epoch), []);
  }

  /** A second worker writes again what was written, cut into other pieces, and goes on where it can. */
  double(back: number): void {
    const again = this.#records.slice(-1 - back).filter(({ epoch }) => epoch === this.#records.at(-1 - back)?.epoch);
    const [first] = again;
    if (first === undefined) return;
    const old = again.flatMap(({ updates }) => updates).slice(Math.floor(first.updates.length / 2));
    if (first.epoch !== epochName(this.#epoch)) this.#append(first.epoch, old);
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

  /**
   * An instrument that did not change is not written again: only the partition's record moves on. One that has nothing in the
   * epoch is as an earlier epoch left it, or not there at all.
   */
  checkpoint(): void {
    this.write();
    const last = this.#checkpoints.at(-1);
    const epoch = epochName(this.#epoch);
    const partitionNext = this.#records.length;
    const empty = Object.values(this.#view.seqs).every((seq) => seq === 0);
    const view = empty ? last?.view : encodeView(this.#view);
    const same = empty || (last?.epoch === epoch && Buffer.compare(last.view ?? NOTHING, view as Uint8Array) === 0);
    const updatesNext = same ? (last?.updatesNext ?? 0) : partitionNext;
    this.#checkpoints.push({ epoch, view, updatesNext, partitionNext });
  }

  /** The store failed over to a replica that had not got the newest. */
  loseCheckpoint(): void {
    this.#checkpoints.pop();
  }

  newEpoch(): void {
    this.write();
    this.#epoch++;
    this.#view = emptyView(SYMBOL, epochName(this.#epoch));
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
  view: Uint8Array | undefined;
  updatesNext: number;
  partitionNext: number;
}

const NOTHING = new Uint8Array();

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
