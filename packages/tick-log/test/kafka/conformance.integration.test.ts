import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverWaysToTest, type Kafka, type PartRunner, startKafka } from '@tapecast/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import type { TickLog, Topic } from '../../src/index.ts';
import { openKafkaTickLog } from '../../src/index.ts';
import { type ConformanceDriver, conformance, PARTITIONS } from '../conformance.ts';
import { deleteRecords, deleteTopics, SILENT } from './admin.ts';

class KafkaDriver implements ConformanceDriver {
  readonly #brokers: () => string[];
  readonly #open: TickLog[] = [];

  constructor(brokers: () => string[]) {
    this.#brokers = brokers;
  }

  async open(): Promise<TickLog> {
    const log = await openKafkaTickLog({
      brokers: this.#brokers(),
      clientId: `conformance-${this.#open.length}`,
      partitions: PARTITIONS,
      replication: 1,
      logger: SILENT,
    });
    this.#open.push(log);
    return log;
  }

  async expire(topic: Topic, partition: number): Promise<void> {
    await deleteRecords(this.#brokers(), topic, partition);
  }

  async reset(): Promise<void> {
    await Promise.all(this.#open.map((log) => log.close()));
    this.#open.length = 0;
    await deleteTopics(this.#brokers());
  }
}

for (const way of await driverWaysToTest())
  describe.skipIf(way.skip !== undefined)(`on ${way.title}`, () => {
    const dir = mkdtempSync(join(tmpdir(), 'tapecast-kafka-'));
    let parts: PartRunner;
    let kafka: Kafka;
    beforeAll(async () => {
      parts = await way.open();
      kafka = await startKafka({ dir, brokers: 1, parts });
    });
    afterAll(async () => {
      await kafka?.stop();
      await parts?.close();
      rmSync(dir, { recursive: true });
    });

    conformance('Kafka', new KafkaDriver(() => kafka.bootstrap));
  });
