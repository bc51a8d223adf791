export {
  BARS_KEPT,
  type CatalogueEntry,
  type Checkpoint,
  type FinalBar,
  type InstrumentRecord,
  type KnownRecord,
  type MarketState,
  type PartitionRecord,
} from './contract.ts';
export { isStoreAway, MarketStateError, type MarketStateErrorCode } from './errors.ts';
export type { Fleet, FleetMember } from './fleet.ts';
export type { KeyRingStore } from './key-ring-store.ts';
export type { LeaseAnswer, LeaseHolder, Leases } from './leases.ts';
export { openJournalledMarketState, type StateJournal } from './memory/journalled-market-state.ts';
export { openMemoryFleet } from './memory/memory-fleet.ts';
export { openMemoryKeyRingStore } from './memory/memory-key-ring-store.ts';
export { openMemoryLeases } from './memory/memory-leases.ts';
export { openMemoryMarketState } from './memory/memory-market-state.ts';
export { openMemorySessionStore } from './memory/memory-session-store.ts';
export type { MarketStateLogger } from './redis/connection.ts';
export { openRedisFleet } from './redis/redis-fleet.ts';
export { openRedisKeyRingStore } from './redis/redis-key-ring-store.ts';
export { openRedisLeases } from './redis/redis-leases.ts';
export { openRedisMarketState, type RedisMarketStateOptions } from './redis/redis-market-state.ts';
export { openRedisSessionStore } from './redis/redis-session-store.ts';
export type {
  SessionOwner,
  SessionStore,
  SessionWrite,
  SessionWritten,
  StoredPosition,
  StoredSession,
  StoredSubscription,
  TakenSession,
} from './session-store.ts';
