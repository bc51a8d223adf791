import { setTimeout as delay } from 'node:timers/promises';
import { PROMOTED_POLL_MS, PROMOTION_INTERVAL_MS, PROMOTIONS_MAX } from './limits.ts';
import type { PromotionOutcome } from './metrics.ts';
import { answers, type NodeAddress, redisCommand } from './redis-command.ts';
import { readReplicaState } from './topology.ts';

/**
 * Has the replica of a dead or hung master take over. `FORCE`: without the master's consent, but with the votes of the other masters,
 * which do not have to see it failed. What wins has a newer epoch: a master that goes on later becomes its replica, and what it still
 * took is gone as what a killed one had not replicated is. So there are never two that stay; `TAKEOVER`, which asks nobody, is never sent. `replicas`: those that followed while it lived;
 * one that was still being filled would take over with half of the data.
 */
export async function promote(
  master: NodeAddress,
  replicas: readonly NodeAddress[],
  stopped: () => boolean,
): Promise<PromotionOutcome> {
  if (replicas.length === 0) return 'no_replica';
  let sent = false;
  for (let tries = 0; tries < PROMOTIONS_MAX && !stopped(); tries += 1) {
    if (tries > 0) {
      // It may have been started again meanwhile, or go on.
      if (await answers(master)) return 'returned';
    }
    const startedAt = performance.now();
    const chosen = await newest(replicas);
    // It won, but later than it was waited for: masters don't vote twice about one within two node timeouts.
    if (chosen === 'elected') return sent ? 'promoted' : 'elected';
    if (chosen !== undefined) {
      sent = true;
      // A refusal says that it is master already, or can't be: seen by its role.
      await redisCommand(chosen, 'CLUSTER', 'FAILOVER', 'FORCE').catch(() => undefined);
    }
    while (performance.now() - startedAt < PROMOTION_INTERVAL_MS && !stopped()) {
      if (chosen !== undefined && (await isMaster(chosen))) return 'promoted';
      await delay(PROMOTED_POLL_MS);
    }
  }
  return 'given_up';
}

/** The replica that has most of its master's writes; 'elected' when one is master already. */
async function newest(replicas: readonly NodeAddress[]): Promise<NodeAddress | 'elected' | undefined> {
  const states = await Promise.all(
    replicas.map(async (replica) => {
      const info = await redisCommand(replica, 'INFO', 'replication').catch(() => undefined);
      if (info === undefined) return undefined;
      return { replica, offset: readReplicaState(info).offset, master: /^role:master/m.test(info) };
    }),
  );
  const answered = states.filter((state) => state !== undefined);
  if (answered.some(({ master }) => master)) return 'elected';
  return answered.sort((a, b) => b.offset - a.offset)[0]?.replica;
}

const isMaster = async (node: NodeAddress): Promise<boolean> =>
  /^role:master/m.test(await redisCommand(node, 'INFO', 'replication').catch(() => ''));
