import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@tapecast/service-kit';
import { afterEach, expect, test } from 'vitest';
import { type Kept, type KeptOptions, openKept } from '../src/kept.ts';

const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const PARTITIONS = 2;
const folders: string[] = [];
const open: Kept[] = [];

async function shut(kept: Kept): Promise<void> {
  await kept.state.close();
  await kept.log.close();
  await kept.close();
}

afterEach(async () => {
  for (const kept of open.splice(0)) await shut(kept);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(BASE, 'tapecast-kept-'));
  folders.push(made);
  return made;
}

const opened = (dataDir: string, more: Partial<KeptOptions> = {}): Promise<Kept> =>
  openKept({
    dataDir,
    feed: 'simulated',
    partitions: PARTITIONS,
    keep: false,
    logger: createLogger('standalone', 'silent'),
    ...more,
  });

/** As a run leaves it: some records, and a checkpoint of what they made. */
async function run(
  dataDir: string,
  more: Partial<KeptOptions> = {},
): Promise<{ generation: string; resumed: boolean }> {
  const kept = await opened(dataDir, more);
  const { log, state, resumed } = kept;
  const records = Array.from({ length: 10 }, (_, i) => ({ key: undefined, value: new Uint8Array([i]) }));
  for (const topic of ['md.ticks', 'md.updates'] as const) {
    const producer = await log.producer(topic);
    await producer.send([{ partition: 1, records }]);
  }
  const { fence, record } = await state.acquire(1);
  const ticksNext = (record?.ticksNext ?? 0) + 10;
  await state.checkpoint(1, fence, {
    instruments: [],
    bars: [],
    record: { epoch: `${log.generation}.1.0`, ticksNext, updatesNext: ticksNext, clocks: {}, sources: {} },
  });
  await shut(kept);
  return { generation: log.generation, resumed };
}

/** What the next process finds: records of a partition, and where its checkpoint stands. */
async function found(dataDir: string, more: Partial<KeptOptions> = {}) {
  const kept = await opened(dataDir, more);
  open.push(kept);
  const { log, state, resumed } = kept;
  const [, { end } = { end: -1 }] = await log.offsets('md.updates');
  return { generation: log.generation, resumed, end, ticksNext: (await state.record(1))?.ticksNext };
}

test('the next process of the same feed goes on, under the same generation', async () => {
  const at = folder();
  const first = await run(at);
  expect(first.resumed).toBe(false);
  expect(await run(at)).toEqual({ generation: first.generation, resumed: true });
  expect(await found(at)).toEqual({ generation: first.generation, resumed: true, end: 20, ticksNext: 20 });
});

test('another feed, and any replay, begins with nothing; --keep goes on in any case', async () => {
  for (const feed of ['binance', 'replay']) {
    const at = folder();
    const { generation } = await run(at, { feed });
    expect(await run(at, { feed, keep: true })).toEqual({ generation, resumed: true });
    const next = await found(at, feed === 'replay' ? { feed } : {});
    expect(next).toMatchObject({ resumed: false, end: 0, ticksNext: undefined });
    expect(next.generation).not.toBe(generation);
  }
});

test('a store that is ahead of its log, or without one, is not gone on with', async () => {
  const at = folder();
  const { generation } = await run(at);
  rmSync(join(at, 'embedded/log/md.updates'), { recursive: true });
  const next = await found(at);
  expect(next).toMatchObject({ resumed: false, end: 0, ticksNext: undefined });
  expect(next.generation).not.toBe(generation);
});

test('a log whose files are broken is not gone on with where that left the store ahead of it', async () => {
  const at = folder();
  await run(at);
  const segment = join(at, 'embedded/log/md.ticks/segment-00000001');
  for (const name of readdirSync(segment)) if (/\.(log|ldb)$/.test(name)) truncateSync(join(segment, name), 0);
  expect(await found(at)).toMatchObject({ resumed: false, end: 0, ticksNext: undefined });
});

test('a folder that is in use is refused by name; a file where it should be costs nothing but the past', async () => {
  const at = folder();
  open.push(await opened(at));
  await expect(opened(at)).rejects.toThrow(`--data-dir: another process uses ${at}`);
  const other = await found(join(process.execPath, 'no-folder'));
  expect(other).toEqual({ generation: 'memory', resumed: false, end: 0, ticksNext: undefined });
});
