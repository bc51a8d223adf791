import { openRecordStore } from '../src/index.ts';

/** Appends without end, and says on stdout up to where it is acknowledged. Arguments: folder, size of a value. */
const [path = '', size = '200'] = process.argv.slice(2);
const store = await openRecordStore({ path, bytesMax: 8 * 1024 * 1024, ageMsMax: 300_000 });
const value = new Uint8Array(Number(size));
const view = new DataView(value.buffer);
let offset = store.bounds(0)?.next ?? 0;
for (;;) {
  const values = Array.from({ length: 1 + (offset % 50) }, (_, i) => {
    view.setFloat64(0, offset + i);
    return value.slice();
  });
  await store.append([{ partition: 0, offset, appendedAtMs: Date.now(), values }]);
  offset += values.length;
  process.stdout.write(`${offset}\n`);
}
