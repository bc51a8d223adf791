/** What a gateway says of itself to the others. */
export interface FleetMember {
  /** Named anew with each start of a process. */
  readonly id: string;
  /** What it has to do, in a unit that all share. */
  readonly cost: number;
  readonly connections: number;
  /** It takes nobody and sends away whom it has: no place to go to. */
  readonly leaving: boolean;
}

/**
 * Who is there, and how much each has to do. Redis Cluster or memory; one conformance suite. Every call rejects with
 * `MarketStateError` (code 'unavailable', retryable) while the store is away, within its call timeout.
 *
 * What it gives is some time old, and a failover may have lost the newest of it: good enough to balance by, for nothing else.
 */
export interface Fleet {
  /**
   * Says what this member is now, which counts for `ttlMs` by the store's clock, and gives all members that count, itself too. Rejects
   * with 'overloaded' where `FLEET_MEMBERS_MAX` others are there.
   */
  announce(member: FleetMember, ttlMs: number): Promise<FleetMember[]>;
  /** It is no member any more, at once. */
  leave(id: string): Promise<void>;
  close(): Promise<void>;
}
