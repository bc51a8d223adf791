import type { Logger } from '@tapecast/service-kit';
import type { LogProducer, PartitionBatch } from '@tapecast/tick-log';
import { messageOf } from '../errors.ts';
import { type IngestLimits, LIMITS } from '../limits.ts';
import type { IngestMetrics } from '../metrics.ts';
import { PartitionLedger, type WaitingBatch } from './partition-ledger.ts';
import type { Spool, Spooled } from './spool.ts';

interface Queue {
  records: { key: Uint8Array | undefined; value: Uint8Array }[];
  bytes: number;
  /** Monotonic ms at which the first of them came. */
  sinceMs: number;
}

type Covered = Promise<Pick<Spooled, 'nexts' | 'records'> | undefined>;

export interface PublisherOptions {
  producer: LogProducer;
  partitions: number;
  logger: Logger;
  metrics: IngestMetrics;
  /** Told when the buffer is full, and again when half of it is gone: the caller stops and resumes reading. */
  onPressure: (full: boolean) => void;
  /** Whether what is sent now counts. Where it says no, `proceed` or `discard` is called later. Default: always. */
  mayWrite?: () => boolean;
  /** Where ticks go while the log is away; without one they wait in memory. */
  spool?: Spool | undefined;
  /** The log refused for good: nothing can be published any more. */
  onFailed: (error: Error) => void;
  limits?: Partial<IngestLimits>;
}

/**
 * Gathers ticks for a few ms, one batch a partition, one send at a time: so the log's order within a partition is the
 * order of `push`. What is pushed is never dropped.
 *
 * | state | a tick goes | leaves it by |
 * |---|---|---|
 * | direct | memory → log | a send that takes longer than `spoolAfterMs` → backlog; what is under way is put on disk too |
 * | backlog | memory → disk, and disk → log when it takes it | the disk is empty and nothing is on its way there → direct |
 *
 * Where there is no disk, or it takes nothing, memory fills, and `onPressure` stops the reading.
 */
export class TickPublisher {
  readonly ledger = new PartitionLedger();
  readonly #options: PublisherOptions;
  readonly #limits: IngestLimits;
  readonly #queues: Queue[];
  readonly #flushSeconds;
  /** Bytes queued or in flight. */
  #bytes = 0;
  #queued = 0;
  /** Monotonic ms at which the first tick came since the last flush was taken. */
  #sinceMs: number | undefined;
  #full = false;
  #timer: NodeJS.Timeout | undefined;
  #spoolTimer: NodeJS.Timeout | undefined;
  /** When the last flush began, monotonic ms. */
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #sending = false;
  #withheld = false;
  #backlog = false;
  #appending = false;
  /** What is under way, on disk as well: settles with where it ends there. */
  #covered: Covered | undefined;
  #failed = false;
  #idle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#queues = Array.from({ length: options.partitions }, () => ({ records: [], bytes: 0, sinceMs: 0 }));
    for (const partition of this.#queues.keys()) this.ledger.row(partition);
    this.#flushSeconds = options.metrics.flushSeconds;
    const left = options.spool?.waiting ?? 0;
    if (left === 0) return;
    // What an earlier process left goes first.
    for (const [partition, ticks] of options.spool!.waitingIn()) this.ledger.found(partition, ticks);
    this.#queued = left;
    this.#backlog = true;
    this.#timer = setTimeout(() => this.#flush(), this.#limits.lingerMs);
  }

  /** Whether the buffer is full: those who can wait or skip do. */
  get full(): boolean {
    return this.#full;
  }

  /** Ticks pushed and not yet acknowledged. */
  get unacknowledged(): number {
    return this.#queued;
  }

  push(partition: number, key: Uint8Array | undefined, value: Uint8Array): void {
    const queue = this.#queues[partition]!;
    // One look at the clock a flush: a few ms older than most of it is.
    this.#sinceMs ??= performance.now();
    if (queue.records.length === 0) queue.sinceMs = this.#sinceMs;
    queue.records.push({ key, value });
    const row = this.ledger.row(partition);
    row.taken++;
    if (row.waiting++ === 0) row.sinceMs = queue.sinceMs;
    const bytes = value.length + (key?.length ?? 0);
    queue.bytes += bytes;
    this.#bytes += bytes;
    this.#queued++;
    if (!this.#full && this.#bytes >= this.#limits.bufferBytesMax) this.#setFull(true);
    if (this.#failed) return;
    if (this.#backlog) {
      this.#spoolTimer ??= setTimeout(() => void this.#toDisk(), this.#limits.spoolLingerMs);
      return;
    }
    if (this.#timer === undefined && !this.#sending && !this.#withheld) {
      this.#timer = setTimeout(() => this.#flush(), this.#limits.lingerMs);
    }
  }

  /** What `mayWrite` held back may go now. */
  proceed(): void {
    if (!this.#withheld || this.#failed) return;
    this.#withheld = false;
    this.#flush();
  }

  /** Nothing more is sent: another speaks, and has told what is here. */
  discard(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#spoolTimer);
    this.#failed = true;
    this.#queued = 0;
    this.ledger.discardAll();
    for (const queue of this.#queues) queue.records = [];
    this.#settle();
  }

  /** Resolves when all that was pushed is acknowledged, or `withinMs` passed: then the number of ticks that are not. */
  async drain(withinMs: number): Promise<number> {
    if (this.#queued === 0) return 0;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => this.#idle.push(resolve)),
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      }),
    ]);
    clearTimeout(timer);
    return this.#queued;
  }

  /** Resolves when all that was pushed is acknowledged, however long that takes, or at `signal`. */
  drained(signal: AbortSignal): Promise<void> {
    if (this.#queued === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#options.mayWrite?.() === false) {
      this.#withheld = true;
      return;
    }
    if (this.#sending || this.#failed) return;
    if (this.#backlog) void this.#sendSpooled();
    else this.#sendQueued();
  }

  #sendQueued(): void {
    const { batches, records, bytes } = this.#takeAll();
    this.#sending = true;
    const startedAt = performance.now();
    this.#startedAtMs = startedAt;
    const late =
      this.#options.spool === undefined
        ? undefined
        : setTimeout(() => this.#beginBacklog(batches), this.#limits.spoolAfterMs);
    this.#options.producer.send(batches).then(
      (offsets) => {
        clearTimeout(late);
        // After a discard it is counted already.
        if (!this.#failed) this.ledger.gave(batches, offsets);
        this.#flushSeconds.observe((performance.now() - startedAt) / 1_000);
        this.#options.metrics.flushRecords.observe(records);
        if (this.#covered === undefined) this.#acknowledged(records, bytes);
        else void this.#uncover(this.#covered).then(() => this.#acknowledged(records, bytes));
      },
      (error: unknown) => {
        clearTimeout(late);
        this.#fail(error);
      },
    );
  }

  #beginBacklog(underWay: readonly PartitionBatch[]): void {
    const { spool, logger } = this.#options;
    if (this.#failed || spool === undefined || spool.full) return;
    logger.warn({ event: 'spooling', bufferedTicks: this.#queued, bufferedBytes: this.#bytes });
    this.#backlog = true;
    this.#appending = true;
    this.#covered = spool.append(underWay);
    void this.#covered.then(() => {
      this.#appending = false;
      void this.#toDisk();
    });
  }

  /** What was under way is in the log, and on disk: there it goes. */
  async #uncover(covered: Covered): Promise<void> {
    const spooled = await covered;
    this.#covered = undefined;
    if (spooled !== undefined) await this.#options.spool!.sent(spooled);
  }

  /** Moves what waits in memory to disk, where it takes it. */
  async #toDisk(): Promise<void> {
    clearTimeout(this.#spoolTimer);
    this.#spoolTimer = undefined;
    const { spool, metrics } = this.#options;
    if (!this.#backlog || this.#appending || this.#failed || spool === undefined) return;
    if (spool.full) {
      this.#spoolTimer = setTimeout(() => void this.#toDisk(), this.#limits.spoolRetryMs);
      return;
    }
    const { batches, records, bytes } = this.#takeAll();
    if (records > 0) {
      this.#appending = true;
      const spooled = await spool.append(batches);
      this.#appending = false;
      if (this.#failed) return;
      if (spooled === undefined) {
        this.#putBack(batches);
        this.#spoolTimer ??= setTimeout(() => void this.#toDisk(), this.#limits.spoolRetryMs);
      } else {
        this.#bytes -= bytes;
        metrics.buffered.set(this.#bytes);
        this.#relieve();
        if (this.#queues.some((queue) => queue.records.length > 0)) {
          this.#spoolTimer ??= setTimeout(() => void this.#toDisk(), 0);
        }
      }
    }
    if (!this.#sending) this.#flush();
  }

  /** One flush from disk to the log; the disk empty, memory goes on. */
  async #sendSpooled(): Promise<void> {
    const spool = this.#options.spool!;
    this.#sending = true;
    try {
      const spooled = await spool.oldest();
      if (spooled !== undefined) {
        const { batches, lost } = spooled;
        if (batches.length > 0) {
          const offsets = await this.#options.producer.send(batches);
          if (!this.#failed) this.ledger.gave(batches, offsets);
        }
        if (!this.#failed) for (const [partition, ticks] of lost) this.ledger.lost(partition, ticks);
        await spool.sent(spooled);
        this.#acknowledged(spooled.records, 0);
        return;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#sending = false;
    // What is on its way to the disk comes before what is in memory.
    if (this.#appending || this.#failed) return;
    this.#backlog = false;
    clearTimeout(this.#spoolTimer);
    this.#spoolTimer = undefined;
    this.#options.logger.warn({ event: 'spool_empty', bufferedTicks: this.#queued });
    if (this.#queued > 0) this.#flush();
    else this.#settle();
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    // `send` retries by itself: a rejection is final.
    this.#failed = true;
    this.#options.onFailed(new Error(`publishing to md.ticks failed: ${messageOf(error)}`, { cause: error }));
  }

  #takeAll(): { batches: WaitingBatch[]; records: number; bytes: number } {
    const batches: WaitingBatch[] = [];
    let records = 0;
    let bytes = 0;
    this.#sinceMs = undefined;
    for (const [partition, queue] of this.#queues.entries()) {
      if (queue.records.length === 0) continue;
      const taken = this.#take(queue);
      batches.push({ partition, records: taken.records, sinceMs: taken.sinceMs });
      records += taken.records.length;
      bytes += taken.bytes;
    }
    return { batches, records, bytes };
  }

  #putBack(batches: readonly WaitingBatch[]): void {
    for (const { partition, records, sinceMs } of batches) {
      const queue = this.#queues[partition]!;
      queue.sinceMs = sinceMs;
      queue.records = [...records, ...queue.records];
      for (const { key, value } of records) queue.bytes += value.length + (key?.length ?? 0);
    }
  }

  /** The front of the queue, as much as one batch may hold; at least one record. */
  #take(queue: Queue): Queue {
    const { flushRecordsMax, flushBytesMax } = this.#limits;
    if (queue.records.length <= flushRecordsMax && queue.bytes <= flushBytesMax) {
      const whole: Queue = { ...queue };
      queue.records = [];
      queue.bytes = 0;
      return whole;
    }
    let bytes = 0;
    let count = 0;
    for (const record of queue.records) {
      const size = record.value.length + (record.key?.length ?? 0);
      if (count > 0 && (count >= flushRecordsMax || bytes + size > flushBytesMax)) break;
      bytes += size;
      count++;
    }
    const part: Queue = { records: queue.records.slice(0, count), bytes, sinceMs: queue.sinceMs };
    queue.records = queue.records.slice(count);
    queue.bytes -= bytes;
    return part;
  }

  #acknowledged(records: number, bytes: number): void {
    if (this.#failed) return;
    this.#sending = false;
    this.#queued -= records;
    this.#bytes -= bytes;
    this.#options.metrics.buffered.set(this.#bytes);
    this.#relieve();
    if (this.#queued === 0 && !this.#backlog) {
      this.#settle();
      return;
    }
    // An answer that came quickly is no reason for a small flush: then there would be one for every answer.
    const waitMs = this.#startedAtMs + this.#limits.lingerMs - performance.now();
    if (waitMs < 1 || this.#backlog || this.#bytes >= this.#limits.flushBytesMax) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), waitMs);
  }

  #relieve(): void {
    if (this.#full && this.#bytes <= this.#limits.bufferBytesMax * this.#limits.bufferResumeShare) this.#setFull(false);
  }

  #settle(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #setFull(full: boolean): void {
    this.#full = full;
    const { metrics, logger } = this.#options;
    metrics.paused.set(full ? 1 : 0);
    metrics.buffered.set(this.#bytes);
    if (full) {
      metrics.pauses.inc();
      logger.warn({ event: 'reading_paused', bufferedBytes: this.#bytes, bufferedTicks: this.#queued });
    } else {
      logger.warn({ event: 'reading_resumed', bufferedBytes: this.#bytes });
    }
    this.#options.onPressure(full);
  }
}
