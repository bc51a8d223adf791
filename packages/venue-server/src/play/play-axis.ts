import { limits } from '../limits.ts';

export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** 'max': as fast as it is taken. A number: so many seconds of recorded time a second. */
export type Speed = number | 'max';

/**
 * Where a replay stands, and what is needed to know when a frame was due. `skips` are stretches of recorded time that have no
 * file and are not waited for.
 */
export interface ReplayClock {
  readonly state: 'paused' | 'playing' | 'ended';
  readonly speed: Speed;
  readonly recordStartMs: number;
  readonly recordStartUs: number;
  readonly recordEndUs: number;
  readonly skips: readonly Span[];
  /** Recorded time of what was sent last. */
  readonly positionUs: number;
  /** Wall time of the start, Unix µs; undefined while paused. */
  readonly startedAtWallUs: number | undefined;
}

/** Recorded time that passes in play from the record's start until `recordedUs`: what is skipped doesn't count. */
export function playedUs(clock: Pick<ReplayClock, 'recordStartUs' | 'skips'>, recordedUs: number): number {
  let played = recordedUs - clock.recordStartUs;
  for (const skip of clock.skips) {
    if (recordedUs > skip.fromUs) played -= Math.min(recordedUs, skip.toUs) - skip.fromUs;
  }
  return played;
}

/**
 * Wall time (Unix µs) at which the frame recorded at `recordedUs` is due:
 * `startedAtWallUs + (recordedUs − recordStartUs − what was skipped before it) / speed`.
 * undefined while paused, and at speed `max`, where nothing is due at a time.
 */
export function dueWallUs(clock: ReplayClock, recordedUs: number): number | undefined {
  if (clock.startedAtWallUs === undefined || clock.speed === 'max') return undefined;
  return clock.startedAtWallUs + playedUs(clock, recordedUs) / clock.speed;
}

/** The stretches between the files' spans that are longer than a play waits. */
export function gapsBetween(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.fromUs - b.fromUs);
  const gaps: Span[] = [];
  let coveredToUs = sorted[0]?.toUs ?? 0;
  for (const span of sorted) {
    if (span.fromUs - coveredToUs > limits.gapBetweenFilesMs * 1000)
      gaps.push({ fromUs: coveredToUs, toUs: span.fromUs });
    coveredToUs = Math.max(coveredToUs, span.toUs);
  }
  return gaps;
}

/** The next time of the clock's grid after `clockUs`: multiples of 250 ms, without those inside a skip. */
export function nextClockUs(skips: readonly Span[], clockUs: number): number {
  const gridUs = limits.clockIntervalMs * 1000;
  const next = (Math.floor(clockUs / gridUs) + 1) * gridUs;
  const skip = skips.find((span) => next > span.fromUs && next < span.toUs);
  return skip ? Math.max(next, Math.floor(skip.toUs / gridUs) * gridUs) : next;
}

/** The last time of the clock's grid that is not after `timeUs`. */
export function clockBeforeUs(timeUs: number): number {
  const gridUs = limits.clockIntervalMs * 1000;
  return Math.floor(timeUs / gridUs) * gridUs;
}
