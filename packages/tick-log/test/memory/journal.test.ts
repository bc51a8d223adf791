import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecordStore, type RecordStore } from '@tapecast/replay-store';
import { afterEach, describe, expect, test } from 'vitest';
import { openJournalledTickLog, type TickLog, type Topic } from '../../src/index.ts';
import { Collector, type ConformanceDriver, conformance, PARTITIONS, record, texts } from '../conformance.ts';

const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const RETENTION_MS = 1_000;
const TOPICS: readonly Topic[] = ['md.ticks', 'md.updates'];

class Folder {
  readonly path = mkdtempSync(join(BASE, 'tapecast-journal-'));
  readonly lost: string[] = [];
  #stores: RecordStore[] = [];
  #log: TickLog | undefined;

  async open(now: () => number = Date.now): Promise<TickLog> {
    this.#stores = await Promise.all(
      TOPICS.map((topic) =>
        openRecordStore({ path: join(this.path, topic), bytesMax: 32 * 1024 * 1024, ageMsMax: 300_000 }),
      ),
    );
    const [ticks, updates] = this.#stores as [RecordStore, RecordStore];
    this.#log = await openJournalledTickLog({
      partitions: PARTITIONS,
      retentionMs: { 'md.ticks': RETENTION_MS, 'md.updates': RETENTION_MS },
      journals: { 'md.ticks': ticks, 'md.updates': updates },
      onJournalLost: (topic) => void this.lost.push(topic),
      now,
    });
    return this.#log;
  }

  async closeStores(): Promise<void> {
    for (const store of this.#stores) await store.close();
  }

  async close(): Promise<void> {
    await this.#log?.close();
    await this.closeStores();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

class JournalDriver implements ConformanceDriver {
  #folder: Folder | undefined;
  #log: TickLog | undefined;
  #offsetMs = 0;

  async open(): Promise<TickLog> {
    this.#folder ??= new Folder();
    this.#log ??= await this.#folder.open(() => Date.now() + this.#offsetMs);
    return this.#log;
  }

  async expire(): Promise<void> {
    this.#offsetMs += RETENTION_MS + 1;
  }

  async reset(): Promise<void> {
    await this.#folder?.close();
    this.#folder?.remove();
    this.#folder = undefined;
    this.#log = undefined;
    this.#offsetMs = 0;
  }
}

conformance('the memory driver with a journal', new JournalDriver());

describe('a journal', () => {
  const folders: Folder[] = [];
  const folder = (): Folder => {
    const made = new Folder();
    folders.push(made);
    return made;
  };
  afterEach(async () => {
    for (const one of folders.splice(0)) {
      await one.close();
      one.remove();
    }
  });

  test('another process goes on with the records, their keys, times and offsets', async () => {
    const at = folder();
    const first = await at.open();
    const producer = await first.producer('md.ticks');
    await producer.send([
      { partition: 1, records: [record('a', 'AAPL$US'), record('b')] },
      { partition: 1, records: [record('c', '')] },
      { partition: 0, records: [record('z')] },
    ]);
    await producer.send([{ partition: 1, records: texts('m', 0, 50).map((text) => record(text)) }]);
    const before = new Collector();
    await first.read({ topic: 'md.ticks', from: () => 'earliest', ...before });
    await before.until(() => before.count() === 54, 'all records');
    await at.close();

    const second = await at.open();
    expect((await second.offsets('md.ticks'))[1]).toEqual({ oldest: 0, end: 53 });
    const after = new Collector();
    await second.read({ topic: 'md.ticks', from: () => 'earliest', ...after });
    await after.until(() => after.count() === 54, 'all records');
    const plain = (records: readonly { key: Uint8Array | undefined; value: Uint8Array }[] | undefined) =>
      records?.map((one) => ({ ...one, key: one.key && [...one.key], value: [...one.value] }));
    expect(plain(after.records.get(1))).toEqual(plain(before.records.get(1)));
    const again = await second.producer('md.ticks');
    expect((await again.send([{ partition: 1, records: [record('on')] }])).get(1)).toBe(53);
    expect(at.lost).toEqual([]);
  });

  test('a journal that takes nothing any more is told of once, and the log goes on', async () => {
    const at = folder();
    const log = await at.open();
    const producer = await log.producer('md.updates');
    await producer.send([{ partition: 0, records: [record('a')] }]);
    await at.closeStores();
    for (const text of ['b', 'c']) await producer.send([{ partition: 0, records: [record(text)] }]);
    expect(at.lost).toEqual(['md.updates']);
    expect((await log.offsets('md.updates'))[0]).toEqual({ oldest: 0, end: 3 });
  });
});
