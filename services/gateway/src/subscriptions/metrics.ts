import { Counter, Gauge, type Registry } from '@tapecast/service-kit';
import {
  DELIVERY_OUTCOMES,
  ENTRY_OUTCOMES,
  type PartitionCounts,
  RECORD_OUTCOMES,
  STREAM_OUTCOMES,
  UPDATE_OUTCOMES,
} from './partition-ledger.ts';

export interface PartitionSources {
  counts: () => readonly PartitionCounts[];
  position: (partition: number) => number;
  /** Numbers that the streams of a partition took, and that are neither told nor given up. */
  waiting: (partition: number) => number;
}

/** Reports what was read of each partition, what became of it on its way to the clients, and how old it was. */
export function watchPartitions(registry: Registry, { counts, position, waiting }: PartitionSources): void {
  const registers = [registry];
  function counter<Outcome extends string>(
    name: string,
    help: string,
    outcomes: readonly Outcome[],
    of: (partition: PartitionCounts) => Readonly<Record<Outcome, number>>,
  ): void {
    new Counter({
      name,
      help: `${help}: ${outcomes.join(', ')}.`,
      labelNames: ['partition', 'outcome'],
      registers,
      collect() {
        this.reset();
        for (const [partition, all] of counts().entries())
          for (const outcome of outcomes) this.inc({ partition, outcome }, of(all)[outcome]);
      },
    });
  }
  counter(
    'tapecast_gateway_partition_records_total',
    'Records of md.updates by partition and what became of them; lost by the log, before they were read',
    RECORD_OUTCOMES,
    ({ records }) => records,
  );
  counter(
    'tapecast_gateway_partition_entries_total',
    'Entries of records that are of instruments that clients hold here, by partition, and what became of them',
    ENTRY_OUTCOMES,
    ({ entries }) => entries,
  );
  counter(
    'tapecast_gateway_partition_updates_total',
    'Updates of those entries',
    UPDATE_OUTCOMES,
    ({ updates }) => updates,
  );
  counter(
    'tapecast_gateway_partition_stream_updates_total',
    'Updates that streams took, once each stream, and what became of them',
    STREAM_OUTCOMES,
    ({ streams }) => streams,
  );
  counter(
    'tapecast_gateway_partition_deliveries_total',
    'Messages of streams, once each client that has the stream, and what became of them',
    DELIVERY_OUTCOMES,
    ({ deliveries }) => deliveries,
  );
  const gauge = (name: string, help: string, of: (partition: number) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['partition'],
      registers,
      collect() {
        for (const partition of counts().keys()) this.set({ partition }, of(partition));
      },
    });
  };
  gauge(
    'tapecast_gateway_partition_waiting_updates',
    'Updates that streams took and that are not told yet, by partition.',
    waiting,
  );
  gauge(
    'tapecast_gateway_partition_offset',
    'Offset in md.updates after the last record read, by partition.',
    position,
  );
  gauge(
    'tapecast_gateway_data_age_seconds',
    'From compute to this gateway, of the last record of each partition.',
    (partition) => (counts()[partition] as PartitionCounts).ageUs / 1e6,
  );
}
