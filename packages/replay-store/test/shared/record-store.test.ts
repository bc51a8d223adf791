import { afterEach, expect, test } from 'vitest';
import { openSharedRecordStore, type RecordStore, StoreSharing } from '../../src/index.ts';
import { all, folder, opened, values } from '../folder.ts';

const sharings: StoreSharing[] = [];
afterEach(() => {
  for (const sharing of sharings.splice(0)) sharing.close();
});

function shared(store: RecordStore, threads: number): RecordStore[] {
  const sharing = new StoreSharing(store);
  sharings.push(sharing);
  return Array.from({ length: threads }, () => openSharedRecordStore(sharing.access()));
}

test('threads that all append the same keep it once, and each reads all of it', async () => {
  const store = await opened({ path: folder() });
  await store.append([{ partition: 3, offset: 7, appendedAtMs: 1, values: values('before') }]);
  const [one, two] = shared(store, 2) as [RecordStore, RecordStore];
  expect(one.partitions()).toEqual([3]);
  expect(two.bounds(3)).toEqual({ first: 7, oldest: 7, next: 8 });
  const batches = (from: number) =>
    Array.from({ length: 20 }, (_, i) => ({
      partition: 0,
      offset: from + i,
      appendedAtMs: 1_000 + from + i,
      values: values(`${from + i}`),
    }));
  // One is ahead, they meet, the other is ahead.
  await one.append(batches(100));
  await Promise.all([two.append(batches(90)), one.append(batches(120))]);
  await two.append(batches(130));
  await one.append([{ partition: 0, offset: 140, appendedAtMs: 2_000, values: values('140', '141') }]);
  const wanted = Array.from({ length: 50 }, (_, i) => [100 + i, `${100 + i}`]);
  for (const each of [store, one, two]) expect(await all(each, 0)).toEqual(wanted);
  expect((await two.read(0, 104, 1))[0]?.appendedAtMs).toBe(1_104);
  expect(two.bounds(0)).toEqual({ first: 100, oldest: 100, next: 150 });
  expect(two.bytes).toBe(store.bytes);
  await one.trim(0, 110);
  expect((await two.read(0, 0, 1))[0]?.offset).toBe(110);
  expect(two.bounds(0)?.first).toBe(110);
});

test('what the store refuses is refused by its code, and the next is taken', async () => {
  const store = await opened({ path: folder() });
  const [one] = shared(store, 1) as [RecordStore];
  const large = new Uint8Array(2 * 1024 * 1024);
  await expect(one.append([{ partition: 0, offset: 0, appendedAtMs: 1, values: [large] }])).rejects.toMatchObject({
    name: 'RecordStoreError',
    code: 'invalid',
    retryable: false,
  });
  await expect(one.append([{ partition: -1, offset: 0, appendedAtMs: 1, values: values('a') }])).rejects.toThrow(
    'partitions are numbered',
  );
  await one.append([{ partition: 0, offset: 0, appendedAtMs: 1, values: values('a') }]);
  expect(await all(store, 0)).toEqual([[0, 'a']]);
});

test('closing waits for what is under way, and leaves the store open for the others', async () => {
  const store = await opened({ path: folder() });
  const [one, two] = shared(store, 2) as [RecordStore, RecordStore];
  const written = one.append([{ partition: 0, offset: 0, appendedAtMs: 1, values: values('a') }]);
  await Promise.all([one.close(), written]);
  await expect(one.read(0, 0, 100)).rejects.toMatchObject({ code: 'closed' });
  await two.append([{ partition: 0, offset: 1, appendedAtMs: 1, values: values('b') }]);
  expect((await all(two, 0)).length).toBe(2);
  await store.close();
  await expect(two.read(0, 0, 100)).rejects.toMatchObject({ code: 'closed' });
});
