import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRecordStore, openTableStore } from '../src/index.ts';
import { all, logOf, values } from './folder.ts';

const MIB = 1024 * 1024;

/** A disk of 8 MiB, where this process may mount one. */
function smallDisk(): { path: string; remove(): void } | undefined {
  const path = mkdtempSync(join(tmpdir(), 'tapecast-full-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    remove: () => {
      execFileSync('umount', ['-l', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

const disk = smallDisk();
disk?.remove();

test.skipIf(disk === undefined)(
  'a full disk: appends are refused with its code, what is there is read, and it takes records again when there is room',
  async () => {
    const { path, remove } = smallDisk()!;
    const events: Record<string, unknown>[] = [];
    let nowMs = 0;
    const store = await openRecordStore({
      path: join(path, 'store'),
      // More than there is room for.
      bytesMax: 64 * MIB,
      ageMsMax: 300_000,
      logger: logOf(events),
      nowMs: () => nowMs,
    });
    try {
      const value = new Uint8Array(100_000).fill(7);
      const put = (offset: number) => store.append([{ partition: 0, offset, appendedAtMs: 1, values: [value] }]);
      let written = 0;
      const refusal = await (async () => {
        for (;;) {
          try {
            await put(written);
            written++;
          } catch (error) {
            return error;
          }
        }
      })();
      expect(refusal).toMatchObject({ code: 'disk_full', retryable: true });
      expect(written).toBeGreaterThan(20);
      expect((await all(store, 0)).length).toBe(written);
      // The disk is left alone for a second.
      await expect(put(written)).rejects.toMatchObject({ code: 'disk_full' });
      expect(store.counts.rejected).toBe(2);
      expect(events.filter(({ event }) => event === 'record_store_write_failed').length).toBe(1);
      // Room comes with what is trimmed, and by others.
      await store.trim(0, written).catch(() => {}); // It may be refused: there is no room for that either.
      nowMs += 1_001;
      await put(written).catch(() => {});
      nowMs += 1_001;
      await put(written);
      expect(events.some(({ event }) => event === 'record_store_writes_again')).toBe(true);
      expect((await all(store, 0, written)).length).toBe(1);
    } finally {
      await store.close();
      remove();
    }
  },
);

test.skipIf(disk === undefined)(
  'a disk that is full at open is said to be, and nothing of what is there is thrown away',
  async () => {
    const { path, remove } = smallDisk()!;
    const at = join(path, 'store');
    const open = () => openRecordStore({ path: at, bytesMax: 64 * MIB, ageMsMax: 300_000 });
    try {
      const before = await open();
      for (let offset = 0; offset < 40; offset++)
        await before.append([{ partition: 0, offset, appendedAtMs: 1, values: [new Uint8Array(100_000)] }]);
      await before.close();
      const rest = join(path, 'rest');
      try {
        for (let size = 64 * 1024; ; size += 64 * 1024) writeFileSync(rest, new Uint8Array(size));
      } catch {
        // Full.
      }
      await open().then(
        (store) => store.close(),
        (error: unknown) => expect(error).toMatchObject({ code: 'disk_full' }),
      );
      await expect(openTableStore({ path: join(path, 'table') }).then((table) => table.close())).rejects.toMatchObject({
        code: 'disk_full',
      });
      rmSync(rest);
      const after = await open();
      expect((await all(after, 0)).length).toBe(40);
      await after.append([{ partition: 0, offset: 40, appendedAtMs: 1, values: values('again') }]);
      await after.close();
    } finally {
      remove();
    }
  },
);
