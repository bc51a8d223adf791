import { watchLease } from '../lease-watch.ts';
import type { LeaseAnswer, LeaseHolder, Leases } from '../leases.ts';
import { checkLease } from '../validation.ts';
import { Calls } from './calls.ts';
import { connectCluster, type StateCluster } from './connection.ts';
import { LEASE_SCRIPTS } from './lease-scripts.lua.ts';
import type { RedisMarketStateOptions } from './redis-market-state.ts';

/** The commands that ioredis makes of `LEASE_SCRIPTS`. */
interface LeaseCluster extends StateCluster {
  acquireLease(key: string, owner: string, ttlMs: number, ended: string): Promise<string[]>;
  renewLease(key: string, owner: string, fence: number, ttlMs: number): Promise<string>;
  releaseLease(key: string, owner: string, fence: number): Promise<string>;
  leaseHolder(key: string): Promise<string[]>;
}

/** Connects, and rejects with `unavailable` when no cluster answers within `openTimeoutMs`. */
export async function openRedisLeases(options: RedisMarketStateOptions): Promise<Leases> {
  const cluster = await connectCluster(options.nodes, options.logger, options.openTimeoutMs);
  for (const [name, script] of Object.entries(LEASE_SCRIPTS)) cluster.defineCommand(name, script);
  // ioredis types do not know the commands that were just defined.
  return new RedisLeases(cluster as LeaseCluster, options.namespace ?? 'tapecast', new Calls(options.callTimeoutMs));
}

class RedisLeases implements Leases {
  readonly #redis: LeaseCluster;
  readonly #namespace: string;
  readonly #calls: Calls;

  constructor(redis: LeaseCluster, namespace: string, calls: Calls) {
    this.#redis = redis;
    this.#namespace = namespace;
    this.#calls = calls;
  }

  async acquire(name: string, owner: string, ttlMs: number, ended = ''): Promise<LeaseAnswer> {
    checkLease(name, owner, ttlMs);
    const [outcome, ...said] = await this.#calls.run('acquire a lease', (step) =>
      step(() => this.#redis.acquireLease(this.#key(name), owner, ttlMs, ended)),
    );
    if (outcome === 'yours') return { outcome, fence: Number(said[0]) };
    return { outcome: 'held', by: holderOf(said)! };
  }

  async renew(name: string, owner: string, fence: number, ttlMs: number): Promise<'held' | 'lost'> {
    checkLease(name, owner, ttlMs);
    const outcome = await this.#calls.run('renew a lease', (step) =>
      step(() => this.#redis.renewLease(this.#key(name), owner, fence, ttlMs)),
    );
    return outcome === 'held' ? 'held' : 'lost';
  }

  async release(name: string, owner: string, fence: number): Promise<void> {
    checkLease(name, owner, 1);
    await this.#calls.run('release a lease', (step) =>
      step(() => this.#redis.releaseLease(this.#key(name), owner, fence)),
    );
  }

  async holder(name: string): Promise<LeaseHolder | undefined> {
    checkLease(name, name, 1);
    return holderOf(
      await this.#calls.run('look at a lease', (step) => step(() => this.#redis.leaseHolder(this.#key(name)))),
    );
  }

  watch(name: string, onHolder: (holder: LeaseHolder | undefined) => void): { close(): void } {
    return watchLease(() => this.holder(name), onHolder);
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#redis.disconnect();
  }

  #key(name: string): string {
    return `${this.#namespace}:{lease:${name}}`;
  }
}

function holderOf(said: readonly string[]): LeaseHolder | undefined {
  const [owner, fence, leftMs] = said;
  return owner === undefined ? undefined : { owner, fence: Number(fence), leftMs: Number(leftMs) };
}
