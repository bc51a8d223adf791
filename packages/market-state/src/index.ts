export {
  BARS_KEPT,
  type CatalogueEntry,
  type Checkpoint,
  type FinalBar,
  type InstrumentRecord,
  type MarketState,
  type PartitionRecord,
} from './contract.ts';
export { MarketStateError, type MarketStateErrorCode } from './errors.ts';
export { openMemoryMarketState } from './memory/memory-market-state.ts';
export type { MarketStateLogger } from './redis/connection.ts';
export { openRedisMarketState, type RedisMarketStateOptions } from './redis/redis-market-state.ts';
