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
