import { setTimeout as delay } from 'node:timers/promises';
import { checkBatches } from '../check-batches.ts';
import type {
  GroupReader,
  GroupReaderOptions,
  LogProducer,
  LogReader,
  PartitionBatch,
  ReaderOptions,
  TickLog,
  Topic,
} from '../contract.ts';
import { closedError, TickLogError } from '../errors.ts';
import { Failure } from '../failure.ts';
import { LIMITS } from '../limits.ts';
import { TOPIC_NAMES, TOPICS } from '../topics.ts';
import { MemoryGroup } from './group.ts';
import { MemoryPartitionFeed } from './partition-feed.ts';
import { TopicLog } from './topic-log.ts';

const OVERRUN_POLL_MS = 5;

export interface MemoryTickLogOptions {
  partitions: number;
  /** Names this log for ever; default `memory`, for one that lives and dies with a single process. */
  generation?: string;
  retentionMs?: Partial<Record<Topic, number>>;
  /** Of each topic, all partitions together. */
  topicBytesMax?: number;
  /** See `LIMITS.memoryReaderWaitMs`. */
  readerWaitMs?: number;
  /** Unix ms; default the machine's clock. */
  now?: () => number;
}

/** The log of the embedded set-up: in this process, gone with it. Records are kept as given; a writer must not reuse their bytes. */
export function openMemoryTickLog(options: MemoryTickLogOptions): TickLog {
  return new MemoryTickLog(options);
}

class MemoryTickLog implements TickLog {
  readonly partitions: number;
  readonly generation: string;
  readonly #topics = new Map<Topic, TopicLog>();
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #failure = new Failure();
  readonly #open = new Set<{ close(): Promise<void> }>();
  readonly #readerWaitMs: number;
  #closed = false;

  constructor(options: MemoryTickLogOptions) {
    this.partitions = options.partitions;
    this.generation = options.generation ?? 'memory';
    this.#readerWaitMs = options.readerWaitMs ?? LIMITS.memoryReaderWaitMs;
    const bytesMax = options.topicBytesMax ?? LIMITS.memoryTopicBytesMax;
    for (const name of TOPIC_NAMES) {
      const retentionMs = options.retentionMs?.[name] ?? TOPICS[name].retentionMs;
      this.#topics.set(name, new TopicLog(options.partitions, { retentionMs, bytesMax }, options.now ?? Date.now));
    }
  }

  get failed(): Promise<Error> {
    return this.#failure.occurred;
  }

  async producer(topic: Topic): Promise<LogProducer> {
    return this.#track(new MemoryProducer(this.#topic(topic), this.partitions, this.#readerWaitMs));
  }

  async read(options: ReaderOptions): Promise<LogReader> {
    const feed = new MemoryPartitionFeed(this.#topic(options.topic), options, this.#failure);
    for (let partition = 0; partition < this.partitions; partition += 1) feed.start(partition, options.from(partition));
    return this.#track({ position: (partition) => feed.position(partition), close: async () => feed.close() });
  }

  async join(options: GroupReaderOptions): Promise<GroupReader> {
    const name = `${options.topic}/${options.groupId}`;
    const topic = this.#topic(options.topic);
    const group = this.#groups.get(name) ?? new MemoryGroup(topic, this.#failure);
    this.#groups.set(name, group);
    return this.#track(group.join(options));
  }

  async offsets(topic: Topic): Promise<{ oldest: number; end: number }[]> {
    return this.#topic(topic).partitions.map(({ oldest, end }) => ({ oldest, end }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map((part) => part.close()));
    this.#open.clear();
  }

  #topic(name: Topic): TopicLog {
    if (this.#closed) throw closedError('log');
    return this.#topics.get(name)!;
  }

  #track<T extends { close(): Promise<void> }>(part: T): T {
    this.#open.add(part);
    return part;
  }
}

class MemoryProducer implements LogProducer {
  readonly #topic: TopicLog;
  readonly #partitions: number;
  readonly #readerWaitMs: number;
  #sending = false;
  #closed = false;

  constructor(topic: TopicLog, partitions: number, readerWaitMs: number) {
    this.#topic = topic;
    this.#partitions = partitions;
    this.#readerWaitMs = readerWaitMs;
  }

  async send(batches: readonly PartitionBatch[]): Promise<Map<number, number>> {
    if (this.#closed) throw closedError('producer');
    if (this.#sending) throw new TickLogError('send_in_progress', 'one send at a time: gather what comes meanwhile');
    const bytes = checkBatches(batches, this.#partitions);
    this.#sending = true;
    try {
      await this.#waitForReaders(bytes);
      const first = new Map<number, number>();
      for (const batch of batches) {
        if (batch.records.length === 0) continue;
        const offset = this.#topic.append(batch);
        if (!first.has(batch.partition)) first.set(batch.partition, offset);
      }
      return first;
    } finally {
      this.#sending = false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #waitForReaders(bytes: number): Promise<void> {
    const deadline = performance.now() + this.#readerWaitMs;
    while (this.#topic.wouldOverrun(bytes)) {
      if (performance.now() >= deadline) {
        this.#topic.giveUpWaiting(bytes);
        return;
      }
      await delay(OVERRUN_POLL_MS);
      if (this.#closed) throw closedError('producer');
    }
  }
}
