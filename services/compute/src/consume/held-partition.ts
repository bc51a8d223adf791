import { StoreKnowledge } from '../checkpoint/store-knowledge.ts';
import { UnwrittenBars } from '../checkpoint/unwritten-bars.ts';
import { type FoldCounts, noCounts, type PartitionFold } from '../folds/partition-fold.ts';
import { BARS_UNWRITTEN_MAX } from '../limits.ts';
import type { ComputeMetrics } from '../metrics.ts';
import { Outbox } from '../publish/outbox.ts';

/**
 * - `running`: this worker folds it.
 * - `parked`: the group took it away. Nothing is folded or sent; kept a while because every rebalance takes all
 *   partitions away and gives most of them back.
 * - `dropped`: its state is no longer used.
 */
export type HeldState = 'running' | 'parked' | 'dropped';

/** Everything of one partition that this worker has. */
export class HeldPartition {
  readonly partition: number;
  state: HeldState = 'running';
  /** Our fencing number in the store. */
  fence: number;
  fold: PartitionFold;
  readonly outbox: Outbox;
  readonly bars: UnwrittenBars;
  /** The partition's end in md.ticks, as last told. */
  end: number;
  /** The log goes on only here: nothing more is folded until the group has said that the partition is ours. */
  lostTo: number | undefined;
  /** The store still has another epoch's instruments: they go before this one's first checkpoint. */
  clearDue = false;

  /** A checkpoint is being made or written. */
  checkpointing = false;
  /** Monotonic ms: when the state was last stored, and when the next checkpoint is due. */
  storedAtMs: number;
  checkpointDueAtMs: number;
  /** Many updates do not bring it forward before this. */
  earlyAtMs = 0;
  /** The record that the store has, or may have. */
  readonly knowledge: StoreKnowledge;
  updatesSinceStored = 0;
  /** Checkpoints that the store did not take in a row. */
  failedCheckpoints = 0;
  parkTimer: NodeJS.Timeout | undefined;
  /** What the metrics have of the fold's counts. */
  private told: FoldCounts = noCounts();

  constructor(options: {
    partition: number;
    fence: number;
    fold: PartitionFold;
    end: number;
    updatesNext: number;
    nowMs: number;
    onBarsDropped: (count: number) => void;
  }) {
    this.partition = options.partition;
    this.fence = options.fence;
    this.fold = options.fold;
    this.end = options.end;
    this.knowledge = new StoreKnowledge({ epoch: options.fold.epoch, ticksNext: options.fold.ticksNext });
    this.storedAtMs = options.nowMs;
    this.checkpointDueAtMs = options.nowMs;
    this.bars = new UnwrittenBars(BARS_UNWRITTEN_MAX, options.onBarsDropped);
    this.outbox = new Outbox({
      partition: options.partition,
      epoch: options.fold.epoch,
      ticksNext: options.fold.ticksNext,
      updatesNext: options.updatesNext,
      onBars: (bars) => this.bars.add(bars),
    });
  }

  /** Goes on with a fold that knows nothing of what was before. */
  beginEpoch(fold: PartitionFold): void {
    this.fold = fold;
    this.told = noCounts();
    this.outbox.beginEpoch(fold.epoch, fold.ticksNext);
    this.clearDue = true;
  }

  /** Adds what the fold counted since the last call: once a slice, not once a tick. */
  tellCounts(metrics: ComputeMetrics): void {
    const { counts } = this.fold;
    this.updatesSinceStored += counts.updates - this.told.updates;
    metrics.folds(this.partition, this.told, counts);
    this.told = { ...counts, rejected: { ...counts.rejected } };
  }

  /** True when the store lacks something of it. */
  get unstored(): boolean {
    return (
      this.fold.ticksNext !== this.knowledge.ticksNext ||
      this.fold.changedCount > 0 ||
      this.bars.size > 0 ||
      this.clearDue
    );
  }
}
