import { uptime } from 'node:os';
import type { Logger } from './logging.ts';

/** ms that may lie between this clock and the machine's before it is led back: `Date.now` itself has only whole ones. */
const TOLERANCE_MS = 2;
/** How fast it is led back to the machine's clock: 50 ms in a second, so that it never goes back and never leaps. */
const LEAD_RATE = 0.05;
/** A difference from which on it is told: no clock that is kept right makes such a step while a service runs. */
const JUMP_MS = 1_000;

/** What a clock is made from; the machine's own unless a test says otherwise. All in ms. */
export interface ClockParts {
  /** Unix time, which may jump. */
  wallMs(): number;
  /** Never jumps; stands still while the machine is suspended. */
  monotonicMs(): number;
  /** As that, but goes on in a suspended machine. */
  sinceBootMs(): number;
}

const MACHINE: ClockParts = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sinceBootMs: () => uptime() * 1_000,
};

/**
 * Unix microseconds by a clock that neither leaps nor goes back, with the resolution of the monotonic one: right when the
 * machine's clock was right at the start of the process. Where that jumps later, by a mistake of an hour as well as by the
 * correction of one, this clock goes on at its own pace, is led back slowly, and says so in one log line: market time, and
 * who was silent for how long, must not leap with it. Only what a suspended machine slept is taken over at once.
 */
export function createSteadyClock(logger: Logger, parts: ClockParts = MACHINE): () => number {
  const { wallMs, monotonicMs, sinceBootMs } = parts;
  let lastMs = monotonicMs();
  let offsetMs = wallMs() - lastMs;
  /** Time that the machine slept since it was booted. */
  let sleptMs = sinceBootMs() - lastMs;
  let told = false;
  return () => {
    const nowMs = monotonicMs();
    const passedMs = nowMs - lastMs;
    lastMs = nowMs;
    let awayMs = wallMs() - nowMs - offsetMs;
    if (Math.abs(awayMs) <= TOLERANCE_MS) {
      told = false;
      return Math.round((nowMs + offsetMs) * 1_000);
    }
    if (Math.abs(awayMs) > JUMP_MS && !told) {
      const sleptNowMs = sinceBootMs() - nowMs;
      const justSleptMs = Math.min(sleptNowMs - sleptMs, awayMs);
      sleptMs = sleptNowMs;
      if (justSleptMs > JUMP_MS) {
        offsetMs += justSleptMs;
        awayMs -= justSleptMs;
      }
      if (Math.abs(awayMs) > JUMP_MS) {
        told = true;
        const help = "time goes on as before and is led back slowly; restart where the machine's clock is right now";
        logger.warn({ event: 'clock_jumped', byMs: Math.round(awayMs), help });
      }
    }
    const leadMs = Math.max(0, passedMs) * LEAD_RATE;
    offsetMs += Math.max(-leadMs, Math.min(leadMs, awayMs));
    return Math.round((nowMs + offsetMs) * 1_000);
  };
}
