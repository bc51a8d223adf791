import type {
  Emit,
  FoldRejection,
  InstrumentFold,
  InstrumentFoldFactory,
  InstrumentView,
  Tick,
  Update,
} from '@tapecast/market';
import { INSTRUMENTS_MAX } from '../limits.ts';
import type { PendingUpdates } from '../publish/pending-updates.ts';
import { startOffsetOf } from './epoch.ts';
import { SourceLedger, type SourceState, type VenueClock } from './source-ledger.ts';

/** One instrument of a partition. */
export interface FoldedInstrument {
  readonly instrument: string;
  readonly fold: InstrumentFold;
  /** Ticks below this offset are in its state already (it was checkpointed after the partition's record). */
  readonly ticksNext: number;
  /** Its state is newer than its last capture. */
  changed: boolean;
  /** The venue whose clock moves it. */
  venue: string;
  /** Takes its updates now; the batch's (see PendingUpdates). */
  list: Update[] | undefined;
}

/** What became of the ticks, since the fold was made. */
export interface FoldCounts {
  folded: number;
  clocks: number;
  duplicates: number;
  /** Ticks of a source whose venue another one with a higher fence speaks for. */
  fenced: number;
  /** Ticks of an instrument that had them from its own checkpoint. */
  skipped: number;
  corrupt: number;
  /** Ticks that never came, by the sources' own numbers. */
  missing: number;
  /** Sources forgotten because there were more than SOURCES_MAX. */
  forgotten: number;
  updates: number;
  rejected: Record<FoldRejection | 'no_instrument' | 'too_many_instruments' | 'fold_failed', number>;
}

export const noCounts = (): FoldCounts => ({
  folded: 0,
  clocks: 0,
  duplicates: 0,
  fenced: 0,
  skipped: 0,
  corrupt: 0,
  missing: 0,
  forgotten: 0,
  updates: 0,
  rejected: {
    decimals_overflow: 0,
    out_of_range: 0,
    late_bar: 0,
    unknown_kind: 0,
    future_time: 0,
    no_instrument: 0,
    too_many_instruments: 0,
    fold_failed: 0,
  },
});

/** A source's numbers jumped: `missing` ticks before `offset` never came. */
export interface SourceHole {
  source: string;
  missing: number;
  offset: number;
}

/** What the shell is told, to log it; the counts have it too. */
export interface FoldReports {
  hole(hole: SourceHole): void;
  /** A fold threw: a defect of ours. The tick is passed, with the same half of an effect wherever it is folded. */
  failed(instrument: string, offset: number, error: unknown): void;
}

/** An instrument at one moment. */
export interface CapturedInstrument {
  instrument: string;
  view: InstrumentView;
  saved: unknown;
  /** Every tick below this offset is in it. */
  ticksNext: number;
}

/** Where a partition's fold stands. */
export interface FoldPosition {
  ticksNext: number;
  clocks: Record<string, number>;
  sources: Record<string, number>;
}

/**
 * The fold of one partition of `md.ticks`: a deterministic function of its ticks from the epoch's start offset on. The
 * updates of an instrument, their numbers and their order depend on nothing else: not on how ticks are batched, nor on
 * who folded the ones before.
 *
 * A tick is taken once by (source, source_seq), and not at all after one of its venue with a higher fence. An instrument
 * restored from a checkpoint newer than the partition's record skips ticks below its own `ticksNext`, clock ticks too,
 * while sources and clocks of the partition move on.
 */
export class PartitionFold {
  readonly epoch: string;
  readonly counts: FoldCounts = noCounts();
  private readonly factory: InstrumentFoldFactory;
  private readonly reports: FoldReports;
  /** The whole log was read: a source whose first tick here is not its number 1 lost some. */
  private readonly fromLogStart: boolean;
  private readonly ledger: SourceLedger;
  private readonly instruments = new Map<string, FoldedInstrument>();
  private readonly byVenue = new Map<string, Set<FoldedInstrument>>();
  private readonly changed = new Set<FoldedInstrument>();
  private next: number;
  private current: FoldedInstrument | undefined;
  private out: PendingUpdates | undefined;

  /** A fold at the start of its epoch, or at the position of a checkpoint: then its instruments follow by `restore`. */
  constructor(options: {
    factory: InstrumentFoldFactory;
    epoch: string;
    position: FoldPosition;
    reports: FoldReports;
  }) {
    const { position } = options;
    this.factory = options.factory;
    this.epoch = options.epoch;
    this.reports = options.reports;
    this.fromLogStart = startOffsetOf(options.epoch) === 0;
    this.next = position.ticksNext;
    this.ledger = SourceLedger.restore(position.sources, position.clocks);
  }

  /** Takes up an instrument as it was captured: what it does next is what the captured one would have done. */
  restore({ view, saved, ticksNext }: CapturedInstrument): void {
    this.add(view.instrument, this.factory.restore(view, saved), ticksNext);
  }

  /** Offset of the next tick to be folded. */
  get ticksNext(): number {
    return this.next;
  }

  get instrumentCount(): number {
    return this.instruments.size;
  }

  /** A copy that later folding does not change. */
  position(): FoldPosition {
    return { ticksNext: this.next, ...this.ledger.save() };
  }

  /** Folds the tick at `offset`, which is `ticksNext`. */
  fold(offset: number, tick: Tick, out: PendingUpdates): void {
    this.next = offset + 1;
    out.ticksNext = this.next;
    const source = this.ledger.find(tick.source) ?? this.newSource(tick.source);
    if (source === undefined || source.fence < source.clock.fence) {
      this.counts.fenced++;
      return;
    }
    if (tick.sourceSeq <= source.lastSeq) {
      this.counts.duplicates++;
      return;
    }
    const missing = tick.sourceSeq - source.lastSeq - 1;
    this.out = out;
    if (missing > 0 && (source.lastSeq > 0 || this.fromLogStart)) {
      this.counts.missing += missing;
      this.reports.hole({ source: tick.source, missing, offset });
      this.tellMissed(offset, tick, missing, source.clock);
    }
    source.lastSeq = tick.sourceSeq;

    if (tick.body.kind === 'clock') {
      this.counts.clocks++;
      if (this.ledger.hear(tick.source, source, tick.body.timeMs)) this.moveClock(offset, source.clock);
      // Told also when it stood still: that the source speaks is news to whoever watches for its silence.
      out.clocks.set(tick.source, source.clock.timeMs);
    } else this.foldInstrument(offset, tick, source.clock.timeMs);
  }

  /** Passes the record at `offset`, of which nothing can be read. */
  skipCorrupt(offset: number, out: PendingUpdates): void {
    this.next = offset + 1;
    out.ticksNext = this.next;
    this.counts.corrupt++;
  }

  /** The instruments whose state is newer than their last capture. */
  changedInstruments(): FoldedInstrument[] {
    return [...this.changed];
  }

  /** How many instruments are owed to the next checkpoint. */
  get changedCount(): number {
    return this.changed.size;
  }

  /** The instrument as it is now; it counts as captured until it changes. */
  capture(entry: FoldedInstrument): CapturedInstrument {
    this.changed.delete(entry);
    entry.changed = false;
    return {
      instrument: entry.instrument,
      view: entry.fold.view(this.epoch),
      saved: entry.fold.save(),
      ticksNext: Math.max(entry.ticksNext, this.next),
    };
  }

  /** A capture was not stored after all. */
  giveBack(entries: Iterable<FoldedInstrument>): void {
    for (const entry of entries) this.markChanged(entry);
  }

  private newSource(name: string): SourceState | undefined {
    const state = this.ledger.add(name);
    this.counts.forgotten = this.ledger.forgotten;
    return state;
  }

  private foldInstrument(offset: number, tick: Tick, clockMs: number): void {
    let entry = this.instruments.get(tick.instrument);
    if (entry === undefined) {
      if (tick.instrument === '') {
        this.counts.rejected.no_instrument++;
        return;
      }
      if (this.instruments.size >= INSTRUMENTS_MAX) {
        this.counts.rejected.too_many_instruments++;
        return;
      }
      entry = this.add(tick.instrument, this.factory.create(tick.instrument), 0);
    }
    if (offset < entry.ticksNext) {
      this.counts.skipped++;
      return;
    }
    this.current = entry;
    try {
      const rejection = entry.fold.apply(tick, clockMs, this.emit);
      if (rejection === undefined) this.counts.folded++;
      else this.counts.rejected[rejection]++;
    } catch (error) {
      this.failed(entry, offset, error);
    }
    // Also without an update: a book changes below what is published.
    if (!entry.changed) this.markChanged(entry);
    if (entry.fold.venue !== entry.venue) this.moveVenue(entry);
  }

  private moveClock(offset: number, clock: { venue: string; timeMs: number }): void {
    const moved = this.byVenue.get(clock.venue);
    if (moved === undefined) return;
    for (const entry of moved) {
      if (offset < entry.ticksNext) continue;
      this.current = entry;
      try {
        entry.fold.clock(clock.timeMs, this.emit);
      } catch (error) {
        this.failed(entry, offset, error);
      }
    }
  }

  /** Which instruments the lost ticks were of is not known: all of the venue are told, before anything of the tick after. */
  private tellMissed(offset: number, { source, receivedAtUs }: Tick, ticks: number, clock: VenueClock): void {
    const told = this.byVenue.get(clock.venue);
    if (told === undefined) return;
    const hole = { source, ticks, fromMs: clock.timeMs, toMs: Math.floor(receivedAtUs / 1_000) };
    for (const entry of told) {
      if (offset < entry.ticksNext) continue;
      this.current = entry;
      try {
        entry.fold.missed(hole, this.emit);
      } catch (error) {
        this.failed(entry, offset, error);
      }
    }
  }

  private failed(entry: FoldedInstrument, offset: number, error: unknown): void {
    this.counts.rejected.fold_failed++;
    this.reports.failed(entry.instrument, offset, error);
  }

  /**
   * One function for all updates of a partition: a closure a tick would be garbage a tick. An instrument counts as changed
   * by a clock only when it emitted: else every quiet instrument would be written again every second.
   */
  private readonly emit: Emit = (update) => {
    const entry = this.current as FoldedInstrument;
    (this.out as PendingUpdates).add(entry, update);
    this.counts.updates++;
    if (!entry.changed) this.markChanged(entry);
  };

  private markChanged(entry: FoldedInstrument): void {
    entry.changed = true;
    this.changed.add(entry);
  }

  private add(instrument: string, fold: InstrumentFold, ticksNext: number): FoldedInstrument {
    const entry: FoldedInstrument = {
      instrument,
      fold,
      ticksNext,
      changed: false,
      venue: fold.venue,
      list: undefined,
    };
    this.instruments.set(instrument, entry);
    this.venueSet(entry.venue).add(entry);
    return entry;
  }

  private moveVenue(entry: FoldedInstrument): void {
    this.byVenue.get(entry.venue)?.delete(entry);
    entry.venue = entry.fold.venue;
    this.venueSet(entry.venue).add(entry);
  }

  private venueSet(venue: string): Set<FoldedInstrument> {
    let set = this.byVenue.get(venue);
    if (set === undefined) {
      set = new Set();
      this.byVenue.set(venue, set);
    }
    return set;
  }
}
