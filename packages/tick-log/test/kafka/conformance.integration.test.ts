import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kafka, startKafka } from '@tapecast/testkit';
import { afterAll, beforeAll } from 'vitest';
import type { TickLog, Topic } from '../../src/index.ts';
import { openKafkaTickLog } from '../../src/index.ts';
import { type ConformanceDriver, conformance, PARTITIONS } from '../conformance.ts';
import { deleteRecords, deleteTopics, SILENT } from './admin.ts';

const dir = mkdtempSync(join(tmpdir(), 'tapecast-kafka-'));
let kafka: Kafka;
beforeAll(async () => {
  kafka = await startKafka({ dir, brokers: 1 });
});
afterAll(async () => {
  await kafka.stop();
  rmSync(dir, { recursive: true });
});

class KafkaDriver implements ConformanceDriver {
  readonly #open: TickLog[] = [];

  async open(): Promise<TickLog> {
    const log = await openKafkaTickLog({
      brokers: kafka.bootstrap,
      clientId: `conformance-${this.#open.length}`,
      partitions: PARTITIONS,
      replication: 1,
      logger: SILENT,
    });
    this.#open.push(log);
    return log;
  }

  async expire(topic: Topic, partition: number): Promise<void> {
    await deleteRecords(kafka.bootstrap, topic, partition);
  }

  async reset(): Promise<void> {
    await Promise.all(this.#open.map((log) => log.close()));
    this.#open.length = 0;
    await deleteTopics(kafka.bootstrap);
  }
}

conformance('Kafka', new KafkaDriver());
