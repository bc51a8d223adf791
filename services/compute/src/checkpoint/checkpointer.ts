import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MarketState } from '@tapecast/market-state';
import type { Logger } from '@tapecast/service-kit';
import type { HeldPartition } from '../consume/held-partition.ts';
import { asError, isRetryable, isSuperseded } from '../errors.ts';
import { CAPTURE_TIME_DIVISOR, CHECKPOINT_PAUSE_MAX_MS, CHECKPOINT_RETRY_MS, CHECKPOINT_SCAN_MS } from '../limits.ts';
import type { ComputeMetrics } from '../metrics.ts';
import type { Publisher } from '../publish/publisher.ts';
import { type Capture, type Cutter, captureChanged } from './capture.ts';
import { finalBarOf } from './unwritten-bars.ts';

export interface CheckpointerOptions {
  state: MarketState;
  publisher: Publisher;
  metrics: ComputeMetrics;
  logger: Logger;
  intervalMs: number;
  /** A partition that gave so many updates since its last checkpoint has its next one at once. */
  updatesMax: number;
  held: () => Iterable<HeldPartition>;
  /** The store refused us: the partition's state here must not be used further. */
  onRefused: (held: HeldPartition) => void;
  onFailure: (error: Error) => void;
}

/** Stores what the folds have become: every `intervalMs`, after `updatesMax` updates, at a hand-over and at the end. */
export class Checkpointer {
  private readonly options: CheckpointerOptions;
  private readonly running = new Set<Promise<void>>();
  private scan: NodeJS.Timeout | undefined;

  constructor(options: CheckpointerOptions) {
    this.options = options;
  }

  start(): void {
    this.scan = setInterval(() => this.checkpointDue(), CHECKPOINT_SCAN_MS);
  }

  /** The partition was just taken away and is `parked`: a last checkpoint, if all that was folded is in the log. */
  handOver(held: HeldPartition): void {
    this.track(this.storeParked(held));
  }

  /** No further checkpoint begins; resolves when those under way have ended. */
  async stop(): Promise<void> {
    clearInterval(this.scan);
    await Promise.all(this.running);
  }

  /** A last checkpoint of each partition. To be called when everything folded is acknowledged and nothing is folded any more. */
  async storeAll(): Promise<void> {
    for (const held of this.options.held()) {
      if (held.state === 'running' && held.unstored)
        this.track(this.store(held, (run) => this.options.publisher.cut(held.outbox, run)));
    }
    await Promise.all(this.running);
  }

  private checkpointDue(): void {
    const nowMs = performance.now();
    for (const held of this.options.held()) {
      if (held.state !== 'running' || held.checkpointing) continue;
      const due =
        nowMs >= held.checkpointDueAtMs ||
        (held.updatesSinceStored >= this.options.updatesMax && held.failedCheckpoints === 0 && nowMs >= held.earlyAtMs);
      if (!due) continue;
      if (held.unstored) this.track(this.store(held, (run) => this.options.publisher.cut(held.outbox, run)));
      else {
        held.storedAtMs = nowMs;
        held.checkpointDueAtMs = nowMs + this.options.intervalMs;
      }
    }
  }

  private async storeParked(held: HeldPartition): Promise<void> {
    await this.options.publisher.settled();
    const frozen = (): boolean =>
      held.state === 'parked' && !held.checkpointing && !held.outbox.owed && !held.outbox.broken;
    if (!frozen() || !held.unstored) return;
    await this.store(held, async (run) => {
      // Other partitions go on: a turn each, as in a cut.
      await nextTurn();
      if (held.state !== 'parked') return undefined;
      run();
      return held.outbox.updatesNext;
    });
  }

  private async store(held: HeldPartition, cut: Cutter): Promise<void> {
    held.checkpointing = true;
    const { fold, fence } = held;
    const startedAt = performance.now();
    const updatesBefore = held.updatesSinceStored;
    try {
      let captureMs = 0;
      const capture = await captureChanged(fold, cut, (durationMs, bytes) => {
        captureMs += durationMs;
        this.options.metrics.captured(durationMs, bytes);
      });
      if (capture === undefined) return;
      // A new epoch began meanwhile: nobody will go on from this one.
      if (held.fold !== fold) return;
      const bars = held.bars.take();
      let outcome: 'written' | 'fenced' | Error;
      try {
        outcome = await this.write(held, fence, capture, bars.map(finalBarOf));
      } catch (error) {
        outcome = asError(error);
      }
      if (outcome === 'written') {
        held.updatesSinceStored -= Math.min(updatesBefore, held.updatesSinceStored);
        this.stored(held, capture, startedAt, captureMs);
        return;
      }
      fold.giveBack(capture.entries);
      held.bars.putBack(bars);
      this.notStored(held, outcome, startedAt);
    } finally {
      held.checkpointing = false;
    }
  }

  private async write(
    held: HeldPartition,
    fence: number,
    { instruments, record }: Capture,
    bars: ReturnType<typeof finalBarOf>[],
  ): Promise<'written' | 'fenced'> {
    const { state } = this.options;
    const { partition, knowledge } = held;
    if (held.clearDue) {
      knowledge.mayHave('none');
      const cleared = await state.clear(partition, fence);
      if (cleared === 'fenced') return cleared;
    }
    const standsOn = knowledge.records();
    knowledge.mayHave({ epoch: record.epoch, ticksNext: record.ticksNext });
    const written = await state.checkpoint(partition, fence, { instruments, bars, record }, standsOn);
    if (written === 'written' && held.fold.epoch === record.epoch) held.clearDue = false;
    return written;
  }

  private stored(held: HeldPartition, capture: Capture, startedAt: number, captureMs: number): void {
    const nowMs = performance.now();
    this.options.metrics.checkpoint('written', nowMs - startedAt);
    if (held.failedCheckpoints > 0) {
      this.options.logger.info({
        event: 'checkpoints_resumed',
        partition: held.partition,
        failed: held.failedCheckpoints,
      });
      held.failedCheckpoints = 0;
    }
    held.knowledge.has({ epoch: capture.record.epoch, ticksNext: capture.record.ticksNext });
    held.storedAtMs = nowMs;
    const partitions = [...this.options.held()].length;
    const affordableMs = Math.min(CHECKPOINT_PAUSE_MAX_MS, captureMs * partitions * CAPTURE_TIME_DIVISOR);
    held.checkpointDueAtMs = startedAt + Math.max(this.options.intervalMs, affordableMs);
    held.earlyAtMs = startedAt + affordableMs;
  }

  private notStored(held: HeldPartition, outcome: 'fenced' | Error, startedAt: number): void {
    const { metrics, logger } = this.options;
    const { partition } = held;
    if (outcome === 'fenced' || isSuperseded(outcome)) {
      metrics.checkpoint('refused', performance.now() - startedAt);
      // At a hand-over the next owner was faster, as it may be.
      if (held.state !== 'running') return;
      const why = outcome === 'fenced' ? 'another worker has the partition' : outcome.message;
      logger.warn({ event: 'checkpoint_refused', partition, fence: held.fence, why });
      this.options.onRefused(held);
      return;
    }
    metrics.checkpoint('failed', performance.now() - startedAt);
    if (!isRetryable(outcome)) {
      this.options.onFailure(outcome);
      return;
    }
    const [firstMs, longestMs] = CHECKPOINT_RETRY_MS;
    held.checkpointDueAtMs = performance.now() + Math.min(longestMs, firstMs * 2 ** held.failedCheckpoints);
    held.failedCheckpoints++;
    if (held.failedCheckpoints === 1) logger.warn({ event: 'checkpoint_failed', partition, err: outcome });
  }

  private track(work: Promise<void>): void {
    const tracked = work.catch((error: unknown) => this.options.onFailure(asError(error)));
    this.running.add(tracked);
    void tracked.then(() => this.running.delete(tracked));
  }
}
