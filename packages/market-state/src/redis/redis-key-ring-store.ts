import type { KeyRingStore } from '../key-ring-store.ts';
import { createKeys } from '../keys.ts';
import { checkDocument } from '../validation.ts';
import { Calls } from './calls.ts';
import { connectCluster, type StateCluster } from './connection.ts';
import type { RedisMarketStateOptions } from './redis-market-state.ts';

/** Connects, and rejects with `unavailable` when no cluster answers within `openTimeoutMs`. */
export async function openRedisKeyRingStore(options: RedisMarketStateOptions): Promise<KeyRingStore> {
  const cluster = await connectCluster(options.nodes, options.logger, options.openTimeoutMs);
  const { keyRing } = createKeys(options.namespace ?? 'tapecast');
  return new RedisKeyRingStore(cluster, keyRing, new Calls(options.callTimeoutMs));
}

class RedisKeyRingStore implements KeyRingStore {
  readonly #redis: StateCluster;
  readonly #key: string;
  readonly #calls: Calls;

  constructor(redis: StateCluster, key: string, calls: Calls) {
    this.#redis = redis;
    this.#key = key;
    this.#calls = calls;
  }

  async read(): Promise<Uint8Array | undefined> {
    const stored = await this.#calls.run('read the key ring', (step) => step(() => this.#redis.getBuffer(this.#key)));
    return stored ?? undefined;
  }

  async replace(expected: Uint8Array | undefined, next: Uint8Array): Promise<'written' | 'conflict'> {
    checkDocument(next);
    const before = Buffer.from(expected ?? []);
    const after = Buffer.from(next);
    const outcome = await this.#calls.run('replace the key ring', (step) =>
      step(() => this.#redis.replaceDocument(this.#key, before, after)),
    );
    return outcome === 'written' ? 'written' : 'conflict';
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#redis.disconnect();
  }
}
