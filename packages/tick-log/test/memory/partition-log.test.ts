import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { PartitionLog } from '../../src/memory/partition-log.ts';

it('lets go of the bytes of a record when it drops it', async () => {
  const log = new PartitionLog();
  const values: WeakRef<Uint8Array>[] = [];
  for (let i = 0; i < 10; i++) {
    const value = new Uint8Array(1_000);
    values.push(new WeakRef(value));
    log.append([{ key: undefined, value }], i);
  }
  for (let i = 0; i < 9; i++) log.dropOldest();
  expect(log.bytes).toBe(1_000);
  expect([log.oldest, log.end, log.slice(9, 5).length]).toEqual([9, 10, 1]);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a WeakRef was made of is kept to the end of the turn.
  await new Promise(setImmediate);
  collect();
  expect(values.map((value) => value.deref() !== undefined)).toEqual([...Array(9).fill(false), true]);
});
