import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openRecordStore, type RecordStore, type RecordStoreOptions } from '../src/index.ts';

/** Memory where there is some: LevelDB syncs when it is opened, which takes a disk some 10 ms each time. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Removed after the test, which has closed by then what it opened later. */
export function folder(): string {
  const path = mkdtempSync(join(BASE, 'tapecast-record-store-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return join(path, 'store');
}

/** Closed after the test. */
export async function opened(options: Partial<RecordStoreOptions> & { path: string }): Promise<RecordStore> {
  const store = await openRecordStore({ bytesMax: 64 * 1024 * 1024, ageMsMax: 300_000, ...options });
  onTestFinished(() => store.close());
  return store;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const values = (...texts: string[]): Uint8Array[] => texts.map((text) => encoder.encode(text));

/** Everything of a partition as [offset, text]. */
export async function all(store: RecordStore, partition: number, from = 0): Promise<[number, string][]> {
  const found: [number, string][] = [];
  for (let at = from; ; ) {
    const records = await store.read(partition, at, 1_000);
    const last = records.at(-1);
    if (last === undefined) return found;
    for (const { offset, value } of records) found.push([offset, decoder.decode(value)]);
    at = last.offset + 1;
  }
}

export const logOf = (events: Record<string, unknown>[]) => ({
  info: (event: Record<string, unknown>) => void events.push(event),
  warn: (event: Record<string, unknown>) => void events.push(event),
});
