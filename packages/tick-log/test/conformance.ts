import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GroupReader, LogGap, LogRecord, PartitionBatch, TickLog, Topic } from '../src/index.ts';
import { TickLogError } from '../src/index.ts';

/** A driver under test. Each test gets topics of its own. */
export interface ConformanceDriver {
  /** Opens a log on fresh topics; a second call in the same test opens another handle on the same ones. */
  open(): Promise<TickLog>;
  /** Makes the log forget, at the latest with the next write, all that the partition holds now, as retention would. */
  expire(topic: Topic, partition: number): Promise<void>;
  /** False where groups are another driver's: they are not tested again. */
  readonly groups?: false;
  /** Closes what `open` gave, and forgets the topics. */
  reset(): Promise<void>;
}

export const PARTITIONS = 4;
const DEADLINE_MS = 40_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function record(text: string, key?: string): PartitionBatch['records'][number] {
  return { key: key === undefined ? undefined : encoder.encode(key), value: encoder.encode(text) };
}

export function textOf(entry: LogRecord): string {
  return decoder.decode(entry.value);
}

/** Collects what a reader is given; a mistake in order or contiguity is an error at once. */
export class Collector {
  readonly records = new Map<number, LogRecord[]>();
  readonly gaps: LogGap[] = [];
  readonly ends = new Map<number, number>();
  #next = new Map<number, number>();
  #waiting: (() => void)[] = [];

  readonly onRecords = (partition: number, records: readonly LogRecord[], end: number): void => {
    const list = this.records.get(partition) ?? [];
    this.records.set(partition, list);
    for (const entry of records) {
      const next = this.#next.get(partition);
      if (next !== undefined) expect(entry.offset).toBe(next);
      this.#next.set(partition, entry.offset + 1);
      list.push(entry);
    }
    expect(end).toBeGreaterThanOrEqual(records.at(-1)!.offset + 1);
    this.#changed();
  };

  readonly onGap = (gap: LogGap): void => {
    this.gaps.push(gap);
    this.#next.set(gap.partition, gap.to);
    this.#changed();
  };

  readonly onEnd = (partition: number, end: number): void => {
    this.ends.set(partition, end);
    this.#changed();
  };

  /** The partition starts again from somewhere else. */
  forget(partition: number): void {
    this.#next.delete(partition);
  }

  texts(partition: number): string[] {
    return (this.records.get(partition) ?? []).map(textOf);
  }

  count(): number {
    return [...this.records.values()].reduce((sum, list) => sum + list.length, 0);
  }

  async until(done: () => boolean, what: string): Promise<void> {
    await waitUntil(done, what, (changed) => this.#waiting.push(changed));
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** Resolves when `done` holds, asked again at each change; rejects after the deadline. */
export function waitUntil(done: () => boolean, what: string, onChange: (changed: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error(`waited ${DEADLINE_MS} ms for ${what}`)), DEADLINE_MS);
    const check = (): void => {
      if (done()) {
        clearTimeout(deadline);
        resolve();
      } else onChange(check);
    };
    check();
  });
}

/** Texts `from`..`to` (exclusive) with a prefix. */
export function texts(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `${prefix}${from + index}`);
}

export function conformance(name: string, driver: ConformanceDriver): void {
  describe(`tick log on ${name}`, () => {
    let log: TickLog;
    beforeEach(async () => {
      log = await driver.open();
    });
    afterEach(() => driver.reset());

    async function write(partition: number, lines: readonly string[], topic: Topic = 'md.ticks'): Promise<number> {
      const producer = await log.producer(topic);
      const first = await producer.send([{ partition, records: lines.map((line) => record(line)) }]);
      await producer.close();
      return first.get(partition)!;
    }

    test('records come in order, with contiguous offsets from 0, key, value and time as written', async () => {
      const producer = await log.producer('md.ticks');
      const before = Date.now();
      for (let flush = 0; flush < 20; flush += 1) {
        const batches = Array.from({ length: PARTITIONS }, (_, partition) => ({
          partition,
          records: [record(`${partition}:${flush}a`, 'AAPL$US'), record(`${partition}:${flush}b`)],
        }));
        const first = await producer.send(batches);
        for (let partition = 0; partition < PARTITIONS; partition += 1) expect(first.get(partition)).toBe(flush * 2);
      }
      const got = new Collector();
      const reader = await log.read({ topic: 'md.ticks', from: () => 'earliest', ...got });
      await got.until(() => got.count() === PARTITIONS * 40, 'all records');
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const list = got.records.get(partition)!;
        expect(list.map((entry) => entry.offset)).toEqual(list.map((_, index) => index));
        expect(got.texts(partition).slice(0, 4)).toEqual(
          ['0a', '0b', '1a', '1b'].map((text) => `${partition}:${text}`),
        );
        expect(decoder.decode(list[0]!.key)).toBe('AAPL$US');
        expect(list[1]!.key).toBeUndefined();
        expect(list[0]!.appendedAtMs).toBeGreaterThanOrEqual(before);
        expect(list[0]!.appendedAtMs).toBeLessThanOrEqual(Date.now());
        expect(reader.position(partition)).toBe(40);
      }
      expect(got.gaps).toEqual([]);
    });

    test('the topics are apart, and `offsets` tells their ends', async () => {
      await write(1, texts('t', 0, 3), 'md.ticks');
      await write(1, texts('u', 0, 5), 'md.updates');
      expect((await log.offsets('md.ticks'))[1]).toEqual({ oldest: 0, end: 3 });
      expect((await log.offsets('md.updates'))[1]).toEqual({ oldest: 0, end: 5 });
      expect((await log.offsets('md.updates'))[0]).toEqual({ oldest: 0, end: 0 });
    });

    test('`offsetsAt` tells the first offset of a time or later, and the end where there is none', async () => {
      const nextMs = async (afterMs: number): Promise<void> => {
        while (Date.now() <= afterMs) await new Promise((resolve) => setImmediate(resolve));
      };
      await write(1, texts('a', 0, 3));
      await nextMs(Date.now());
      const got = new Collector();
      await log.read({ topic: 'md.ticks', from: () => 'earliest', ...got });
      await got.until(() => got.count() === 3, 'the first three');
      const beforeMs = got.records.get(1)!.at(-1)!.appendedAtMs;
      await nextMs(beforeMs);
      await write(1, texts('b', 0, 2));
      expect((await log.offsetsAt('md.ticks', beforeMs + 1))[1]).toBe(3);
      expect(await log.offsetsAt('md.ticks', 0)).toEqual(Array.from({ length: PARTITIONS }, () => 0));
      expect((await log.offsetsAt('md.ticks', Date.now() + 60_000)).slice(0, 2)).toEqual([0, 5]);
    });

    test('a reader starts at the oldest record, at an offset, or at the end, by partition', async () => {
      for (let partition = 0; partition < 3; partition += 1) await write(partition, texts('x', 0, 5));
      const got = new Collector();
      const starts = ['earliest', 3, 'end', 'earliest'] as const;
      await log.read({ topic: 'md.ticks', from: (partition) => starts[partition]!, ...got });
      await got.until(() => got.ends.size === PARTITIONS, 'the end of every partition');
      await write(2, ['new']);
      await got.until(() => got.texts(2).length === 1, 'the record after the end');
      expect([0, 1, 2, 3].map((partition) => got.texts(partition))).toEqual([
        texts('x', 0, 5),
        ['x3', 'x4'],
        ['new'],
        [],
      ]);
      expect(got.records.get(2)![0]!.offset).toBe(5);
      expect(got.ends.get(1)).toBe(5);
    });

    test('two readers and two handles see the same, each at its own pace', async () => {
      const other = await driver.open();
      expect(other.generation).toBe(log.generation);
      expect(other.partitions).toBe(PARTITIONS);
      const first = new Collector();
      const second = new Collector();
      await log.read({ topic: 'md.ticks', from: () => 'earliest', ...first });
      await write(0, texts('x', 0, 100));
      await first.until(() => first.count() === 100, 'the first reader');
      await other.read({ topic: 'md.ticks', from: () => 'earliest', ...second });
      await second.until(() => second.count() === 100, 'the second reader');
      expect(second.texts(0)).toEqual(first.texts(0));
    });

    test('what retention took is told as a gap, to the record, and reading goes on behind it', async () => {
      await write(0, texts('x', 0, 6));
      await driver.expire('md.ticks', 0);
      await write(0, texts('x', 6, 10));
      const got = new Collector();
      await log.read({ topic: 'md.ticks', from: (partition) => (partition === 0 ? 2 : 'end'), ...got });
      await got.until(() => got.count() === 4, 'what is left');
      expect(got.gaps).toEqual([{ partition: 0, from: 2, to: 6 }]);
      expect(got.texts(0)).toEqual(texts('x', 6, 10));
      expect((await log.offsets('md.ticks'))[0]).toEqual({ oldest: 6, end: 10 });
    });

    test('a slow handler holds back its partition only, and is never called twice at once', async () => {
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const got = new Collector();
      let running = 0;
      let overlapped = false;
      await log.read({
        topic: 'md.ticks',
        from: () => 'earliest',
        ...got,
        onRecords: async (partition, records, end) => {
          got.onRecords(partition, records, end);
          if (partition !== 0) return;
          running += 1;
          overlapped ||= running > 1;
          await held;
          running -= 1;
        },
      });
      await write(0, ['first']);
      await got.until(() => got.texts(0).length === 1, 'the held partition');
      await write(0, texts('x', 0, 50));
      await write(1, texts('y', 0, 50));
      await got.until(() => got.texts(1).length === 50, 'the other partition');
      expect(got.texts(0)).toEqual(['first']);
      release();
      await got.until(() => got.texts(0).length === 51, 'the held partition after its release');
      expect(got.texts(0).slice(1)).toEqual(texts('x', 0, 50));
      expect(overlapped).toBe(false);
    });

    test('a batch beyond what one append takes arrives whole; a record beyond the bound is refused with nothing written', async () => {
      const producer = await log.producer('md.updates');
      const large = new Uint8Array(400_000).fill(7);
      const records = Array.from({ length: 8 }, (_, index) => ({ key: encoder.encode(`${index}`), value: large }));
      expect((await producer.send([{ partition: 3, records }])).get(3)).toBe(0);
      const got = new Collector();
      await log.read({ topic: 'md.updates', from: () => 'earliest', ...got });
      await got.until(() => got.count() === 8, 'the large batch');
      expect(got.records.get(3)!.map((entry) => decoder.decode(entry.key))).toEqual(texts('', 0, 8));
      expect(got.records.get(3)!.every((entry) => Buffer.compare(entry.value, large) === 0)).toBe(true);

      const tooLarge = { key: undefined, value: new Uint8Array(1_000_001) };
      const refused = producer.send([
        { partition: 0, records: [record('fits')] },
        { partition: 1, records: [tooLarge] },
      ]);
      await expect(refused).rejects.toMatchObject({ code: 'record_too_large', retryable: false });
      expect((await log.offsets('md.updates')).map(({ end }) => end)).toEqual([0, 0, 0, 8]);
    });

    test('a send of nothing, of an unknown partition, of a second at once, and after close, each have their answer', async () => {
      const producer = await log.producer('md.ticks');
      expect(await producer.send([])).toEqual(new Map());
      expect(await producer.send([{ partition: 0, records: [] }])).toEqual(new Map());
      const unknown = producer.send([{ partition: PARTITIONS, records: [record('x')] }]);
      await expect(unknown).rejects.toMatchObject({ code: 'unknown_partition' });
      const running = producer.send([{ partition: 0, records: [record('x')] }]);
      await expect(producer.send([])).rejects.toMatchObject({ code: 'send_in_progress' });
      await running;
      await producer.close();
      await producer.close();
      await expect(producer.send([])).rejects.toBeInstanceOf(TickLogError);
    });

    test('a partition twice in one send keeps the order given', async () => {
      const producer = await log.producer('md.ticks');
      const first = await producer.send([
        { partition: 2, records: [record('a')] },
        { partition: 1, records: [record('other')] },
        { partition: 2, records: [record('b'), record('c')] },
      ]);
      expect(first.get(2)).toBe(0);
      const got = new Collector();
      await log.read({ topic: 'md.ticks', from: () => 'earliest', ...got });
      await got.until(() => got.count() === 4, 'all');
      expect(got.texts(2)).toEqual(['a', 'b', 'c']);
    });

    test('nothing is delivered after a reader is closed, and the others go on', async () => {
      const closed = new Collector();
      const open = new Collector();
      const reader = await log.read({ topic: 'md.ticks', from: () => 'earliest', ...closed });
      await log.read({ topic: 'md.ticks', from: () => 'earliest', ...open });
      await write(0, ['a']);
      await closed.until(() => closed.count() === 1, 'the first record');
      await reader.close();
      await reader.close();
      await write(0, ['b']);
      await open.until(() => open.count() === 2, 'the open reader');
      expect(closed.count()).toBe(1);
    });

    test('a handler that throws ends the log with the reason', async () => {
      const broken = await driver.open();
      const got = new Collector();
      await broken.read({
        topic: 'md.ticks',
        from: () => 'earliest',
        ...got,
        onRecords: () => {
          throw new Error('cannot fold this');
        },
      });
      await write(0, ['a']);
      expect(await broken.failed).toMatchObject({
        code: 'handler_failed',
        message: expect.stringContaining('cannot fold this'),
      });
    });

    test('a position past the end is of another log: the log ends with the reason', async () => {
      const broken = await driver.open();
      const got = new Collector();
      await broken.read({ topic: 'md.ticks', from: () => 1_000, ...got });
      expect(await broken.failed).toMatchObject({ code: 'position_past_end' });
    });

    if (driver.groups !== false) groupTests(() => log, driver, write);
  });
}

function groupTests(
  theLog: () => TickLog,
  driver: ConformanceDriver,
  write: (partition: number, lines: readonly string[]) => Promise<number>,
): void {
  /** A member that keeps its positions in a map shared with the others, as compute does in Redis. */
  class Member {
    readonly got = new Collector();
    readonly asked: number[] = [];
    reader!: GroupReader;
    hold: Promise<void> | undefined;
    readonly #positions: Map<number, number>;

    constructor(positions: Map<number, number>) {
      this.#positions = positions;
    }

    async join(log: TickLog): Promise<void> {
      this.reader = await log.join({
        topic: 'md.ticks',
        groupId: 'compute',
        onAssigned: async (partition) => {
          this.asked.push(partition);
          if (partition === 0) await this.hold;
          this.got.forget(partition);
          return this.#positions.get(partition) ?? 'earliest';
        },
        onRevoked: () => {},
        onGap: this.got.onGap,
        onRecords: (partition, records, end) => {
          this.got.onRecords(partition, records, end);
          this.#positions.set(partition, records.at(-1)!.offset + 1);
        },
      });
    }
  }

  const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);

  test('a lone member gets every partition, from the positions it names', async () => {
    for (const partition of all) await write(partition, texts('x', 0, 5));
    const member = new Member(new Map([[1, 3]]));
    await member.join(theLog());
    await member.got.until(() => member.got.count() === 17, 'the records of all partitions');
    expect(member.reader.assigned()).toEqual(all);
    expect(member.got.texts(1)).toEqual(['x3', 'x4']);
  });

  test('a member beyond the number of partitions has joined, and holds nothing', async () => {
    const members = Array.from({ length: PARTITIONS + 1 }, () => new Member(new Map()));
    for (const member of members) await member.join(await driver.open());
    await eventually(
      () =>
        members.every(({ reader }) => reader.joined()) &&
        members.flatMap(({ reader }) => reader.assigned()).length === PARTITIONS,
      'every partition with one member',
    );
    expect(members.map(({ reader }) => reader.assigned().length).sort()).toEqual([0, ...all.map(() => 1)]);
  });

  test('partitions pass between members as they join and leave, without a record lost or doubled', async () => {
    const positions = new Map<number, number>();
    const first = new Member(positions);
    const second = new Member(positions);
    await first.join(theLog());
    for (const partition of all) await write(partition, texts('a', 0, 20));
    await first.got.until(() => first.got.count() === 80, 'the first member');

    await second.join(await driver.open());
    await eventually(
      () => first.reader.assigned().length === 2 && second.reader.assigned().length === 2,
      'an even share',
    );
    expect([...first.reader.assigned(), ...second.reader.assigned()].sort()).toEqual(all);
    for (const partition of all) await write(partition, texts('b', 0, 20));
    await eventually(() => first.got.count() + second.got.count() === 160, 'both members');

    await first.reader.close();
    expect(first.reader.assigned()).toEqual([]);
    for (const partition of all) await write(partition, texts('c', 0, 20));
    await eventually(() => first.got.count() + second.got.count() === 240, 'the member that stayed');
    expect(second.reader.assigned()).toEqual(all);
    for (const partition of all) {
      const lines = [...first.got.texts(partition), ...second.got.texts(partition)];
      expect(lines.sort()).toEqual([...texts('a', 0, 20), ...texts('b', 0, 20), ...texts('c', 0, 20)].sort());
    }
    expect([...first.got.gaps, ...second.got.gaps]).toEqual([]);
  });

  test('a partition waits for its own onAssigned, the others flow', async () => {
    for (const partition of all) await write(partition, ['x']);
    const member = new Member(new Map());
    let release: () => void = () => {};
    member.hold = new Promise((resolve) => {
      release = resolve;
    });
    await member.join(theLog());
    await member.got.until(() => member.got.count() === 3, 'the other partitions');
    expect(member.got.texts(0)).toEqual([]);
    release();
    await member.got.until(() => member.got.count() === 4, 'the held partition');
  });

  test('restart asks for the position again and goes on from there', async () => {
    for (const partition of all) await write(partition, texts('x', 0, 5));
    const positions = new Map<number, number>();
    const member = new Member(positions);
    await member.join(theLog());
    await member.got.until(() => member.got.count() === 20, 'the first pass');
    positions.set(2, 1);
    member.reader.restart(2);
    await member.got.until(() => member.got.count() === 24, 'the second pass of one partition');
    expect(member.got.texts(2).slice(5)).toEqual(texts('x', 1, 5));
    expect(member.asked.filter((partition) => partition === 2)).toEqual([2, 2]);
  });

  test('groups do not disturb each other', async () => {
    const one = new Collector();
    const two = new Collector();
    const options = { topic: 'md.ticks' as const, onAssigned: async () => 'earliest' as const, onRevoked: () => {} };
    await theLog().join({ ...options, groupId: 'one', onRecords: one.onRecords, onGap: one.onGap });
    await theLog().join({ ...options, groupId: 'two', onRecords: two.onRecords, onGap: two.onGap });
    await write(3, texts('x', 0, 5));
    await one.until(() => one.count() === 5, 'group one');
    await two.until(() => two.count() === 5, 'group two');
  });
}

/** For conditions that no callback tells of. */
export async function eventually(done: () => boolean, what: string): Promise<void> {
  await waitUntil(done, what, (changed) => setTimeout(changed, 10));
}
