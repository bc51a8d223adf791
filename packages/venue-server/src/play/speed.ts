import { VenueError } from '../errors.ts';
import { playedUs, type Span, type Speed } from './play-axis.ts';

/** What a play is told about how fast. */
export interface SpeedOptions {
  /** Default 1. */
  readonly speed?: Speed | undefined;
  /** Frames a second on the average over the whole play, instead of a speed. */
  readonly rate?: number | undefined;
}

/** Throws a `VenueError` 'bad_option'. */
export function speedOf(
  { speed, rate }: SpeedOptions,
  plan: {
    readonly startUs: number;
    readonly endUs: number;
    readonly skips: readonly Span[];
    readonly frameCount: number;
  },
): Speed {
  if (speed !== undefined && rate !== undefined)
    throw new VenueError('bad_option', 'Speed and rate exclude each other; give one.');
  if (rate !== undefined) {
    if (!(rate > 0 && Number.isFinite(rate)))
      throw new VenueError('bad_option', `rate is ${rate}; expected frames a second, above 0.`);
    const recordedSeconds = playedUs({ recordStartUs: plan.startUs, skips: plan.skips }, plan.endUs) / 1_000_000;
    return recordedSeconds > 0 ? (rate * recordedSeconds) / plan.frameCount : 1;
  }
  if (speed === 'max' || speed === undefined) return speed ?? 1;
  if (!(speed > 0 && Number.isFinite(speed)))
    throw new VenueError('bad_option', `speed is ${speed}; expected a number above 0, or max.`);
  return speed;
}
