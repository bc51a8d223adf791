import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { openRecordStore, openTableStore } from '../src/index.ts';
import { folder, logOf } from './folder.ts';

const RECORDS = 400;

function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'LOCK' && !entry.name.startsWith('LOG'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Where, as a part of the whole. */
const damage = fc.record({
  file: fc.double({ min: 0, max: 0.999, noNaN: true }),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  how: fc.constantFrom('flip' as const, 'cut' as const, 'zero' as const, 'empty' as const),
});
type Damage = { file: number; at: number; how: 'flip' | 'cut' | 'zero' | 'empty' };

function harm(path: string, { file, at, how }: Damage): void {
  const files = filesOf(path);
  const name = files[Math.floor(file * files.length)] as string;
  const { size } = statSync(name);
  const place = Math.floor(at * size);
  if (how === 'empty') truncateSync(name, 0);
  else if (how === 'cut') truncateSync(name, place);
  else {
    const bytes = readFileSync(name);
    if (size === 0) return;
    if (how === 'flip') bytes[place] = (bytes[place] as number) ^ (1 + (place % 255));
    else bytes.fill(0, place, Math.min(size, place + 512));
    writeFileSync(name, bytes);
  }
}

const bytesOf = (partition: number, offset: number): Buffer =>
  Buffer.from(`${partition}/${offset} `.repeat(20 + (offset % 30)));

test('a store with broken files opens, gives nothing wrong, tells what is missing, and takes records again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), fc.boolean(), async (harms, reopened) => {
      const path = folder();
      const events: Record<string, unknown>[] = [];
      const options = { path, bytesMax: 1_000_000, ageMsMax: 300_000, logger: logOf(events) };
      const before = await openRecordStore(options);
      for (let offset = 0; offset < RECORDS; offset += 20)
        await before.append(
          [0, 1].map((partition) => ({
            partition,
            offset,
            appendedAtMs: offset,
            values: Array.from({ length: 20 }, (_, i) => bytesOf(partition, offset + i)),
          })),
        );
      await before.trim(1, 30);
      await before.close();
      // Tables are written when it is opened: the log of the last process is broken else.
      if (reopened) await (await openRecordStore(options)).close();
      for (const one of harms) harm(path, one);
      const store = await openRecordStore(options);
      try {
        for (const partition of [0, 1]) {
          const found: number[] = [];
          for (let at = 0; ; ) {
            const records = await store.read(partition, at, 10_000);
            if (records.length === 0) break;
            for (const { offset, value } of records) {
              expect(Buffer.compare(value, bytesOf(partition, offset))).toBe(0);
              found.push(offset);
            }
            at = (records.at(-1)?.offset ?? 0) + 1;
          }
          expect(found).toEqual([...found].sort((a, b) => a - b));
          const bounds = store.bounds(partition);
          if (bounds === undefined) continue;
          // All is read once: what is broken is known now.
          const whole = Array.from({ length: bounds.next - bounds.oldest }, (_, i) => bounds.oldest + i);
          expect(found.filter((offset) => offset >= bounds.oldest)).toEqual(whole);
          if (whole.length < RECORDS - (partition === 1 ? 30 : 0) && bounds.next === RECORDS)
            expect(store.rebuilt || store.counts.damaged > 0 || events.length > 0).toBe(true);
        }
        const next = store.bounds(0)?.next ?? 0;
        await store.append([{ partition: 0, offset: next, appendedAtMs: 1, values: [bytesOf(0, next)] }]);
        expect((await store.read(0, next, 10))[0]?.offset).toBe(next);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 40 / inject('fewerRuns'), verbose: 1 },
  );
});

test('a table with broken files gives what it had after one of its writes, or nothing', async () => {
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (one, reopened) => {
      const path = folder();
      const first = await openTableStore({ path });
      for (let round = 0; round < 5; round++)
        await first.write(Array.from({ length: 50 }, (_, i) => ({ key: `key ${i}`, value: bytesOf(round, i) })));
      await first.write([{ key: 'key 7', value: undefined }]);
      await first.close();
      if (reopened) await (await openTableStore({ path })).close();
      harm(path, one);
      const store = await openTableStore({ path });
      try {
        const { size } = store.found;
        if (store.rebuilt) expect(size).toBe(0);
        // Its length tells how many writes are left.
        const last = size === 49 ? 4 : ([...store.found.values()][0]?.[0] ?? 0) - 48;
        for (const [key, value] of store.found)
          expect(Buffer.compare(value, bytesOf(last as number, Number(key.split(' ')[1])))).toBe(0);
        await store.write([{ key: 'new', value: new Uint8Array(3) }]);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 20 / inject('fewerRuns'), verbose: 1 },
  );
});
