import type { PartitionBatch } from './contract.ts';
import { TickLogError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** Refuses what no try could write, before anything is written. Returns the bytes of all. */
export function checkBatches(batches: readonly PartitionBatch[], partitions: number): number {
  let bytes = 0;
  for (const { partition, records } of batches) {
    if (!Number.isInteger(partition) || partition < 0 || partition >= partitions) {
      throw new TickLogError('unknown_partition', `partition ${partition} of ${partitions} (0 to ${partitions - 1})`);
    }
    for (const { key, value } of records) {
      const size = sizeOf(key, value);
      if (size > LIMITS.recordBytesMax) {
        const text = `a record of ${size} bytes for partition ${partition}; at most ${LIMITS.recordBytesMax}: divide it before`;
        throw new TickLogError('record_too_large', text);
      }
      bytes += size;
    }
  }
  return bytes;
}

export function sizeOf(key: Uint8Array | undefined, value: Uint8Array): number {
  return value.byteLength + (key?.byteLength ?? 0);
}
