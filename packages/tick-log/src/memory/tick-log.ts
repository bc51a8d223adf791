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
import { type LogJournal, TopicJournal } from './journal.ts';
import { MemoryPartitionFeed } from './partition-feed.ts';
import { appended, TopicLog } from './topic-log.ts';

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

export interface JournalOptions {
  journals: Readonly<Record<Topic, LogJournal>>;
  /** A journal did not take what was sent to it: nothing more is written to it, and the log goes on in memory. */
  onJournalLost: (topic: Topic, error: Error) => void;
}

/** The log of the embedded set-up: in this process, gone with it. Records are kept as given; a writer must not reuse their bytes. */
export function openMemoryTickLog(options: MemoryTickLogOptions): TickLog {
  return new MemoryTickLog(options);
}

/**
 * The same, gone on with from journals: it begins with what they have, and what a `send` resolved with is in them, too.
 * `generation` is to be the one that they were written under.
 */
export async function openJournalledTickLog(options: MemoryTickLogOptions & JournalOptions): Promise<TickLog> {
  const log = new MemoryTickLog(options);
  for (const topic of TOPIC_NAMES)
    await log.restore(topic, new TopicJournal(options.journals[topic], (error) => options.onJournalLost(topic, error)));
  return log;
}

class MemoryTickLog implements TickLog {
  readonly partitions: number;
  readonly generation: string;
  readonly #topics = new Map<Topic, TopicLog>();
  readonly #journals = new Map<Topic, TopicJournal>();
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

  /** Before anything is written or read. */
  async restore(topic: Topic, journal: TopicJournal): Promise<void> {
    await journal.restore(this.#topic(topic));
    this.#journals.set(topic, journal);
  }

  async producer(topic: Topic): Promise<LogProducer> {
    const journal = this.#journals.get(topic);
    return this.#track(new MemoryProducer(this.#topic(topic), this.partitions, this.#readerWaitMs, journal));
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

  async offsetsAt(topic: Topic, atMs: number): Promise<number[]> {
    return this.#topic(topic).partitions.map((log) => log.offsetAt(atMs));
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
  readonly #journal: TopicJournal | undefined;
  #sending = false;
  #closed = false;

  constructor(topic: TopicLog, partitions: number, readerWaitMs: number, journal: TopicJournal | undefined) {
    this.#topic = topic;
    this.#journal = journal;
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
      if (this.#journal !== undefined) return await this.#journal.append(this.#topic, batches);
      return appended(this.#topic, batches);
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
