import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { all, folder, opened, values } from './folder.ts';

test('records come back in order, by partition, with their times; another process goes on with them', async () => {
  const path = folder();
  const store = await opened({ path });
  expect(store.bounds(0)).toBeUndefined();
  await store.append([
    { partition: 0, offset: 5, appendedAtMs: 1_000, values: values('a', 'b') },
    { partition: 7, offset: 0, appendedAtMs: 1_001, values: values('x') },
    { partition: 0, offset: 7, appendedAtMs: 1_002, values: values('c') },
  ]);
  expect(store.bounds(0)).toEqual({ first: 5, oldest: 5, next: 8 });
  expect(await all(store, 0)).toEqual([
    [5, 'a'],
    [6, 'b'],
    [7, 'c'],
  ]);
  expect((await store.read(0, 7, 100))[0]?.appendedAtMs).toBe(1_002);
  await store.close();
  const again = await opened({ path });
  expect(again.rebuilt).toBe(false);
  expect(again.partitions()).toEqual([0, 7]);
  expect(await all(again, 0, 6)).toEqual([
    [6, 'b'],
    [7, 'c'],
  ]);
  await again.append([{ partition: 0, offset: 8, appendedAtMs: 2_000, values: values('d') }]);
  expect(again.bounds(0)).toEqual({ first: 5, oldest: 5, next: 9 });
  expect((await all(again, 7)).length).toBe(1);
});

test('one that is there already is passed over, and one that comes past the end leaves a hole that is told', async () => {
  const path = folder();
  const store = await opened({ path });
  await store.append([{ partition: 0, offset: 0, appendedAtMs: 1, values: values('a', 'b') }]);
  await store.append([{ partition: 0, offset: 1, appendedAtMs: 2, values: values('other', 'c') }]);
  expect(await all(store, 0)).toEqual([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ]);
  await store.append([
    { partition: 0, offset: 10, appendedAtMs: 3, values: values('k') },
    { partition: 0, offset: 12, appendedAtMs: 3, values: values('m') },
  ]);
  expect(store.bounds(0)).toEqual({ first: 0, oldest: 12, next: 13 });
  const read = [0, 1, 2, 10, 12];
  expect((await all(store, 0)).map(([offset]) => offset)).toEqual(read);
  await store.close();
  const again = await opened({ path });
  expect(again.bounds(0)).toEqual({ first: 0, oldest: 12, next: 13 });
  expect((await all(again, 0)).map(([offset]) => offset)).toEqual(read);
});

test('a read gives at least one record, and no more bytes than asked for', async () => {
  const store = await opened({ path: folder() });
  await store.append([{ partition: 0, offset: 0, appendedAtMs: 1, values: values('aaaa', 'bbbb', 'cccc') }]);
  expect((await store.read(0, 0, 1)).length).toBe(1);
  expect((await store.read(0, 0, 8)).length).toBe(2);
  expect(await store.read(0, 3, 8)).toEqual([]);
  expect(await store.read(4, 0, 8)).toEqual([]);
});

test('what is trimmed is never given again, also by the next process, which knows where to go on', async () => {
  const path = folder();
  const store = await opened({ path });
  await store.append([{ partition: 3, offset: 0, appendedAtMs: 1, values: values('a', 'b', 'c', 'd') }]);
  await store.trim(3, 2);
  expect(store.bounds(3)).toEqual({ first: 2, oldest: 2, next: 4 });
  expect((await all(store, 3))[0]).toEqual([2, 'c']);
  await store.close();
  const again = await opened({ path });
  expect((await all(again, 3))[0]).toEqual([2, 'c']);
  await again.trim(3, 99);
  expect(again.bounds(3)).toEqual({ first: 4, oldest: 4, next: 4 });
  await again.close();
  const last = await opened({ path });
  expect(last.bounds(3)).toEqual({ first: 4, oldest: 4, next: 4 });
  await last.append([{ partition: 3, offset: 4, appendedAtMs: 2, values: values('e') }]);
  expect(await all(last, 3)).toEqual([[4, 'e']]);
});

test('past its bytes the oldest go, and the disk with them; an owner who trims all gets all of it back', async () => {
  const path = folder();
  const store = await opened({ path, bytesMax: 800_000 });
  const value = new Uint8Array(10_000);
  for (let offset = 0; offset < 300; offset++) {
    await store.append([{ partition: 0, offset, appendedAtMs: offset, values: [value] }]);
    expect(store.bytes).toBeLessThanOrEqual(800_000);
  }
  const { first, oldest, next } = store.bounds(0)!;
  expect(first).toBe(oldest);
  expect(next).toBe(300);
  expect(oldest).toBeGreaterThan(220);
  expect(oldest).toBeLessThan(240);
  expect((await all(store, 0)).length).toBe(next - oldest);
  await store.trim(0, 300);
  expect(store.bytes).toBeLessThan(200_000);
  expect(readdirSync(path).filter((name) => name.startsWith('segment')).length).toBeLessThanOrEqual(1);
});

test('past their age they go: by their own time, but not by a clock that jumps', async () => {
  let nowMs = 0;
  const store = await opened({ path: folder(), ageMsMax: 1_000, nowMs: () => nowMs });
  let offset = 0;
  const put = (appendedAtMs: number) =>
    store.append([{ partition: 0, offset: offset++, appendedAtMs, values: values('v') }]);
  for (; nowMs < 3_000; nowMs += 50) await put(nowMs);
  const { oldest } = store.bounds(0)!;
  // At 50 ms each 20 are young enough, and a quarter of the time may be over.
  expect(offset - oldest).toBeGreaterThanOrEqual(20);
  expect(offset - oldest).toBeLessThanOrEqual(32);
  await put(nowMs + 3_600_000);
  nowMs += 50;
  await put(nowMs + 3_600_000);
  expect(store.bounds(0)!.oldest).toBe(oldest);
});

test('what another identity left is not given out', async () => {
  const path = folder();
  const store = await opened({ path, identity: 'one' });
  await store.append([{ partition: 0, offset: 0, appendedAtMs: 1, values: values('a') }]);
  await store.trim(0, 1);
  await store.close();
  const other = await opened({ path, identity: 'two' });
  expect(other.rebuilt).toBe(false);
  expect(other.partitions()).toEqual([]);
  expect(await other.read(0, 0, 100)).toEqual([]);
});

test('a folder that is open is refused, and left as it is', async () => {
  const path = folder();
  const store = await opened({ path });
  await store.append([{ partition: 0, offset: 0, appendedAtMs: 1, values: values('a') }]);
  await expect(opened({ path })).rejects.toMatchObject({ code: 'locked', retryable: true });
  await store.append([{ partition: 0, offset: 1, appendedAtMs: 1, values: values('b') }]);
  expect((await all(store, 0)).length).toBe(2);
});

test('what can not be stored is refused as a whole; a closed store says that it is closed', async () => {
  const store = await opened({ path: folder() });
  const good = { partition: 0, offset: 0, appendedAtMs: 1, values: values('a') };
  for (const bad of [
    { ...good, partition: -1 },
    { ...good, partition: 70_000 },
    { ...good, offset: 0.5 },
    { ...good, offset: Number.MAX_SAFE_INTEGER },
    { ...good, values: [new Uint8Array(2_000_000)] },
  ])
    await expect(store.append([good, bad])).rejects.toMatchObject({ code: 'invalid' });
  expect(store.bounds(0)).toBeUndefined();
  await store.close();
  await expect(store.append([good])).rejects.toMatchObject({ code: 'closed' });
  await expect(store.read(0, 0, 1)).rejects.toMatchObject({ code: 'closed' });
});
