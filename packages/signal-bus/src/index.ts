export type { OnSignal, SignalBus, SignalSubscription } from './contract.ts';
export { SignalBusError, type SignalBusErrorCode } from './errors.ts';
export type { SignalBusLogger } from './logger.ts';
export { createMemorySignalHub, type MemorySignalHub, openMemorySignalBus } from './memory/memory-signal-bus.ts';
export { openRedisSignalBus, type RedisSignalBusOptions } from './redis/redis-signal-bus.ts';
