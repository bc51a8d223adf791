import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisCluster, startRedisCluster } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Leases, openRedisLeases } from '../../src/index.ts';
import { slotOf } from '../../src/keys.ts';
import { leaseConformance } from '../lease-conformance.ts';

let dir: string;
let redis: RedisCluster;
let namespaces = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-leases-'));
  redis = await startRedisCluster({ dir });
});

afterAll(async () => {
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
});

const open = (): Promise<Leases> => {
  namespaces += 1;
  return openRedisLeases({ nodes: redis.nodes, namespace: `leases-${namespaces}` });
};

leaseConformance('redis', open);

describe('a failover', () => {
  it('leaves a lease with its holder, or gives it to one other with a higher fence', async () => {
    const leases = await open();
    const first = await leases.acquire('feed', 'one', 1_000);
    if (first.outcome !== 'yours') throw new Error('held');
    const master = await redis.masterOf(slotOf('lease:feed'));
    redis.kill(master);
    const [renewed, other] = await Promise.all([
      leases.renew('feed', 'one', first.fence, 1_000),
      leases.acquire('feed', 'two', 1_000),
    ]);
    if (other.outcome === 'yours') expect(other.fence).toBeGreaterThan(first.fence);
    else expect(renewed).toBe('held');
    // Whatever order they came in: from now on exactly one of the two is renewed.
    const after = [await leases.renew('feed', 'one', first.fence, 5_000)];
    if (other.outcome === 'yours') after.push(await leases.renew('feed', 'two', other.fence, 5_000));
    expect(after.filter((outcome) => outcome === 'held')).toHaveLength(1);
    await redis.restart(master);
    await leases.close();
  });
});
