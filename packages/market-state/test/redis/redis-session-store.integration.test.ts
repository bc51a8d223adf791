import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverWaysToTest, type PartRunner, type RedisCluster, startRedisCluster } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedisSessionStore, type SessionStore } from '../../src/index.ts';
import { partitionTag, slotOf } from '../../src/keys.ts';
import { session, sessionStoreConformance, write } from '../session-store-conformance.ts';

let redis: RedisCluster;
const open = (): Promise<SessionStore> => openRedisSessionStore({ nodes: redis.nodes });

const ofTheDriver = (): void => {
  it('goes on through the loss of a master, with what its replica has', async () => {
    const store = await open();
    const ids = Array.from({ length: 100 }, (_, i) => `lost-${i}`);
    await store.write(ids.map((id) => write(id)));
    const master = await redis.masterOf(slotOf(partitionTag(0)));
    redis.kill(master);
    // A take rides the failover out; what replication had not brought over is written whole by its owner.
    const claim = { secretHash: session().secretHash, subject: session().subject };
    const renewed = await store.write(ids.map((id) => write(id, { session: undefined })));
    const absent = ids.filter((_, i) => renewed[i] === 'absent');
    expect(await store.write(absent.map((id) => write(id)))).toEqual(absent.map(() => 'written'));
    const taken = await Promise.all(
      ids.map((id) => store.take(id, claim, { gateway: 'g2', connection: 'c2' }, 60_000)),
    );
    expect(taken.filter((one) => one !== undefined)).toHaveLength(ids.length);
    await redis.restart(master);
    await store.close();
  });

  it('says so when nobody answers', async () => {
    await expect(openRedisSessionStore({ nodes: ['127.0.0.1:1'], openTimeoutMs: 300 })).rejects.toMatchObject({
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

    sessionStoreConformance('redis', open);
    describe('sessions on Redis', ofTheDriver);
  });
