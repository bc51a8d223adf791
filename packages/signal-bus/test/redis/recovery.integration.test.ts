import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MarketState, openRedisMarketState } from '@tapecast/market-state';
import { partitionTag, slotOf } from '@tapecast/market-state/redis-cluster';
import { type RedisCluster, redisCommand, startRedisCluster } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedisSignalBus, type SignalBus } from '../../src/index.ts';
import { partitionOfChannel } from '../../src/redis/channel-names.ts';
import { bytes, record } from '../conformance.ts';

let dir: string;
let redis: RedisCluster;
let state: MarketState;
let bus: SignalBus;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-recovery-'));
  redis = await startRedisCluster({ dir });
  state = await openRedisMarketState({ nodes: redis.nodes });
  bus = await openRedisSignalBus({ nodes: redis.nodes });
});

afterAll(async () => {
  await Promise.all([bus?.close(), state?.close()]);
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
});

const portOf = (index: number): number => Number(redis.nodes[index]!.split(':')[1]);
/** Partitions and channels of each third of the slots, so that every shard has some. */
const PARTITIONS = [0, 1, 2];
const CHANNELS = PARTITIONS.map((third) => {
  for (let i = 0; ; i += 1) {
    const slot = slotOf(partitionTag(partitionOfChannel(`shard-${third}-${i}`)));
    if (Math.floor((slot * 3) / 16_384) === third) return `shard-${third}-${i}`;
  }
});

/** One write and read of each shard's state, and one signal by each: as services use them, again until it is done. */
async function everythingWorks(subscribed: ReturnType<typeof record>[], mark: string): Promise<void> {
  await Promise.all([
    ...PARTITIONS.map((partition) => untilDone(async () => void (await state.acquire(partition)))),
    ...CHANNELS.map(async (channel, i) => {
      await untilDone(() => bus.publish(channel, bytes(mark)));
      await expect.poll(() => subscribed[i]!.signals.map(({ text }) => text)).toContain(mark);
    }),
  ]);
  await expect.poll(() => bus.healthy).toBe(true);
}

async function untilDone(work: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error as { retryable?: boolean }).retryable || performance.now() > deadline) throw error;
    }
  }
}

describe('state and signals come back by themselves', () => {
  it('after two of three masters were killed and the cluster had no majority', async () => {
    const subscribed = CHANNELS.map(() => record());
    await Promise.all(CHANNELS.map((channel, i) => bus.subscribe(channel, subscribed[i]!.onSignal)));
    await everythingWorks(subscribed, 'before');
    const masters = await Promise.all(PARTITIONS.map((third) => redis.masterOf(Math.floor((third + 0.5) * 5_461))));
    const [first, second, third] = masters as [number, number, number];
    redis.kill(first);
    redis.kill(second);
    // No majority: nobody is elected, whatever time passes. The shard that is left serves or not as Redis decides.
    await expect.poll(() => bus.healthy).toBe(false);
    await expect
      .poll(async () => /cluster_state:(\w+)/.exec(await redisCommand(portOf(third), 'CLUSTER', 'INFO'))?.[1])
      .toBe('fail');
    const backAt = performance.now();
    await Promise.all([redis.restart(first), redis.restart(second)]);
    const servedAt = performance.now();
    await everythingWorks(subscribed, 'after');
    const [restart, rest] = [servedAt - backAt, performance.now() - servedAt].map(Math.round);
    console.log(`everything works ${rest} ms after two masters were back (which took ${restart} ms)`);
    for (const { signals } of subscribed) expect(new Set(signals.map(({ text }) => text)).size).toBe(signals.length);
  });

  it('after a master came back with nothing and was filled by a full synchronisation', async () => {
    const subscribed = CHANNELS.map(() => record());
    await Promise.all(CHANNELS.map((channel, i) => bus.subscribe(channel, subscribed[i]!.onSignal)));
    const master = await redis.masterOf(0);
    redis.kill(master);
    await everythingWorks(subscribed, 'replaced');
    // It has been away from the log of writes that a replica can go on from: its own is not the new master's.
    await rm(join(dir, `node-${master}`, 'appendonlydir'), { recursive: true, force: true });
    await redis.restart(master);
    expect(await fullSyncs(await redis.masterOf(0))).toBeGreaterThan(0);
    await everythingWorks(subscribed, 'synchronised');
    // And it can be master again.
    redis.kill(await redis.masterOf(0));
    await everythingWorks(subscribed, 'replaced again');
    expect(await redis.masterOf(0)).toBe(master);
    expect(bus.counts.lost).toBe(0);
  });
});

/** Replicas that the node has filled from nothing since it started. */
async function fullSyncs(index: number): Promise<number> {
  return Number(/sync_full:(\d+)/.exec(await redisCommand(portOf(index), 'INFO', 'stats'))?.[1]);
}
