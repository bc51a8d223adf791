import type { Update } from '@tapecast/market';
import { openUpdateBatch } from '@tapecast/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PendingUpdates } from '../../src/publish/pending-updates.ts';
import { recordsOf } from '../../src/publish/records.ts';

const trade = (seq: number, idLength: number): Update => ({
  sequence: 'trade',
  first: seq,
  last: seq,
  keyframe: true,
  priceDecimals: 2,
  sizeDecimals: 2,
  timestampUs: 1,
  receivedAtUs: 1,
  body: { kind: 'trade', id: 'x'.repeat(idLength), price: 1, size: 1, side: undefined, conditions: [] },
});

describe('the records of a batch', () => {
  it('carry every update once and in order, within the bound, and only the last speaks for the whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 400 })), { maxLength: 8 }),
        fc.integer({ min: 600, max: 20_000 }),
        (instruments, bytesMax) => {
          const batch = new PendingUpdates('e.1.0', 10);
          const expected: string[] = [];
          instruments.forEach(([count, idLength], i) => {
            const holder = { instrument: `I${i}$XX`, list: undefined };
            for (let seq = 1; seq <= count; seq++) {
              batch.add(holder, trade(seq, idLength));
              expected.push(`I${i}$XX ${seq}`);
            }
          });
          batch.clocks.set('binance/1', 77);
          batch.ticksNext = 99;
          batch.seal();
          const records = recordsOf(batch, 5, bytesMax);
          const opened = records.map(openUpdateBatch);
          const found = opened.flatMap(({ entries }) =>
            entries.flatMap((entry) => entry.updates().map(({ first }) => `${entry.instrument} ${first}`)),
          );
          expect(found).toEqual(expected);
          expect(opened.map(({ ticksNext }) => ticksNext)).toEqual([...opened.slice(1).map(() => 10), 99]);
          expect(opened.map(({ clocks }) => clocks.length)).toEqual([...opened.slice(1).map(() => 0), 1]);
          for (const [i, record] of records.entries()) {
            const updates = opened[i]?.entries.reduce((sum, entry) => sum + entry.updates().length, 0) ?? 0;
            // A single update goes whole, whatever its size.
            if (updates > 1) expect(record.length).toBeLessThanOrEqual(bytesMax * 1.5);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
