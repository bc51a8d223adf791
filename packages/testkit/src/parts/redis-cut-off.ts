import type { RedisCluster } from './redis.ts';
import { redisCommand } from './redis-command.ts';

/**
 * Nothing that masters are told from now on reaches a replica, though all of them live and look well: what a failover
 * loses. To be undone by the result, which also works when a replica has become a master meanwhile.
 */
export async function cutOffReplicas({ nodes }: Pick<RedisCluster, 'nodes'>): Promise<() => Promise<void>> {
  const replicas: number[] = [];
  for (const port of nodes.map((node) => Number(node.split(':')[1]))) {
    const info = await redisCommand(port, 'INFO', 'replication').catch(() => '');
    if (!info.includes('role:slave')) continue;
    replicas.push(port);
    // A password that its master does not know: cut off, the replica can't follow it again.
    await redisCommand(port, 'CONFIG', 'SET', 'masterauth', 'none');
    await redisCommand(port, 'CLIENT', 'KILL', 'TYPE', 'master');
  }
  return async () => {
    for (const port of replicas) await redisCommand(port, 'CONFIG', 'SET', 'masterauth', '""');
  };
}
