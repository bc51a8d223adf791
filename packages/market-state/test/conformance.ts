import type { Interval } from '@tapecast/market';
import { describe, expect, it } from 'vitest';
import {
  BARS_KEPT,
  type CatalogueEntry,
  type Checkpoint,
  type FinalBar,
  type InstrumentRecord,
  type MarketState,
  MarketStateError,
} from '../src/index.ts';

const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: BARS_KEPT };
const MINUTE = 60_000;

/** What every driver holds. `open` gives a store that is empty, and `partition` one that no other test uses. */
export function marketStateConformance(name: string, open: () => MarketState): void {
  let lastPartition = 0;
  const fresh = async (): Promise<{ state: MarketState; partition: number; fence: number }> => {
    const state = open();
    lastPartition += 1;
    const { fence } = await state.acquire(lastPartition);
    return { state, partition: lastPartition, fence };
  };

  describe(`${name}: fences`, () => {
    it('gives each acquire a higher number, and no record before the first checkpoint', async () => {
      const { state, partition, fence } = await fresh();
      const second = await state.acquire(partition);
      const third = await state.acquire(partition);
      expect(second.fence).toBeGreaterThan(fence);
      expect(third.fence).toBeGreaterThan(second.fence);
      expect(third.record).toBeUndefined();
      expect(await state.record(partition)).toBeUndefined();
    });

    it('refuses a checkpoint and a clear below the partition’s number, and writes nothing of them', async () => {
      const { state, partition, fence } = await fresh();
      const { fence: newer } = await state.acquire(partition);
      const refused = checkpoint(100, [instrument('A$XX', 100)], [bar('A$XX', '1m', 0, 'refused')]);
      expect(await state.checkpoint(partition, fence, refused)).toBe('fenced');
      expect(await state.instruments(partition)).toEqual([]);
      expect(await state.bars(partition, 'A$XX', '1m', ALL)).toEqual([]);
      expect(await state.record(partition)).toBeUndefined();

      expect(await state.checkpoint(partition, newer, checkpoint(7, [instrument('A$XX', 7)]))).toBe('written');
      expect(await state.clear(partition, fence)).toBe('fenced');
      expect((await state.record(partition))?.ticksNext).toBe(7);
      expect(await state.checkpoint(partition, fence, refused)).toBe('fenced');
      expect((await state.record(partition))?.ticksNext).toBe(7);
    });

    it('keeps partitions apart', async () => {
      const one = await fresh();
      const other = await fresh();
      await one.state.acquire(one.partition);
      expect(await other.state.checkpoint(other.partition, other.fence, checkpoint(1, [instrument('A$XX', 1)]))).toBe(
        'written',
      );
      expect(await one.state.instruments(one.partition)).toEqual([]);
    });

    it('refuses to go back within an epoch, but not after a clear or in another epoch', async () => {
      const { state, partition, fence } = await fresh();
      await state.checkpoint(partition, fence, checkpoint(200, [instrument('A$XX', 200)]));
      const behind = checkpoint(150, [instrument('A$XX', 150)]);
      expect(await state.checkpoint(partition, fence, behind)).toBe('fenced');
      expect((await state.instruments(partition))[0]?.ticksNext).toBe(200);
      expect(await state.checkpoint(partition, fence, checkpoint(200, []))).toBe('written');
      expect(
        await state.checkpoint(partition, fence, { ...behind, record: { ...behind.record, epoch: 'other' } }),
      ).toBe('written');
      expect(await state.clear(partition, fence)).toBe('written');
      expect(await state.checkpoint(partition, fence, checkpoint(10, []))).toBe('written');
    });
  });

  describe(`${name}: checkpoints`, () => {
    it('takes a checkpoint only on top of a record that it stands on, and writes nothing of it otherwise', async () => {
      const { state, partition, fence } = await fresh();
      const at = (ticksNext: number) => ({ epoch: 'epoch', ticksNext });
      const first = checkpoint(10, [instrument('A$XX', 10)]);
      const second = checkpoint(20, [instrument('B$XX', 20)], [bar('B$XX', '1m', 0, 'refused')]);
      await expect(state.checkpoint(partition, fence, first, [at(5)])).rejects.toMatchObject({ code: 'superseded' });
      expect(await state.checkpoint(partition, fence, first, [at(5), 'none'])).toBe('written');
      for (const standsOn of [[at(15)], ['none' as const], [{ epoch: 'other', ticksNext: 10 }], []]) {
        const refused = state.checkpoint(partition, fence, second, standsOn);
        await expect(refused).rejects.toMatchObject({ code: 'superseded', retryable: true });
      }
      expect((await state.instruments(partition)).map(({ instrument: name }) => name)).toEqual(['A$XX']);
      expect(await state.bars(partition, 'B$XX', '1m', ALL)).toEqual([]);
      expect((await state.record(partition))?.ticksNext).toBe(10);
      expect(await state.checkpoint(partition, fence, second, [at(15), at(10)])).toBe('written');
      // A number from before says so, whatever it stands on.
      const { fence: newer } = await state.acquire(partition);
      expect(await state.checkpoint(partition, fence, checkpoint(30, []), ['none'])).toBe('fenced');
      await state.clear(partition, newer);
      const anew = state.checkpoint(partition, newer, checkpoint(30, []), [at(20)]);
      await expect(anew).rejects.toMatchObject({ code: 'superseded' });
      expect(await state.checkpoint(partition, newer, checkpoint(30, []), ['none'])).toBe('written');
    });

    it('gives back what was written, byte for byte', async () => {
      const { state, partition, fence } = await fresh();
      const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
      const records: InstrumentRecord[] = [
        {
          instrument: 'BTCUSDT$BA',
          view: everyByte,
          fold: everyByte.toReversed(),
          ticksNext: 2 ** 53 - 1,
          updatesNext: 0,
        },
        {
          instrument: '腾讯$HK',
          view: new Uint8Array(0),
          fold: new Uint8Array(0),
          ticksNext: 0,
          updatesNext: 2 ** 40 + 1,
        },
      ];
      const written: Checkpoint = {
        instruments: records,
        bars: [],
        record: {
          epoch: 'g1-f1-0',
          ticksNext: 2 ** 53 - 1,
          updatesNext: 12,
          clocks: { binance: 1_723_161_666_102 },
          sources: { 'binance/01J9': 77 },
        },
      };
      expect(await state.checkpoint(partition, fence, written)).toBe('written');
      expect(byName(await state.instruments(partition))).toEqual(byName(records));
      expect(await state.record(partition)).toEqual(written.record);
      expect((await state.acquire(partition)).record).toEqual(written.record);
      const snapshot = await state.snapshot(partition, 'BTCUSDT$BA');
      expect({ ...snapshot, view: plain(snapshot!.view) }).toEqual({ view: everyByte, updatesNext: 0 });
      expect(await state.snapshot(partition, 'ETHUSDT$BA')).toBeUndefined();
    });

    it('leaves instruments that a checkpoint does not name as they were', async () => {
      const { state, partition, fence } = await fresh();
      await state.checkpoint(partition, fence, checkpoint(10, [instrument('A$XX', 10), instrument('B$XX', 10)]));
      await state.checkpoint(partition, fence, checkpoint(20, [instrument('B$XX', 20)]));
      expect(byName(await state.instruments(partition)).map(({ instrument: n, ticksNext }) => [n, ticksNext])).toEqual([
        ['A$XX', 10],
        ['B$XX', 20],
      ]);
    });

    it('takes a checkpoint that is larger than any one call', async () => {
      const { state, partition, fence } = await fresh();
      const many = Array.from({ length: 700 }, (_, i) => instrument(`I${i}$XX`, i, i === 350 ? 600_000 : 1_500));
      const bars = Array.from({ length: 1_000 }, (_, i) =>
        bar(`I${i % 10}$XX`, '1m', Math.floor(i / 10) * MINUTE, `bar ${i}`),
      );
      expect(await state.checkpoint(partition, fence, checkpoint(1_000, many, bars))).toBe('written');
      expect(byName(await state.instruments(partition))).toEqual(byName(many));
      expect(await state.bars(partition, 'I3$XX', '1m', ALL)).toHaveLength(100);
    });

    it('does not share memory with its caller', async () => {
      const { state, partition, fence } = await fresh();
      const record = instrument('A$XX', 1);
      const before = record.view.slice();
      await state.checkpoint(partition, fence, checkpoint(1, [record]));
      record.view.fill(0);
      const first = await state.snapshot(partition, 'A$XX');
      expect(plain(first!.view)).toEqual(before);
      first!.view.fill(0);
      expect(plain((await state.snapshot(partition, 'A$XX'))!.view)).toEqual(before);
    });

    it('clears instruments and record, but not bars', async () => {
      const { state, partition, fence } = await fresh();
      await state.checkpoint(
        partition,
        fence,
        checkpoint(5, [instrument('A$XX', 5)], [bar('A$XX', '1m', MINUTE, 'kept')]),
      );
      expect(await state.clear(partition, fence)).toBe('written');
      expect(await state.instruments(partition)).toEqual([]);
      expect(await state.record(partition)).toBeUndefined();
      expect(await state.snapshot(partition, 'A$XX')).toBeUndefined();
      expect(texts(await state.bars(partition, 'A$XX', '1m', ALL))).toEqual(['kept']);
      expect((await state.acquire(partition)).fence).toBeGreaterThan(fence);
    });

    it('refuses what it could not compare or hold, and says what', async () => {
      const { state, partition, fence } = await fresh();
      const refusals: [Checkpoint, RegExp][] = [
        [checkpoint(Number.NaN, []), /ticksNext is NaN/],
        [checkpoint(-1, []), /ticksNext is -1/],
        [checkpoint(1, [instrument('', 1)]), /no name/],
        [checkpoint(1, [instrument('A$XX', 1.5)]), /A\$XX ticksNext is 1\.5/],
        [checkpoint(1, [instrument('A$XX', 1, 9 * 1024 * 1024)]), /bytes of state; at most/],
        [checkpoint(1, [], [bar('A$XX', '1m', Number.NaN, '')]), /startMs is NaN/],
      ];
      for (const [refused, message] of refusals) {
        const error = await state.checkpoint(partition, fence, refused).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(MarketStateError);
        expect(error).toMatchObject({ code: 'invalid', retryable: false });
        expect((error as Error).message).toMatch(message);
      }
      await expect(state.acquire(-1)).rejects.toMatchObject({ code: 'invalid' });
      expect(await state.record(partition)).toBeUndefined();
    });
  });

  describe(`${name}: bars`, () => {
    it('gives a range oldest first, the newest of it when it is limited', async () => {
      const { state, partition, fence } = await fresh();
      const bars = [3, 1, 2, 5, 4].map((minute) => bar('A$XX', '1m', minute * MINUTE, `m${minute}`));
      await state.checkpoint(partition, fence, checkpoint(1, [], bars));
      const read = async (fromMs: number, toMs: number, limit: number): Promise<string[]> =>
        texts(await state.bars(partition, 'A$XX', '1m', { fromMs, toMs, limit }));
      expect(await read(0, 9 * MINUTE, 500)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
      expect(await read(2 * MINUTE, 4 * MINUTE, 500)).toEqual(['m2', 'm3', 'm4']);
      expect(await read(2 * MINUTE + 1, 4 * MINUTE - 1, 500)).toEqual(['m3']);
      expect(await read(0, 9 * MINUTE, 2)).toEqual(['m4', 'm5']);
      expect(await read(0, 9 * MINUTE, 0)).toEqual([]);
      expect(await read(6 * MINUTE, 9 * MINUTE, 500)).toEqual([]);
    });

    it('replaces a bar that is written again, wherever it is, and keeps intervals apart', async () => {
      const { state, partition, fence } = await fresh();
      const written = [1, 2, 3].map((minute) => bar('A$XX', '1m', minute * MINUTE, 'same bytes'));
      await state.checkpoint(partition, fence, checkpoint(1, [], [...written, bar('A$XX', '5m', MINUTE, 'five')]));
      await state.checkpoint(partition, fence, checkpoint(2, [], [bar('A$XX', '1m', 2 * MINUTE, 'revised')]));
      expect(texts(await state.bars(partition, 'A$XX', '1m', ALL))).toEqual(['same bytes', 'revised', 'same bytes']);
      expect(texts(await state.bars(partition, 'A$XX', '5m', ALL))).toEqual(['five']);
    });

    it(`keeps the newest ${BARS_KEPT}`, async () => {
      const { state, partition, fence } = await fresh();
      const bars = Array.from({ length: BARS_KEPT + 20 }, (_, i) => bar('A$XX', '1m', i * MINUTE, `b${i}`));
      await state.checkpoint(partition, fence, checkpoint(1, [], bars.slice(0, 300)));
      await state.checkpoint(partition, fence, checkpoint(2, [], bars.slice(300)));
      const kept = texts(await state.bars(partition, 'A$XX', '1m', { ...ALL, limit: 10_000 }));
      expect(kept).toHaveLength(BARS_KEPT);
      expect([kept[0], kept.at(-1)]).toEqual(['b20', `b${BARS_KEPT + 19}`]);
      await state.checkpoint(partition, fence, checkpoint(3, [], [bar('A$XX', '1m', 0, 'too old')]));
      expect(texts(await state.bars(partition, 'A$XX', '1m', { ...ALL, limit: 1_000 }))[0]).toBe('b20');
    });
  });

  describe(`${name}: catalogue`, () => {
    it('adds and replaces entries, and its version rises with changes only', async () => {
      const state = open();
      const start = await state.catalogueVersion();
      await state.putCatalogue([entry('AAPL$US', 2), entry('BTCUSDT$BA', undefined)]);
      const first = await state.catalogue();
      expect(first.version).toBeGreaterThan(start);
      expect(named(first.entries, 'AAPL$US', 'BTCUSDT$BA')).toEqual([
        entry('AAPL$US', 2),
        entry('BTCUSDT$BA', undefined),
      ]);

      await state.putCatalogue([entry('AAPL$US', 2)]);
      expect(await state.catalogueVersion()).toBe(first.version);
      await state.putCatalogue([]);
      expect(await state.catalogueVersion()).toBe(first.version);

      await state.putCatalogue([entry('AAPL$US', 4)]);
      const second = await state.catalogue();
      expect(second.version).toBeGreaterThan(first.version);
      expect(await state.catalogueVersion()).toBe(second.version);
      expect(named(second.entries, 'AAPL$US')).toEqual([entry('AAPL$US', 4)]);
    });

    it('takes thousands of entries', async () => {
      const state = open();
      const many = Array.from({ length: 5_000 }, (_, i) => entry(`S${i}$XX`, i % 9));
      await state.putCatalogue(many);
      const { entries } = await state.catalogue();
      expect(entries.filter(({ instrument: n }) => /^S\d+\$XX$/.test(n))).toHaveLength(5_000);
    });
  });
}

/** After `close`, which ends the store for the suite. */
export async function expectClosed(state: MarketState): Promise<void> {
  await state.close();
  await state.close();
  await expect(state.acquire(0)).rejects.toMatchObject({ name: 'MarketStateError', code: 'closed', retryable: false });
}

export function checkpoint(ticksNext: number, instruments: InstrumentRecord[], bars: FinalBar[] = []): Checkpoint {
  return { instruments, bars, record: { epoch: 'epoch', ticksNext, updatesNext: ticksNext, clocks: {}, sources: {} } };
}

export function instrument(name: string, ticksNext: number, bytes = 40): InstrumentRecord {
  const content = new TextEncoder().encode(`${name} at ${ticksNext}`.padEnd(bytes));
  return { instrument: name, view: content, fold: content.toReversed(), ticksNext, updatesNext: 0 };
}

function bar(name: string, interval: Interval, startMs: number, text: string): FinalBar {
  return { instrument: name, interval, startMs, update: new TextEncoder().encode(text) };
}

function entry(name: string, priceDecimals: number | undefined): CatalogueEntry {
  return { instrument: name, name: `The ${name}`, venue: 'test', priceDecimals, sizeDecimals: undefined };
}

const named = (entries: CatalogueEntry[], ...names: string[]): CatalogueEntry[] =>
  names.map((name) => entries.find((candidate) => candidate.instrument === name)!);

/** Drivers may give a Buffer; what counts is its bytes. */
const plain = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);
const texts = (bytes: Uint8Array[]): string[] => bytes.map((each) => new TextDecoder().decode(each));
const byName = (records: InstrumentRecord[]): InstrumentRecord[] =>
  records
    .map((record) => ({ ...record, view: plain(record.view), fold: plain(record.fold) }))
    .sort((a, b) => (a.instrument < b.instrument ? -1 : 1));
