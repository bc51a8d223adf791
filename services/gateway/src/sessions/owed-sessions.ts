import type { StoredSession } from '@tapecast/market-state';
import type { GatewayLimits } from '../limits.ts';

interface Owed {
  readonly stored: StoredSession;
  readonly untilMs: number;
}

/**
 * What sessions had whose clients come back by several messages: taken with the first, brought back with the last, which a client
 * may never send. So all of it together is bounded by its streams, and each by time. Pure: time is passed in.
 */
export class OwedSessions<Session extends object> {
  readonly #limits: Pick<GatewayLimits, 'owedMs' | 'owedStreamsMax'>;
  /** In the order of their ends. */
  readonly #owed = new Map<Session, Owed>();
  #streams = 0;

  constructor(limits: Pick<GatewayLimits, 'owedMs' | 'owedStreamsMax'>) {
    this.#limits = limits;
  }

  /** Streams of all of them. */
  get streams(): number {
    return this.#streams;
  }

  /** For its last message. Where there is no room it is not kept: what none of its messages names stays away. */
  keep(session: Session, stored: StoredSession, nowMs: number): void {
    this.forget(session);
    const streams = streamsOf(stored);
    if (this.#streams + streams > this.#limits.owedStreamsMax) return;
    this.#owed.set(session, { stored, untilMs: nowMs + this.#limits.owedMs });
    this.#streams += streams;
  }

  of(session: Session): StoredSession | undefined {
    return this.#owed.get(session)?.stored;
  }

  forget(session: Session): void {
    const owed = this.#owed.get(session);
    if (owed === undefined) return;
    this.#owed.delete(session);
    this.#streams -= streamsOf(owed.stored);
  }

  sweep(nowMs: number): void {
    for (const [session, { untilMs }] of this.#owed) {
      if (untilMs > nowMs) return;
      this.forget(session);
    }
  }
}

const streamsOf = ({ subscriptions, positions }: StoredSession): number =>
  Math.max(1, subscriptions.length, positions.length);
