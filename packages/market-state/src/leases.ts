/** Who holds a lease now, and for how long if it is not renewed. */
export interface LeaseHolder {
  readonly owner: string;
  readonly fence: number;
  readonly leftMs: number;
}

export type LeaseAnswer =
  | { readonly outcome: 'yours'; readonly fence: number }
  | { readonly outcome: 'held'; readonly by: LeaseHolder };

/**
 * Named leases: of all who ask for a name, one has it, until it gives it back or does not renew it in time. Redis Cluster or
 * memory; one conformance suite. Every call rejects with `MarketStateError` (code 'unavailable', retryable) while the
 * store is away, within its call timeout.
 *
 * A lease says who may work, and never that nobody else still does: a holder that was stopped, or could not reach the store,
 * learns late that it lost it. So what a holder writes carries the `fence`, and whoever reads drops what comes with a lower
 * one after a higher one was seen. Fences of a name rise with each change of owner, through failovers too: never below the
 * store's clock in ms.
 */
export interface Leases {
  /**
   * Takes the lease for `ttlMs` where it is free, ran out, or is this owner's already: an owner that asks again gets the
   * fence that it had. An owner is named anew with each start of a process. `ended` is an owner of which the caller knows
   * that its process is gone: what it holds counts as free.
   */
  acquire(name: string, owner: string, ttlMs: number, ended?: string): Promise<LeaseAnswer>;
  /**
   * Holds it for another `ttlMs`. 'held' also where it ran out and nobody took it meanwhile, and where a failover lost that
   * it was taken; 'lost' for ever when another has it or had it.
   */
  renew(name: string, owner: string, fence: number, ttlMs: number): Promise<'held' | 'lost'>;
  /** Gives it back: the next who asks gets it. Another's is left alone. */
  release(name: string, owner: string, fence: number): Promise<void>;
  /** undefined: nobody holds it. */
  holder(name: string): Promise<LeaseHolder | undefined>;
  /** Tells who holds it, now and at each change, found by looking every `LEASE_WATCH_MS`. While the store is away it tells nothing. */
  watch(name: string, onHolder: (holder: LeaseHolder | undefined) => void): { close(): void };
  close(): Promise<void>;
}
