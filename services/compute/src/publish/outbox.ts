import { type FinishedBar, PendingUpdates } from './pending-updates.ts';

/** See Publisher.cut. */
export interface Cut {
  run: () => void;
  /** With `updatesNext` once everything before the cut is acknowledged; undefined when the partition left before. */
  done: (updatesNext: number | undefined) => void;
}

/**
 * What one partition owes to `md.updates`: batches in order (more than one only when a new epoch began in between) and
 * how far the log has acknowledged.
 */
export class Outbox {
  readonly partition: number;
  /** Offset in md.updates after the last acknowledged record. */
  updatesNext: number;
  /** The partition left: nothing more is sent. What is owed stays, in case it comes back. */
  closed = false;
  /** The partition left when a flush of it was sent in part: what is owed is no longer all that was not sent. */
  broken = false;
  /** Records of it are on their way. */
  inFlight = false;
  /** Unix µs at which ingest had the oldest tick of what is on its way; 0: nothing is. */
  sentReceivedAtUs = 0;
  /** Wait for all that is owed to be taken. */
  readonly cuts: Cut[] = [];
  /** Told of bars whose updates the log has. */
  readonly onBars: (bars: readonly FinishedBar[]) => void;
  /** µs from ingest's having the first tick of the last flush to that flush's acknowledgement; undefined before the first. */
  private ageUs: number | undefined;
  private before: PendingUpdates[] = [];
  private filling: PendingUpdates;

  constructor(options: {
    partition: number;
    epoch: string;
    ticksNext: number;
    updatesNext: number;
    onBars: (bars: readonly FinishedBar[]) => void;
  }) {
    this.partition = options.partition;
    this.updatesNext = options.updatesNext;
    this.onBars = options.onBars;
    this.filling = new PendingUpdates(options.epoch, options.ticksNext);
  }

  /** Takes what is folded now. */
  get pending(): PendingUpdates {
    return this.filling;
  }

  get owed(): boolean {
    return this.filling.owed || this.before.length > 0;
  }

  /** What was on its way is acknowledged. */
  arrived(nowUs: number): void {
    if (this.sentReceivedAtUs > 0) this.ageUs = Math.max(0, nowUs - this.sentReceivedAtUs);
    this.sentReceivedAtUs = 0;
  }

  /** How old what it hands on is, in µs: the oldest that waits, else what was last handed on. */
  ageAt(nowUs: number): number | undefined {
    const waiting = this.sentReceivedAtUs || (this.owed ? (this.before[0] ?? this.filling).receivedAtUs : 0);
    return waiting === 0 ? this.ageUs : Math.max(0, nowUs - waiting);
  }

  get count(): number {
    let count = this.filling.count;
    for (const batch of this.before) count += batch.count;
    return count;
  }

  /** What is folded from now on is of another epoch. */
  beginEpoch(epoch: string, ticksNext: number): void {
    this.filling.seal();
    if (this.filling.owed) this.before.push(this.filling);
    this.filling = new PendingUpdates(epoch, ticksNext);
  }

  /** All that is owed, in order. */
  take(): PendingUpdates[] {
    const taken = this.before;
    this.before = [];
    if (this.filling.owed) {
      this.filling.seal();
      taken.push(this.filling);
      this.filling = new PendingUpdates(this.filling.epoch, this.filling.ticksNext);
    }
    return taken;
  }
}
