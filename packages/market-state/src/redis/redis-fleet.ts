import type { Cluster } from 'ioredis';
import { MarketStateError } from '../errors.ts';
import type { Fleet, FleetMember } from '../fleet.ts';
import { FLEET_MEMBERS_MAX } from '../limits.ts';
import { checkMember } from '../validation.ts';
import { Calls } from './calls.ts';
import { connectCluster } from './connection.ts';
import { FLEET_SCRIPTS } from './fleet-scripts.lua.ts';
import type { RedisMarketStateOptions } from './redis-market-state.ts';

/** The command that ioredis makes of `FLEET_SCRIPTS`. */
interface FleetCluster extends Cluster {
  announceMember(key: string, id: string, ttlMs: number, said: string, most: number): Promise<string[]>;
}

/** Connects, and rejects with `unavailable` when no cluster answers within `openTimeoutMs`. */
export async function openRedisFleet(options: RedisMarketStateOptions): Promise<Fleet> {
  const cluster = await connectCluster(options.nodes, options.logger, options.openTimeoutMs);
  for (const [name, script] of Object.entries(FLEET_SCRIPTS)) cluster.defineCommand(name, script);
  // ioredis types do not know the commands that were just defined.
  return new RedisFleet(
    cluster as unknown as FleetCluster,
    options.namespace ?? 'tapecast',
    new Calls(options.callTimeoutMs),
  );
}

class RedisFleet implements Fleet {
  readonly #redis: FleetCluster;
  readonly #key: string;
  readonly #calls: Calls;

  constructor(redis: FleetCluster, namespace: string, calls: Calls) {
    this.#redis = redis;
    this.#key = `${namespace}:{fleet}:members`;
    this.#calls = calls;
  }

  async announce(member: FleetMember, ttlMs: number): Promise<FleetMember[]> {
    checkMember(member, ttlMs);
    const said = JSON.stringify([member.id, member.cost, member.connections, member.leaving]);
    try {
      const all = await this.#calls.run('announce a member', (step) =>
        step(() => this.#redis.announceMember(this.#key, member.id, ttlMs, said, FLEET_MEMBERS_MAX)),
      );
      return all.map(memberOf);
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof Error && /\bFULL\b/.test(cause.message))
        throw new MarketStateError('overloaded', `${FLEET_MEMBERS_MAX} members are there, which is the most`, {
          cause,
        });
      throw error;
    }
  }

  async leave(id: string): Promise<void> {
    await this.#calls.run('leave the fleet', (step) => step(() => this.#redis.hdel(this.#key, id)));
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#redis.disconnect();
  }
}

/** Written by `announce` and nothing else. */
function memberOf(said: string): FleetMember {
  const [id, cost, connections, leaving] = JSON.parse(said) as [string, number, number, boolean];
  return { id, cost, connections, leaving };
}
