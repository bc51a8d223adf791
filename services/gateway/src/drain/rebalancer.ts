import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet, FleetMember } from '@tapecast/market-state';
import type { Logger } from '@tapecast/service-kit';
import { type BalanceLimits, surplusOf, TurnAwayCredits } from './balance.ts';
import { Departures, type DeparturesOptions, type Leaver } from './departures.ts';

export interface RebalancerLimits extends BalanceLimits {
  /** Between two words to the others, and how long each counts. */
  readonly fleetAnnounceMs: number;
  readonly fleetTtlMs: number;
  /** Between two looks at whether clients are to go: those who went must show in what all say. */
  readonly balanceRoundMs: number;
  /** Clients that are sent away a second for balance. */
  readonly balancePerSecond: number;
  /** Who was sent away and comes back so soon is turned away once. */
  readonly balanceTurnAwayMs: number;
}

export interface RebalancerOptions<L extends Leaver>
  extends Pick<DeparturesOptions<L>, 'slotMs' | 'afterMs' | 'url' | 'metrics' | 'end'> {
  fleet: Fleet;
  /** Of this gateway; named anew with each start. */
  id: string;
  limits: RebalancerLimits;
  /** Those who have been here longest first: so nobody moves twice while others never do. */
  sessions: Iterable<L> & { readonly size: number };
  /** What was written to clients since the start, frames and texts. */
  written: () => number;
  nowUs: () => number;
  logger: Logger;
}

/** What the others' being told of an end may take of a stop. */
const LEAVE_MS = 500;
/** Weight of the newest look in the writes a second. */
const NEWEST = 0.3;

/**
 * Tells other gateways what this one has to do, and sends clients to them where it has far more than the mean. Its cost is what it writes
 * a second, and one for each connection. While the store is away nobody is sent anywhere.
 */
export class Rebalancer<L extends Leaver> {
  readonly #options: RebalancerOptions<L>;
  readonly #credits: TurnAwayCredits;
  #timer: NodeJS.Timeout | undefined;
  #members: readonly FleetMember[] = [];
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #announcing = false;
  #away = false;
  #leaving = false;
  #departures: Departures<L> | undefined;
  #slots: NodeJS.Timeout | undefined;
  #roundAtMs = performance.now();
  #lookedAtMs = performance.now();
  #written = 0;
  #writesPerSecond = 0;

  constructor(options: RebalancerOptions<L>) {
    this.#options = options;
    this.#credits = new TurnAwayCredits(options.limits.balanceTurnAwayMs);
  }

  get cost(): number {
    return this.#writesPerSecond + this.#options.sessions.size;
  }

  /** Gateways that were there at the last word; this one too. */
  get members(): number {
    return this.#members.length;
  }

  /** Whether one who comes is to go to another gateway. */
  turnsAway(): boolean {
    return this.#credits.take(performance.now());
  }

  start(): void {
    const { limits } = this.#options;
    this.#timer = setInterval(() => this.#look(), limits.fleetAnnounceMs);
    void this.#announce();
  }

  /** It is being emptied: others do not count on it. */
  leaves(): void {
    this.#leaving = true;
    void this.#announce();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#slots);
    const { fleet, id, logger } = this.#options;
    const left = fleet.leave(id).catch((error: unknown) => {
      // It is forgotten after its time.
      logger.info({ event: 'fleet_not_left', reason: String(error) });
    });
    // A store that is away is not waited for.
    await Promise.race([left, delay(LEAVE_MS, undefined, { ref: false })]);
  }

  #look(): void {
    const nowMs = performance.now();
    const written = this.#options.written();
    const perSecond = ((written - this.#written) * 1000) / Math.max(1, nowMs - this.#lookedAtMs);
    this.#writesPerSecond += (perSecond - this.#writesPerSecond) * NEWEST;
    this.#written = written;
    this.#lookedAtMs = nowMs;
    void this.#announce();
    this.#round(nowMs);
  }

  #round(nowMs: number): void {
    const { limits, id, sessions, logger } = this.#options;
    if (nowMs - this.#roundAtMs < limits.balanceRoundMs || this.#departures !== undefined || this.#leaving) return;
    this.#roundAtMs = nowMs;
    // What others said is forgotten with the time that it counts.
    if (nowMs - this.#heardAtMs > limits.fleetTtlMs) return;
    const surplus = surplusOf(id, this.#members, limits);
    if (surplus === 0) return;
    const most = Math.ceil((limits.balancePerSecond * limits.balanceRoundMs) / 1000);
    const leavers = firstOf(sessions, Math.min(surplus, most));
    logger.info({ event: 'rebalance', clients: leavers.length, cost: Math.round(this.cost), members: this.#members });
    this.#send(leavers);
  }

  #send(leavers: readonly L[]): void {
    const { limits, slotMs, nowUs, metrics, logger } = this.#options;
    const departures = new Departures(leavers, nowUs() / 1000, {
      ...this.#options,
      reason: 'rebalance',
      perSecond: limits.balancePerSecond,
      metrics: {
        told: (reason) => {
          this.#credits.add(performance.now());
          metrics.told(reason);
        },
        gone: (reason, how) => metrics.gone(reason, how),
      },
    });
    this.#departures = departures;
    this.#slots = setInterval(() => {
      try {
        departures.step(nowUs());
      } catch (error) {
        logger.error({ event: 'rebalance_failed', error: error instanceof Error ? error.stack : String(error) });
      }
      if (!departures.done) return;
      clearInterval(this.#slots);
      this.#departures = undefined;
    }, slotMs);
  }

  /** Never rejects: without the others nothing is balanced, and the log says so once. */
  async #announce(): Promise<void> {
    if (this.#announcing) return;
    this.#announcing = true;
    const { fleet, id, sessions, limits, logger } = this.#options;
    try {
      const member = { id, cost: Math.round(this.cost), connections: sessions.size, leaving: this.#leaving };
      this.#members = await fleet.announce(member, limits.fleetTtlMs);
      this.#heardAtMs = performance.now();
      if (this.#away) logger.info({ event: 'fleet_back', members: this.#members.length });
      this.#away = false;
    } catch (error) {
      if (!this.#away) logger.warn({ event: 'fleet_away', reason: String(error) });
      this.#away = true;
    } finally {
      this.#announcing = false;
    }
  }
}

function firstOf<L extends Leaver>(sessions: Iterable<L>, count: number): L[] {
  const found: L[] = [];
  for (const session of sessions) {
    if (found.length >= count) break;
    if (session.leaving === undefined && session.helloTold) found.push(session);
  }
  return found;
}
