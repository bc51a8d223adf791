import type { PartitionFeed } from '../assignment.ts';
import type { LogGap, LogRecord } from '../contract.ts';
import { TickLogError } from '../errors.ts';
import type { Failure } from '../failure.ts';
import { LIMITS } from '../limits.ts';
import type { Cursor, TopicLog } from './topic-log.ts';

export interface FeedHandlers {
  onRecords: (partition: number, records: readonly LogRecord[], end: number) => void | Promise<void>;
  onGap: (gap: LogGap) => void;
  onEnd?: ((partition: number, end: number) => void) | undefined;
}

/** Delivers partitions of a topic in memory, each by its own cursor. */
export class MemoryPartitionFeed implements PartitionFeed {
  readonly #topic: TopicLog;
  readonly #handlers: FeedHandlers;
  readonly #failure: Failure;
  readonly #cursors = new Map<number, PartitionCursor>();
  /** Handlers that still run, by partition; kept past `stop`, because a new start waits for them. */
  readonly #running = new Map<number, Promise<void>>();

  constructor(topic: TopicLog, handlers: FeedHandlers, failure: Failure) {
    this.#topic = topic;
    this.#handlers = handlers;
    this.#failure = failure;
  }

  start(partition: number, from: number | 'earliest' | 'end'): void {
    const log = this.#topic.partition(partition);
    const position = from === 'earliest' ? log.oldest : from === 'end' ? log.end : from;
    if (position > log.end) {
      const text = `partition ${partition} ends at ${log.end}, and was asked for from ${position}: the position is of another log`;
      this.#failure.report(new TickLogError('position_past_end', text));
      return;
    }
    const cursor = new PartitionCursor(partition, position, this.#topic, this.#handlers, this.#running, this.#failure);
    this.#cursors.set(partition, cursor);
    this.#topic.attach(cursor);
    cursor.wake();
  }

  stop(partition: number): void {
    const cursor = this.#cursors.get(partition);
    if (cursor === undefined) return;
    this.#cursors.delete(partition);
    this.#topic.detach(cursor);
    cursor.stop();
  }

  position(partition: number): number {
    return this.#cursors.get(partition)?.position ?? 0;
  }

  close(): void {
    for (const partition of this.#cursors.keys()) this.stop(partition);
  }
}

class PartitionCursor implements Cursor {
  readonly partition: number;
  position: number;
  readonly #topic: TopicLog;
  readonly #handlers: FeedHandlers;
  readonly #running: Map<number, Promise<void>>;
  readonly #failure: Failure;
  #scheduled = false;
  #stopped = false;

  constructor(
    partition: number,
    position: number,
    topic: TopicLog,
    handlers: FeedHandlers,
    running: Map<number, Promise<void>>,
    failure: Failure,
  ) {
    this.partition = partition;
    this.position = position;
    this.#topic = topic;
    this.#handlers = handlers;
    this.#running = running;
    this.#failure = failure;
  }

  /** One delivery a loop turn takes all that was appended in this one, and never runs inside the writer's `send`. */
  wake(): void {
    if (this.#scheduled || this.#stopped || this.#running.has(this.partition)) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#stopped && !this.#running.has(this.partition)) this.#deliver();
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  #deliver(): void {
    const log = this.#topic.partition(this.partition);
    try {
      if (this.position < log.oldest) {
        const gap = { partition: this.partition, from: this.position, to: log.oldest };
        this.position = log.oldest;
        this.#handlers.onGap(gap);
        if (this.#stopped) return;
      }
      const records = log.slice(this.position, LIMITS.memoryDeliveryRecordsMax);
      if (records.length > 0) {
        this.position += records.length;
        const handled = this.#handlers.onRecords(this.partition, records, log.end);
        if (handled !== undefined) {
          this.#waitFor(handled);
          return;
        }
      }
      this.#delivered();
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #delivered(): void {
    if (this.#stopped) return;
    const { end } = this.#topic.partition(this.partition);
    if (this.position < end) this.wake();
    else this.#handlers.onEnd?.(this.partition, end);
  }

  #waitFor(handled: Promise<void>): void {
    const finished = handled.then(
      () => {
        this.#running.delete(this.partition);
        this.#wakeSuccessor();
      },
      (cause: unknown) => {
        this.#running.delete(this.partition);
        this.#fail(cause);
      },
    );
    this.#running.set(this.partition, finished);
  }

  /** The handler of a stopped cursor kept a newer one of the same feed waiting. */
  #wakeSuccessor(): void {
    if (this.#stopped) this.#topic.wakeCursors(this.partition);
    else this.#tryDelivered();
  }

  #tryDelivered(): void {
    try {
      this.#delivered();
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #fail(cause: unknown): void {
    this.stop();
    this.#topic.detach(this);
    this.#failure.handlerFailed(cause, `the reader of partition ${this.partition}`);
  }
}
