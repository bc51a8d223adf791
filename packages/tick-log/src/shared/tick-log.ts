import type { MessagePort } from 'node:worker_threads';
import { sizeOf } from '../check-batches.ts';
import type {
  GroupReader,
  LogGap,
  LogProducer,
  LogReader,
  LogRecord,
  ReaderOptions,
  TickLog,
  Topic,
} from '../contract.ts';
import { closedError, TickLogError, type TickLogErrorCode } from '../errors.ts';
import { Failure } from '../failure.ts';
import { PartitionQueue } from '../kafka/partition-queue.ts';
import type { FromThread, SharedLogAccess, ToThread } from './messages.ts';
import { roundOf, unpackEvents } from './packed-events.ts';

/**
 * Another thread's log, to be read only: `LogSharing` gives access to it. Records are views of memory that all threads have,
 * and are gone when none of them keeps one. As long as a thread has much that its handlers have not taken, no thread is
 * given more.
 */
export function openSharedTickLog(access: SharedLogAccess): TickLog {
  return new SharedTickLog(access);
}

interface Ask {
  /** The question decides which answer comes. */
  resolve(answer: never): void;
  reject(error: Error): void;
}

class SharedTickLog implements TickLog {
  readonly partitions: number;
  readonly generation: string;
  readonly #port: MessagePort;
  readonly #failure = new Failure();
  readonly #readers: SharedReader[] = [];
  readonly #asks = new Map<number, Ask>();
  #lastAsk = 0;
  #closed = false;

  constructor({ port, partitions, generation }: SharedLogAccess) {
    this.#port = port;
    this.partitions = partitions;
    this.generation = generation;
    port.on('message', (message: ToThread) => this.#take(message));
  }

  get failed(): Promise<Error> {
    return this.#failure.occurred;
  }

  async producer(): Promise<LogProducer> {
    throw new TickLogError('read_only', 'a shared log is written by the thread that opened it');
  }

  async join(): Promise<GroupReader> {
    throw new TickLogError('read_only', 'a shared log is read as one of a group by the thread that opened it');
  }

  async read(options: ReaderOptions): Promise<LogReader> {
    this.#checkOpen();
    const number = this.#readers.length;
    const reader = new SharedReader(this.partitions, options, this.#failure, () =>
      this.#say({ kind: 'closed', reader: number }),
    );
    this.#readers.push(reader);
    this.#say({ kind: 'read', reader: number, topic: options.topic, from: reader.from, handled: reader.handled });
    return reader;
  }

  offsets(topic: Topic): Promise<{ oldest: number; end: number }[]> {
    return this.#ask((ask) => ({ kind: 'offsets', ask, topic }));
  }

  offsetsAt(topic: Topic, atMs: number): Promise<number[]> {
    return this.#ask((ask) => ({ kind: 'offsets_at', ask, topic, atMs }));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await Promise.all(this.#readers.map((reader) => reader.close()));
    this.#closed = true;
    this.#port.close();
    for (const { reject } of this.#asks.values()) reject(closedError('log'));
    this.#asks.clear();
  }

  #take(message: ToThread): void {
    if (message instanceof SharedArrayBuffer) {
      this.#readers[roundOf(message)]?.take(message);
      return;
    }
    switch (message.kind) {
      case 'begin':
        this.#readers[message.reader]?.begin(message.from);
        return;
      case 'failed':
        this.#failure.report(new TickLogError(message.code as TickLogErrorCode, message.message));
        return;
      case 'offsets':
      case 'offsets_at':
        this.#asks.get(message.ask)?.resolve(message.offsets as never);
        this.#asks.delete(message.ask);
        return;
      case 'refused':
        this.#asks.get(message.ask)?.reject(new TickLogError(message.code as TickLogErrorCode, message.message));
        this.#asks.delete(message.ask);
    }
  }

  #ask<T>(question: (ask: number) => FromThread): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#checkOpen();
      const ask = ++this.#lastAsk;
      this.#asks.set(ask, { resolve, reject });
      this.#say(question(ask));
    });
  }

  #say(message: FromThread): void {
    if (!this.#closed) this.#port.postMessage(message);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError('log');
  }
}

/** Stands for an end that is not reached with this: reaching it is told by an event of its own. */
const UNTOLD = Number.POSITIVE_INFINITY;

class SharedReader implements LogReader {
  readonly from: readonly (number | 'earliest' | 'end')[];
  readonly handled = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #handled = new Int32Array(this.handled);
  readonly #queues: PartitionQueue[];
  /** Next offset to be queued: the shared reader may have begun below. */
  #next: number[] = [];
  readonly #left: () => void;
  #closed = false;

  constructor(partitions: number, options: ReaderOptions, failure: Failure, left: () => void) {
    this.#left = left;
    this.from = Array.from({ length: partitions }, (_, partition) => options.from(partition));
    const handlers = {
      onRecords: (partition: number, records: readonly LogRecord[], end: number): void | Promise<void> => {
        const taken = options.onRecords(partition, records, end);
        if (taken === undefined) this.#count(records);
        else return taken.then(() => this.#count(records));
      },
      onGap: options.onGap,
      onEnd: options.onEnd,
    };
    const running = new Map<number, Promise<void>>();
    this.#queues = this.from.map((from, partition) => {
      const queue = new PartitionQueue(partition, handlers, running, failure, () => {});
      if (typeof from === 'number') queue.position = from;
      return queue;
    });
  }

  position(partition: number): number {
    return this.#queues[partition]?.position ?? 0;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const queue of this.#queues) queue.stop();
    this.#left();
  }

  begin(from: readonly number[]): void {
    this.#next = [...from];
    this.#queues.forEach((queue, partition) => {
      queue.position = from[partition] as number;
    });
  }

  take(buffer: SharedArrayBuffer): void {
    if (this.#closed) return;
    for (const event of unpackEvents(buffer)) {
      if (event.kind === 'records') this.#records(event.partition, event.records, event.end);
      else if (event.kind === 'gap') this.#gap(event.gap);
      else this.#queues[event.partition]?.fetched(event.end);
    }
  }

  #records(partition: number, records: readonly LogRecord[], end: number): void {
    const queue = this.#queues[partition];
    const next = this.#next[partition] as number;
    const wanted = records.findIndex(({ offset }) => offset >= next);
    if (wanted !== 0) this.#count(wanted < 0 ? records : records.slice(0, wanted));
    const run = wanted < 0 ? [] : records.slice(wanted);
    if (queue === undefined || run.length === 0) return;
    this.#next[partition] = (run.at(-1) as LogRecord).offset + 1;
    queue.records(run, end);
    queue.fetched(UNTOLD);
  }

  #gap({ partition, from, to }: LogGap): void {
    const next = this.#next[partition] as number;
    if (to <= next) return;
    this.#next[partition] = to;
    this.#queues[partition]?.gap({ partition, from: Math.max(from, next), to });
    this.#queues[partition]?.fetched(UNTOLD);
  }

  /** Makes room for as much more. */
  #count(records: readonly LogRecord[]): void {
    let bytes = 0;
    for (const { key, value } of records) bytes += sizeOf(key, value);
    Atomics.add(this.#handled, 0, bytes);
  }
}
