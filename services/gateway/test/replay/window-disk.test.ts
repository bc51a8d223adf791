import { openRecordStore } from '@tapecast/replay-store';
import { createLogger } from '@tapecast/service-kit';
import { expect, test } from 'vitest';
import { REPLAY_LIMITS } from '../../src/replay/limits.ts';
import { WindowDisk } from '../../src/replay/window-disk.ts';
import { replayFolder } from './history-stand.ts';

test('what waits behind a write is written, too, when it is closed', async () => {
  const { path, remove } = replayFolder();
  const store = await openRecordStore({ path, bytesMax: 2 ** 24, ageMsMax: 300_000 });
  let lost = 0;
  const disk = new WindowDisk({
    store,
    partitions: 1,
    limits: { ...REPLAY_LIMITS, storeFlushBytes: 100 },
    logger: createLogger('gateway', 'silent'),
    lost: (records) => {
      lost += records;
    },
  });
  try {
    // The first two go at once, the third waits for them.
    for (let offset = 0; offset < 3; offset++)
      disk.append(0, { offset, appendedAtMs: 1, key: undefined, value: Buffer.alloc(60) });
    await disk.close();
    expect(store.bounds(0)).toEqual({ first: 0, oldest: 0, next: 3 });
    expect(lost).toBe(0);
  } finally {
    await store.close();
    remove();
  }
});
