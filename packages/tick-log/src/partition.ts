const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * The partition of a key, as Kafka's Java client and everything that speaks its protocol choose it: murmur2 of the UTF-8
 * bytes, without its sign, modulo the number of partitions. So a plain Kafka tool that writes `md.ticks` agrees with us.
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
}

/** `org.apache.kafka.common.utils.Utils.murmur2`: 32 bits, little-endian words. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let h = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let k = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> R;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length - at;
  if (rest > 0) {
    if (rest === 3) h ^= bytes[at + 2]! << 16;
    if (rest >= 2) h ^= bytes[at + 1]! << 8;
    h = Math.imul(h ^ bytes[at]!, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}
