import type {
  GroupReader,
  GroupReaderOptions,
  LogProducer,
  LogReader,
  ReaderOptions,
  TickLog,
  Topic,
} from '../contract.ts';
import { closedError } from '../errors.ts';
import { Failure } from '../failure.ts';
import { LIMITS } from '../limits.ts';
import type { LogWriter } from '../log-writer.ts';
import { Cluster } from './cluster.ts';
import { plainSocket, type SocketFactory } from './connection.ts';
import { KafkaGroupReader } from './group-reader.ts';
import { KafkaPartitionFeed } from './partition-feed.ts';
import { KafkaProducer } from './producer.ts';
import { ALL_TOPICS, ensureTopics, type Generation } from './topics.ts';

export interface KafkaTickLogOptions {
  /** `host:port`, any of the cluster's brokers. */
  brokers: readonly string[];
  /** Names this process in Kafka's logs. */
  clientId: string;
  /** Of each topic. Topics that exist with another number are refused. */
  partitions: number;
  /** Copies of each partition where topics are made; one less must be in sync for a write to count. */
  replication: number;
  logger: LogWriter;
  /** Of topics made now; default `TOPICS`. */
  retentionMs?: Partial<Record<Topic, number>>;
  /** Default `LIMITS.sessionTimeoutMs`; where the brokers' `group.min.session.timeout.ms` is above it, `sessionTimeoutFallbackMs`. */
  sessionTimeoutMs?: number;
  /** Default `LIMITS.openDeadlineMs`. */
  openDeadlineMs?: number;
  /** Default a plain TCP connection without Nagle's delay. */
  socketFactory?: SocketFactory;
}

/** Opens the log on Kafka and makes its topics where they are missing. Rejects with `unreachable` or `partition_count_differs`. */
export async function openKafkaTickLog(options: KafkaTickLogOptions): Promise<TickLog> {
  const cluster = openCluster(options);
  try {
    return new KafkaTickLog(cluster, options, await ensured(cluster, options));
  } catch (error) {
    cluster.close();
    throw error;
  }
}

/** Makes the topics where they are missing, for set-up scripts; `openKafkaTickLog` does so itself. */
export async function ensureKafkaTopics(options: KafkaTickLogOptions): Promise<Generation> {
  const cluster = openCluster(options);
  try {
    return await ensured(cluster, options);
  } finally {
    cluster.close();
  }
}

function ensured(cluster: Cluster, options: KafkaTickLogOptions): Promise<Generation> {
  const wanted = { ...options, retentionMs: options.retentionMs };
  return cluster.retry(() => ensureTopics(cluster, wanted), options.openDeadlineMs ?? LIMITS.openDeadlineMs);
}

function openCluster(options: KafkaTickLogOptions): Cluster {
  return new Cluster({
    brokers: options.brokers,
    clientId: options.clientId,
    topics: ALL_TOPICS,
    logger: options.logger,
    socketFactory: options.socketFactory ?? plainSocket,
  });
}

class KafkaTickLog implements TickLog {
  readonly partitions: number;
  readonly generation: string;
  readonly #cluster: Cluster;
  readonly #sessionTimeoutMs: number;
  readonly #failure = new Failure();
  readonly #open = new Set<{ close(): Promise<void> }>();

  constructor(cluster: Cluster, options: KafkaTickLogOptions, { generation, partitions }: Generation) {
    this.#cluster = cluster;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? LIMITS.sessionTimeoutMs;
    this.generation = generation;
    this.partitions = partitions;
  }

  get failed(): Promise<Error> {
    return this.#failure.occurred;
  }

  async producer(topic: Topic): Promise<LogProducer> {
    this.#checkOpen();
    return this.#track(new KafkaProducer(this.#cluster, topic, this.partitions));
  }

  async read(options: ReaderOptions): Promise<LogReader> {
    this.#checkOpen();
    const feed = new KafkaPartitionFeed(this.#cluster, options.topic, options, this.#failure);
    for (let partition = 0; partition < this.partitions; partition += 1) feed.start(partition, options.from(partition));
    return this.#track({ position: (partition) => feed.position(partition), close: async () => feed.close() });
  }

  async join(options: GroupReaderOptions): Promise<GroupReader> {
    this.#checkOpen();
    const { topic, groupId } = options;
    const request = { groupId, topic, partitions: this.partitions, sessionTimeoutMs: this.#sessionTimeoutMs };
    return this.#track(new KafkaGroupReader(this.#cluster, options, request, this.#failure));
  }

  async offsets(topic: Topic): Promise<{ oldest: number; end: number }[]> {
    this.#checkOpen();
    const partitions = Array.from({ length: this.partitions }, (_, partition) => partition);
    const offsets = await this.#cluster.retry(() => this.#cluster.offsets(topic, partitions));
    return partitions.map((partition) => offsets.get(partition)!);
  }

  async offsetsAt(topic: Topic, atMs: number): Promise<number[]> {
    this.#checkOpen();
    const partitions = Array.from({ length: this.partitions }, (_, partition) => partition);
    // The ends first: what is appended meanwhile is at or after them.
    const ends = await this.offsets(topic);
    const found = await this.#cluster.retry(() => this.#cluster.offsetsAt(topic, partitions, Math.floor(atMs)));
    return partitions.map((partition) => found.get(partition) ?? ends[partition]!.end);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((part) => part.close()));
    this.#open.clear();
    this.#cluster.close();
  }

  #checkOpen(): void {
    if (this.#cluster.closing.aborted) throw closedError('log');
  }

  #track<T extends { close(): Promise<void> }>(part: T): T {
    this.#open.add(part);
    return part;
  }
}
