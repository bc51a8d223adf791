import { applyUpdate, emptyView, type InstrumentView, SEQUENCES, type Sequence, type Update } from '@tapecast/market';
import { type BatchEntry, decodeView, NameTable, UpdateBatchReader } from '@tapecast/wire';
import type { EpochOrder } from './epoch-order.ts';
import type { PartitionCounts } from './partition-ledger.ts';
import type { UpdateWindow } from './update-window.ts';

/** A checkpoint of the instrument, and the offset from which the log has every update that is not in it. */
export interface HotSnapshot {
  view: Uint8Array;
  updatesNext: number;
}

export interface SnapshotRead {
  snapshot: HotSnapshot | undefined;
  floor: number | undefined;
}

/** Why an instrument has no state to serve. */
export type PendingReason =
  /** The store did not answer. */
  | 'store_unavailable'
  /** The window does not reach back to the snapshot. */
  | 'snapshot_too_old'
  /** Numbers are missing between snapshot and log. */
  | 'numbers_missing'
  /** A snapshot or a record that can't be decoded. */
  | 'unreadable'
  /** Nothing was ever folded for it, and the partition's epoch is not known. */
  | 'no_data';

/** A state in the making, of which nobody was told. */
interface Candidate {
  view: InstrumentView;
  /** The store knows what of it was below `from`. */
  checkpointed: boolean;
  /** Records below this offset are older than the snapshot. */
  from: number;
  /** All below is in the view. */
  position: number;
  /** Why it can't be gone on with. */
  fault: PendingReason | undefined;
}

/** What the state tells as it goes. All calls are synchronous, in the turn in which the state changed. */
export interface StateListener {
  /** `view` has just taken `update`: the next number of its sequence. */
  applied(update: Update): void;
  /** `view` is another object now, reached by other ways than `applied`: tell everyone where they are. */
  adopted(): void;
  /** No state to serve for now. Told when the reason is new. */
  pending(reason: PendingReason): void;
}

export interface StateSources {
  window: UpdateWindow;
  epochs: EpochOrder;
  /**
   * The newest checkpoint of the instrument; undefined where none was written. `floor` is an offset of md.updates: all
   * updates below it are in `snapshot` (there are none below it where `snapshot` is undefined); undefined where the
   * partition has no checkpoint yet. Rejects while the store is away.
   */
  read(): Promise<SnapshotRead>;
  /**
   * Gives `take` the entries of the instrument from that offset on, which is below what `window` has. Resolves with the offset from
   * which `window` has the rest; undefined where something in between is not there any more. Never rejects. Absent where the
   * window is all there is.
   */
  older?: (from: number, take: (epoch: string, entry: BatchEntry) => void) => Promise<number | undefined>;
  /** Unix ms of the last moment at which all that the log had of the partition was read; 0: not yet. */
  readToEndAtMs(): number;
  /** Of the partition: what becomes of entries and updates is added to them. */
  counts: PartitionCounts;
  /** Resolves after `ms`. Passed in so that tests own the time. */
  delay(ms: number): Promise<void>;
  joinAttempts: number;
  joinRetryMs: number;
  pendingRetryMs: number;
}

/**
 * Snapshot, then live, without a seam: the only place where the two meet.
 *
 * The window is read and the new state is adopted in one turn, and every record enters the window in the turn in which it is
 * offered to `take`. So a record is either in the window when the state is adopted, or offered afterwards: never both missed.
 * Doubles (a batch written twice, a snapshot newer than the record) are known by their numbers and dropped.
 *
 * An instrument of which nothing was folded has a state, too: the empty one of its partition's epoch, in which its numbers
 * begin with 1. Who subscribes it is told that epoch, and misses nothing of what comes.
 */
export class InstrumentState {
  readonly instrument: string;
  readonly #sources: StateSources;
  readonly #listener: StateListener;
  #view: InstrumentView;
  #phase: 'joining' | 'live' | 'stopped' = 'joining';
  /** Records below this offset are older than the snapshot that `#view` began with. */
  #from = 0;
  #pending: PendingReason | undefined;
  /** An entry came while there was no state: the next attempt will find it. */
  #seenSinceAttempt = false;
  #wake: () => void = () => {};
  #joined: Promise<void>;

  constructor(instrument: string, sources: StateSources, listener: StateListener) {
    this.instrument = instrument;
    this.#sources = sources;
    this.#listener = listener;
    this.#view = emptyView(instrument, '');
    this.#joined = this.#join();
  }

  /** As last told: between two turns every number of it was given to the listener. */
  get view(): InstrumentView {
    return this.#view;
  }

  /** Whether `view` is a state to serve. */
  get live(): boolean {
    return this.#phase === 'live';
  }

  /** Unix ms of a moment at which `view` had all that the log had; undefined where that can't be told. */
  get currentAtMs(): number | undefined {
    return this.live ? this.#sources.readToEndAtMs() : undefined;
  }

  /** `view` came from the store, and has more than was read of the log. */
  get aheadOfLog(): boolean {
    return this.live && this.#from > this.#sources.window.end;
  }

  get pendingReason(): PendingReason | undefined {
    return this.#pending;
  }

  /** Resolves when the state is live, or the first round of attempts was in vain. Never rejects. */
  get joined(): Promise<void> {
    return this.#joined;
  }

  /** Offset of md.updates below which the store has all of the instrument, its final bars too. Rejects while it is away. */
  async storedUpTo(): Promise<number> {
    const { snapshot, floor } = await this.#sources.read();
    return Math.max(snapshot?.updatesNext ?? 0, floor ?? 0);
  }

  /** Updates of a sequence from that offset on, as far as the window reaches back and the view has them. */
  *updatesSince(offset: number, sequence: Sequence): Generator<Update> {
    const { window } = this.#sources;
    const batch = readerOf(this.instrument);
    for (const record of window.from(Math.max(offset, window.start))) {
      batch.read(record.value);
      if (batch.epoch !== this.#view.epoch) continue;
      for (const entry of batch.entries) {
        if (!entry.has(sequence)) continue;
        for (const update of entry.updates()) {
          if (update.sequence === sequence && update.last <= this.#view.seqs[sequence]) yield update;
        }
      }
    }
  }

  /** A record of the partition has an entry of this instrument. Called in the turn in which the window got it. */
  take(offset: number, epoch: string, entry: BatchEntry): void {
    if (this.#phase === 'joining' && this.#pending === 'no_data') {
      this.#seenSinceAttempt = true;
      this.#wake();
    }
    const { entries } = this.#sources.counts;
    entries.taken++;
    if (this.#phase !== 'live' || offset < this.#from) {
      entries.joined++;
      return;
    }
    if (epoch !== this.#view.epoch) {
      if (this.#sources.epochs.isBefore(epoch, this.#view.epoch)) {
        entries.left_epoch++;
        return;
      }
      this.#view = emptyView(this.instrument, epoch);
      this.#listener.adopted();
    }
    const outcome = this.#apply(this.#view, entry, true);
    if (outcome === undefined) entries.folded++;
    else {
      entries.refused++;
      this.#rejoin(outcome);
    }
  }

  /** Records of the partition are of this epoch from now on. Called in the turn in which the window got the first. */
  epochBegan(epoch: string): void {
    if (this.#phase === 'joining' && this.#pending === 'no_data') {
      this.#seenSinceAttempt = true;
      this.#wake();
    }
    if (this.#phase !== 'live' || !isEmpty(this.#view) || this.#view.epoch === epoch) return;
    this.#view = emptyView(this.instrument, epoch);
    this.#listener.adopted();
  }

  /** Records may have been lost before they were read: begins again from the snapshot. */
  recheck(): void {
    if (this.#phase === 'live') this.#rejoin('numbers_missing');
  }

  /** Nothing is told any more. */
  stop(): void {
    this.#phase = 'stopped';
    this.#wake();
  }

  #rejoin(reason: PendingReason): void {
    this.#phase = 'joining';
    this.#pending = reason;
    this.#joined = this.#join();
  }

  /** Never rejects; the promise is done when clients can be told something. Goes on trying behind it until live. */
  async #join(): Promise<void> {
    for (let attempt = 1; attempt <= this.#sources.joinAttempts; attempt++) {
      const outcome = await this.#attempt();
      if (outcome === undefined) return;
      this.#pending = outcome;
      // Nothing to ask the store for: the instrument goes live with the partition's first record.
      if (outcome === 'no_data') break;
      if (attempt < this.#sources.joinAttempts)
        await this.#sources.delay(this.#sources.joinRetryMs * 2 ** (attempt - 1));
    }
    if (this.#phase !== 'joining') return;
    if (this.#pending !== undefined) this.#listener.pending(this.#pending);
    // The name and owner of this promise: it ends by itself with `live` or `stop`, and #attempt rejects nothing.
    void this.#keepTrying();
  }

  async #keepTrying(): Promise<void> {
    while (this.#phase === 'joining') {
      if (this.#pending !== 'no_data') await this.#sources.delay(this.#sources.pendingRetryMs);
      else if (!this.#seenSinceAttempt) await new Promise<void>((resolve) => (this.#wake = resolve));
      const outcome = await this.#attempt();
      if (outcome !== undefined && outcome !== this.#pending) {
        this.#pending = outcome;
        this.#listener.pending(outcome);
      }
    }
  }

  /** One reading of the snapshot and of the window above it. Resolves with why it was in vain. */
  async #attempt(): Promise<PendingReason | undefined> {
    if (this.#phase !== 'joining') return undefined;
    let read: SnapshotRead;
    try {
      read = await this.#sources.read();
    } catch {
      // The store's own package logs its outages; here only what follows from it matters.
      return 'store_unavailable';
    }
    if ((this.#phase as string) !== 'joining') return undefined;
    this.#seenSinceAttempt = false;
    try {
      const candidate = this.#begin(read);
      while (candidate.position < this.#sources.window.start) {
        if (!(await this.#takeOlder(candidate))) return candidate.fault ?? 'snapshot_too_old';
        if ((this.#phase as string) !== 'joining') return undefined;
      }
      // From here to `adopted` nothing waits: see the class comment.
      return this.#takeWindow(candidate);
    } catch {
      return 'unreadable';
    }
  }

  #begin({ snapshot, floor }: SnapshotRead): Candidate {
    // Without any checkpoint the log is all there is; that it begins with number 1 is checked as for any other entry.
    const checkpointed = snapshot !== undefined || floor !== undefined;
    const from = checkpointed ? Math.max(snapshot?.updatesNext ?? 0, floor ?? 0) : this.#sources.window.start;
    const view = snapshot === undefined ? emptyView(this.instrument, '') : decodeView(snapshot.view);
    return { view, checkpointed, from, position: from, fault: undefined };
  }

  /** What memory has no more. False where it is not to be had, or is not what follows the snapshot. */
  async #takeOlder(candidate: Candidate): Promise<boolean> {
    const next = await this.#sources.older?.(candidate.position, (epoch, entry) => {
      if (candidate.fault !== undefined) return;
      try {
        this.#fold(candidate, epoch, entry);
      } catch {
        candidate.fault = 'unreadable';
      }
    });
    if (next === undefined || candidate.fault !== undefined) return false;
    candidate.position = next;
    return true;
  }

  #takeWindow(candidate: Candidate): PendingReason | undefined {
    const batch = readerOf(this.instrument);
    for (const record of this.#sources.window.from(candidate.position)) {
      batch.read(record.value);
      for (const entry of batch.entries) {
        this.#fold(candidate, batch.epoch, entry);
        if (candidate.fault !== undefined) return candidate.fault;
      }
    }
    if (candidate.view.epoch === '') {
      // Without a checkpoint there may have been some of it in what memory has no more, or the log itself.
      if (!candidate.checkpointed && this.#sources.window.start > 0) return 'snapshot_too_old';
      const { current } = this.#sources.epochs;
      if (current === '') return 'no_data';
      candidate.view = emptyView(this.instrument, current);
    }
    if (this.#isOlder(candidate.view)) return 'snapshot_too_old';
    this.#view = candidate.view;
    this.#from = candidate.from;
    this.#phase = 'live';
    this.#pending = undefined;
    this.#listener.adopted();
    return undefined;
  }

  #fold(candidate: Candidate, epoch: string, entry: BatchEntry): void {
    if (epoch !== candidate.view.epoch) {
      if (this.#sources.epochs.isBefore(epoch, candidate.view.epoch)) return;
      candidate.view = emptyView(this.instrument, epoch);
    }
    candidate.fault = this.#apply(candidate.view, entry, false);
  }

  /** Whether clients were told more than the candidate has: a store that failed over may be behind its own past. */
  #isOlder(candidate: InstrumentView): boolean {
    const told = this.#view;
    if (candidate.epoch !== told.epoch) return this.#sources.epochs.isBefore(candidate.epoch, told.epoch);
    return SEQUENCES.some((sequence) => candidate.seqs[sequence] < told.seqs[sequence]);
  }

  /** Applies what is new of an entry of the view's epoch. Returns why the state can't be gone on with. */
  #apply(view: InstrumentView, entry: BatchEntry, live: boolean): PendingReason | undefined {
    let updates: Update[];
    try {
      updates = entry.updates();
    } catch {
      return 'unreadable';
    }
    let known = 0;
    let applied = 0;
    let fault: PendingReason | undefined;
    for (const update of updates) {
      const have = view.seqs[update.sequence];
      if (update.last <= have) {
        known++;
        continue;
      }
      if (update.first > have + 1) {
        fault = 'numbers_missing';
        break;
      }
      try {
        applyUpdate(view, update);
      } catch {
        fault = 'unreadable';
        break;
      }
      applied++;
      if (live) this.#listener.applied(update);
    }
    if (live) {
      const counts = this.#sources.counts.updates;
      counts.known += known;
      counts.applied += applied;
      counts.refused += updates.length - known - applied;
    }
    return fault;
  }
}

/** Reads records for the entries of one instrument. */
function readerOf(instrument: string): UpdateBatchReader<true> {
  const names = new NameTable<true>();
  names.set(instrument, true);
  return new UpdateBatchReader({ names, wants: () => true, tellsNew: false });
}

/** Whether nothing was ever told of it in its epoch. */
export const isEmpty = ({ seqs }: InstrumentView): boolean => SEQUENCES.every((sequence) => seqs[sequence] === 0);
