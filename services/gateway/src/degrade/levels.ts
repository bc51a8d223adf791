import type { Channel } from '@tapecast/market';
import { depthOf, intervalOf } from '@tapecast/wire';
import { INTERVALS_OFFERED_MS, intervalIndex } from '../fanout/intervals.ts';
import { HELD, type Pace } from '../fanout/paces.ts';

/** 0: everything as it was asked for. */
export type LoadLevel = 0 | 1 | 2;

/** What is left out, each step more than the one before. Within level 2 the intervals grow for as long as that does not help. */
interface Step {
  readonly level: LoadLevel;
  /** The fastest pace of trades, quotes and books, and of bars of a minute. */
  readonly core: Pace;
  readonly bars: Pace;
}
const STEPS: readonly Step[] = [
  { level: 0, core: 0, bars: 0 },
  { level: 1, core: 0, bars: 0 },
  { level: 2, core: intervalIndex(100), bars: intervalIndex(500) },
  { level: 2, core: intervalIndex(250), bars: intervalIndex(1_000) },
  { level: 2, core: intervalIndex(500), bars: intervalIndex(1_000) },
];
export const STEP_LAST = STEPS.length - 1;
const stepAt = (step: number): Step => STEPS[step] as Step;

/** Depth beyond 5 levels, and bars above a minute: what a client can do without for a while. */
const isCore = (channel: Channel): boolean => {
  const levels = depthOf(channel);
  if (levels !== undefined) return levels <= 5;
  const interval = intervalOf(channel);
  return interval === undefined || interval === '1m';
};

export const levelAt = (step: number): LoadLevel => stepAt(step).level;

/** The fastest pace of a channel at a step. */
export function paceAt(step: number, channel: Channel): Pace {
  const { level, core, bars } = stepAt(step);
  if (level === 0) return 0;
  if (!isCore(channel)) return HELD;
  return intervalOf(channel) === undefined ? core : bars;
}

/** The least interval that is told at a step, for the notice. */
export const intervalMsAt = (step: number): number => INTERVALS_OFFERED_MS[stepAt(step).core] as number;

export interface LevelLimits {
  /** So long the load has to be at its bound for the next step; each step is given that time to help. */
  readonly degradeAfterMs: number;
  /** So long it has to be below `restoreBelow` of its bound for the step before. */
  readonly restoreAfterMs: number;
  readonly restoreBelow: number;
  /**
   * A step back that had to be undone within this was a mistake: the load was low because of what is left out. The next one waits
   * twice as long, up to `restoreAfterMsMax`; after a rest as long as that at step 0 it is `restoreAfterMs` again.
   */
  readonly relapseMs: number;
  readonly restoreAfterMsMax: number;
}

/** Which step a load calls for: up when it stays at its bound, down when it has stayed well below. Pure. */
export class LoadLevels {
  readonly #limits: LevelLimits;
  #step = 0;
  #highSinceMs: number | undefined;
  #lowSinceMs: number | undefined;
  #restoreAfterMs: number;
  #restoredAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: LevelLimits) {
    this.#limits = limits;
    this.#restoreAfterMs = limits.restoreAfterMs;
  }

  get step(): number {
    return this.#step;
  }

  get level(): LoadLevel {
    return levelAt(this.#step);
  }

  /** Returns the step from now on. */
  look(load: number, nowMs: number): number {
    const { degradeAfterMs, restoreBelow } = this.#limits;
    this.#highSinceMs = load >= 1 ? (this.#highSinceMs ?? nowMs) : undefined;
    this.#lowSinceMs = load < restoreBelow ? (this.#lowSinceMs ?? nowMs) : undefined;
    if (this.#step < STEP_LAST && this.#highSinceMs !== undefined && nowMs - this.#highSinceMs >= degradeAfterMs)
      this.#up(nowMs);
    else if (this.#step > 0 && this.#lowSinceMs !== undefined && nowMs - this.#lowSinceMs >= this.#restoreAfterMs)
      this.#down(nowMs);
    return this.#step;
  }

  #up(nowMs: number): void {
    const { relapseMs, restoreAfterMs, restoreAfterMsMax } = this.#limits;
    const sinceMs = nowMs - this.#restoredAtMs;
    if (sinceMs < relapseMs) this.#restoreAfterMs = Math.min(restoreAfterMsMax, 2 * this.#restoreAfterMs);
    else if (this.#step === 0 && sinceMs >= restoreAfterMsMax) this.#restoreAfterMs = restoreAfterMs;
    // One mistake is counted once, however many steps it takes to undo it.
    this.#restoredAtMs = Number.NEGATIVE_INFINITY;
    this.#to(this.#step + 1);
  }

  #down(nowMs: number): void {
    this.#restoredAtMs = nowMs;
    this.#to(this.#step - 1);
  }

  #to(step: number): void {
    this.#step = step;
    this.#highSinceMs = undefined;
    this.#lowSinceMs = undefined;
  }
}
