import { limits } from '../limits.ts';
import { clockBeforeUs, nextClockUs, playedUs, type ReplayClock, type Span, type Speed } from './play-axis.ts';

/** What a player needs to know of what it plays. */
export interface Playable<Entry extends { readonly timeUs: number }> {
  readonly startUs: number;
  readonly endUs: number;
  readonly skips: readonly Span[];
  /** All by time. Each call begins anew. */
  entries(): Generator<Entry>;
}

/** Where a play's frames go. All calls are made between `begin` and `end`. */
export interface PlaySink<Entry> {
  /** At speed `max`: whether everyone who takes part has room, and someone does. `Player.proceed` is called when that changes. */
  canTake(): boolean;
  begin(): void;
  frame(entry: Entry): void;
  /** Recorded time in ms, in order with the frames. */
  clock(timeMs: number): void;
  /** The last frame was sent. */
  finished(): void;
  end(): void;
}

/**
 * Plays a plan once. At a set speed a frame leaves when it is due, never before, however far the clients are behind: a loop
 * that was late sends all that is due at once. At `max` it leaves when everyone has room. After the last frame the clock runs
 * on at 1x until `stop`.
 */
export class Player<Entry extends { readonly timeUs: number }> {
  readonly done: Promise<'ended' | 'stopped'>;
  readonly #plan: Playable<Entry>;
  readonly #speed: Speed;
  readonly #sink: PlaySink<Entry>;
  readonly #entries: Generator<Entry>;
  #next: Entry | undefined;
  #nextClockUs: number;
  /** Clocks since the last frame. */
  #clocksInARow = 0;
  #positionUs: number;
  #state: ReplayClock['state'] = 'paused';
  #startedAtWallUs: number | undefined;
  #endedAtWallUs = 0;
  #heldUntilWallUs = 0;
  #waitsForRoom = false;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #stopped = false;
  #resolveDone: (how: 'ended' | 'stopped') => void = () => {};

  constructor(plan: Playable<Entry>, speed: Speed, sink: PlaySink<Entry>) {
    this.#plan = plan;
    this.#speed = speed;
    this.#sink = sink;
    this.#entries = plan.entries();
    this.#next = this.#entries.next().value ?? undefined;
    this.#positionUs = plan.startUs;
    this.#nextClockUs = plan.startUs;
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
  }

  /** Starts the play; a second call does nothing. */
  start(): void {
    if (this.#state !== 'paused' || this.#stopped) return;
    this.#state = 'playing';
    this.#startedAtWallUs = wallUs();
    this.#turn();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#resolveDone('stopped');
  }

  /** Sends nothing for `ms`; what was due meanwhile leaves at once afterwards. */
  hold(ms: number): void {
    this.#heldUntilWallUs = Math.max(this.#heldUntilWallUs, wallUs() + ms * 1000);
  }

  /** There may be room again. */
  proceed(): void {
    if (!this.#waitsForRoom || this.#stopped) return;
    this.#waitsForRoom = false;
    this.#soon();
  }

  clock(): ReplayClock {
    return {
      state: this.#state,
      speed: this.#speed,
      recordStartMs: Math.floor(this.#plan.startUs / 1000),
      recordStartUs: this.#plan.startUs,
      recordEndUs: this.#plan.endUs,
      skips: this.#plan.skips,
      positionUs: this.#positionUs,
      startedAtWallUs: this.#startedAtWallUs,
    };
  }

  #turn(): void {
    if (this.#stopped) return;
    const now = wallUs();
    if (now < this.#heldUntilWallUs) {
      this.#later((this.#heldUntilWallUs - now) / 1000);
      return;
    }
    if (this.#state === 'playing' && this.#speed === 'max' && !this.#sink.canTake()) {
      this.#waitsForRoom = true;
      return;
    }
    const more = this.#send(now);
    if (this.#stopped) return;
    if (more) this.#soon();
    else this.#later((this.#dueUs(this.#followingUs()) - wallUs()) / 1000);
  }

  /** Sends what is due, a bounded number of frames; whether more is due already. */
  #send(now: number): boolean {
    this.#sink.begin();
    try {
      for (let sent = 0; sent < limits.framesPerTurnMax; sent++) {
        const timeUs = this.#followingUs();
        if (this.#dueUs(timeUs) > now || this.#heldUntilWallUs > now || this.#stopped) return false;
        this.#positionUs = timeUs;
        const next = this.#next;
        if (next === undefined || timeUs < next.timeUs || this.#nextClockUs === timeUs) {
          this.#sendClock();
        } else {
          this.#sendFrame(next);
        }
        if (this.#state === 'playing' && this.#speed === 'max' && !this.#sink.canTake()) return true;
      }
      return true;
    } finally {
      this.#sink.end();
    }
  }

  #sendClock(): void {
    this.#sink.clock(Math.floor(this.#nextClockUs / 1000));
    this.#nextClockUs = nextClockUs(this.#plan.skips, this.#nextClockUs);
    if (this.#speed !== 'max' || this.#next === undefined) return;
    this.#clocksInARow++;
    // Nobody waits for the time between at `max`; the clock before the next frame says that it has passed.
    if (this.#clocksInARow >= limits.clocksInARowMaxSpeed)
      this.#nextClockUs = Math.max(this.#nextClockUs, clockBeforeUs(this.#next.timeUs));
  }

  #sendFrame(entry: Entry): void {
    this.#clocksInARow = 0;
    this.#sink.frame(entry);
    this.#next = this.#entries.next().value ?? undefined;
    if (this.#next !== undefined) return;
    this.#state = 'ended';
    this.#endedAtWallUs = wallUs();
    this.#sink.finished();
    this.#resolveDone('ended');
  }

  /** Recorded time of what comes next. */
  #followingUs(): number {
    return Math.min(this.#nextClockUs, this.#next?.timeUs ?? Number.POSITIVE_INFINITY);
  }

  #dueUs(timeUs: number): number {
    if (this.#state === 'ended') return this.#endedAtWallUs + (timeUs - this.#plan.endUs);
    if (this.#speed === 'max') return 0;
    return (
      this.#startedAtWallUs! +
      playedUs({ recordStartUs: this.#plan.startUs, skips: this.#plan.skips }, timeUs) / this.#speed
    );
  }

  /** Node's timers have a grain of 1 ms: that is the accuracy of a due time. */
  #later(ms: number): void {
    this.#timer = setTimeout(() => this.#turn(), Math.max(1, Math.ceil(ms)));
  }

  #soon(): void {
    this.#immediate = setImmediate(() => this.#turn());
  }
}

/** Unix microseconds, by the monotonic clock. */
export function wallUs(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}
