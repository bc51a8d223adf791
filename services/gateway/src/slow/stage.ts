import type { GatewayLimits } from '../limits.ts';

/**
 * Where a connection that did not keep up is, as numbers and rules only: what is done about it is `SlowConsumers`'.
 *
 *     live ──unread > slowBytes, or stalled──► merged ──little is unread, held no longer──► catching up ──all told──► live
 *                                                ▲                                              │
 *                                                └──────────────unread > slowBytes──────────────┘
 *
 * Little is `caughtUpBytes`, and half of what it stalled with. From each of them it is closed past `slowBytesMax`, and from the
 * last two when it has not read down to that for `slowMs`.
 */
export type Stage = 'live' | 'merged' | 'catching_up';

/** What the rules ask for. `merge` and `catch_up` are answered by calling the method of that name. */
export type Step = 'stay' | 'merge' | 'catch_up' | 'forget' | 'close';

export type StageLimits = Pick<
  GatewayLimits,
  'slowBytes' | 'slowBytesMax' | 'caughtUpBytes' | 'slowMs' | 'flapMs' | 'flapHoldMs' | 'flapHoldMsMax'
>;

/** A connection that was slow, until it has been live for `flapMs`. Those that never were have none. */
export class SlowSpell {
  readonly #limits: StageLimits;
  #stage: Stage = 'live';
  /** Unix ms since when it owes us the reading of what was written: the last time that little was unread, or its beginning. */
  #owesSinceMs: number;
  /** It is not caught up before. */
  #heldUntilMs = 0;
  #holdMs = 0;
  #littleBytes: number;
  #liveSinceMs = Number.NEGATIVE_INFINITY;

  constructor(limits: StageLimits, nowMs: number) {
    this.#limits = limits;
    this.#owesSinceMs = nowMs;
    this.#littleBytes = limits.caughtUpBytes;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Least time that it stays merged, of this spell: 0 unless it was slow just before. */
  get holdMs(): number {
    return this.#holdMs;
  }

  /**
   * What is to be done at this look. Asks for the same again until it was done. `stalled`: something is unread, and nothing was
   * read of it for long.
   */
  look(unreadBytes: number, nowMs: number, stalled = false): Step {
    const { slowBytesMax, slowBytes, slowMs, flapMs } = this.#limits;
    if (unreadBytes > slowBytesMax) return 'close';
    if (this.#stage === 'live') {
      if (unreadBytes > slowBytes || stalled) return 'merge';
      return nowMs - this.#liveSinceMs >= flapMs ? 'forget' : 'stay';
    }
    if (unreadBytes <= this.#littleBytes) {
      this.#owesSinceMs = nowMs;
      return this.#stage === 'catching_up' || nowMs >= this.#heldUntilMs ? 'catch_up' : 'stay';
    }
    if (nowMs - this.#owesSinceMs > slowMs) return 'close';
    return this.#stage === 'catching_up' && unreadBytes > slowBytes ? 'merge' : 'stay';
  }

  /** It is told nothing but control messages from now on. */
  merge(unreadBytes: number, nowMs: number): void {
    this.#littleBytes = Math.min(this.#limits.caughtUpBytes, unreadBytes >> 1);
    const { flapMs, flapHoldMs, flapHoldMsMax } = this.#limits;
    const flaps = this.#stage === 'catching_up' || nowMs - this.#liveSinceMs < flapMs;
    this.#holdMs = flaps ? Math.min(flapHoldMsMax, Math.max(flapHoldMs, this.#holdMs * 2)) : 0;
    this.#heldUntilMs = nowMs + this.#holdMs;
    // One that was catching up owed already, and may not gain time by becoming slow again.
    if (this.#stage === 'live') this.#owesSinceMs = nowMs;
    this.#stage = 'merged';
  }

  /** Some of its streams are brought to the present now. */
  catchUp(): void {
    this.#stage = 'catching_up';
  }

  /** All of them are. */
  live(nowMs: number): void {
    this.#stage = 'live';
    this.#liveSinceMs = nowMs;
  }
}
