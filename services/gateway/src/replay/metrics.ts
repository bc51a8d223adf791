import { Counter, Gauge, type Registry } from '@tapecast/service-kit';

export interface ReplayMetrics {
  /** Records that did not get to the disk. */
  lost(records: number): void;
  watch(sources: ReplaySources): void;
}

interface ReplaySources {
  storeBytes: () => number;
  storeDamaged: () => number;
  notedRecords: () => number;
  filledPartitions: () => number;
}

/** Of the window that replays are made of. */
export function createReplayMetrics(registry: Registry): ReplayMetrics {
  const registers = [registry];
  const lost = new Counter({
    name: 'tapecast_gateway_replay_store_lost_records_total',
    help: 'Raw records that the data folder did not take: full, broken, or too slow. Replays reach less far back for it.',
    registers,
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  return {
    lost: (records) => lost.inc(records),
    watch({ storeBytes, storeDamaged, notedRecords, filledPartitions }) {
      gauge('tapecast_gateway_replay_store_bytes', 'Raw records in the data folder.', storeBytes);
      gauge(
        'tapecast_gateway_replay_store_damaged_blocks',
        'Blocks of records in the data folder that could not be read back since the start.',
        storeDamaged,
      );
      gauge(
        'tapecast_gateway_replay_noted_records',
        'Records that are noted as holding trades of an instrument, each instrument of each record once.',
        notedRecords,
      );
      gauge(
        'tapecast_gateway_replay_filled_partitions',
        'Partitions whose window was filled with what is older than the start of this gateway.',
        filledPartitions,
      );
    },
  };
}
