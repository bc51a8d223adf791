import { afterEach, expect, test } from 'vitest';
import { openMemoryTickLog, type TickLog } from '../../src/index.ts';
import { Collector, record, texts } from '../conformance.ts';

const KILOBYTE = 'k'.repeat(1_000);
const WAIT_MS = 400;
let log: TickLog;
afterEach(() => log.close());

test('bytes over the bound push out the oldest of the topic, whichever partition has them', async () => {
  log = openMemoryTickLog({ partitions: 2, topicBytesMax: 10_000 });
  const producer = await log.producer('md.updates');
  for (let n = 0; n < 8; n += 1) await producer.send([{ partition: 0, records: [record(KILOBYTE)] }]);
  for (let n = 0; n < 6; n += 1) await producer.send([{ partition: 1, records: [record(KILOBYTE)] }]);
  expect(await log.offsets('md.updates')).toEqual([
    { oldest: 4, end: 8 },
    { oldest: 0, end: 6 },
  ]);
});

test('a writer waits for a reader that would lose, and the reader loses nothing', async () => {
  log = openMemoryTickLog({ partitions: 1, topicBytesMax: 5_000, readerWaitMs: 10_000 });
  const got = new Collector();
  await log.read({
    topic: 'md.ticks',
    from: () => 'earliest',
    ...got,
    onRecords: async (partition, records, end) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      got.onRecords(partition, records, end);
    },
  });
  const producer = await log.producer('md.ticks');
  for (let n = 0; n < 50; n += 1) await producer.send([{ partition: 0, records: [record(KILOBYTE)] }]);
  await got.until(() => got.count() === 50, 'all records');
  expect(got.gaps).toEqual([]);
});

test('a reader that stands still costs the writer one wait, and is told what it lost', async () => {
  log = openMemoryTickLog({ partitions: 1, topicBytesMax: 5_000, readerWaitMs: WAIT_MS });
  const got = new Collector();
  let release: () => void = () => {};
  await log.read({
    topic: 'md.ticks',
    from: () => 'earliest',
    ...got,
    onRecords: async (partition, records, end) => {
      got.onRecords(partition, records, end);
      if (got.count() === 1) await new Promise<void>((resolve) => (release = resolve));
    },
  });
  const producer = await log.producer('md.ticks');
  await producer.send([{ partition: 0, records: [record(KILOBYTE)] }]);
  await got.until(() => got.count() === 1, 'the first record');
  const began = performance.now();
  for (let n = 0; n < 9; n += 1) await producer.send([{ partition: 0, records: [record(KILOBYTE)] }]);
  // Five of the nine push something out; a wait for each would be five.
  expect(performance.now() - began).toBeGreaterThan(0.95 * WAIT_MS);
  expect(performance.now() - began).toBeLessThan(4 * WAIT_MS);
  release();
  await got.until(() => got.count() === 6, 'what is left');
  expect(got.gaps).toEqual([{ partition: 0, from: 1, to: 5 }]);
});

test('offsets stay right when thousands of records were dropped', async () => {
  log = openMemoryTickLog({ partitions: 1, topicBytesMax: 1_000 });
  const producer = await log.producer('md.ticks');
  for (let n = 0; n < 20; n += 1) {
    await producer.send([{ partition: 0, records: texts('', n * 1_000, (n + 1) * 1_000).map((text) => record(text)) }]);
  }
  const got = new Collector();
  await log.read({ topic: 'md.ticks', from: () => 'earliest', ...got });
  await got.until(() => got.ends.has(0), 'the end');
  const list = got.records.get(0)!;
  expect(list.map((entry) => Buffer.from(entry.value).toString())).toEqual(list.map((entry) => String(entry.offset)));
  expect(list.at(-1)?.offset).toBe(19_999);
});
