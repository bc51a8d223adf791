import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisCluster, startRedisCluster } from '@tapecast/testkit';
import { afterAll, beforeAll } from 'vitest';
import { openRedisFleet } from '../../src/index.ts';
import { fleetConformance } from '../fleet-conformance.ts';

let dir: string;
let redis: RedisCluster;
let namespaces = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-fleet-'));
  redis = await startRedisCluster({ dir });
});

afterAll(async () => {
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
});

fleetConformance(() => openRedisFleet({ nodes: redis.nodes, namespace: `fleet-${++namespaces}` }));
