import type { Leases } from '@tapecast/market-state';
import type { Logger } from '@tapecast/service-kit';
import { pause } from '../connection/pause.ts';
import { messageOf } from '../errors.ts';
import { FaultLog } from '../fault-log.ts';
import type { IngestLimits } from '../limits.ts';

/** ms before a renewal that failed is tried again. */
const RENEW_AGAIN_MS = 20;

export interface LeadershipOptions {
  leases: Leases;
  /** Of the lease: those who publish the same venue share it. */
  name: string;
  /** This start of this process. */
  owner: string;
  /** The start before this one, which is known to have ended: its lease is not waited for. */
  ended?: string | undefined;
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
 * | standby | looks every `leaseTryMs`; nobody holds it, twice in a row → asks for it; gets it → active | looks on |
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

  /** Another publishes, or did when that was last known. */
  get standsBy(): boolean {
    return this.#heldBy !== '' && this.#fence === undefined;
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
    const { leases, name, owner, ended, limits, logger, onTaken } = this.#options;
    const { signal } = this.#abort;
    // Where the store was away for longer than the lease, its holder gets through between two looks: it tries all the time.
    let freeBefore = false;
    while (!signal.aborted) {
      let waitMs = limits.leaseTryMs;
      try {
        const holder = await leases.holder(name);
        this.#storeAway = false;
        if (holder !== undefined && holder.owner !== ended) {
          freeBefore = false;
          this.#standBy(holder.owner);
          // It may be given back at any time; it runs out when it says.
          waitMs = Math.min(waitMs, holder.leftMs + 1);
        } else if (holder === undefined && !freeBefore) freeBefore = true;
        else {
          const askedAtMs = performance.now();
          const answer = await leases.acquire(name, owner, limits.leaseTtlMs, ended);
          if (answer.outcome === 'yours') {
            this.#fence = answer.fence;
            this.#validUntilMs = askedAtMs + limits.leaseTtlMs;
            if (signal.aborted) return;
            this.#renewTimer = setInterval(() => void this.#renew(), limits.leaseRenewMs);
            logger.info({ event: 'lease_taken', lease: name, fence: answer.fence });
            onTaken(answer.fence);
            return;
          }
          freeBefore = false;
        }
      } catch (error) {
        freeBefore = false;
        this.#storeAway = true;
        this.#faults.warn('lease_unknown', () => ({ lease: name, reason: messageOf(error) }));
      }
      await pause(waitMs, signal);
    }
  }

  #standBy(holder: string): void {
    const { name, logger } = this.#options;
    const heldBy = `another ingest publishes (${holder})`;
    if (heldBy !== this.#heldBy) logger.info({ event: 'standing_by', lease: name, holder });
    this.#heldBy = heldBy;
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
    if (this.#fence === undefined || this.#lost || this.#abort.signal.aborted) return;
    const askedAtMs = performance.now();
    const late = askedAtMs >= this.#validUntilMs;
    let outcome: 'held' | 'lost';
    try {
      outcome = await leases.renew(name, owner, this.#fence, limits.leaseTtlMs);
    } catch (error) {
      this.#faults.warn('lease_unknown', () => ({ lease: name, reason: messageOf(error) }));
      // At once again: who looks for a free lease must find it renewed.
      this.#renewTimer?.refresh();
      setTimeout(() => void this.#renew(), RENEW_AGAIN_MS).unref();
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
