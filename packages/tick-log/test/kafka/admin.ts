import kafkajs from 'kafkajs';
import type { LogWriter, Topic } from '../../src/index.ts';

/** kafkajs's own admin client: another hand than the code under test. */
const { Kafka, logLevel } = kafkajs;

export const SILENT: LogWriter = { info: () => {}, warn: () => {} };

async function withAdmin<T>(
  brokers: readonly string[],
  work: (admin: ReturnType<InstanceType<typeof Kafka>['admin']>) => Promise<T>,
): Promise<T> {
  const admin = new Kafka({ brokers: [...brokers], clientId: 'test-admin', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Forgets all that the partition holds now, as retention does. */
export async function deleteRecords(brokers: readonly string[], topic: Topic, partition: number): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    await admin.fetchTopicOffsets(topic); // makes this client know the topic; deleteTopicRecords alone does not
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '-1' }] });
  });
}

export async function deleteTopics(brokers: readonly string[]): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const wanted = new Set(['md.ticks', 'md.updates', 'md.meta']);
    const topics = (await admin.listTopics()).filter((topic) => wanted.has(topic));
    await admin.deleteTopics({ topics, timeout: 5_000 });
    const deadline = Date.now() + 5_000;
    while ((await admin.listTopics()).some((topic) => wanted.has(topic))) {
      if (Date.now() > deadline) throw new Error('the topics are still there');
    }
  });
}

/** Index (from 0) of the broker that coordinates the group: leader of the partition that Java's hash of its name falls to. */
export async function coordinatorIndex(brokers: readonly string[], groupId: string): Promise<number> {
  const hash = [...groupId].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 0);
  const partitions = await metadata(brokers, '__consumer_offsets');
  const partition = Math.abs(hash) % partitions.length;
  return partitions.find(({ partitionId }) => partitionId === partition)!.leader - 1;
}

/** Resolves when all replicas of the topics are in sync, so that the next broker may go. */
export async function inSync(brokers: readonly string[], topics: readonly string[], replicas: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (const topic of topics) {
    while (!(await metadata(brokers, topic)).every(({ isr }) => isr.length === replicas)) {
      if (Date.now() > deadline) throw new Error(`${topic} has not all its replicas in sync`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function metadata(
  brokers: readonly string[],
  topic: string,
): Promise<{ partitionId: number; leader: number; isr: number[] }[]> {
  return withAdmin(brokers, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]!.partitions;
  });
}
