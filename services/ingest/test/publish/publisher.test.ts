import { createLogger, createRegistry } from '@tapecast/service-kit';
import type { LogProducer, PartitionBatch } from '@tapecast/tick-log';
import { describe, expect, it } from 'vitest';
import { createIngestMetrics } from '../../src/metrics.ts';
import { registerLedger } from '../../src/publish/partition-ledger.ts';
import { TickPublisher } from '../../src/publish/publisher.ts';
import { until } from '../ingest-harness.ts';

/** A log that acknowledges when told. It speaks the producer's contract: one send at a time, in order. */
class HeldLog implements LogProducer {
  readonly sent: PartitionBatch[][] = [];
  #release: ((error?: Error) => void) | undefined;
  underWay = 0;

  send(batches: readonly PartitionBatch[]): Promise<Map<number, number>> {
    this.underWay++;
    expect(this.underWay).toBe(1);
    this.sent.push([...batches]);
    return new Promise((resolve, reject) => {
      this.#release = (error) => {
        this.underWay--;
        this.#release = undefined;
        if (error) reject(error);
        else resolve(new Map(batches.map(({ partition }) => [partition, 1_000 + this.sent.length])));
      };
    });
  }
  get holds(): boolean {
    return this.#release !== undefined;
  }
  release(error?: Error): void {
    this.#release!(error);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function setUp(limits: Record<string, number> = {}) {
  const log = new HeldLog();
  const pressure: boolean[] = [];
  const failures: Error[] = [];
  const publisher = new TickPublisher({
    producer: log,
    partitions: 3,
    logger: createLogger('test', 'silent'),
    metrics: createIngestMetrics(createRegistry()),
    onPressure: (full) => pressure.push(full),
    onFailed: (error) => failures.push(error),
    limits,
  });
  const push = (partition: number, text: string): void =>
    publisher.push(partition, undefined, new TextEncoder().encode(text));
  const texts = (flush: number): string[][] =>
    log.sent[flush]!.map(({ records }) => records.map(({ value }) => new TextDecoder().decode(value)));
  return { log, publisher, pressure, failures, push, texts };
}

describe('the publisher', () => {
  it('gathers, sends one batch a partition, and one send at a time in the order pushed', async () => {
    const { log, push, texts, publisher } = setUp();
    push(0, 'a');
    push(2, 'b');
    push(0, 'c');
    await until('first send', () => log.holds);
    expect(texts(0)).toEqual([['a', 'c'], ['b']]);
    push(0, 'd');
    push(0, 'e');
    const drained = publisher.drain(5_000);
    log.release();
    await until('second send', () => log.sent.length === 2 && log.holds);
    expect(texts(1)).toEqual([['d', 'e']]);
    expect(publisher.unacknowledged).toBe(2);
    log.release();
    expect(await drained).toBe(0);
  });

  it('begins no flush sooner after the last one because the log was quick to answer, and then has all of it', async () => {
    const lingerMs = 200;
    const { log, push, texts } = setUp({ lingerMs });
    push(0, 'a');
    await until('first send', () => log.holds);
    const begunAt = performance.now();
    push(0, 'b');
    log.release();
    await Promise.resolve();
    push(0, 'c');
    await until('second send', () => log.holds);
    // The send was seen some ms after it began, at the latest.
    expect(performance.now() - begunAt).toBeGreaterThan(lingerMs / 2);
    expect(texts(1)).toEqual([['b', 'c']]);
  });

  it('counts by partition what it took, gave and gave up, and tells how old what waits is', async () => {
    const { log, push, publisher } = setUp();
    const registry = createRegistry();
    registerLedger(registry, publisher.ledger);
    const said = async (name: string): Promise<string[]> =>
      (await registry.metrics()).split('\n').filter((line) => line.startsWith(`tapecast_ingest_${name}{`));
    expect(await said('data_age_seconds')).toEqual([]);
    push(0, 'a');
    push(2, 'b');
    push(0, 'c');
    await until('a send', () => log.holds);
    push(0, 'd');
    expect(publisher.ledger.row(0)).toMatchObject({ taken: 3, given: 0, waiting: 3, offset: undefined });
    expect((await said('data_age_seconds')).map((line) => line.split(' ')[0])).toEqual([
      'tapecast_ingest_data_age_seconds{partition="0"}',
      'tapecast_ingest_data_age_seconds{partition="2"}',
    ]);
    log.release();
    await until('the next send', () => log.sent.length === 2 && log.holds);
    expect(publisher.ledger.rows).toMatchObject([
      { taken: 3, given: 2, waiting: 1, offset: 1_003 },
      { taken: 0, given: 0, waiting: 0, offset: undefined, ageMs: undefined },
      { taken: 1, given: 1, waiting: 0, offset: 1_002 },
    ]);
    push(2, 'e');
    publisher.discard();
    log.release();
    expect(publisher.ledger.rows).toMatchObject([
      { given: 2, discarded: 1, waiting: 0 },
      { discarded: 0 },
      { given: 1, discarded: 1, waiting: 0 },
    ]);
    expect(await said('partition_ticks_total')).toContain(
      'tapecast_ingest_partition_ticks_total{partition="0",outcome="discarded"} 1',
    );
    expect(await said('partition_offset')).toEqual([
      'tapecast_ingest_partition_offset{partition="0"} 1003',
      'tapecast_ingest_partition_offset{partition="2"} 1002',
    ]);
  });

  it('splits what is too large for one batch, and keeps the order', async () => {
    const { log, push, texts } = setUp({ flushRecordsMax: 2, flushBytesMax: 10 });
    for (const text of ['1', '2', '3', '456789abcdef', '5', '6']) push(1, text);
    const flushes: string[][][] = [];
    for (let flush = 0; flush < 4; flush++) {
      await until(`send ${flush}`, () => log.sent.length === flush + 1 && log.holds);
      flushes.push(texts(flush));
      log.release();
    }
    expect(flushes).toEqual([[['1', '2']], [['3']], [['456789abcdef']], [['5', '6']]]);
  });

  it('tells that it is full, drops nothing, and tells when half is gone', async () => {
    const { log, push, pressure, publisher } = setUp({ bufferBytesMax: 100, flushBytesMax: 30 });
    for (let i = 0; i < 12; i++) push(0, '0123456789');
    expect(pressure).toEqual([true]);
    expect(publisher.full).toBe(true);
    let released = 0;
    while (pressure.length < 2) {
      await until('a send', () => log.holds);
      log.release();
      released++;
      await until('acknowledged', () => log.holds || publisher.unacknowledged === 0);
    }
    expect(pressure).toEqual([true, false]);
    expect(released).toBe(3);
    while (publisher.unacknowledged > 0) {
      await until('a send', () => log.holds);
      log.release();
      await until('acknowledged', () => log.holds || publisher.unacknowledged === 0);
    }
    expect(log.sent.flat().flatMap(({ records }) => records)).toHaveLength(12);
  });

  it('says how much is left when the log does not take it in time', async () => {
    const { push, publisher } = setUp();
    push(0, 'a');
    push(1, 'b');
    expect(await publisher.drain(20)).toBe(2);
  });

  it('fails once when the log refuses for good', async () => {
    const { log, push, failures } = setUp();
    push(0, 'a');
    await until('a send', () => log.holds);
    log.release(new Error('closed'));
    await until('failure', () => failures.length === 1);
    expect(failures[0]!.message).toContain('closed');
    push(0, 'b');
    expect(log.sent).toHaveLength(1);
  });
});
