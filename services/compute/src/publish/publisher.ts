import type { LogProducer, PartitionBatch } from '@tapecast/tick-log';
import { CAPTURE_SLICE_MS, PENDING_UPDATES_MAX, RECORD_BYTES_MAX } from '../limits.ts';
import type { ComputeMetrics } from '../metrics.ts';
import type { Cut, Outbox } from './outbox.ts';
import type { FinishedBar, PendingUpdates } from './pending-updates.ts';
import { recordsOf } from './records.ts';

export interface PublisherOptions {
  producer: LogProducer;
  /** Flushes start at least this far apart, or when PENDING_UPDATES_MAX are there. */
  flushIntervalMs: number;
  /** Unix microseconds. */
  wallClockUs: () => number;
  metrics: ComputeMetrics;
  /** A flush failed for good: the service can't go on. */
  onFailure: (error: Error) => void;
}

/** What a flush carries of one partition. */
interface Parcel {
  outbox: Outbox;
  records: Uint8Array[];
  bars: FinishedBar[];
  updates: number;
  /** Offset in md.updates after the last of them, once acknowledged. */
  updatesNext: number;
}

/**
 * Writes what the folds give to `md.updates`: all partitions' updates of a few milliseconds in one `send`, one record a
 * partition (more when it is too large: then as many sends), one flush in flight. A lone tick leaves at the next
 * millisecond; under load flushes start `flushIntervalMs` apart, because a flush costs client and broker 1 to 2 ms of
 * CPU however small it is. One timer is set when the first update of a flush is there, none per tick.
 */
export class Publisher {
  private readonly options: PublisherOptions;
  private readonly outboxes = new Map<number, Outbox>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private startedAtMs = Number.NEGATIVE_INFINITY;
  private stopped = false;
  private pendingUpdates = 0;
  private roomWaiters: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.options = options;
  }

  /** Sends what the outbox owes now and later, also after a `close`. */
  open(outbox: Outbox): void {
    outbox.closed = false;
    this.outboxes.set(outbox.partition, outbox);
    if (outbox.owed) this.offer();
  }

  /** Resolves when the flush in flight, if any, is acknowledged. */
  async settled(): Promise<void> {
    await this.flushing;
  }

  /** Nothing of the partition is sent after this but the `send` in flight; its cuts end without effect. */
  close(outbox: Outbox): void {
    outbox.closed = true;
    if (this.outboxes.get(outbox.partition) === outbox) this.outboxes.delete(outbox.partition);
    for (const cut of outbox.cuts.splice(0)) cut.done(undefined);
    this.count();
  }

  /** Updates folded and not yet taken by a flush. */
  get pending(): number {
    return this.pendingUpdates;
  }

  /** To be called after folding: sees to it that a flush takes what was folded. */
  offer(): void {
    this.count();
    this.schedule();
  }

  get full(): boolean {
    return this.pendingUpdates >= PENDING_UPDATES_MAX;
  }

  /** Resolves when a flush has taken what is pending. */
  room(): Promise<void> {
    return new Promise((resolve) => {
      this.roomWaiters.push(resolve);
    });
  }

  /**
   * Calls `run` at a moment when everything folded of the partition has been handed to the log and nothing was folded
   * since, then resolves with the offset in md.updates after it once that is acknowledged: state that `run` copied is
   * exactly what the log then has. Nothing is held up for it: `run` is called between taking a flush and folding on, when
   * its send is on the way already, for at most about CAPTURE_SLICE_MS of all partitions' cuts together.
   * Resolves with undefined when the partition left before.
   */
  cut(outbox: Outbox, run: () => void): Promise<number | undefined> {
    if (outbox.closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const cut: Cut = { run, done: resolve };
      if (outbox.owed || outbox.cuts.length > 0) {
        outbox.cuts.push(cut);
        this.offer();
        return;
      }
      run();
      if (outbox.inFlight && this.flushing !== undefined)
        void this.flushing.then(() => resolve(outbox.closed ? undefined : outbox.updatesNext));
      else resolve(outbox.updatesNext);
    });
  }

  /** Resolves when all that was offered is acknowledged. */
  async drained(): Promise<void> {
    while (!this.stopped) {
      if (this.flushing !== undefined) await this.flushing;
      else if (this.anythingOwed()) this.startFlush();
      else return;
    }
  }

  /** Sends nothing more, and closes the producer. */
  async stop(): Promise<void> {
    this.end();
    await this.options.producer.close();
    await this.flushing;
  }

  private end(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const outbox of [...this.outboxes.values()]) this.close(outbox);
    this.releaseRoom();
  }

  private schedule(): void {
    if (this.flushing !== undefined || this.stopped) return;
    if (this.full) {
      this.startFlush();
      return;
    }
    if (this.timer !== undefined) return;
    const delayMs = Math.max(1, this.startedAtMs + this.options.flushIntervalMs - performance.now());
    this.timer = setTimeout(this.startFlush, delayMs);
  }

  private readonly startFlush = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.startedAtMs = performance.now();
    this.flushing = this.flush()
      .catch((error: unknown) => {
        // A send that the close of the producer cut short.
        if (this.stopped) return;
        this.end();
        this.options.onFailure(error instanceof Error ? error : new Error(String(error)));
      })
      .then(() => {
        this.flushing = undefined;
        if (this.anythingOwed()) this.schedule();
      });
  };

  private async flush(): Promise<void> {
    const parcels = this.takeParcels();
    const sent = this.send(parcels);
    const cuts = this.runCuts();
    this.releaseRoom();
    let acknowledged = false;
    try {
      await sent;
      acknowledged = true;
      this.options.metrics.flushed(parcels.length, performance.now() - this.startedAtMs);
    } finally {
      for (const { outbox, done } of cuts) done(acknowledged && !outbox.closed ? outbox.updatesNext : undefined);
    }
  }

  private takeParcels(): Parcel[] {
    const computedAtUs = this.options.wallClockUs();
    const parcels: Parcel[] = [];
    for (const outbox of this.outboxes.values()) {
      const batches = outbox.take();
      if (batches.length === 0) continue;
      outbox.inFlight = true;
      outbox.sentReceivedAtUs = (batches[0] as PendingUpdates).receivedAtUs;
      parcels.push({
        outbox,
        records: batches.flatMap((batch) => recordsOf(batch, computedAtUs, RECORD_BYTES_MAX)),
        bars: batches.flatMap((batch) => batch.bars),
        updates: batches.reduce((sum, { count }) => sum + count, 0),
        updatesNext: outbox.updatesNext,
      });
    }
    this.pendingUpdates = 0;
    return parcels;
  }

  /** The nth send carries the nth record of each partition that has one. A partition that left sends no further ones. */
  private async send(parcels: readonly Parcel[]): Promise<void> {
    for (let n = 0; ; n++) {
      const batches: PartitionBatch[] = [];
      for (const { outbox, records } of parcels) {
        const value = records[n];
        if (value === undefined) continue;
        if (outbox.closed && n > 0) outbox.broken = true;
        if (outbox.broken) continue;
        batches.push({ partition: outbox.partition, records: [{ key: undefined, value }] });
        this.options.metrics.recordBytes(value.length);
      }
      if (batches.length === 0) break;
      const offsets = await this.options.producer.send(batches);
      for (const parcel of parcels) {
        const offset = offsets.get(parcel.outbox.partition);
        if (parcel.records[n] !== undefined && offset !== undefined) parcel.updatesNext = offset + 1;
      }
    }
    const nowUs = this.options.wallClockUs();
    for (const { outbox, updatesNext, bars, records, updates } of parcels) {
      outbox.inFlight = false;
      outbox.arrived(nowUs);
      outbox.updatesNext = updatesNext;
      // Of one that left halfway the next owner tells all again.
      if (!outbox.broken) this.options.metrics.given(outbox.partition, updates, records.length);
      if (bars.length > 0) outbox.onBars(bars);
    }
  }

  private runCuts(): (Cut & { outbox: Outbox })[] {
    const until = performance.now() + CAPTURE_SLICE_MS;
    const ran: (Cut & { outbox: Outbox })[] = [];
    for (const outbox of this.outboxes.values()) {
      while (outbox.cuts.length > 0 && (ran.length === 0 || performance.now() < until)) {
        const cut = outbox.cuts.shift() as Cut;
        cut.run();
        ran.push({ ...cut, outbox });
      }
    }
    return ran;
  }

  private anythingOwed(): boolean {
    for (const outbox of this.outboxes.values()) if (outbox.owed || outbox.cuts.length > 0) return true;
    return false;
  }

  private count(): void {
    let count = 0;
    for (const outbox of this.outboxes.values()) count += outbox.count;
    this.pendingUpdates = count;
  }

  private releaseRoom(): void {
    const waiters = this.roomWaiters;
    this.roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
