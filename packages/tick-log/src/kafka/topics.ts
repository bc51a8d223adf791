import { randomBytes } from 'node:crypto';
import type { Topic } from '../contract.ts';
import { TickLogError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { TOPIC_NAMES, TOPICS } from '../topics.ts';
import { BrokerRefused, ConnectionLost, KAFKA } from './broker-error.ts';
import type { Cluster } from './cluster.ts';
import { codeName } from './connection.ts';
import { FETCH_DEADLINE_MS, fetchRequest } from './fetch-protocol.ts';
import { produceRequest } from './produce-protocol.ts';
import { decodeRecordBatches, encodeRecordBatch } from './record-batch.ts';

export const META_TOPIC = 'md.meta';
export const ALL_TOPICS: readonly string[] = [...TOPIC_NAMES, META_TOPIC];
const META_PARTITION = 0;
/** Retention works in whole segments. A replay brings records of any age at once, which must not be deleted at once. */
const SEGMENTS_PER_RETENTION = 3;
const NO_PRODUCER = { producerId: -1n, producerEpoch: -1, baseSequence: -1 };

export interface TopicsWanted {
  /** Of each topic. */
  partitions: number;
  replication: number;
  retentionMs?: Partial<Record<Topic, number>> | undefined;
}

/** What `md.meta` says of the pair of topics; written once, by whoever was first. */
export interface Generation {
  generation: string;
  partitions: number;
}

/**
 * Makes the topics where they are missing, and returns their generation. Several may do so at once: the record with the
 * lowest offset counts, for all. Topics with another number of partitions are refused, because every key would move.
 */
export async function ensureTopics(cluster: Cluster, wanted: TopicsWanted): Promise<Generation> {
  const there = await findTopics(cluster);
  if (there !== undefined) {
    refuseOther(there.partitions, wanted.partitions, META_TOPIC);
    for (const topic of TOPIC_NAMES) refuseOther(cluster.partitionCount(topic), wanted.partitions, topic);
    return there;
  }
  await create(cluster, META_TOPIC, 1, wanted.replication, { 'cleanup.policy': 'compact', 'segment.ms': '604800000' });
  await ledTopic(cluster, META_TOPIC);
  const known = await readGeneration(cluster);
  if (known !== undefined) refuseOther(known.partitions, wanted.partitions, META_TOPIC);
  for (const topic of TOPIC_NAMES) {
    await create(cluster, topic, wanted.partitions, wanted.replication, settings(topic, wanted));
    await ledTopic(cluster, topic);
    refuseOther(cluster.partitionCount(topic), wanted.partitions, topic);
  }
  if (known !== undefined) return known;
  await writeGeneration(cluster, { generation: randomBytes(6).toString('hex'), partitions: wanted.partitions });
  const written = await readGeneration(cluster);
  if (written === undefined) throw new BrokerRefused(KAFKA.unknownTopicOrPartition, `reading ${META_TOPIC}`);
  refuseOther(written.partitions, wanted.partitions, META_TOPIC);
  return written;
}

/**
 * The generation of topics that are all there; undefined where something is missing. Only the controller makes topics, and
 * who starts while it fails over, or while partitions have no leader, has no need of either.
 */
async function findTopics(cluster: Cluster): Promise<Generation | undefined> {
  await cluster.refresh();
  if (ALL_TOPICS.some((topic) => cluster.partitionCount(topic) === 0)) return undefined;
  return readGeneration(cluster);
}

function settings(topic: Topic, wanted: TopicsWanted): Record<string, string> {
  const retentionMs = wanted.retentionMs?.[topic] ?? TOPICS[topic].retentionMs;
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    'segment.ms': String(Math.floor(retentionMs / SEGMENTS_PER_RETENTION)),
  };
}

async function create(
  cluster: Cluster,
  topic: string,
  numPartitions: number,
  replicationFactor: number,
  more: Record<string, string>,
): Promise<void> {
  const config = {
    'message.timestamp.type': 'LogAppendTime',
    'min.insync.replicas': String(Math.max(1, replicationFactor - 1)),
    'unclean.leader.election.enable': 'false',
    'compression.type': 'producer',
    ...more,
  };
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  const answer = await cluster.askAny((connection) =>
    connection.call<Created>('CreateTopics', {
      topics: [{ topic, numPartitions, replicationFactor, configEntries }],
      timeout: LIMITS.requestDeadlineMs,
    }),
  );
  for (const { errorCode, errorMessage } of answer.topicErrors) {
    if (errorCode === KAFKA.none || errorCode === KAFKA.topicAlreadyExists) continue;
    throw new BrokerRefused(
      errorCode,
      `creating ${topic} (${codeName(errorCode)}, ${errorMessage ?? 'no reason given'})`,
    );
  }
}

/** A new topic is known to the controller before it is known to the broker that is asked. */
async function ledTopic(cluster: Cluster, topic: string): Promise<void> {
  await cluster.refresh();
  const count = cluster.partitionCount(topic);
  for (let partition = 0; partition < Math.max(1, count); partition += 1) {
    if (cluster.leaderOf(topic, partition) === undefined) {
      throw new ConnectionLost(`${topic}/${partition} has no leader yet`);
    }
  }
}

function refuseOther(found: number, wanted: number, where: string): void {
  if (found === wanted) return;
  const text = `${where} is made for ${found} partitions, and ${wanted} were asked for: start with ${found}, or remove the topics ${ALL_TOPICS.join(', ')} to begin a new generation`;
  throw new TickLogError('partition_count_differs', text);
}

/** A key of its own for each record: compaction keeps them all, and the first stays the first. */
async function writeGeneration(cluster: Cluster, generation: Generation): Promise<void> {
  const record = { key: Buffer.from(generation.generation), value: Buffer.from(JSON.stringify(generation)) };
  const batch = encodeRecordBatch([record], NO_PRODUCER, Date.now());
  const request = produceRequest(META_TOPIC, [{ partition: META_PARTITION, batch }], LIMITS.produceReplicationMs);
  const [answer] = await cluster.ask(metaLeader(cluster), (connection) =>
    connection.exchange(request, LIMITS.produceDeadlineMs),
  );
  const code = answer?.code ?? KAFKA.unknownTopicOrPartition;
  if (code !== KAFKA.none) throw new BrokerRefused(code, `writing ${META_TOPIC}`);
}

async function readGeneration(cluster: Cluster): Promise<Generation | undefined> {
  const offsets = await cluster.offsets(META_TOPIC, [META_PARTITION]);
  const { oldest, end } = offsets.get(META_PARTITION)!;
  if (oldest === end) return undefined;
  const request = fetchRequest(META_TOPIC, [{ partition: META_PARTITION, offset: oldest }]);
  const { partitions } = await cluster.ask(metaLeader(cluster), (connection) =>
    connection.exchange(request, FETCH_DEADLINE_MS),
  );
  const fetched = partitions[0];
  if (fetched === undefined || fetched.code !== KAFKA.none) {
    throw new BrokerRefused(fetched?.code ?? KAFKA.unknownTopicOrPartition, `reading ${META_TOPIC}`);
  }
  const first = decodeRecordBatches(fetched.batches).flatMap(({ records }) => records)[0];
  return first === undefined ? undefined : parseGeneration(first.value);
}

function parseGeneration(value: Uint8Array): Generation {
  // Written by `writeGeneration` of this or an earlier version; anything else in this topic is refused here.
  const parsed = JSON.parse(Buffer.from(value).toString('utf8')) as Partial<Generation>;
  const { generation, partitions } = parsed;
  if (typeof generation !== 'string' || typeof partitions !== 'number') {
    throw new TypeError(`${META_TOPIC} begins with a record that names no generation`);
  }
  return { generation, partitions };
}

function metaLeader(cluster: Cluster): { host: string; port: number } {
  const leader = cluster.leaderOf(META_TOPIC, META_PARTITION);
  if (leader === undefined) throw new ConnectionLost(`${META_TOPIC} has no leader`);
  return cluster.addressOf(leader);
}

interface Created {
  topicErrors: { topic: string; errorCode: number; errorMessage: string | null }[];
}
