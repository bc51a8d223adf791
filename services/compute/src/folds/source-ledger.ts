import { SOURCES_MAX } from '../limits.ts';

/** The clock of a venue: what its sources said, never back. `timeMs` is 0 until one of them spoke. */
export interface VenueClock {
  readonly venue: string;
  timeMs: number;
}

export interface SourceState {
  readonly clock: VenueClock;
  /** Last source_seq taken. */
  lastSeq: number;
  /** What the venue's clock was when this source last moved it; 0: it never did. */
  clockMs: number;
}

/** `binance/01J9…` → `binance`. */
export const venueOf = (source: string): string => {
  const slash = source.indexOf('/');
  return slash < 0 ? source : source.slice(0, slash);
};

/**
 * What a partition has read of each source, and the venues' clocks.
 *
 * All sessions of a venue share one clock: an ingest that starts anew goes on with the instruments of the one before.
 * A source's own entry repeats the venue's clock at the time it moved it, so the entries alone restore the venues.
 *
 * The map is in the order in which sources were last heard (by a clock tick; before its first one, by its first tick),
 * and the record of a checkpoint keeps that order: which source is forgotten is part of the deterministic state.
 * Source names contain a '/', so a JavaScript object does not reorder them.
 */
export class SourceLedger {
  private readonly sources = new Map<string, SourceState>();
  private readonly clocks = new Map<string, VenueClock>();
  /** Sources forgotten because there were more than SOURCES_MAX. */
  forgotten = 0;

  static restore(positions: Readonly<Record<string, number>>, clocks: Readonly<Record<string, number>>): SourceLedger {
    const ledger = new SourceLedger();
    for (const [source, lastSeq] of Object.entries(positions)) {
      const clockMs = clocks[source] ?? 0;
      const clock = ledger.clockOfVenue(venueOf(source));
      if (clockMs > clock.timeMs) clock.timeMs = clockMs;
      ledger.sources.set(source, { clock, lastSeq, clockMs });
    }
    return ledger;
  }

  find(source: string): SourceState | undefined {
    return this.sources.get(source);
  }

  add(source: string): SourceState {
    if (this.sources.size >= SOURCES_MAX) this.forgetOne();
    const state = { clock: this.clockOfVenue(venueOf(source)), lastSeq: 0, clockMs: 0 };
    this.sources.set(source, state);
    return state;
  }

  /** Moves the clock of the source's venue and says whether it moved. */
  hear(source: string, state: SourceState, timeMs: number): boolean {
    const { clock } = state;
    const moved = timeMs > clock.timeMs;
    if (moved) clock.timeMs = timeMs;
    state.clockMs = clock.timeMs;
    this.sources.delete(source);
    this.sources.set(source, state);
    return moved;
  }

  /** For the partition's record. */
  save(): { sources: Record<string, number>; clocks: Record<string, number> } {
    const sources: Record<string, number> = {};
    const clocks: Record<string, number> = {};
    for (const [source, state] of this.sources) {
      sources[source] = state.lastSeq;
      if (state.clockMs > 0) clocks[source] = state.clockMs;
    }
    return { sources, clocks };
  }

  private clockOfVenue(venue: string): VenueClock {
    let clock = this.clocks.get(venue);
    if (clock === undefined) {
      clock = { venue, timeMs: 0 };
      this.clocks.set(venue, clock);
    }
    return clock;
  }

  private forgetOne(): void {
    for (const [source, state] of this.sources) {
      this.sources.delete(source);
      this.forgotten++;
      let last = true;
      for (const other of this.sources.values()) if (other.clock === state.clock) last = false;
      if (last) this.clocks.delete(state.clock.venue);
      return;
    }
  }
}
