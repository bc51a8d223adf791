import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { InstrumentFoldFactory } from '@tapecast/market';
import type { MarketState } from '@tapecast/market-state';
import type { Logger, Readiness } from '@tapecast/service-kit';
import type { GroupReader, LogGap, LogRecord, TickLog } from '@tapecast/tick-log';
import { decodeTick } from '@tapecast/wire';
import { isRetryable } from '../errors.ts';
import { epochOf } from '../folds/epoch.ts';
import { PartitionFold } from '../folds/partition-fold.ts';
import { FOLD_SLICE_MS, FOLD_SLICE_TICKS, PARKED_MS, RESTORE_RETRY_MS } from '../limits.ts';
import type { ComputeMetrics } from '../metrics.ts';
import type { Publisher } from '../publish/publisher.ts';
import { PartitionReports } from './fold-reports.ts';
import { HeldPartition } from './held-partition.ts';
import type { MemberFile } from './member-file.ts';
import { type Restored, restorePartition } from './restore.ts';

export interface ConsumerOptions {
  log: TickLog;
  state: MarketState;
  groupId: string;
  factory: InstrumentFoldFactory;
  publisher: Publisher;
  metrics: ComputeMetrics;
  logger: Logger;
  /** The partition was taken away and may be stored once more. */
  onParked: (held: HeldPartition) => void;
  member?: MemberFile | undefined;
}

/** One member of the group that folds `md.ticks`: takes partitions on, folds what they bring, lets them go. */
export class Consumer {
  private readonly options: ConsumerOptions;
  private readonly partitions = new Map<number, HeldPartition>();
  private readonly reports = new Map<number, PartitionReports>();
  /** Number of the newest question for each partition: an answer to an older one is nobody's. */
  private readonly questions = new Map<number, number>();
  private reader: GroupReader | undefined;
  private stopping = false;

  constructor(options: ConsumerOptions) {
    this.options = options;
  }

  async join(): Promise<void> {
    const { member } = this.options;
    this.reader = await this.options.log.join({
      succeeds: member?.ended,
      onMember: (name) => member?.note(name),
      topic: 'md.ticks',
      groupId: this.options.groupId,
      onAssigned: (partition) => this.take(partition),
      onRevoked: (partition) => this.park(partition),
      onRecords: (partition, records, end) => this.onRecords(partition, records, end),
      onGap: (gap) => this.onGap(gap),
    });
  }

  held(): Iterable<HeldPartition> {
    return this.partitions.values();
  }

  ready(): Readiness {
    if (this.reader === undefined || !this.reader.joined())
      return { ready: false, reason: 'compute: the group has not dealt its partitions yet' };
    if (this.stopping) return { ready: false, reason: 'compute: stopping' };
    const waiting = this.reader.assigned().filter((partition) => this.partitions.get(partition)?.state !== 'running');
    return waiting.length === 0
      ? { ready: true, reason: '' }
      : { ready: false, reason: `compute: restoring partitions ${waiting.join(', ')}` };
  }

  /** Folds nothing more; what was folded stays to be sent and stored. */
  halt(): void {
    this.stopping = true;
    for (const held of this.partitions.values()) clearTimeout(held.parkTimer);
  }

  /** Leaves the group: another member takes the partitions on. */
  async leave(): Promise<void> {
    this.halt();
    await this.reader?.close();
    this.partitions.clear();
  }

  /** The store refused the partition's state: it is dropped, and made again from the checkpoint if the partition is still ours. */
  drop(held: HeldPartition): void {
    this.forget(held);
    if (!this.stopping) this.reader?.restart(held.partition);
  }

  /** Resolves with the offset to start at, however long the store or the log is away. */
  private async take(partition: number): Promise<number> {
    const question = (this.questions.get(partition) ?? 0) + 1;
    this.questions.set(partition, question);
    const startedAt = performance.now();
    const [firstMs, longestMs] = RESTORE_RETRY_MS;
    for (let failures = 0; ; failures++) {
      try {
        const ticksNext = await this.tryTake(partition, question, startedAt);
        if (ticksNext !== undefined) return ticksNext;
      } catch (error) {
        if (this.stale(partition, question)) return 0;
        if (!isRetryable(error)) throw error;
        if (failures === 0) this.options.logger.warn({ event: 'restore_waits', partition, err: error });
      }
      if (this.stale(partition, question)) return 0;
      await pause(Math.min(longestMs, firstMs * 2 ** failures));
    }
  }

  /** Undefined when another worker took the partition's fence meanwhile: it is ours all the same, so we take it again. */
  private async tryTake(partition: number, question: number, startedAt: number): Promise<number | undefined> {
    const kept = this.partitions.get(partition);
    if (kept?.state === 'running' && kept.lostTo !== undefined) return this.beginAfterGap(kept, kept.lostTo);
    if (kept !== undefined && (await this.goesOn(kept))) {
      if (this.stale(partition, question)) return 0;
      this.unpark(kept);
      return kept.fold.ticksNext;
    }
    const reports = new PartitionReports(this.options.logger, partition);
    const restored = await restorePartition({ ...this.options, reports }, partition);
    if (this.stale(partition, question)) return 0;
    if (restored === undefined) return undefined;
    if (kept !== undefined) this.forget(kept);
    this.begin(partition, restored, reports, startedAt);
    return restored.fold.ticksNext;
  }

  /**
   * Whether the state that we kept goes on: as long as nobody stored anything since, it is what the stored state would
   * become. A store that is away does not cost us the partition.
   */
  private async goesOn(kept: HeldPartition): Promise<boolean> {
    if (kept.outbox.broken || kept.state === 'dropped') return false;
    try {
      const { fence, record } = await this.options.state.acquire(kept.partition);
      // Not what we stored last: another worker stored, or a failover lost the end. What is there counts.
      if (!kept.knowledge.covers(record)) return false;
      kept.knowledge.has(record ?? 'none');
      kept.fence = fence;
      return true;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      this.options.logger.warn({ event: 'partition_kept_without_store', partition: kept.partition, err: error });
      return true;
    }
  }

  private begin(partition: number, restored: Restored, reports: PartitionReports, startedAt: number): void {
    const { fold, anew, record } = restored;
    const { logger, metrics, publisher } = this.options;
    const held = new HeldPartition({
      partition,
      ...restored,
      nowMs: performance.now(),
      onBarsDropped: (count) => {
        metrics.barsDropped(count);
        logger.error({ event: 'bars_dropped', partition, count });
      },
    });
    this.partitions.set(partition, held);
    this.reports.set(partition, reports);
    publisher.open(held.outbox);
    const tookMs = Math.round(performance.now() - startedAt);
    metrics.restored(tookMs, fold.instrumentCount);
    const about = { partition, epoch: fold.epoch, ticksNext: fold.ticksNext, end: restored.end, tookMs };
    if (anew === undefined) {
      logger.info({ event: 'partition_restored', ...about, instruments: fold.instrumentCount });
      return;
    }
    metrics.epochBegun(anew);
    const entry = { event: 'epoch_begun', reason: anew, ...about, record, err: restored.unreadable };
    if (anew === 'no_checkpoint') logger.info(entry);
    else logger.error(entry);
  }

  private park(partition: number): void {
    this.questions.set(partition, (this.questions.get(partition) ?? 0) + 1);
    const held = this.partitions.get(partition);
    if (held === undefined || held.state !== 'running') return;
    held.state = 'parked';
    this.options.publisher.close(held.outbox);
    held.parkTimer = setTimeout(() => this.forget(held), PARKED_MS);
    this.options.onParked(held);
  }

  private unpark(held: HeldPartition): void {
    clearTimeout(held.parkTimer);
    held.state = 'running';
    held.lostTo = undefined;
    this.options.publisher.open(held.outbox);
  }

  private forget(held: HeldPartition): void {
    clearTimeout(held.parkTimer);
    held.state = 'dropped';
    this.options.publisher.close(held.outbox);
    if (this.partitions.get(held.partition) === held) this.partitions.delete(held.partition);
  }

  private stale(partition: number, question: number): boolean {
    return this.stopping || this.questions.get(partition) !== question;
  }

  private onRecords(partition: number, records: readonly LogRecord[], end: number): void | Promise<void> {
    const held = this.partitions.get(partition);
    if (held === undefined || held.state !== 'running' || this.stopping) return;
    held.end = end;
    const next = this.foldSlice(held, records, 0);
    if (next < records.length) return this.foldRest(held, records, next);
  }

  private async foldRest(held: HeldPartition, records: readonly LogRecord[], from: number): Promise<void> {
    let next = from;
    while (next < records.length) {
      if (this.options.publisher.full) await this.options.publisher.room();
      else await nextTurn();
      if (held.state !== 'running' || this.stopping) return;
      next = this.foldSlice(held, records, next);
    }
  }

  /** Folds for FOLD_SLICE_MS, or until there is no room for more updates. Returns the index of the next record. */
  private foldSlice(held: HeldPartition, records: readonly LogRecord[], from: number): number {
    const { publisher, metrics } = this.options;
    const startedAt = performance.now();
    let next = from;
    while (next < records.length) {
      const until = Math.min(next + FOLD_SLICE_TICKS, records.length);
      while (next < until) this.foldRecord(held, records[next++] as LogRecord);
      publisher.offer();
      if (publisher.full || performance.now() - startedAt >= FOLD_SLICE_MS) break;
    }
    held.tellCounts(metrics);
    return next;
  }

  private foldRecord(held: HeldPartition, { offset, value }: LogRecord): void {
    const { fold } = held;
    if (held.lostTo !== undefined || offset < fold.ticksNext) return;
    if (offset > fold.ticksNext) {
      this.lose(held, offset);
      return;
    }
    const { pending } = held.outbox;
    try {
      const tick = decodeTick(value);
      if (!pending.owed) pending.receivedAtUs = tick.receivedAtUs;
      held.fold.fold(offset, tick, pending);
    } catch (error) {
      held.fold.skipCorrupt(offset, pending);
      this.reports.get(held.partition)?.corrupt(offset, value, error);
    }
  }

  private onGap({ partition, to }: LogGap): void {
    const held = this.partitions.get(partition);
    if (held === undefined || held.state !== 'running' || this.stopping) return;
    if (to > held.fold.ticksNext) this.lose(held, to);
  }

  /**
   * The log lost ticks before they were folded. That begins an epoch, which gateways follow whoever begins it: so the group
   * is asked first whether the partition is ours. A worker that wakes after hours finds its place gone too.
   */
  private lose(held: HeldPartition, to: number): void {
    held.lostTo = to;
    this.reader?.restart(held.partition);
  }

  /** Ticks are lost for good: what would be folded on would not be what they would have made of it. */
  private beginAfterGap(held: HeldPartition, to: number): number {
    held.lostTo = undefined;
    const { factory, log, logger, metrics } = this.options;
    held.tellCounts(metrics);
    const from = held.fold.ticksNext;
    const epoch = epochOf(log.generation, to);
    const reports = new PartitionReports(logger, held.partition);
    this.reports.set(held.partition, reports);
    held.beginEpoch(
      new PartitionFold({ factory, epoch, position: { ticksNext: to, clocks: {}, sources: {} }, reports }),
    );
    metrics.lost(to - from);
    metrics.epochBegun('log_gap');
    logger.error({ event: 'log_gap', partition: held.partition, from, to, epoch });
    this.options.publisher.offer();
    return to;
  }
}
