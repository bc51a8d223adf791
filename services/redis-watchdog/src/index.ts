export { redisWatchdogSchema } from './config.ts';
export { type RedisWatchdog, startRedisWatchdog } from './watchdog.ts';
