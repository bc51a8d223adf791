import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { type RedisCluster, redisCommand, startRedisCluster } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisWatchdog, startRedisWatchdog } from '../src/index.ts';
import { readReplicaState } from '../src/topology.ts';

let dir: string;
let redis: RedisCluster;
let watchdog: RedisWatchdog;
const metrics = createRegistry();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-watchdog-'));
  redis = await startRedisCluster({ dir });
  watchdog = startRedisWatchdog({ nodes: redis.nodes.slice(0, 2), logger: createLogger('test', 'silent'), metrics });
});

afterAll(async () => {
  await watchdog?.stop();
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
});

const portOf = (index: number): number => Number(redis.nodes[index]!.split(':')[1]);
const metric = async (name: string, labels = ''): Promise<number> => {
  const line = (await metrics.metrics()).split('\n').find((each) => each.startsWith(`${name}${labels} `));
  return Number(line?.split(' ').at(-1) ?? 0);
};
const deaths = (outcome: string, why = 'died'): Promise<number> =>
  metric('tapecast_redis_watchdog_deaths_total', `{why="${why}",outcome="${outcome}"}`);

async function replicaOf(master: number): Promise<number> {
  const port = /slave0:ip=[^,]*,port=(\d+)/.exec(await redisCommand(portOf(master), 'INFO', 'replication'))?.[1];
  return redis.nodes.findIndex((node) => node.endsWith(`:${port}`));
}

/** `CLUSTER KEYSLOT` of it is 0. */
const SLOT_0_KEY = '06S';

const following = async (node: number): Promise<boolean> =>
  readReplicaState(await redisCommand(portOf(node), 'INFO', 'replication').catch(() => '')).follows;

/** All masters are held, each has a replica that follows, and none is elected by Redis itself: who takes over was sent by the watchdog. */
async function settled(): Promise<void> {
  for (const index of redis.nodes.keys())
    await redisCommand(portOf(index), 'CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
  await expect.poll(() => metric('tapecast_redis_watchdog_masters')).toBe(3);
  await expect.poll(() => metric('tapecast_redis_watchdog_replicas')).toBe(3);
}

/** A promotion is tried three times at most, a second apart. */
const DEADLINE_MS = 20_000;

/** ms from `startedAt` until the node says that it is master. */
async function untilMaster(index: number, startedAt: number): Promise<number> {
  while (performance.now() - startedAt < DEADLINE_MS) {
    const info = await redisCommand(portOf(index), 'INFO', 'replication').catch(() => '');
    if (/role:master/.test(info)) return performance.now() - startedAt;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`node ${index} is no master after ${DEADLINE_MS} ms`);
}

describe('the failover watchdog', () => {
  it('has the replica of a killed master take over, which the cluster by itself would not', async () => {
    const took: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await settled();
      const master = await redis.masterOf(0);
      const replica = await replicaOf(master);
      const before = await deaths('promoted');
      const startedAt = performance.now();
      redis.kill(master);
      took.push(Math.round(await untilMaster(replica, startedAt)));
      await expect.poll(() => deaths('promoted')).toBe(before + 1);
      await expect.poll(() => redis.masterOf(0)).toBe(replica);
      await redis.restart(master);
    }
    console.log(`a killed master's replica served after ${took.join(', ')} ms`);
  });

  it('has the replica of a hung master take over, and a master that goes on is its replica', async () => {
    const took: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      await settled();
      const master = await redis.masterOf(0);
      const replica = await replicaOf(master);
      const before = await deaths('promoted', 'hung');
      await redisCommand(portOf(master), 'SET', SLOT_0_KEY, 'before');
      const startedAt = performance.now();
      redis.kill(master, 'SIGSTOP');
      // Its kernel takes it; it is read when the process goes on.
      const late = redisCommand(portOf(master), 'SET', SLOT_0_KEY, 'late').catch(() => 'refused');
      took.push(Math.round(await untilMaster(replica, startedAt)));
      await expect.poll(() => deaths('promoted', 'hung')).toBe(before + 1);
      await expect.poll(() => redis.masterOf(0)).toBe(replica);
      await redisCommand(portOf(replica), 'SET', SLOT_0_KEY, 'after');
      redis.kill(master, 'SIGCONT');
      await late;
      await expect.poll(() => following(master)).toBe(true);
      expect(await redisCommand(portOf(replica), 'GET', SLOT_0_KEY)).toBe('after');
      expect(await redis.masterOf(0)).toBe(replica);
    }
    console.log(`a hung master's replica served after ${took.join(', ')} ms`);
  });

  it('leaves a master alone whose connections are cut, and one that is silent to its clients but not to the other masters', async () => {
    await settled();
    const promotions = (): Promise<number[]> =>
      Promise.all(['died', 'hung'].flatMap((why) => ['promoted', 'elected'].map((outcome) => deaths(outcome, why))));
    const before = await promotions();
    const master = await redis.masterOf(0);
    await redisCommand(portOf(master), 'CLIENT', 'KILL', 'TYPE', 'normal').catch(() => undefined);
    await settled();
    await redisCommand(portOf(master), 'CLIENT', 'PAUSE', '1500', 'ALL');
    // Answered when the pause is over: longer than it takes to be thought hung.
    await expect.poll(() => redisCommand(portOf(master), 'PING').catch(() => '')).toBe('PONG');
    expect(await redis.masterOf(0)).toBe(master);
    expect(await promotions()).toEqual(before);
  });

  it('says so when there is nobody to take over, and goes on', async () => {
    await settled();
    const master = await redis.masterOf(0);
    const replica = await replicaOf(master);
    redis.kill(replica);
    await expect.poll(() => metric('tapecast_redis_watchdog_replicas')).toBe(2);
    redis.kill(master);
    await expect.poll(() => deaths('no_replica')).toBe(1);
    await redis.restart(master);
    await redis.restart(replica);
    await settled();
    expect(watchdog.ready().ready).toBe(true);
  });
});
