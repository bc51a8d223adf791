import type { Update } from '@tapecast/market';
import { ByteCursor } from './byte-cursor.ts';
import { takeUpdate } from './update-decoder.ts';
import { putUpdate, updateBytesAtMost } from './update-encoder.ts';

/** Nothing that is called while it walks uses it. */
const cursor = new ByteCursor(new Uint8Array(0));

/** One update, as it stands in a batch, in a list of bars, in a checkpoint. Throws WireError. */
export function encodeUpdate(update: Update): Uint8Array {
  const bytes = new Uint8Array(updateBytesAtMost(update));
  return bytes.slice(0, putUpdate(bytes, 0, update));
}

/** Throws WireError. */
export function decodeUpdate(bytes: Uint8Array): Update {
  cursor.reset(bytes, 0, bytes.length);
  return takeUpdate(cursor, bytes.length);
}

/** The updates of an UpdateList that stands in `bytes`. Throws WireError. */
export function decodeUpdateList(bytes: Uint8Array, start: number, end: number): Update[] {
  const updates: Update[] = [];
  cursor.reset(bytes, start, end);
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 10) updates.push(takeUpdate(cursor, cursor.span()));
    else cursor.skip(tag & 7);
  }
  return updates;
}
