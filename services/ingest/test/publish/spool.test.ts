import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecordStore, type RecordBatch, type RecordStore } from '@tapecast/replay-store';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import type { LogProducer, PartitionBatch } from '@tapecast/tick-log';
import { afterEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/limits.ts';
import { createIngestMetrics } from '../../src/metrics.ts';
import { TickPublisher } from '../../src/publish/publisher.ts';
import { Spool } from '../../src/publish/spool.ts';
import { until } from '../ingest-harness.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const MIB = 1024 * 1024;

/** A log that takes everything, or nothing while it is away. It speaks the producer's contract: one send at a time, in order. */
class Log implements LogProducer {
  readonly written: string[][] = [[], [], []];
  away = false;
  #waiting: (() => void)[] = [];

  async send(batches: readonly PartitionBatch[]): Promise<Map<number, number>> {
    while (this.away) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    for (const { partition, records } of batches) {
      for (const { key, value } of records) {
        this.written[partition]!.push(`${key === undefined ? '-' : text(key)} ${text(value)}`);
      }
    }
    return new Map();
  }
  back(): void {
    this.away = false;
    for (const go of this.#waiting.splice(0)) go();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tapecast-spool-'));
  ends.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

const open = (path: string, bytesMax = 64 * MIB): Promise<RecordStore> =>
  openRecordStore({ path, bytesMax, ageMsMax: 3_600_000 });

function publisherOn(store: RecordStore, log: Log, overrides: Partial<typeof LIMITS> = {}) {
  const limits = { ...LIMITS, spoolAfterMs: 20, spoolLingerMs: 1, spoolRetryMs: 10, ...overrides } as typeof LIMITS;
  const logger = createLogger('test', 'silent');
  const registry = createRegistry();
  const metrics = createIngestMetrics(registry);
  const spool = new Spool({ store, limits, logger, metrics });
  const pressure: boolean[] = [];
  const publisher = new TickPublisher({
    producer: log,
    partitions: 3,
    logger,
    metrics,
    spool,
    onPressure: (full) => pressure.push(full),
    onFailed: (error) => {
      throw error;
    },
    limits,
  });
  let count = 0;
  const expected: string[][] = [[], [], []];
  const push = (ticks: number): void => {
    for (let i = 0; i < ticks; i++) {
      count++;
      const partition = count % 3;
      const key = count % 5 === 0 ? undefined : bytes(`key-${count % 7}`);
      publisher.push(partition, key, bytes(`tick ${count}`));
      expected[partition]!.push(`${key === undefined ? '-' : text(key)} tick ${count}`);
    }
  };
  const metric = async (name: string): Promise<number> =>
    ((await registry.getSingleMetric(name)?.get())?.values ?? []).reduce((sum, { value }) => sum + value, 0);
  return { publisher, spool, push, expected, pressure, metric };
}

describe('ticks that the log does not take', () => {
  it('go to disk and are sent in order when it is back, with those that come meanwhile, each once', async () => {
    const store = await open(await folder());
    ends.push(() => store.close());
    const log = new Log();
    const { publisher, spool, push, expected, metric } = publisherOn(store, log, { flushRecordsMax: 40 } as never);
    push(50);
    await until('the first are in the log', () => publisher.unacknowledged === 0);
    log.away = true;
    push(100);
    await until('on disk', () => spool.waiting >= 100);
    push(300);
    await until('all on disk', () => spool.waiting >= 400);
    expect(publisher.unacknowledged).toBe(400);
    expect(await metric('tapecast_ingest_buffer_bytes')).toBeLessThan(4_000);
    log.back();
    push(20);
    await until('all in the log', () => publisher.unacknowledged === 0);
    push(5);
    await until('and what comes after', () => publisher.unacknowledged === 0);
    expect(log.written).toEqual(expected);
    const given = expected.map(({ length }) => ({ taken: length, given: length, lost: 0, waiting: 0 }));
    expect(publisher.ledger.rows).toMatchObject(given);
    expect(spool.waiting).toBe(0);
    expect(await metric('tapecast_ingest_spool_lost_ticks_total')).toBe(0);
  });

  it('survive the end of the process, and go before all that the next one has', async () => {
    const path = await folder();
    const first = await open(path);
    const log = new Log();
    const before = publisherOn(first, log);
    log.away = true;
    before.push(90);
    await until('on disk', () => before.spool.waiting === 90);
    before.publisher.discard();
    // Nothing of the first process is written any more; what it had under way never arrives.
    await first.close();
    const store = await open(path);
    ends.push(() => store.close());
    const second = new Log();
    const after = publisherOn(store, second);
    expect(after.publisher.unacknowledged).toBe(90);
    after.publisher.push(0, undefined, bytes('new'));
    await until('all in the log', () => after.publisher.unacknowledged === 0);
    expect(second.written[0]).toEqual([...before.expected[0]!, '- new']);
    expect(second.written[1]).toEqual(before.expected[1]);
    expect(after.publisher.ledger.rows).toMatchObject([
      { found: 30, taken: 1, given: 31, waiting: 0 },
      { found: 30, taken: 0, given: 30, waiting: 0 },
      { found: 30, taken: 0, given: 30, waiting: 0 },
    ]);
    // In the log, they are forgotten.
    await store.close();
    const third = await open(path);
    ends.push(() => third.close());
    expect(publisherOn(third, new Log()).publisher.unacknowledged).toBe(0);
  });

  it('wait in memory where the disk takes nothing, in order all the same, and reading stops when that is full', async () => {
    const store = await open(await folder());
    ends.push(() => store.close());
    const broken = { now: false };
    const failing: RecordStore = {
      append: async (batches: readonly RecordBatch[]) => {
        if (broken.now) throw new Error('no space left on device');
        await store.append(batches);
      },
      read: (partition, from, bytesMax) => store.read(partition, from, bytesMax),
      bounds: (partition) => store.bounds(partition),
      partitions: () => store.partitions(),
      trim: (partition, below) => store.trim(partition, below),
      close: () => store.close(),
      rebuilt: false,
      get bytes() {
        return store.bytes;
      },
      counts: store.counts,
    };
    const log = new Log();
    const { publisher, spool, push, expected, pressure, metric } = publisherOn(failing, log, {
      bufferBytesMax: 2_000,
      flushBytesMax: 500,
    } as never);
    log.away = true;
    push(30);
    await until('on disk', () => spool.waiting >= 30);
    broken.now = true;
    push(30);
    await until('refused', async () => (await metric('tapecast_ingest_spool_failures_total')) > 0);
    push(200);
    expect(pressure).toEqual([true]);
    broken.now = false;
    await until('relieved', () => pressure.length === 2);
    push(10);
    log.back();
    await until('all in the log', () => publisher.unacknowledged === 0);
    expect(log.written).toEqual(expected);
    expect(await metric('tapecast_ingest_spool_lost_ticks_total')).toBe(0);
  });

  it('stop at the bound of the disk: the rest waits in memory', async () => {
    const store = await open(await folder());
    ends.push(() => store.close());
    const log = new Log();
    const { publisher, spool, push, expected } = publisherOn(store, log, {
      spoolBytesMax: 600,
      flushBytesMax: 500,
    } as never);
    log.away = true;
    push(40);
    await until('full', () => spool.full);
    const had = spool.waiting;
    push(60);
    log.back();
    await until('all in the log', () => publisher.unacknowledged === 0);
    expect(had).toBeGreaterThan(0);
    expect(log.written).toEqual(expected);
  });
});
