import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waysToTest } from '../../src/parts/choose.ts';
import { type RedisCluster, startRedisCluster } from '../../src/parts/redis.ts';
import { redisCommand } from '../../src/parts/redis-command.ts';
import type { PartRunner } from '../../src/parts/runner.ts';
import { leftOver, stateOf } from './left-over.ts';

const KEY = 'greeting';

for (const way of await waysToTest())
  describe.skipIf(way.skip !== undefined)(`Redis Cluster on ${way.title}`, () => {
    const dir = mkdtempSync(join(tmpdir(), 'tapecast-redis-part-'));
    let parts: PartRunner;
    let redis: RedisCluster;
    let slot: number;
    let master: number;
    const port = (index: number): number => Number(redis.nodes[index]!.split(':')[1]);
    const masterOfKey = (): Promise<number> => redis.masterOf(slot);

    beforeAll(async () => {
      parts = await way.open();
      redis = await startRedisCluster({ dir, parts });
      slot = Number(await redisCommand(port(0), 'CLUSTER', 'KEYSLOT', KEY));
      master = await masterOfKey();
    });
    afterAll(async () => {
      await redis?.stop();
      await parts?.close();
      rmSync(dir, { recursive: true, force: true });
    });

    it('has three masters and three replicas, each a process of its own', () => {
      expect(redis.nodes).toHaveLength(6);
      const pids = redis.processes.map(({ pid }) => pid);
      expect(new Set(pids).size).toBe(6);
      for (const pid of pids) expect(stateOf(pid)).toMatch(/[RS]/);
    });

    it('keeps what was written, on the same addresses, from one start to the next', async () => {
      expect(await redisCommand(port(master), 'SET', KEY, 'hello')).toBe('OK');
      const { nodes } = redis;
      await redis.stop();
      redis = await startRedisCluster({ dir, parts });
      expect(redis.nodes).toEqual(nodes);
      master = await masterOfKey();
      expect(await redisCommand(port(master), 'GET', KEY)).toBe('hello');
    });

    it('a killed master is replaced, and comes back as a replica on its address', async () => {
      const before = redis.processes[master]!;
      redis.kill(master);
      expect(await before.exited).toEqual({ code: null, signal: 'SIGKILL' });
      await expect.poll(masterOfKey).not.toBe(master);
      await redis.restart(master);
      const after = redis.processes[master]!;
      expect([after.address, after.log]).toEqual([before.address, before.log]);
      expect(after.pid).not.toBe(before.pid);
      expect(await redisCommand(port(master), 'INFO', 'replication')).toMatch(/role:slave/);
    });

    it('a suspended node does not answer until it goes on', async () => {
      const { pid } = redis.processes[0]!;
      redis.kill(0, 'SIGSTOP');
      await expect.poll(() => stateOf(pid)).toBe('T');
      await expect(redisCommand(port(0), 'PING')).rejects.toThrow(/did not answer PING/);
      redis.kill(0, 'SIGCONT');
      expect(await redisCommand(port(0), 'PING')).toBe('PONG');
    });

    it('stops with nothing left behind', async () => {
      const pids = redis.processes.map(({ pid }) => pid);
      redis.kill(5, 'SIGSTOP');
      await redis.stop();
      await parts.close();
      expect(await leftOver(dir, pids)).toEqual([]);
    });
  });
