import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  LIMITS,
  type LogRecord,
  LogSharing,
  openMemoryTickLog,
  openSharedTickLog,
  type TickLog,
} from '../../src/index.ts';
import { type FeedEvent, packEvents, roundOf, unpackEvents } from '../../src/shared/packed-events.ts';
import { Collector, record, texts } from '../conformance.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});

function share(threads: number): { log: TickLog; sharing: LogSharing; handles: TickLog[] } {
  const log = openMemoryTickLog({ partitions: 2 });
  const sharing = new LogSharing(log, threads);
  const handles = Array.from({ length: threads }, () => openSharedTickLog(sharing.access()));
  open.push(log, sharing, ...handles);
  return { log, sharing, handles };
}

async function write(log: TickLog, partition: number, lines: readonly string[]): Promise<void> {
  const producer = await log.producer('md.updates');
  await producer.send([{ partition, records: lines.map((line) => record(line)) }]);
  await producer.close();
}

describe('a log that threads share', () => {
  test('each thread reads from its own position, by one reader that begins at the lowest', async () => {
    const { log, handles } = share(3);
    await write(log, 0, texts('x', 0, 10));
    const got = [new Collector(), new Collector(), new Collector()];
    const from = [4, 'earliest', 'end'] as const;
    for (const [i, handle] of handles.entries())
      await handle.read({ topic: 'md.updates', from: (partition) => (partition === 0 ? from[i]! : 0), ...got[i]! });
    await Promise.all(got.map((one) => one.until(() => one.ends.size === 2, 'both ends')));
    await write(log, 0, ['new']);
    await Promise.all(got.map((one) => one.until(() => one.texts(0).at(-1) === 'new', 'the new record')));
    expect(got.map((one) => one.texts(0))).toEqual([
      [...texts('x', 4, 10), 'new'],
      [...texts('x', 0, 10), 'new'],
      ['new'],
    ]);
  });

  test('all have the same bytes: a record is there once', async () => {
    const { log, handles } = share(2);
    const got = [new Collector(), new Collector()];
    for (const [i, handle] of handles.entries()) await handle.read({ topic: 'md.updates', from: () => 0, ...got[i]! });
    await write(log, 1, ['a', 'b']);
    await Promise.all(got.map((one) => one.until(() => one.count() === 2, 'both records')));
    const [first, second] = got.map((one) => one.records.get(1)![1]!.value);
    expect(first!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(second!.byteOffset).toBe(first!.byteOffset);
    // One thread's view writes what the other's reads.
    first![0] = 'c'.charCodeAt(0);
    expect(got[1]!.texts(1)).toEqual(['a', 'c']);
  });

  test('what a thread has not taken is bounded, and it gets all of it in order when it goes on', async () => {
    const { log, handles } = share(2);
    const large = { key: undefined, value: new Uint8Array(500_000) };
    const slow = new Collector();
    const fast = new Collector();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await handles[0]!.read({
      topic: 'md.updates',
      from: () => 0,
      ...slow,
      onRecords: async (partition, records: readonly LogRecord[], end) => {
        slow.onRecords(partition, records, end);
        await held;
      },
    });
    await handles[1]!.read({ topic: 'md.updates', from: () => 0, ...fast });
    const producer = await log.producer('md.updates');
    const total = 60;
    const ahead = Math.ceil(LIMITS.sharedUnhandledBytesMax / 500_000);
    for (let i = 0; i < total; i++) {
      await producer.send([{ partition: 0, records: [large] }]);
      // So that each is a delivery of its own, up to the bound.
      if (i < ahead) await fast.until(() => fast.count() === i + 1, 'what is given ahead');
    }
    // A mistake has time to show: the log below tells by turns of the loop.
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(fast.count()).toBe(ahead);
    expect(slow.count()).toBe(1);
    release();
    await Promise.all([slow, fast].map((one) => one.until(() => one.count() === total, 'everything')));
    expect(slow.gaps).toEqual([]);
  });

  test('who leaves holds nobody up; the log below is read no more when all have left', async () => {
    const { log, handles } = share(2);
    const got = [new Collector(), new Collector()];
    const readers = [];
    for (const [i, handle] of handles.entries())
      readers.push(await handle.read({ topic: 'md.updates', from: () => 0, ...got[i]! }));
    await write(log, 0, ['a']);
    await Promise.all(got.map((one) => one.until(() => one.count() === 1, 'the first record')));
    await readers[0]!.close();
    await write(log, 0, ['b']);
    await got[1]!.until(() => got[1]!.count() === 2, 'the second record');
    expect(got[0]!.count()).toBe(1);
  });

  test('is not written through a handle', async () => {
    const { handles } = share(1);
    await expect(handles[0]!.producer('md.ticks')).rejects.toMatchObject({ code: 'read_only' });
    await handles[0]!.close();
    await expect(handles[0]!.offsets('md.ticks')).rejects.toMatchObject({ code: 'closed' });
  });

  test('packed events say what they said, for any of them', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const partition = fc.nat({ max: 1_023 });
    const offset = fc.nat({ max: 2 ** 40 });
    const event: fc.Arbitrary<FeedEvent> = fc.oneof(
      fc
        .tuple(
          partition,
          offset,
          fc.array(fc.tuple(fc.option(bytes, { nil: undefined }), bytes, fc.nat()), { minLength: 1 }),
        )
        .map(([at, first, records]) => ({
          kind: 'records' as const,
          partition: at,
          records: records.map(([key, value, appendedAtMs], i) => ({ offset: first + i, key, value, appendedAtMs })),
          end: first + records.length,
        })),
      fc.record({ kind: fc.constant('gap' as const), gap: fc.record({ partition, from: offset, to: offset }) }),
      fc.record({ kind: fc.constant('end' as const), partition, end: offset }),
    );
    const plain = (events: Iterable<FeedEvent>): unknown =>
      [...events].map((one) =>
        one.kind === 'records'
          ? { ...one, records: one.records.map((r) => ({ ...r, key: r.key && [...r.key], value: [...r.value] })) }
          : one,
      );
    fc.assert(
      fc.property(fc.nat(), fc.array(event, { maxLength: 8 }), (round, events) => {
        const packed = packEvents(round, events);
        expect(roundOf(packed)).toBe(round);
        expect(plain(unpackEvents(packed))).toEqual(plain(events));
      }),
    );
  });
});
