import { setTimeout as delay } from 'node:timers/promises';
import { type KeyRingStore, MarketStateError, openRedisKeyRingStore } from '@tapecast/market-state';
import { type Logger, runServiceProcess } from '@tapecast/service-kit';
import { checkAuthConfig, startAuth } from './auth.ts';
import { authProcessSchema } from './config.ts';
import { readKeyEncryptionKeys } from './keys/read-key-encryption-keys.ts';
import { OPEN_MS_MAX, OPEN_RETRY_MS } from './limits.ts';

await runServiceProcess({
  name: 'auth',
  summary: 'Issues short-lived tokens to clients, and serves and rotates the keys that they are checked with.',
  schema: authProcessSchema,
  async start(config, { logger, metrics }) {
    // What can't work is refused before anything is opened.
    checkAuthConfig(config);
    const keyEncryptionKeys = readKeyEncryptionKeys(config.keyEncryptionKeyFile, config.keyEncryptionKey);
    const store = await openStore(config.redis, logger);
    const auth = await startAuth({ config, store, keyEncryptionKeys, logger, metrics });
    return {
      service: {
        name: auth.name,
        ready: () => auth.ready(),
        failed: auth.failed,
        stop: async () => {
          await auth.stop();
          await store.close();
        },
      },
      addresses: [auth.url],
      routes: auth.routes,
    };
  },
});

/** Without the store there is no key to sign with, and making one would be a second ring: a start waits for it. */
async function openStore(nodes: readonly string[], logger: Logger): Promise<KeyRingStore> {
  for (;;) {
    try {
      return await openRedisKeyRingStore({ nodes, logger, openTimeoutMs: OPEN_MS_MAX });
    } catch (error) {
      if (!(error instanceof MarketStateError) || !error.retryable) throw error;
      logger.warn({ event: 'waiting_for_redis', error: error.message });
      await delay(OPEN_RETRY_MS);
    }
  }
}
