import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisCluster, redisCommand, startRedisCluster } from '@tapecast/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../src/redis/connection.ts';

type Connected = Awaited<ReturnType<typeof openCluster>>;

let dir: string;
let redis: RedisCluster;
let cluster: Connected;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-slots-'));
  redis = await startRedisCluster({ dir });
  cluster = await openCluster(redis.nodes, undefined, 10_000, {});
});

afterAll(async () => {
  cluster?.disconnect();
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
});

const ports = (): number[] => redis.nodes.map((node) => Number(node.slice(node.lastIndexOf(':') + 1)));

/** Of all nodes together. Each question is a connection of its own. */
async function sumOf(section: string, field: RegExp): Promise<number> {
  const texts = await Promise.all(ports().map((port) => redisCommand(port, 'INFO', section)));
  return texts.reduce((sum, text) => sum + Number(field.exec(text)?.[1] ?? 0), 0);
}

const looks = (): Promise<number> => sumOf('commandstats', /cmdstat_cluster\|slots:calls=(\d+)/);
const connections = (): Promise<number> => sumOf('stats', /total_connections_received:(\d+)/);

const masters = (): string =>
  cluster
    .nodes('master')
    .map(({ options }) => options.port)
    .sort()
    .join();

it('looks again and again without a connection for it, and sees a failover that no call met', async () => {
  const begun = await looks();
  // The first look has the map read once.
  await expect.poll(looks).toBeGreaterThan(begun + 1);
  const before = { looks: await looks(), connections: await connections() };
  let asked = 0;
  await expect
    .poll(() => {
      asked += redis.nodes.length;
      return looks();
    })
    .toBeGreaterThan(before.looks + 2);
  expect((await connections()) - before.connections).toBeLessThanOrEqual(asked + redis.nodes.length);

  const was = masters();
  const master = ports()[await redis.masterOf(0)]!;
  const nodes = await redisCommand(master, 'CLUSTER', 'NODES');
  const id = nodes
    .split('\n')
    .find((line) => line.includes('myself'))!
    .split(' ')[0]!;
  const replica = nodes.split('\n').find((line) => line.includes('slave') && line.includes(id))!;
  await redisCommand(Number(/:(\d+)@/.exec(replica)![1]), 'CLUSTER', 'FAILOVER');
  await expect.poll(masters).not.toBe(was);
});
