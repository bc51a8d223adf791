import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverWaysToTest, type PartRunner, type RedisCluster, startRedisCluster } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyRingStore, openRedisKeyRingStore } from '../../src/index.ts';
import { slotOf } from '../../src/keys.ts';
import { keyRingConformance } from '../key-ring-conformance.ts';

let redis: RedisCluster;
let namespaces = 0;

const open = (namespace: string): Promise<KeyRingStore> => openRedisKeyRingStore({ nodes: redis.nodes, namespace });
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

const ofTwoProcesses = (): void => {
  it('see each other’s document, and one of two wins', async () => {
    const [one, other] = [await open('shared'), await open('shared')];
    expect(await one.replace(undefined, bytes('first'))).toBe('written');
    const seen = await other.read();
    const outcomes = await Promise.all([one.replace(seen, bytes('by one')), other.replace(seen, bytes('by other'))]);
    expect(outcomes.toSorted()).toEqual(['conflict', 'written']);
    expect(await one.read()).toEqual(await other.read());
    await Promise.all([one.close(), other.close()]);
  });

  it('ride out the loss of the master that holds it', async () => {
    const store = await open('lost');
    await store.replace(undefined, bytes('first'));
    const master = await redis.masterOf(slotOf('auth'));
    redis.kill(master);
    // Replication is asynchronous: the replica may never have had the first document, and then none is expected.
    const stored = await store.read();
    expect(await store.replace(stored, bytes('second'))).toBe('written');
    expect(new TextDecoder().decode(await store.read())).toBe('second');
    await redis.restart(master);
    await store.close();
  });

  it('says so when nobody answers', async () => {
    await expect(openRedisKeyRingStore({ nodes: ['127.0.0.1:1'], openTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
  });
};

for (const way of await driverWaysToTest())
  describe.skipIf(way.skip !== undefined)(`on ${way.title}`, () => {
    let dir: string;
    let parts: PartRunner;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'tapecast-redis-'));
      parts = await way.open();
      redis = await startRedisCluster({ dir, parts });
    });

    afterAll(async () => {
      await redis?.stop();
      await parts?.close();
      await rm(dir, { recursive: true, force: true });
    });

    keyRingConformance('redis', () => {
      namespaces += 1;
      return open(`conformance-${namespaces}`);
    });
    describe('two processes on one Redis', ofTwoProcesses);
  });
