/** ms of source time between two clock ticks. */
const CLOCK_TICK_MS = 1_000;

/**
 * The clock of a replay: the Unix ms that the venue's server sends in its pings, in order with the frames. With several
 * connections it is the slowest one's, or a bar would be final before another connection's trades of it are read.
 */
export class PingClock {
  readonly #byConnection = new Map<number, number>();
  #toldMs = Number.NEGATIVE_INFINITY;

  /** The time to tell now, when a second has passed since the last told. */
  onPing(connection: number, timeMs: number): number | undefined {
    this.#byConnection.set(connection, Math.max(timeMs, this.#byConnection.get(connection) ?? 0));
    let slowestMs = Number.POSITIVE_INFINITY;
    for (const otherMs of this.#byConnection.values()) slowestMs = Math.min(slowestMs, otherMs);
    if (slowestMs - this.#toldMs < CLOCK_TICK_MS) return undefined;
    this.#toldMs = slowestMs;
    return slowestMs;
  }

  /** A connection that is gone holds the others back no longer. */
  onDown(connection: number): void {
    this.#byConnection.delete(connection);
  }
}

/** The Unix ms of a ping's payload; undefined where it is none. */
export function readPingTime(payload: Buffer): number | undefined {
  const text = payload.toString('latin1');
  if (!/^[0-9]{1,15}$/.test(text)) return undefined;
  return Number(text);
}
