/** How this system speaks to a Redis Cluster, for the packages that keep something else than market state in one. */
export { partitionTag, slotOf } from './keys.ts';
export { OPEN_TIMEOUT_MS } from './limits.ts';
export { Calls, type Step } from './redis/calls.ts';
export { type MarketStateLogger, openCluster } from './redis/connection.ts';
