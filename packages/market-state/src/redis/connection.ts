import { Cluster } from 'ioredis';
import { MarketStateError } from '../errors.ts';
import { LOG_INTERVAL_MS, OPEN_TIMEOUT_MS, SILENCE_MS, SLOTS_WAIT_MS } from '../limits.ts';
import { SCRIPTS } from './scripts.lua.ts';
import { SlotWatch } from './slot-watch.ts';

/** What of a pino logger is used. */
export interface MarketStateLogger {
  warn(fields: object, message: string): void;
}

type Value = string | Buffer | number;

/** The commands that ioredis makes of `SCRIPTS`; those with `Buffer` in their name reply with bytes. */
export interface StateCluster extends Cluster {
  acquirePartition(meta: string, owner: string, attempt: number): Promise<[fence: string, record: string | null]>;
  writeBars(keyCount: number, ...keysAndValues: Value[]): Promise<string>;
  writeInstruments(meta: string, views: string, folds: string, ...values: Value[]): Promise<string>;
  writeRecord(meta: string, ...values: Value[]): Promise<string>;
  clearPartition(meta: string, views: string, folds: string, ...values: Value[]): Promise<string>;
  readInstrumentsBuffer(
    meta: string,
    views: string,
    folds: string,
    ...instruments: string[]
  ): Promise<(Buffer | null)[]>;
  putCatalogue(entries: string, version: string, ...values: string[]): Promise<string>;
  readCatalogue(entries: string, version: string): Promise<string[]>;
  replaceDocument(key: string, expected: Buffer, next: Buffer): Promise<string>;
}

/**
 * Lifetime of the connections:
 *
 * | event | what happens |
 * |---|---|
 * | a master dies or hangs | commands for its slots are sent again every 20 ms; a node is asked each second who is master, and the slot map read again where that is new |
 * | a node does not accept a connection | given up after 250 ms, so that it does not hold a refresh of the slot map |
 * | a connection owes a reply and is silent | cut after 1 s, its commands sent again: the only sign of a hung node |
 * | all nodes are lost | connects again every 20 to 250 ms for ever; calls end by their own time |
 * | close | `disconnect`: what is on its way is dropped, its callers get `closed` or `unavailable` |
 *
 * With ioredis's defaults a failover of more than 1.1 s is an error, and a hung master is never recovered from.
 */
export async function connectCluster(
  nodes: readonly string[],
  logger: MarketStateLogger | undefined,
  openTimeoutMs: number = OPEN_TIMEOUT_MS,
): Promise<StateCluster> {
  // ioredis types do not know the commands of `scripts`.
  return (await openCluster(nodes, logger, openTimeoutMs, SCRIPTS)) as StateCluster;
}

/** `connectCluster` with scripts of the caller's. */
export async function openCluster(
  nodes: readonly string[],
  logger: MarketStateLogger | undefined,
  openTimeoutMs: number,
  scripts: Readonly<Record<string, { lua: string; numberOfKeys?: number }>>,
): Promise<Cluster> {
  const cluster = new Cluster(nodes.map(parseNode), {
    // `SlotWatch` says when.
    slotsRefreshInterval: 0,
    slotsRefreshTimeout: SLOTS_WAIT_MS,
    maxRedirections: 500,
    retryDelayOnFailover: 20,
    retryDelayOnClusterDown: 20,
    retryDelayOnTryAgain: 20,
    clusterRetryStrategy: (times) => Math.min(20 * times, 250),
    // A node whose connection closed is dropped from the pool; `SlotWatch` has the slot map read again, which brings it back.
    redisOptions: { connectTimeout: 250, disconnectTimeout: 100, socketTimeout: SILENCE_MS },
    scripts,
  });
  logErrors(cluster, logger);
  await ready(cluster, nodes, openTimeoutMs);
  new SlotWatch(cluster);
  return cluster;
}

function parseNode(node: string): { host: string; port: number } {
  const colon = node.lastIndexOf(':');
  const host = node.slice(0, colon);
  const port = Number(node.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new MarketStateError('invalid', `'${node}' is not the address of a Redis node; expected host:port`);
  }
  return { host, port };
}

function ready(cluster: Cluster, nodes: readonly string[], timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let lastError: unknown;
    const keep = (error: unknown): void => {
      lastError = error;
    };
    const timer = setTimeout(() => {
      cluster.disconnect();
      const message = `no Redis Cluster answers at ${nodes.join(', ')} after ${timeoutMs} ms; is it running, and are these its nodes?`;
      reject(new MarketStateError('unavailable', message, { cause: lastError }));
    }, timeoutMs);
    cluster.on('error', keep);
    cluster.once('ready', () => {
      clearTimeout(timer);
      cluster.off('error', keep);
      resolve();
    });
  });
}

/** ioredis tells each error of each node: one line at first, then one every LOG_INTERVAL_MS with the number of those between. */
function logErrors(cluster: Cluster, logger: MarketStateLogger | undefined): void {
  let lastAt = Number.NEGATIVE_INFINITY;
  let unlogged = 0;
  const log = (error: Error, address?: string): void => {
    const now = performance.now();
    if (now - lastAt < LOG_INTERVAL_MS) {
      unlogged += 1;
      return;
    }
    logger?.warn({ event: 'redis_error', node: address, error: error.message, unlogged }, 'Redis is not well');
    lastAt = now;
    unlogged = 0;
  };
  cluster.on('error', log);
  cluster.on('node error', log);
}
