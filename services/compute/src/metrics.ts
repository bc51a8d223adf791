import { Counter, Gauge, Histogram, type Registry } from '@tapecast/service-kit';
import type { AnewReason } from './folds/epoch.ts';
import type { FoldCounts } from './folds/partition-fold.ts';
import { PartitionLedger, type PartitionStand, registerLedger } from './partition-ledger.ts';

/** All metrics of compute. Children of the labels are made at start: nothing is looked up on the way of a tick. */
export interface ComputeMetrics {
  /** Adds what the counts of a partition's fold grew since they were last given for it. */
  folds(partition: number, before: FoldCounts, now: FoldCounts): void;
  /** Updates of a partition, and the records that they went in, that the log has acknowledged. */
  given(partition: number, updates: number, records: number): void;
  flushed(partitions: number, durationMs: number): void;
  recordBytes(bytes: number): void;
  epochBegun(reason: AnewReason | 'log_gap'): void;
  lost(ticks: number): void;
  restored(durationMs: number, instruments: number): void;
  captured(durationMs: number, bytes: number): void;
  checkpoint(result: 'written' | 'failed' | 'refused', durationMs: number): void;
  barsDropped(count: number): void;
}

/** Read when the metrics are scraped. */
export interface ComputeGauges {
  partitions(): number;
  instruments(): number;
  pendingUpdates(): number;
  /** Ticks between what is folded and the log's end, as last seen, over all partitions. */
  lagTicks(): number;
  /** Age of the oldest checkpoint of a held partition, seconds. */
  checkpointAgeSeconds(): number;
  /** Where each held partition stands. */
  stands(): Iterable<PartitionStand>;
}

const FLUSH_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5];
const CHECKPOINT_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const CAPTURE_SECONDS = [0.000_25, 0.000_5, 0.001, 0.002, 0.004, 0.008, 0.016, 0.05];
const RECORD_BYTES = [128, 512, 2_048, 8_192, 32_768, 131_072, 524_288];

export function createComputeMetrics(registry: Registry, gauges: ComputeGauges): ComputeMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name: `tapecast_compute_${name}`, help, registers });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `tapecast_compute_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `tapecast_compute_${name}`, help, buckets, registers });

  const ticks = new Counter({
    name: 'tapecast_compute_ticks_total',
    help: 'Ticks read, by what became of them: folded, clock, duplicate, fenced (of an ingest that another has taken over from), skipped (in an instrument checkpointed later than its partition), corrupt',
    labelNames: ['outcome'] as const,
    registers,
  });
  const folded = ticks.labels('folded');
  const clocks = ticks.labels('clock');
  const duplicates = ticks.labels('duplicate');
  const fenced = ticks.labels('fenced');
  const skipped = ticks.labels('skipped');
  const corrupt = ticks.labels('corrupt');
  const rejected = new Counter({
    name: 'tapecast_compute_rejected_total',
    help: 'Ticks that a fold refused, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const missing = counter('source_missing_total', 'Ticks that never came, by the numbers of their sources');
  const lost = counter('lost_total', 'Ticks that the log lost before they were folded');
  const epochs = new Counter({
    name: 'tapecast_compute_epochs_begun_total',
    help: 'New epochs of partitions, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const updates = counter('updates_total', 'Updates folded');
  const flushes = histogram('flush_seconds', 'From the take of a flush to its acknowledgement', FLUSH_SECONDS);
  const flushed = counter('flush_records_total', 'Partitions written by flushes');
  const bytes = histogram('record_bytes', 'Bytes of a record of md.updates, before compression', RECORD_BYTES);
  const restores = histogram(
    'restore_seconds',
    'From the assignment of a partition to its first tick',
    CHECKPOINT_SECONDS,
  );
  const restored = counter('restored_instruments_total', 'Instruments restored from checkpoints');
  const captures = histogram(
    'capture_seconds',
    'One turn of serialising changed instruments: folding waits for it',
    CAPTURE_SECONDS,
  );
  const captureBytes = counter('checkpoint_bytes_total', 'Bytes of serialised instruments');
  const checkpoints = histogram(
    'checkpoint_seconds',
    "From the due time of a written checkpoint to the store's answer",
    CHECKPOINT_SECONDS,
  );
  const checkpointResults = new Counter({
    name: 'tapecast_compute_checkpoints_total',
    help: 'Checkpoints by result: written, failed (tried again), refused (another worker has the partition)',
    labelNames: ['result'] as const,
    registers,
  });
  const barsDropped = counter('bars_dropped_total', 'Final bars that never reached the store');
  const forgotten = counter('sources_forgotten_total', 'Sources forgotten because a partition knew too many');
  gauge('partitions', 'Partitions held and restored', gauges.partitions);
  gauge('instruments', 'Instruments of the held partitions', gauges.instruments);
  gauge('pending_updates', 'Updates folded and not yet taken by a flush', gauges.pendingUpdates);
  gauge('lag_ticks', "Ticks between what is folded and the log's end", gauges.lagTicks);
  gauge('checkpoint_age_seconds', 'Age of the oldest checkpoint of a held partition', gauges.checkpointAgeSeconds);

  const ledger = new PartitionLedger();
  registerLedger(registry, ledger, gauges.stands);
  const reasons = new Map<string, { inc(by: number): void }>();
  return {
    folds(partition, before, now) {
      ledger.add(partition, before, now);
      folded.inc(now.folded - before.folded);
      clocks.inc(now.clocks - before.clocks);
      duplicates.inc(now.duplicates - before.duplicates);
      fenced.inc(now.fenced - before.fenced);
      skipped.inc(now.skipped - before.skipped);
      corrupt.inc(now.corrupt - before.corrupt);
      missing.inc(now.missing - before.missing);
      updates.inc(now.updates - before.updates);
      forgotten.inc(now.forgotten - before.forgotten);
      for (const [reason, count] of Object.entries(now.rejected)) {
        const more = count - before.rejected[reason as keyof FoldCounts['rejected']];
        if (more === 0) continue;
        let child = reasons.get(reason);
        if (child === undefined) {
          child = rejected.labels(reason);
          reasons.set(reason, child);
        }
        child.inc(more);
      }
    },
    given: (partition, updateCount, records) => ledger.gave(partition, updateCount, records),
    flushed(partitions, durationMs) {
      flushed.inc(partitions);
      flushes.observe(durationMs / 1_000);
    },
    recordBytes: (count) => bytes.observe(count),
    epochBegun: (reason) => epochs.inc({ reason }),
    lost: (count) => lost.inc(count),
    restored(durationMs, instruments) {
      restores.observe(durationMs / 1_000);
      restored.inc(instruments);
    },
    captured(durationMs, count) {
      captures.observe(durationMs / 1_000);
      captureBytes.inc(count);
    },
    checkpoint(result, durationMs) {
      checkpointResults.inc({ result });
      if (result === 'written') checkpoints.observe(durationMs / 1_000);
    },
    barsDropped: (count) => barsDropped.inc(count),
  };
}
