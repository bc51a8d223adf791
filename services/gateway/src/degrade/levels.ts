import type { Channel } from '@tapecast/market';
import { depthOf, intervalOf } from '@tapecast/wire';
import { INTERVALS_OFFERED_MS, intervalIndex } from '../fanout/intervals.ts';
import { HELD, type Pace } from '../fanout/paces.ts';

/** 0: everything as it was asked for. */
export type LoadLevel = 0 | 1 | 2;

/** Of trades, quotes and books at level 2, and of bars. */
const SLOW = intervalIndex(500);
const SLOW_BARS = intervalIndex(1_000);

/** Depth beyond 5 levels, and bars above a minute: what a client can do without for a while. */
const isCore = (channel: Channel): boolean => {
  const levels = depthOf(channel);
  if (levels !== undefined) return levels <= 5;
  const interval = intervalOf(channel);
  return interval === undefined || interval === '1m';
};

/** The fastest pace of a channel at a level. */
export function paceAt(level: LoadLevel, channel: Channel): Pace {
  if (level === 0) return 0;
  if (!isCore(channel)) return HELD;
  if (level === 1) return 0;
  return intervalOf(channel) === undefined ? SLOW : SLOW_BARS;
}

/** The least interval that is told at a level, for the notice. */
export const intervalMsAt = (level: LoadLevel): number => (level < 2 ? 0 : (INTERVALS_OFFERED_MS[SLOW] as number));

export interface LevelLimits {
  /** So long the load has to be at its bound for the next level; each level is given that time to help. */
  readonly degradeAfterMs: number;
  /** So long it has to be below `restoreBelow` of its bound for the level before. */
  readonly restoreAfterMs: number;
  readonly restoreBelow: number;
}

/** Which level a load calls for: up when it stays at its bound, down when it has stayed well below. Pure. */
export class LoadLevels {
  readonly #limits: LevelLimits;
  #level: LoadLevel = 0;
  #highSinceMs: number | undefined;
  #lowSinceMs: number | undefined;

  constructor(limits: LevelLimits) {
    this.#limits = limits;
  }

  get level(): LoadLevel {
    return this.#level;
  }

  /** Returns the level from now on. */
  look(load: number, nowMs: number): LoadLevel {
    const { degradeAfterMs, restoreAfterMs, restoreBelow } = this.#limits;
    this.#highSinceMs = load >= 1 ? (this.#highSinceMs ?? nowMs) : undefined;
    this.#lowSinceMs = load < restoreBelow ? (this.#lowSinceMs ?? nowMs) : undefined;
    if (this.#level < 2 && this.#highSinceMs !== undefined && nowMs - this.#highSinceMs >= degradeAfterMs)
      this.#to((this.#level + 1) as LoadLevel);
    else if (this.#level > 0 && this.#lowSinceMs !== undefined && nowMs - this.#lowSinceMs >= restoreAfterMs)
      this.#to((this.#level - 1) as LoadLevel);
    return this.#level;
  }

  #to(level: LoadLevel): void {
    this.#level = level;
    this.#highSinceMs = undefined;
    this.#lowSinceMs = undefined;
  }
}
