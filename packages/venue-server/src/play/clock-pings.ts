import { limits } from '../limits.ts';

/**
 * The clock's pings on their way to one client. A client that is behind gets fewer of them, by recorded time, so that the
 * pings which may wait reach far: it must not take frames for ones of the future while it catches up.
 */
export class ClockPings {
  readonly #thin: boolean;
  /** Payloads, oldest first. */
  readonly #unanswered: string[] = [];
  #unansweredSinceMs: number | undefined;
  #lastTimeMs = Number.NEGATIVE_INFINITY;

  /** `thin` at a set speed. At `max` the play waits for room instead. */
  constructor(thin: boolean) {
    this.#thin = thin;
  }

  /** Whether another may be sent without waiting. */
  get hasRoom(): boolean {
    return this.#unanswered.length < limits.unansweredPingsMax;
  }

  /** Wall ms since when the oldest waits for its answer; undefined when none does. */
  get unansweredSinceMs(): number | undefined {
    return this.#unansweredSinceMs;
  }

  /** The payload to send for this recorded time; undefined when it is left out: a later one says more. */
  next(timeMs: number, nowMs: number): string | undefined {
    if (!this.hasRoom) return undefined;
    if (this.#thin && timeMs - this.#lastTimeMs < spacingMs(this.#unanswered.length)) return undefined;
    const payload = String(timeMs);
    this.#unanswered.push(payload);
    this.#unansweredSinceMs ??= nowMs;
    this.#lastTimeMs = timeMs;
    return payload;
  }

  /** An answer to a ping answers all before it (RFC 6455, 5.5.3). Whether it was one of ours. */
  answered(payload: string, nowMs: number): boolean {
    const place = this.#unanswered.indexOf(payload);
    if (place < 0) return false;
    this.#unanswered.splice(0, place + 1);
    this.#unansweredSinceMs = this.#unanswered.length === 0 ? undefined : nowMs;
    return true;
  }
}

function spacingMs(waiting: number): number {
  const { clockSpacingMs } = limits;
  for (const { above, spacingMs: ms } of clockSpacingMs) if (waiting >= above) return ms;
  return 0;
}
