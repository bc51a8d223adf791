import type { Logger } from '@tapecast/service-kit';
import { Backoff } from '../../connection/backoff.ts';
import { IngestError, messageOf } from '../../errors.ts';
import { FaultLog } from '../../fault-log.ts';
import { LIMITS } from '../../limits.ts';
import type { IngestMetrics } from '../../metrics.ts';
import type { UnnumberedTick } from '../../sources/tick-source.ts';
import type { NowUs } from '../../sources/wall-clock.ts';
import { type BookDiff, LocalBook } from './local-book.ts';
import type { BinanceSymbol, DiffEvent } from './messages.ts';
import { normaliseSnapshot } from './normalise.ts';

export type LossReason = 'gap' | 'bad_frame' | 'disconnected';

export interface BookKeeperOptions {
  fetchSnapshot: (symbol: string, signal: AbortSignal) => Promise<unknown>;
  emit: (tick: UnnumberedTick, receivedAtUs: number) => void;
  onSynced: (symbol: BinanceSymbol) => void;
  /** The book is not in sync; `reason` is for people. Called for each failed try, too. */
  onLost: (symbol: BinanceSymbol, reason: string) => void;
  logger: Logger;
  metrics: IngestMetrics;
  random: () => number;
  nowUs: NowUs;
  signal: AbortSignal;
}

interface WaitingDiff extends BookDiff {
  tick: UnnumberedTick;
  receivedAtUs: number;
}

interface Entry {
  symbol: BinanceSymbol;
  book: LocalBook<WaitingDiff>;
  backoff: Backoff;
  /** Changes when the connection does: a snapshot asked for before belongs to no buffer any more. */
  generation: number;
  following: boolean;
  state: 'idle' | 'queued' | 'fetching' | 'waiting';
  timer: NodeJS.Timeout | undefined;
  /** The last try failed before any diff had come: the first diff tries again at once. */
  failedBeforeDiffs: boolean;
}

/**
 * Keeps the local books of all pairs in sync: asks for snapshots (a few at a time, within the venue's weight, with
 * backoff), and publishes a snapshot and the diffs that follow it. A book without a snapshot publishes nothing; trades
 * and quotes don't wait for it.
 */
export class BookKeeper {
  readonly #options: BookKeeperOptions;
  readonly #faults: FaultLog;
  readonly #entries = new Map<string, Entry>();
  readonly #queue: Entry[] = [];
  #fetching = 0;
  #waitingNumbers = 0;
  #synced = 0;

  constructor(options: BookKeeperOptions) {
    this.#options = options;
    this.#faults = new FaultLog(options.logger);
  }

  /** The pair's stream is subscribed: diffs come from now on. */
  follow(symbol: BinanceSymbol): void {
    const entry = this.#entry(symbol);
    entry.following = true;
    if (!entry.book.synced) this.#enqueue(entry);
  }

  /** The pair's connection ended. */
  disconnected(symbol: BinanceSymbol): void {
    const entry = this.#entry(symbol);
    entry.following = false;
    entry.generation++;
    entry.backoff.reset();
    clearTimeout(entry.timer);
    if (entry.state === 'waiting') entry.state = 'idle';
    this.#lose(entry, 'disconnected', 'the connection ended');
  }

  /** The update id up to which the pair's diffs were taken; undefined: none was since the book was lost. */
  position(symbol: BinanceSymbol): number | undefined {
    return this.#entry(symbol).book.position;
  }

  /** A diff of the pair was unreadable: what it would have changed is not known. */
  onBadDiff(symbol: BinanceSymbol, reason: string): void {
    const entry = this.#entry(symbol);
    this.#lose(entry, 'bad_frame', `a depth frame was refused (${reason})`);
    this.#enqueue(entry);
  }

  onDiff(event: DiffEvent, receivedAtUs: number): void {
    const entry = this.#entry(event.symbol);
    const body = event.tick.body;
    const diff: WaitingDiff = {
      firstId: event.firstId,
      lastId: event.lastId,
      numbers: body.bids.length + body.asks.length,
      tick: event.tick,
      receivedAtUs,
    };
    const wasSynced = entry.book.synced;
    const before = entry.book.waitingNumbers;
    const outcome = entry.book.onDiff(diff);
    this.#waitingNumbers += entry.book.waitingNumbers - before;
    switch (outcome) {
      case 'applied':
        this.#options.emit(event.tick, receivedAtUs);
        return;
      case 'included':
        return;
      case 'gap':
        this.#lost(entry, wasSynced, 'gap', `updates before ${event.firstId} are missing`);
        this.#enqueue(entry);
        return;
      case 'waiting':
        this.#bound(entry);
        if (entry.state === 'waiting' && entry.failedBeforeDiffs) {
          clearTimeout(entry.timer);
          entry.state = 'idle';
        }
        entry.failedBeforeDiffs = false;
        if (entry.state === 'idle' && entry.following) this.#enqueue(entry);
    }
  }

  stop(): void {
    for (const entry of this.#entries.values()) clearTimeout(entry.timer);
    this.#queue.length = 0;
  }

  #entry(symbol: BinanceSymbol): Entry {
    let entry = this.#entries.get(symbol.symbol);
    if (entry === undefined) {
      entry = {
        symbol,
        book: new LocalBook(),
        backoff: new Backoff(LIMITS.restRetryBaseMs, LIMITS.restRetryCapMs, this.#options.random),
        generation: 0,
        following: false,
        state: 'idle',
        timer: undefined,
        failedBeforeDiffs: false,
      };
      this.#entries.set(symbol.symbol, entry);
    }
    return entry;
  }

  #lose(entry: Entry, reason: LossReason, text: string): void {
    const wasSynced = entry.book.synced;
    this.#waitingNumbers -= entry.book.waitingNumbers;
    entry.book.lose();
    this.#lost(entry, wasSynced, reason, text);
  }

  #lost(entry: Entry, wasSynced: boolean, reason: LossReason, text: string): void {
    if (!wasSynced) return;
    this.#countSynced(-1);
    this.#options.metrics.bookResyncs.inc({ venue: 'binance', reason });
    if (reason !== 'disconnected') {
      this.#faults.warn('book_lost', () => ({ instrument: entry.symbol.instrument, reason, text }));
    }
    this.#options.onLost(entry.symbol, text);
  }

  #bound(entry: Entry): void {
    while (this.#waitingNumbers > LIMITS.waitingDiffNumbersMax && entry.book.waitingNumbers > 0) {
      const before = entry.book.waitingNumbers;
      entry.book.dropOldest();
      this.#waitingNumbers += entry.book.waitingNumbers - before;
    }
  }

  #enqueue(entry: Entry): void {
    if (!entry.following || entry.state === 'queued' || entry.state === 'fetching' || entry.state === 'waiting') return;
    entry.state = 'queued';
    this.#queue.push(entry);
    this.#pump();
  }

  #pump(): void {
    while (this.#fetching < LIMITS.snapshotsAtOnce) {
      const entry = this.#queue.shift();
      if (entry === undefined) return;
      entry.state = 'fetching';
      this.#fetching++;
      // `#fetch` settles every fault by itself: it never rejects.
      void this.#fetch(entry).finally(() => {
        this.#fetching--;
        this.#pump();
      });
    }
  }

  async #fetch(entry: Entry): Promise<void> {
    const { fetchSnapshot, signal, nowUs } = this.#options;
    const { generation } = entry;
    let reply: unknown;
    let fault: unknown;
    try {
      reply = await fetchSnapshot(entry.symbol.symbol, signal);
    } catch (error) {
      fault = error;
    }
    if (signal.aborted) return;
    entry.state = 'idle';
    if (entry.generation !== generation) {
      // Of another connection. If that one is there again, it needs its own.
      this.#enqueue(entry);
      return;
    }
    if (fault !== undefined) {
      this.#retry(entry, messageOf(fault), fault);
      return;
    }
    try {
      this.#onSnapshot(entry, reply, nowUs());
    } catch (error) {
      // The codec refused the snapshot or a diff after it: nothing of this book can be trusted.
      this.#lose(entry, 'bad_frame', messageOf(error));
      this.#retry(entry, messageOf(error), error);
    }
  }

  #onSnapshot(entry: Entry, reply: unknown, receivedAtUs: number): void {
    const snapshot = normaliseSnapshot(reply, entry.symbol);
    if ('type' in snapshot) {
      this.#retry(entry, `the snapshot was refused (${snapshot.reason}: ${snapshot.detail})`, undefined);
      return;
    }
    const before = entry.book.waitingNumbers;
    const result = entry.book.onSnapshot(snapshot.lastUpdateId);
    this.#waitingNumbers += entry.book.waitingNumbers - before;
    if (result.outcome === 'too_old') {
      this.#retry(entry, 'the snapshot is older than the first diff', undefined);
      return;
    }
    entry.backoff.reset();
    this.#countSynced(1);
    this.#options.emit(snapshot.tick, receivedAtUs);
    for (const diff of result.diffs) this.#options.emit(diff.tick, diff.receivedAtUs);
    this.#options.onSynced(entry.symbol);
  }

  #retry(entry: Entry, reason: string, fault: unknown): void {
    this.#faults.warn('snapshot_failed', () => ({ instrument: entry.symbol.instrument, reason }));
    this.#options.onLost(entry.symbol, reason);
    entry.failedBeforeDiffs = entry.book.waitingNumbers === 0;
    const askedMs = fault instanceof IngestError ? (fault.retryAfterMs ?? 0) : 0;
    entry.state = 'waiting';
    entry.timer = setTimeout(
      () => {
        entry.state = 'idle';
        this.#enqueue(entry);
      },
      Math.max(askedMs, entry.backoff.next()),
    );
  }

  #countSynced(change: number): void {
    this.#synced += change;
    this.#options.metrics.booksSynced.labels('binance').set(this.#synced);
  }
}
