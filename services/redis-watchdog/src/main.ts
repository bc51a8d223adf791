import { setTimeout as delay } from 'node:timers/promises';
import { runServiceProcess } from '@tapecast/service-kit';
import { redisWatchdogSchema } from './config.ts';
import { startRedisWatchdog } from './watchdog.ts';

const READY_POLL_MS = 20;

await runServiceProcess({
  name: 'redis-watchdog',
  summary: 'Has a replica of a Redis master that died or hangs take over, sooner than Redis would.',
  schema: redisWatchdogSchema,
  async start(config, { logger, metrics, whileStarting }) {
    const watchdog = startRedisWatchdog({ nodes: config.redis, logger, metrics });
    whileStarting(() => watchdog.ready());
    while (!watchdog.ready().ready) await delay(READY_POLL_MS);
    return { service: watchdog, addresses: [] };
  },
});
