import { Counter, Gauge, type Registry } from '@tapecast/service-kit';
import { type PartitionCounts, RECORD_OUTCOMES } from './partition-ledger.ts';

/** Reports what was read of each partition, what became of it, and how old it was. */
export function watchPartitions(
  registry: Registry,
  partitions: () => readonly PartitionCounts[],
  position: (partition: number) => number,
): void {
  const registers = [registry];
  new Counter({
    name: 'tapecast_gateway_partition_records_total',
    help: 'Records of md.updates by partition and what became of them: taken, unreadable, left_epoch, lost (by the log, before they were read).',
    labelNames: ['partition', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [partition, { records }] of partitions().entries())
        for (const outcome of RECORD_OUTCOMES) this.inc({ partition, outcome }, records[outcome]);
    },
  });
  new Counter({
    name: 'tapecast_gateway_partition_entries_total',
    help: 'Entries of records that were handed to instruments that clients hold here, by partition.',
    labelNames: ['partition'],
    registers,
    collect() {
      this.reset();
      for (const [partition, { entries }] of partitions().entries()) this.inc({ partition }, entries);
    },
  });
  new Gauge({
    name: 'tapecast_gateway_partition_offset',
    help: 'Offset in md.updates after the last record read, by partition.',
    labelNames: ['partition'],
    registers,
    collect() {
      for (const partition of partitions().keys()) this.set({ partition }, position(partition));
    },
  });
  new Gauge({
    name: 'tapecast_gateway_data_age_seconds',
    help: 'From compute to this gateway, of the last record of each partition.',
    labelNames: ['partition'],
    registers,
    collect() {
      for (const [partition, { ageUs }] of partitions().entries()) this.set({ partition }, ageUs / 1e6);
    },
  });
}
