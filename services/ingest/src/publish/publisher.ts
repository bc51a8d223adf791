import type { Logger } from '@tapecast/service-kit';
import type { LogProducer, PartitionBatch } from '@tapecast/tick-log';
import { messageOf } from '../errors.ts';
import { type IngestLimits, LIMITS } from '../limits.ts';
import type { IngestMetrics } from '../metrics.ts';

interface Queue {
  records: { key: Uint8Array | undefined; value: Uint8Array }[];
  bytes: number;
}

export interface PublisherOptions {
  producer: LogProducer;
  partitions: number;
  logger: Logger;
  metrics: IngestMetrics;
  /** Told when the buffer is full, and again when half of it is gone: the caller stops and resumes reading. */
  onPressure: (full: boolean) => void;
  /** The log refused for good: nothing can be published any more. */
  onFailed: (error: Error) => void;
  limits?: Partial<IngestLimits>;
}

/**
 * Gathers ticks for a few ms, one batch a partition, one send at a time: so the log's order within a partition is the
 * order of `push`. What is pushed is never dropped: when the log is away the buffer fills, and `onPressure` stops the reading.
 */
export class TickPublisher {
  readonly #options: PublisherOptions;
  readonly #limits: IngestLimits;
  readonly #queues: Queue[];
  readonly #flushSeconds;
  /** Bytes queued or in flight. */
  #bytes = 0;
  #queued = 0;
  #full = false;
  #timer: NodeJS.Timeout | undefined;
  #sending = false;
  #failed = false;
  #idle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#queues = Array.from({ length: options.partitions }, () => ({ records: [], bytes: 0 }));
    this.#flushSeconds = options.metrics.flushSeconds;
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
    queue.records.push({ key, value });
    const bytes = value.length + (key?.length ?? 0);
    queue.bytes += bytes;
    this.#bytes += bytes;
    this.#queued++;
    if (!this.#full && this.#bytes >= this.#limits.bufferBytesMax) this.#setFull(true);
    if (this.#timer === undefined && !this.#sending && !this.#failed) {
      this.#timer = setTimeout(() => this.#flush(), this.#limits.lingerMs);
    }
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

  #flush(): void {
    this.#timer = undefined;
    const batches: PartitionBatch[] = [];
    let records = 0;
    let bytes = 0;
    for (const [partition, queue] of this.#queues.entries()) {
      if (queue.records.length === 0) continue;
      const taken = this.#take(queue);
      batches.push({ partition, records: taken.records });
      records += taken.records.length;
      bytes += taken.bytes;
    }
    this.#sending = true;
    const startedAt = performance.now();
    this.#options.producer.send(batches).then(
      () => {
        this.#flushSeconds.observe((performance.now() - startedAt) / 1_000);
        this.#options.metrics.flushRecords.observe(records);
        this.#acknowledged(records, bytes);
      },
      (error: unknown) => {
        // `send` retries by itself: a rejection is final.
        this.#failed = true;
        this.#options.onFailed(new Error(`publishing to md.ticks failed: ${messageOf(error)}`, { cause: error }));
      },
    );
  }

  /** The front of the queue, as much as one batch may hold; at least one record. */
  #take(queue: Queue): Queue {
    const { flushRecordsMax, flushBytesMax } = this.#limits;
    if (queue.records.length <= flushRecordsMax && queue.bytes <= flushBytesMax) {
      const whole: Queue = { records: queue.records, bytes: queue.bytes };
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
    const part: Queue = { records: queue.records.slice(0, count), bytes };
    queue.records = queue.records.slice(count);
    queue.bytes -= bytes;
    return part;
  }

  #acknowledged(records: number, bytes: number): void {
    this.#sending = false;
    this.#queued -= records;
    this.#bytes -= bytes;
    this.#options.metrics.buffered.set(this.#bytes);
    if (this.#full && this.#bytes <= this.#limits.bufferBytesMax * this.#limits.bufferResumeShare) this.#setFull(false);
    if (this.#queued > 0) {
      // What came while the send was under way has lingered enough.
      this.#flush();
      return;
    }
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
