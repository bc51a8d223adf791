import type { Interval } from '@tapecast/market';

/** Hash slots of every Redis Cluster. */
export const SLOTS = 16_384;

/**
 * How near a partition's slot must be to its ideal place. Any text of a few characters hits a window of 1/128 of all
 * slots after some hundred tries; the ranges of a cluster's masters are 10 to 100 times wider.
 */
const SLOT_TOLERANCE = 64;

/** The keys of one partition: all of them in one slot, so that a promoted replica holds a prefix of all its writes. */
export interface PartitionKeys {
  /** Hash: fence, owner, attempt, round, step, epoch, ticks_next, record. */
  readonly meta: string;
  /** Hash: instrument → position header and view. What gateways read. */
  readonly views: string;
  /** Hash: instrument → fold. Apart from the views, so that a gateway's read does not carry it. */
  readonly folds: string;
  /** Sorted set by startMs of an (instrument, interval)'s final bars. */
  bars(instrument: string, interval: Interval): string;
}

/** Every key of the store, and nothing else, begins with `<namespace>:`. */
export interface Keys {
  partition(partition: number): PartitionKeys;
  /** Hash: instrument → entry as JSON. */
  readonly catalogue: string;
  readonly catalogueVersion: string;
  /** The sealed key ring of the token issuers. */
  readonly keyRing: string;
}

export function createKeys(namespace: string): Keys {
  const known = new Map<number, PartitionKeys>();
  return {
    partition(partition) {
      let keys = known.get(partition);
      if (keys === undefined) {
        const prefix = `${namespace}:{${partitionTag(partition)}}`;
        keys = {
          meta: `${prefix}:meta`,
          views: `${prefix}:views`,
          folds: `${prefix}:folds`,
          bars: (instrument, interval) => `${prefix}:bars:${instrument}:${interval}`,
        };
        known.set(partition, keys);
      }
      return keys;
    },
    catalogue: `${namespace}:{catalogue}:entries`,
    catalogueVersion: `${namespace}:{catalogue}:version`,
    keyRing: `${namespace}:{auth}:key-ring`,
  };
}

/**
 * The hash tag of a partition: `<partition>.<n>` with the first n whose slot is near the partition's ideal place.
 * Depends on nothing but the partition, so all processes agree on it whatever else they are configured with.
 */
export function partitionTag(partition: number): string {
  const ideal = Math.floor(evenPlace(partition) * SLOTS);
  for (let n = 0; ; n += 1) {
    const tag = `${partition}.${n}`;
    const distance = slotOf(tag) - ideal;
    if (distance >= 0 && distance < SLOT_TOLERANCE) return tag;
  }
}

/**
 * Where in [0, 1) a partition belongs: the places of partitions 0..N−1 lie evenly for any N. A van der Corput sequence
 * with 3 as its first radix and 2 after it: exact for 3, 6 or 12 masters and 12, 24, 48 partitions, off by at most 2
 * partitions a master otherwise.
 */
function evenPlace(partition: number): number {
  let place = (partition % 3) / 3;
  let weight = 1 / 3;
  for (let rest = Math.floor(partition / 3); rest > 0; rest = Math.floor(rest / 2)) {
    weight /= 2;
    place += weight * (rest % 2);
  }
  return place;
}

/** CRC-16/XMODEM of the tag modulo 16384 (Redis Cluster specification). */
export function slotOf(tag: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc % SLOTS;
}
