import type { Random } from '../random.ts';
import type { ClientRecord } from './client-record.ts';
import { RawClient } from './raw-client.ts';
import { SdkClient } from './sdk-client.ts';

/** What a client subscribes to. */
export interface Holding {
  readonly symbols: readonly string[];
  readonly channels: readonly string[];
  readonly intervalMs: number;
}

/** One client of a run: keeps itself connected until it is closed, and writes down what it is told. */
export interface FleetClient {
  readonly record: ClientRecord;
  /** Resolves when all is subscribed. */
  start(): Promise<void>;
  close(): void;
}

const ALL = ['trade', 'quote', 'depth@50', 'kline@1m', 'kline@1h'];
const SOME = ['trade', 'quote', 'depth@20', 'kline@1m'];

/**
 * Clients of all kinds: each subprotocol, the SDK and the protocol by hand, several intervals, one that reads in fits, one that
 * goes and comes back with its positions.
 */
export function makeFleet(url: string, symbols: readonly string[], random: Random): FleetClient[] {
  const holding = (channels: readonly string[], intervalMs: number): Holding => ({ symbols, channels, intervalMs });
  return [
    new SdkClient('sdk zstd', url, 'protobuf.zstd', holding(ALL, 0)),
    new SdkClient('sdk protobuf', url, 'protobuf', holding(ALL, 0)),
    new SdkClient('sdk protobuf 100 ms', url, 'protobuf', holding(SOME, 100)),
    new SdkClient('sdk zstd 1000 ms', url, 'protobuf.zstd', holding(SOME, 1_000)),
    new SdkClient('sdk json', url, 'json', holding(SOME, 0)),
    new RawClient('raw json', url, holding(ALL, 0), { random }),
    new RawClient('raw json 250 ms', url, holding(SOME, 250), { random }),
    new RawClient('raw json, reads in fits', url, holding(SOME, 0), { random, pausesMs: [1_500, 4_000] }),
    new RawClient('raw json, comes and goes', url, holding(ALL, 0), { random, staysMs: [4_000, 12_000] }),
    new RawClient('raw json, trades alone', url, holding(['trade'], 0), { random, staysMs: [8_000, 30_000] }),
  ];
}

/** Clients that have heard no trade of one of the symbols for so long. */
export function unserved(clients: readonly FleetClient[], symbols: readonly string[], silentMs: number): string[] {
  const since = Date.now() - silentMs;
  return clients
    .filter(({ record }) => symbols.some((symbol) => (record.lastTradeAt.get(symbol) ?? 0) < since))
    .map(({ record }) => record.name);
}
