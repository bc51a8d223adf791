import type { SourceClock } from '@tapecast/wire';

interface Clock {
  timeMs: number;
  movedAtMs: number;
  stale: boolean;
}

export interface ClockTurn {
  partition: number;
  venue: string;
  stale: boolean;
  /** The clock's last time, Unix ms of its source: since when nothing is known. */
  timeMs: number;
}

/** The venue of a source: its name without the ingest session. */
export const venueOf = (source: string): string => {
  const slash = source.indexOf('/');
  return slash < 0 ? source : source.slice(0, slash);
};

/**
 * The clocks of the sources as the log tells them, per partition: ingest writes each to every partition once a second, so
 * one that stands says that its instruments' silence means nothing. Pure: time is passed in.
 */
export class SourceClocks {
  readonly #staleAfterMs: number;
  readonly #partitions: Map<string, Clock>[];

  constructor(partitions: number, staleAfterMs: number) {
    this.#staleAfterMs = staleAfterMs;
    this.#partitions = Array.from({ length: partitions }, () => new Map());
  }

  take(partition: number, clocks: readonly SourceClock[], nowMs: number): void {
    const known = this.#partitions[partition] as Map<string, Clock>;
    for (const { source, timeMs } of clocks) {
      const venue = venueOf(source);
      const clock = known.get(venue);
      if (clock === undefined) known.set(venue, { timeMs, movedAtMs: nowMs, stale: false });
      // A new ingest session may begin below the last one's time: that it speaks again is what counts.
      else if (timeMs !== clock.timeMs) {
        clock.timeMs = timeMs;
        clock.movedAtMs = nowMs;
      }
    }
  }

  /** The clocks that stopped or went on since the last call. */
  turns(nowMs: number): ClockTurn[] {
    const turned: ClockTurn[] = [];
    this.#partitions.forEach((clocks, partition) => {
      for (const [venue, clock] of clocks) {
        const stale = nowMs - clock.movedAtMs > this.#staleAfterMs;
        if (stale === clock.stale) continue;
        clock.stale = stale;
        turned.push({ partition, venue, stale, timeMs: clock.timeMs });
      }
    });
    return turned;
  }

  /** Whether the venue's clock stands in this partition; since its time. */
  staleSince(partition: number, venue: string): number | undefined {
    const clock = this.#partitions[partition]?.get(venue);
    return clock?.stale === true ? clock.timeMs : undefined;
  }
}
