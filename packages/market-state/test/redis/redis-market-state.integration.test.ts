import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cutOffReplicas,
  driverWaysToTest,
  type PartRunner,
  type RedisCluster,
  redisCommand,
  startRedisCluster,
} from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MarketState, openRedisMarketState } from '../../src/index.ts';
import { partitionTag, slotOf } from '../../src/keys.ts';
import { checkpoint, expectClosed, instrument, marketStateConformance } from '../conformance.ts';

let redis: RedisCluster;
let state: MarketState;

const ofTheDriver = (): void => {
  it('agrees with Redis on slots', async () => {
    const port = portOf(redis.nodes[0]!);
    for (const tag of ['catalogue', partitionTag(0), partitionTag(23)]) {
      expect(await redisCommand(port, 'CLUSTER', 'KEYSLOT', `tapecast:{${tag}}:meta`)).toBe(String(slotOf(tag)));
    }
  });

  it('keeps namespaces apart', async () => {
    const other = await openRedisMarketState({ nodes: redis.nodes.slice(0, 1), namespace: 'other' });
    const { fence } = await state.acquire(500);
    await state.checkpoint(500, fence, checkpoint(1, [instrument('A$XX', 1)]));
    expect(await other.instruments(500)).toEqual([]);
    expect((await other.catalogue()).entries).toEqual([]);
    await expectClosed(other);
  });

  it('lets nothing of an older checkpoint follow a newer one', async () => {
    const { fence } = await state.acquire(501);
    const many = (ticksNext: number) => Array.from({ length: 600 }, (_, i) => instrument(`I${i}$XX`, ticksNext));
    // Both are on their way: the older's later pieces come after the newer's first.
    const older = state.checkpoint(501, fence, checkpoint(1, many(1))).catch((error: unknown) => error);
    const newer = state.checkpoint(501, fence, checkpoint(2, many(2)));
    expect(await older).toMatchObject({ code: 'superseded', retryable: true });
    expect(await newer).toBe('written');
    expect((await state.instruments(501)).map(({ ticksNext }) => ticksNext)).toEqual(new Array(600).fill(2));
    expect((await state.record(501))?.ticksNext).toBe(2);
  });

  it('refuses a number from another process’s acquire, even an equal one', async () => {
    const other = await openRedisMarketState({ nodes: redis.nodes });
    const { fence } = await state.acquire(502);
    expect(await other.checkpoint(502, fence, checkpoint(1, []))).toBe('fenced');
    await other.close();
  });

  it('does not give instruments that are behind the record that it gave', async () => {
    const other = await openRedisMarketState({ nodes: redis.nodes });
    const first = await state.acquire(503);
    await state.checkpoint(503, first.fence, checkpoint(10, [instrument('A$XX', 10)]));
    await state.acquire(503);
    const { fence } = await other.acquire(503);
    await other.checkpoint(503, fence, checkpoint(20, [instrument('A$XX', 20)]));
    await expect(state.instruments(503)).rejects.toMatchObject({ code: 'superseded', retryable: true });
    await state.acquire(503);
    expect((await state.instruments(503))[0]?.ticksNext).toBe(20);
    await other.close();
  });

  it('says at the start what is wrong with the addresses', async () => {
    await expect(openRedisMarketState({ nodes: ['localhost'] })).rejects.toMatchObject({ code: 'invalid' });
    const nobody = openRedisMarketState({ nodes: ['127.0.0.1:1'], openTimeoutMs: 300 });
    await expect(nobody).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    await expect(nobody).rejects.toThrow(/no Redis Cluster answers at 127\.0\.0\.1:1/);
  });
};

const ofALostMaster = (): void => {
  /** Each on another master. */
  const [lost, other] = [600, 601];

  it.each([
    { signal: 'SIGKILL', how: 'killed' },
    { signal: 'SIGSTOP', how: 'hung' },
  ] as const)(
    '$how in the middle of checkpoints: calls go on by themselves, a refused fence stays refused',
    async ({ signal }) => {
      const stale = await state.acquire(lost);
      const { fence } = await state.acquire(lost);
      const otherFence = (await state.acquire(other)).fence;
      const base = (await state.record(lost))?.ticksNext ?? 0;
      await state.checkpoint(lost, fence, checkpoint(base + 1, [instrument('A$XX', base + 1)]));
      expect(await state.checkpoint(lost, stale.fence, checkpoint(base + 99, []))).toBe('fenced');
      await replicated(lost);

      const master = await masterOf(lost);
      const lostAt = performance.now();
      redis.kill(master, signal);
      // The other shards do not wait for this one.
      const written: number[] = [];
      await Promise.all([
        state.checkpoint(lost, fence, checkpoint(base + 2, [instrument('A$XX', base + 2)])).then((outcome) => {
          expect(outcome).toBe('written');
          written.push(lost);
        }),
        state.checkpoint(other, otherFence, checkpoint(base + 1, [])).then((outcome) => {
          expect(outcome).toBe('written');
          written.push(other);
        }),
      ]);
      expect(written).toEqual([other, lost]);
      const gapMs = Math.round(performance.now() - lostAt);
      console.log(`first checkpoint written ${gapMs} ms after its master got ${signal}`);

      expect(await state.checkpoint(lost, stale.fence, checkpoint(base + 99, []))).toBe('fenced');
      expect((await state.instruments(lost)).map(({ ticksNext }) => ticksNext)).toEqual([base + 2]);
      expect((await state.acquire(lost)).fence).toBeGreaterThan(fence);
      await redis.restart(master);
    },
  );

  it('leaves a prefix: no instrument is behind the record', async () => {
    for (let round = 0; round < 3; round += 1) {
      const partition = 700 + round;
      const { fence } = await state.acquire(partition);
      const names = Array.from({ length: 40 }, (_, i) => `I${i}$XX`);
      let begun = 0;
      let stopped = false;
      const writing = (async () => {
        while (!stopped) {
          begun += 1;
          // Large enough to be many calls: the kill falls between two of them.
          const instruments = names.map((name) => instrument(name, begun, 20_000));
          await state.checkpoint(partition, fence, checkpoint(begun, instruments)).catch(() => undefined);
        }
      })();
      while (begun < 10 + round * 7) await new Promise(setImmediate);
      const master = await masterOf(partition);
      redis.kill(master);
      stopped = true;

      const reader = await openRedisMarketState({ nodes: redis.nodes });
      const { record } = await reader.acquire(partition);
      const instruments = await reader.instruments(partition);
      expect(record?.ticksNext).toBeGreaterThan(0);
      expect(record?.ticksNext).toBeLessThanOrEqual(begun);
      expect(instruments).toHaveLength(names.length);
      for (const { ticksNext } of instruments) {
        expect(ticksNext).toBeGreaterThanOrEqual(record!.ticksNext);
        expect(ticksNext).toBeLessThanOrEqual(begun);
      }
      // The writer of before has lost the partition.
      await writing;
      expect(await state.checkpoint(partition, fence, checkpoint(begun + 1, []))).toBe('fenced');
      await reader.close();
      await redis.restart(master);
    }
  });

  it('loses the checkpoint before: what changed since is refused, and stays so until it is acquired again', async () => {
    const partition = 800;
    const { fence } = await state.acquire(partition);
    const at = (ticksNext: number) => ({ epoch: 'epoch', ticksNext });
    await state.checkpoint(partition, fence, checkpoint(10, [instrument('A$XX', 10), instrument('B$XX', 10)]), [
      'none',
    ]);
    await replicated(partition);
    const mend = await cutOffReplicas(redis);
    // Acknowledged, and known to the master alone.
    const lostOne = checkpoint(20, [instrument('A$XX', 20)]);
    expect(await state.checkpoint(partition, fence, lostOne, [at(10)])).toBe('written');
    const master = await masterOf(partition);
    redis.kill(master);
    const next = state.checkpoint(partition, fence, checkpoint(30, [instrument('B$XX', 30)]), [at(20)]);
    await expect(next).rejects.toMatchObject({ code: 'superseded', retryable: true });
    const { record } = await state.acquire(partition);
    expect(record?.ticksNext).toBe(10);
    expect((await state.instruments(partition)).map(({ ticksNext }) => ticksNext)).toEqual([10, 10]);
    await mend();
    await redis.restart(master);
  });

  it('loses a part of the checkpoint under way: the rest of it is refused', async () => {
    const partition = 801;
    const { fence } = await state.acquire(partition);
    const names = Array.from({ length: 1_200 }, (_, i) => `I${i}$XX`);
    const all = (ticksNext: number, bytes: number) =>
      checkpoint(
        ticksNext,
        names.map((name) => instrument(name, ticksNext, bytes)),
      );
    await state.checkpoint(partition, fence, all(10, 40), ['none']);
    await replicated(partition);
    const mend = await cutOffReplicas(redis);
    const master = await masterOf(partition);
    const port = portOf(redis.nodes[master]!);
    // Some 150 calls, of which the first are acknowledged by a master that nobody follows.
    const underWay = state.checkpoint(partition, fence, all(20, 16_000), [{ epoch: 'epoch', ticksNext: 10 }]);
    const refused = expect(underWay).rejects.toMatchObject({ code: 'superseded' });
    const step = async (): Promise<number> =>
      Number(await redisCommand(port, 'HGET', `tapecast:{${partitionTag(partition)}}:meta`, 'step'));
    let seen = await step();
    while (seen < 3 || seen > 150) seen = await step();
    redis.kill(master);
    await refused;
    const { record } = await state.acquire(partition);
    expect(record?.ticksNext).toBe(10);
    const instruments = await state.instruments(partition);
    expect(instruments).toHaveLength(names.length);
    expect(instruments.every(({ ticksNext }) => ticksNext === 10)).toBe(true);
    await mend();
    await redis.restart(master);
  });

  it('makes calls fail within their time, and only while it lasts', async () => {
    const lines: object[] = [];
    const logger = { warn: (fields: object) => void lines.push(fields) };
    const hasty = await openRedisMarketState({ nodes: redis.nodes, callTimeoutMs: 300, logger });
    const { fence } = await hasty.acquire(lost);
    const ticksNext = (await hasty.record(lost))?.ticksNext ?? 0;
    const master = await masterOf(lost);
    redis.kill(master);
    // Another is master after more than a second: who waited for it would be answered.
    const [read, write] = await Promise.allSettled([
      hasty.snapshot(lost, 'A$XX'),
      hasty.checkpoint(lost, fence, checkpoint(ticksNext, [])),
    ]);
    expect(read).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', retryable: true } });
    expect(write).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    await expect
      .poll(() => hasty.checkpoint(lost, fence, checkpoint(ticksNext, [])).catch(() => undefined))
      .toBe('written');
    expect(lines.length).toBeLessThan(5);
    await hasty.close();
    await redis.restart(master);
  });
};

const portOf = (node: string): number => Number(node.split(':')[1]);

const masterOf = (partition: number): Promise<number> => redis.masterOf(slotOf(partitionTag(partition)));

/** Waits until the partition's replica has all that its master has: replication is one ordered stream. */
async function replicated(partition: number): Promise<void> {
  const port = portOf(redis.nodes[await masterOf(partition)]!);
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const info = await redisCommand(port, 'INFO', 'replication');
    const written = /master_repl_offset:(\d+)/.exec(info)?.[1];
    const acknowledged = /slave0:.*offset=(\d+)/.exec(info)?.[1];
    if (written === acknowledged) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`partition ${partition} is not replicated after 10 s`);
}

for (const way of await driverWaysToTest())
  describe.skipIf(way.skip !== undefined)(`on ${way.title}`, () => {
    let dir: string;
    let parts: PartRunner;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'tapecast-redis-'));
      parts = await way.open();
      redis = await startRedisCluster({ dir, parts });
      state = await openRedisMarketState({ nodes: redis.nodes });
    });

    afterAll(async () => {
      await state?.close();
      await redis?.stop();
      await parts?.close();
      await rm(dir, { recursive: true, force: true });
    });

    marketStateConformance('redis', () => state);
    describe('the Redis driver', ofTheDriver);
    describe('a master that is lost', ofALostMaster);
  });
