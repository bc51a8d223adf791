import type { Leases } from '@tapecast/market-state';
import type { Logger } from '@tapecast/service-kit';
import { pause } from '../connection/pause.ts';
import { messageOf } from '../errors.ts';
import { FaultLog } from '../fault-log.ts';
import type { IngestLimits } from '../limits.ts';

export interface LeadershipOptions {
  leases: Leases;
  /** Of the lease: those who publish the same venue share it. */
  name: string;
  /** This start of this process. */
  owner: string;
  limits: Pick<IngestLimits, 'leaseTtlMs' | 'leaseRenewMs' | 'leaseTryMs'>;
  logger: Logger;
  /** The lease is ours from now on. Called once. */
  onTaken: (fence: number) => void;
  /** Another has the lease: nothing more may be written. Called once. */
  onLost: (reason: string) => void;
  /** What `mayWrite` refused may be written now. */
  onConfirmed: () => void;
}

/**
 * One process of those that could publish a venue: waits for the lease, then keeps it.
 *
 * | state | store answers | store is away |
 * |---|---|---|
 * | standby | asks every `leaseTryMs`; gets it → active | asks on |
 * | active | renewed every `leaseRenewMs`; another's → lost, for good | goes on writing: so does the market. Nobody can take over either, and once somebody has, what we write is void by its fence |
 * | active, but not renewed in time (stopped, starved) | nothing is written until it is renewed; another's → lost | as above |
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #faults: FaultLog;
  readonly #abort = new AbortController();
  #fence: number | undefined;
  /** By the monotonic clock, which runs on while a process is stopped. */
  #validUntilMs = 0;
  #storeAway = false;
  #lost = false;
  #renewing: Promise<void> | undefined;
  #renewTimer: NodeJS.Timeout | undefined;
  #waiting: Promise<void> = Promise.resolve();
  #heldBy = '';

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#faults = new FaultLog(options.logger);
  }

  get active(): boolean {
    return this.#fence !== undefined && !this.#lost;
  }

  /** For people: what a standby waits for. */
  get waitsFor(): string {
    return this.#storeAway ? 'the store of leases is away' : this.#heldBy;
  }

  start(): void {
    this.#waiting = this.#waitForIt();
  }

  /** Whether what is sent now counts. False: `onConfirmed` or `onLost` follows. */
  mayWrite(): boolean {
    if (this.#lost) return false;
    if (this.#storeAway || performance.now() < this.#validUntilMs) return true;
    void this.#renew();
    return false;
  }

  /** Gives the lease back, so that a standby need not wait for its end. */
  async stop(): Promise<void> {
    this.#abort.abort();
    clearInterval(this.#renewTimer);
    await this.#waiting;
    await this.#renewing;
    const { leases, name, owner, logger } = this.#options;
    if (!this.active) return;
    try {
      await leases.release(name, owner, this.#fence!);
    } catch (error) {
      logger.warn({ event: 'lease_not_released', lease: name, reason: messageOf(error) });
    }
  }

  async #waitForIt(): Promise<void> {
    const { leases, name, owner, limits, logger, onTaken } = this.#options;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const askedAtMs = performance.now();
      try {
        const answer = await leases.acquire(name, owner, limits.leaseTtlMs);
        this.#storeAway = false;
        if (signal.aborted && answer.outcome === 'yours') this.#fence = answer.fence;
        if (signal.aborted) return;
        if (answer.outcome === 'yours') {
          this.#validUntilMs = askedAtMs + limits.leaseTtlMs;
          this.#fence = answer.fence;
          this.#renewTimer = setInterval(() => void this.#renew(), limits.leaseRenewMs);
          logger.info({ event: 'lease_taken', lease: name, fence: answer.fence });
          onTaken(answer.fence);
          return;
        }
        const heldBy = `another ingest publishes (${answer.by.owner})`;
        if (heldBy !== this.#heldBy) logger.info({ event: 'standing_by', lease: name, holder: answer.by.owner });
        this.#heldBy = heldBy;
        // It may be given back at any time; it runs out when it says.
        await pause(Math.min(limits.leaseTryMs, answer.by.leftMs + 1), signal);
      } catch (error) {
        this.#storeAway = true;
        this.#faults.warn('lease_unknown', () => ({ lease: name, reason: messageOf(error) }));
        await pause(limits.leaseTryMs, signal);
      }
    }
  }

  /** One at a time: `mayWrite` may ask while the timer's is under way. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewOnce(): Promise<void> {
    const { leases, name, owner, limits, logger, onLost, onConfirmed } = this.#options;
    if (this.#fence === undefined || this.#lost) return;
    const askedAtMs = performance.now();
    const late = askedAtMs >= this.#validUntilMs;
    let outcome: 'held' | 'lost';
    try {
      outcome = await leases.renew(name, owner, this.#fence, limits.leaseTtlMs);
    } catch (error) {
      this.#faults.warn('lease_unknown', () => ({ lease: name, reason: messageOf(error) }));
      if (this.#storeAway || performance.now() < this.#validUntilMs) return;
      this.#storeAway = true;
      onConfirmed();
      return;
    }
    if (this.#lost) return;
    if (outcome === 'lost') {
      this.#lost = true;
      clearInterval(this.#renewTimer);
      const lateMs = Math.round(askedAtMs - this.#validUntilMs);
      logger.error({ event: 'lease_lost', lease: name, fence: this.#fence, lateMs: Math.max(0, lateMs) });
      onLost(`another ingest has taken over ${name}`);
      return;
    }
    this.#storeAway = false;
    this.#validUntilMs = askedAtMs + limits.leaseTtlMs;
    if (late) onConfirmed();
  }
}
