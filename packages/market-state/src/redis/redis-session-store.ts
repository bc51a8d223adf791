import type { Cluster } from 'ioredis';
import { partitionTag, SLOTS, slotOf } from '../keys.ts';
import { OPEN_TIMEOUT_MS } from '../limits.ts';
import { checkTake, checkWrite, packOwner, unpackOwner, unpackSession } from '../session-packing.ts';
import type { SessionOwner, SessionStore, SessionWrite, SessionWritten, TakenSession } from '../session-store.ts';
import { Calls } from './calls.ts';
import { openCluster } from './connection.ts';
import { GatheredTakes } from './gathered-takes.ts';
import { chunks } from './packing.ts';
import type { RedisMarketStateOptions } from './redis-market-state.ts';
import { SESSION_SCRIPTS } from './session-scripts.lua.ts';

/** The commands that ioredis makes of `SESSION_SCRIPTS`. */
interface SessionCluster extends Cluster {
  takeSessions(keyCount: number, ...keysAndValues: (string | number)[]): Promise<string[][]>;
  writeSessions(keyCount: number, ...keysAndValues: (string | number)[]): Promise<SessionWritten[]>;
}

/**
 * Slots that sessions lie in, spread over the masters as partitions are: so many calls at most write or take a batch. More would
 * spread better over many masters, and cost who has many sessions to take at once more calls.
 */
const BUCKETS = 12;

/** Connects, and rejects with `unavailable` when no cluster answers within `openTimeoutMs`. */
export async function openRedisSessionStore(options: RedisMarketStateOptions): Promise<SessionStore> {
  const { nodes, logger, openTimeoutMs = OPEN_TIMEOUT_MS } = options;
  // ioredis types do not know the commands of its scripts.
  const cluster = (await openCluster(nodes, logger, openTimeoutMs, SESSION_SCRIPTS)) as SessionCluster;
  const calls = new Calls(options.callTimeoutMs, 'the session store');
  return new RedisSessionStore(cluster, options.namespace ?? 'tapecast', calls);
}

class RedisSessionStore implements SessionStore {
  readonly #redis: SessionCluster;
  readonly #prefixes: readonly string[];
  readonly #calls: Calls;
  readonly #takes: GatheredTakes;

  constructor(redis: SessionCluster, namespace: string, calls: Calls) {
    this.#redis = redis;
    this.#prefixes = Array.from({ length: BUCKETS }, (_, bucket) => `${namespace}:{${partitionTag(bucket)}}:session:`);
    this.#calls = calls;
    this.#takes = new GatheredTakes(BUCKETS, (takes) =>
      calls.run('take sessions', (step) =>
        step(() =>
          redis.takeSessions(takes.length, ...takes.map(({ key }) => key), ...takes.flatMap(({ values }) => values)),
        ),
      ),
    );
  }

  async take(
    id: string,
    claim: { secretHash: string; subject: string },
    owner: SessionOwner,
    ttlMs: number,
  ): Promise<TakenSession | undefined> {
    checkTake(id, claim, owner, ttlMs);
    const { secretHash, subject } = claim;
    const bucket = bucketOf(id);
    const [generation, before, body] = await this.#takes.take(bucket, {
      key: this.#prefixes[bucket] + id,
      values: [secretHash, subject, packOwner(owner), ttlMs],
    });
    if (generation === undefined || before === undefined || body === undefined) return undefined;
    const session = unpackSession({ secretHash, subject }, body);
    return { session, generation: Number(generation), before: unpackOwner(before) };
  }

  async write(writes: readonly SessionWrite[]): Promise<SessionWritten[]> {
    const outcomes: SessionWritten[] = [];
    const buckets = new Map<number, { write: SessionWrite; body: string; at: number }[]>();
    writes.forEach((write, at) => {
      const item = { write, body: checkWrite(write), at };
      const bucket = bucketOf(write.id);
      const items = buckets.get(bucket);
      if (items === undefined) buckets.set(bucket, [item]);
      else items.push(item);
    });
    await this.#calls.run('write sessions', async (step) => {
      const sent = [...buckets].flatMap(([bucket, items]) =>
        [...chunks(items, ({ body }) => body.length)].map(async (chunk) => {
          const keys = chunk.map(({ write }) => this.#prefixes[bucket] + write.id);
          const values = chunk.flatMap(({ write: { owner, generation, ttlMs, session }, body }) => [
            packOwner(owner),
            generation,
            ttlMs,
            session?.secretHash ?? '',
            session?.subject ?? '',
            body,
          ]);
          const written = await step(() => this.#redis.writeSessions(keys.length, ...keys, ...values));
          for (const [i, { at }] of chunk.entries()) outcomes[at] = written[i] as SessionWritten;
        }),
      );
      await Promise.all(sent);
    });
    return outcomes;
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#takes.flush();
    this.#redis.disconnect();
  }
}

const bucketOf = (id: string): number => Math.floor((slotOf(id) * BUCKETS) / SLOTS);
