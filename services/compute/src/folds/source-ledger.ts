import { fenceOfSource, venueOfSource } from '@tapecast/market';
import { SOURCES_MAX } from '../limits.ts';

/** The clock of a venue: what its sources said, never back. `timeMs` is 0 until one of them spoke. */
export interface VenueClock {
  readonly venue: string;
  timeMs: number;
  /** The highest fence of the venue's sources. What a lower one writes from then on is void. */
  fence: number;
}

export interface SourceState {
  readonly clock: VenueClock;
  /** Of its name. */
  readonly fence: number;
  /** Last source_seq taken. */
  lastSeq: number;
  /** What the venue's clock was when this source last moved it; 0: it never did. */
  clockMs: number;
}

/**
 * What a partition has read of each source, and the venues' clocks.
 *
 * All sessions of a venue share one clock: an ingest that starts anew goes on with the instruments of the one before.
 * A source's own entry repeats the venue's clock at the time it moved it, so the entries alone restore the venues.
 *
 * The map is in the order in which sources were last heard (by a clock tick; before its first one, by its first tick),
 * and the record of a checkpoint keeps that order: which source is forgotten is part of the deterministic state.
 * A source's fence is in its name, so the names alone restore which ones count.
 *
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
      const clock = ledger.clockOfVenue(venueOfSource(source));
      const fence = fenceOfSource(source);
      if (clockMs > clock.timeMs) clock.timeMs = clockMs;
      if (fence > clock.fence) clock.fence = fence;
      ledger.sources.set(source, { clock, fence, lastSeq, clockMs });
    }
    return ledger;
  }

  find(source: string): SourceState | undefined {
    return this.sources.get(source);
  }

  /** undefined: one with a higher fence spoke for its venue before, and what this one says is void. */
  add(source: string): SourceState | undefined {
    const fence = fenceOfSource(source);
    const known = this.clocks.get(venueOfSource(source));
    if (known !== undefined && fence < known.fence) return undefined;
    if (this.sources.size >= SOURCES_MAX) this.forgetOne();
    const state = { clock: this.clockOfVenue(venueOfSource(source)), fence, lastSeq: 0, clockMs: 0 };
    state.clock.fence = fence;
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
      clock = { venue, timeMs: 0, fence: 0 };
      this.clocks.set(venue, clock);
    }
    return clock;
  }

  private forgetOne(): void {
    for (const [source, state] of this.sources) {
      this.sources.delete(source);
      this.forgotten++;
      let last = true;
      // As a ledger restored from what is left would have it.
      let fence = 0;
      for (const other of this.sources.values()) {
        if (other.clock !== state.clock) continue;
        last = false;
        fence = Math.max(fence, other.fence);
      }
      state.clock.fence = fence;
      if (last) this.clocks.delete(state.clock.venue);
      return;
    }
  }
}
