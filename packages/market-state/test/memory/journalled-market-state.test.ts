import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTableStore, type TableStore } from '@tapecast/replay-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BARS_KEPT, type MarketState, openJournalledMarketState } from '../../src/index.ts';
import { marketStateConformance } from '../conformance.ts';

const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const path = mkdtempSync(join(BASE, 'tapecast-state-'));
const lost: Error[] = [];
let table: TableStore;
let state: MarketState;

async function open(name: string): Promise<{ table: TableStore; state: MarketState }> {
  const opened = await openTableStore({ path: join(path, name) });
  return { table: opened, state: await openJournalledMarketState(opened, (error) => lost.push(error)) };
}

beforeAll(async () => {
  ({ table, state } = await open('conformance'));
});
afterAll(async () => {
  await table.close();
  rmSync(path, { recursive: true, force: true });
});

marketStateConformance('memory with a journal', () => state);

const instrument = (name: string, ticksNext: number) => ({
  instrument: name,
  view: new Uint8Array([1, 2, ticksNext]),
  fold: new Uint8Array([9]),
  ticksNext,
  updatesNext: ticksNext + 1,
});
const recordAt = (ticksNext: number) => ({
  epoch: 'g.1.0',
  ticksNext,
  updatesNext: ticksNext + 1,
  clocks: { 'simulated/1': 5 },
  sources: { 'simulated/1': 7 },
});
const bar = (startMs: number, text: string) =>
  ({ instrument: 'A$XX', interval: '1m', startMs, update: new TextEncoder().encode(text) }) as const;
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: BARS_KEPT };

it('another process goes on with checkpoints, bars and the catalogue; what was cleared is not there', async () => {
  const first = await open('restart');
  const { fence } = await first.state.acquire(2);
  const bars = Array.from({ length: BARS_KEPT + 20 }, (_, i) => bar(i * 60_000, `bar ${i}`));
  await first.state.checkpoint(2, fence, { instruments: [instrument('A$XX', 3)], bars, record: recordAt(3) });
  const revised = bar((BARS_KEPT + 10) * 60_000, 'revised');
  await first.state.checkpoint(2, fence, {
    instruments: [instrument('B$XX', 8)],
    bars: [revised],
    record: recordAt(8),
  });
  const cleared = await first.state.acquire(3);
  await first.state.checkpoint(3, cleared.fence, {
    instruments: [instrument('C$XX', 1)],
    bars: [],
    record: recordAt(1),
  });
  await first.state.clear(3, cleared.fence);
  const entry = { instrument: 'A$XX', name: 'A', venue: 'simulated', priceDecimals: 2, sizeDecimals: undefined };
  await first.state.putCatalogue([entry]);
  const before = await first.state.bars(2, 'A$XX', '1m', ALL);
  await first.table.close();

  const second = await open('restart');
  const taken = await second.state.acquire(2);
  expect(taken.record).toEqual(recordAt(8));
  const byName = (await second.state.instruments(2)).sort((a, b) => a.instrument.localeCompare(b.instrument));
  expect(byName.map((one) => ({ ...one, view: [...one.view], fold: [...one.fold] }))).toEqual(
    [instrument('A$XX', 3), instrument('B$XX', 8)].map((one) => ({ ...one, view: [...one.view], fold: [...one.fold] })),
  );
  const after = await second.state.bars(2, 'A$XX', '1m', ALL);
  expect(after.map((bytes) => Buffer.from(bytes).toString())).toEqual(
    before.map((bytes) => Buffer.from(bytes).toString()),
  );
  expect(after.length).toBe(BARS_KEPT);
  expect(await second.state.record(3)).toBeUndefined();
  expect(await second.state.instruments(3)).toEqual([]);
  expect((await second.state.catalogue()).entries).toEqual([entry]);
  // The oldest bars went from the disk, too.
  await second.table.close();
  const third = await openTableStore({ path: join(path, 'restart') });
  expect([...third.found.keys()].filter((key) => key.startsWith('bar ')).length).toBe(BARS_KEPT);
  await third.close();
});

it('a journal that takes nothing any more is told of once, and the store goes on', async () => {
  const { table: gone, state: goesOn } = await open('lost');
  const { fence } = await goesOn.acquire(0);
  await gone.close();
  lost.length = 0;
  for (const ticksNext of [1, 2])
    await goesOn.checkpoint(0, fence, { instruments: [], bars: [], record: recordAt(ticksNext) });
  expect(lost.length).toBe(1);
  expect((await goesOn.record(0))?.ticksNext).toBe(2);
});
