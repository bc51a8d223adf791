import { MarketStateError } from '../errors.ts';
import { watchLease } from '../lease-watch.ts';
import type { LeaseAnswer, LeaseHolder, Leases } from '../leases.ts';
import { checkLease } from '../validation.ts';

/** Leases of one process: all who ask share this object. */
export function openMemoryLeases(): Leases {
  return new MemoryLeases();
}

class MemoryLeases implements Leases {
  /** `untilMs` by the monotonic clock. */
  readonly #held = new Map<string, { owner: string; fence: number; untilMs: number }>();
  #closed = false;

  async acquire(name: string, owner: string, ttlMs: number, ended?: string): Promise<LeaseAnswer> {
    this.#check(name, owner, ttlMs);
    const seen = this.#held.get(name);
    const nowMs = performance.now();
    if (seen !== undefined && seen.owner !== owner && seen.owner !== ended && seen.untilMs > nowMs) {
      return { outcome: 'held', by: { owner: seen.owner, fence: seen.fence, leftMs: Math.ceil(seen.untilMs - nowMs) } };
    }
    const fence = seen?.owner === owner ? seen.fence : Math.max((seen?.fence ?? 0) + 1, Date.now());
    this.#held.set(name, { owner, fence, untilMs: nowMs + ttlMs });
    return { outcome: 'yours', fence };
  }

  async renew(name: string, owner: string, fence: number, ttlMs: number): Promise<'held' | 'lost'> {
    this.#check(name, owner, ttlMs);
    const seen = this.#held.get(name);
    if (seen !== undefined && (seen.fence > fence || (seen.fence === fence && seen.owner !== owner))) return 'lost';
    this.#held.set(name, { owner, fence, untilMs: performance.now() + ttlMs });
    return 'held';
  }

  async release(name: string, owner: string, fence: number): Promise<void> {
    this.#check(name, owner, 1);
    const seen = this.#held.get(name);
    if (seen?.fence === fence && seen.owner === owner) seen.untilMs = 0;
  }

  async holder(name: string): Promise<LeaseHolder | undefined> {
    this.#check(name, name, 1);
    const seen = this.#held.get(name);
    const leftMs = Math.ceil((seen?.untilMs ?? 0) - performance.now());
    return seen === undefined || leftMs <= 0 ? undefined : { owner: seen.owner, fence: seen.fence, leftMs };
  }

  watch(name: string, onHolder: (holder: LeaseHolder | undefined) => void): { close(): void } {
    return watchLease(() => this.holder(name), onHolder);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #check(name: string, owner: string, ttlMs: number): void {
    if (this.#closed) throw new MarketStateError('closed', 'the leases were closed');
    checkLease(name, owner, ttlMs);
  }
}
