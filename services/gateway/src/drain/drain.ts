import type { Logger } from '@tapecast/service-kit';
import { Departures, type DeparturesOptions, type Leaver } from './departures.ts';

/** How a gateway is emptied. */
export interface DrainPlan {
  /** Clients that leave a second. */
  perSecond: number;
  /** From its beginning on; whoever is left then is closed at once. 0: everybody is. */
  deadlineMs: number;
}

export interface DrainOptions<L extends Leaver>
  extends Pick<DeparturesOptions<L>, 'slotMs' | 'afterMs' | 'url' | 'metrics'> {
  /** All that are connected. None are added once it has begun. */
  sessions: Iterable<L> & { readonly size: number };
  /** Wall time, Unix microseconds. */
  nowUs: () => number;
  /** Closes a connection as `drain`. */
  end(leaver: L): void;
  logger: Logger;
}

/** Empties a gateway that takes nobody new any more: in slots, at a rate, and for no longer than its deadline. */
export class Drain<L extends Leaver> {
  readonly #options: DrainOptions<L>;
  #running: Promise<void> | undefined;

  constructor(options: DrainOptions<L>) {
    this.#options = options;
  }

  get begun(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when nobody is left. Begun again, it goes on as it was begun, unless everybody is to go at once. */
  run(plan: DrainPlan): Promise<void> {
    if (plan.deadlineMs === 0) {
      this.#running ??= Promise.resolve();
      this.#endAll();
    }
    this.#running ??= this.#run(plan);
    return this.#running;
  }

  async #run({ perSecond, deadlineMs }: DrainPlan): Promise<void> {
    const { sessions, slotMs, nowUs, logger } = this.#options;
    if (sessions.size === 0) return;
    const begunAtMs = performance.now();
    const clients = sessions.size;
    logger.info({ event: 'drain_begun', clients, perSecond, deadlineMs });
    const neededMs = (clients / perSecond) * 1000 + slotMs;
    if (neededMs > deadlineMs)
      logger.warn({
        event: 'drain_too_short',
        clients,
        neededMs: Math.ceil(neededMs),
        deadlineMs,
        help: 'those who are left at the deadline are closed at once: more clients a second, or a later deadline',
      });
    const departures = new Departures(sessions, nowUs() / 1000, {
      ...this.#options,
      reason: 'drain',
      perSecond,
      untilMs: nowUs() / 1000 + deadlineMs,
    });
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        try {
          if (performance.now() - begunAtMs < deadlineMs) departures.step(nowUs());
          else this.#endAll();
        } catch (error) {
          // Of one connection; the next slot goes on with the others.
          logger.error({ event: 'drain_failed', error: error instanceof Error ? error.stack : String(error) });
        }
        if (sessions.size > 0) return;
        clearInterval(timer);
        resolve();
      }, slotMs);
    });
    logger.info({ event: 'drained', clients, spentMs: Math.round(performance.now() - begunAtMs) });
  }

  #endAll(): void {
    for (const session of this.#options.sessions) this.#options.end(session);
  }
}
