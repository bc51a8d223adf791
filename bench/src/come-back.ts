import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster } from '@tapecast/testkit';
import type { BenchResult } from './bench.ts';
import { type Options, PARTITIONS, Stand, WEIGHT } from './come-back/stand.ts';

const USAGE = `come-back: clients of a gateway that is killed, until each is served by another.

  --clients <n>      all at one gateway (default 10000)
  --sdk <n>          of them with the TypeScript client, the others lean ones (default 100)
  --kills <n>        one after the other (default 3)
  --symbols <n>      of each client, each with trade and quote (default 3)
  --interval <ms>    of the subscriptions (default 1000)
  --rate <n>         ticks a second of the simulated market (default 200)
  --protocol <name>  protobuf or protobuf.zstd (default protobuf)
  --gateways <n>     (default 2)
  --degradation <on|off>  of the gateways: what they leave out and whom they refuse under load (default on)
  --idle <s>         for which Redis's commands are counted, before and with the clients (default 10; 0: not)
  --env <NAME=value> of the cluster's processes`;

export async function run(args: string[]): Promise<BenchResult> {
  const { options, env } = optionsOf(args);
  const loadBefore = loadavg()[0];
  const cluster = await startCluster(
    {
      ...{ gateways: options.gateways, compute: 1, partitions: PARTITIONS, rate: options.rate },
      ...{ rebalance: 'off', degradation: options.degradation, logLevel: 'warn' },
    },
    env,
  );
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-edge-'));
  const stand = new Stand(cluster, options);
  try {
    await stand.openEdge(dir);
    const rows = await stand.measure();
    return {
      name: 'come-back',
      conditions: {
        ...options,
        market: 'simulated, all of its instruments; each client holds some, popular ones more often',
        cluster: `${options.gateways} gateways, 1 compute, 1 ingest, Kafka of one broker, Redis Cluster of 3 masters and 3 replicas with its watchdog; rebalancing off`,
        edge: `nginx of the cluster's template, all clients at the gateway of weight ${WEIGHT}`,
        retry: 'first within 0 to 1 s at random, then doubled',
        served:
          'first data after the answer to its resume; of the TypeScript client the answer, as it tells no state twice; ms since the kill',
        truth: 'each trade by number and id against md.ticks, once the market stands still',
        transport: 'loopback; clients are other processes on the same cores',
        loadBefore,
      },
      rows,
    };
  } finally {
    await stand.close();
    await cluster.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

function optionsOf(args: string[]): { options: Options; env: NodeJS.ProcessEnv } {
  const { values } = parseArgs({
    args,
    options: {
      clients: { type: 'string', default: '10000' },
      sdk: { type: 'string', default: '100' },
      kills: { type: 'string', default: '3' },
      symbols: { type: 'string', default: '3' },
      interval: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '200' },
      protocol: { type: 'string', default: 'protobuf' },
      gateways: { type: 'string', default: '2' },
      degradation: { type: 'string', default: 'on' },
      idle: { type: 'string', default: '10' },
      env: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  const { env, help, protocol, degradation, ...numbers } = values;
  const options = {
    ...mapValues(numbers, Number),
    protocol,
    degradation: degradation === 'off' ? 'off' : 'on',
  } as const;
  const isWhole = Object.values(numbers).every((text) => Number.isInteger(Number(text)) && Number(text) >= 0);
  if (help || !isWhole || options.sdk > options.clients || options.gateways < 2) throw new Error(USAGE);
  return { options, env: Object.fromEntries(env.map((pair) => pair.split(/=(.*)/s).slice(0, 2))) };
}

function mapValues<K extends string, V, W>(record: Readonly<Record<K, V>>, map: (value: V) => W): Record<K, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as V)])) as Record<K, W>;
}
