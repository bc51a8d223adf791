import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRedisMarketState } from '@tapecast/market-state';
import { partitionTag, slotOf } from '@tapecast/market-state/redis-cluster';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openRedisSignalBus } from '@tapecast/signal-bus';
import { redisCommand, startRedisCluster } from '@tapecast/testkit';
import { expect, it } from 'vitest';
import { startRedisWatchdog } from '../src/index.ts';

const ROUNDS = Number(process.env['HUNG_ROUNDS'] ?? 2);
const PARTITION = 5;

it('has checkpoints and signals go on when a master hangs and no election of Redis’s own is held, and the fence hold that it did not see', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-hung-'));
  const redis = await startRedisCluster({ dir });
  const { nodes } = redis;
  for (const node of nodes)
    await redisCommand(Number(node.split(':')[1]), 'CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
  const metrics = createRegistry();
  const watchdog = startRedisWatchdog({ nodes, logger: createLogger('test', 'silent'), metrics });
  const [state, bus] = await Promise.all([openRedisMarketState({ nodes }), openRedisSignalBus({ nodes })]);
  const masterOf = (): Promise<number> => redis.masterOf(slotOf(partitionTag(PARTITION)));
  const replicas = async (): Promise<number> =>
    (await metrics.getSingleMetric('tapecast_redis_watchdog_replicas')!.get()).values[0]?.value ?? 0;
  // One whose channel lies with the partition's master: found by where its signals stop.
  const channels = Array.from({ length: 24 }, (_, i) => `c${i}`);
  const heard = new Map<string, number>();
  for (const channel of channels)
    await bus.subscribe(channel, (payload) => void heard.set(channel, Number(Buffer.from(payload).toString())));
  const record = (ticksNext: number) => ({ epoch: 'e', ticksNext, updatesNext: ticksNext, clocks: {}, sources: {} });
  const empty = { instruments: [], bars: [] };
  let { fence } = await state.acquire(PARTITION);
  const took: { checkpointMs: number; signalsMs: number }[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      await expect.poll(replicas).toBe(3);
      const stale = fence;
      ({ fence } = await state.acquire(PARTITION));
      expect(await state.checkpoint(PARTITION, fence, { ...empty, record: record(round * 10) })).toBe('written');
      const master = await masterOf();
      const hungAt = performance.now();
      redis.kill(master, 'SIGSTOP');
      // Read by the hung one when it goes on: of a worker that lost the partition, and of ours before it gave up on this master.
      const late = state.checkpoint(PARTITION, stale, { ...empty, record: record(1_000_000) });
      const [checkpointMs, signalsMs] = await Promise.all([
        state
          .checkpoint(PARTITION, fence, { ...empty, record: record(round * 10 + 1) })
          .then((written) => [written, performance.now() - hungAt] as const)
          .then(([written, ms]) => {
            expect(written).toBe('written');
            return ms;
          }),
        (async () => {
          await Promise.all(channels.map((channel) => bus.publish(channel, Buffer.from(`${round}`))));
          await expect
            .poll(() => channels.every((channel) => heard.get(channel) === round), { interval: 5 })
            .toBe(true);
          return performance.now() - hungAt;
        })(),
      ]);
      took.push({ checkpointMs: Math.round(checkpointMs), signalsMs: Math.round(signalsMs) });
      expect(await late).toBe('fenced');
      redis.kill(master, 'SIGCONT');
      await expect.poll(replicas).toBe(3);
      expect(await masterOf()).not.toBe(master);
      expect((await state.record(PARTITION))?.ticksNext).toBe(round * 10 + 1);
      expect(await state.checkpoint(PARTITION, stale, { ...empty, record: record(1_000_000) })).toBe('fenced');
    }
    console.log(`a master hung: checkpoint and all signals after ${JSON.stringify(took)}`);
  } finally {
    await Promise.allSettled([state.close(), bus.close(), watchdog.stop()]);
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
