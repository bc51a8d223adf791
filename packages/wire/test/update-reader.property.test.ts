import { SEQUENCES } from '@tapecast/market';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { encodeUpdateBatch, NameTable, openUpdateBatch, UpdateBatchReader, WireError } from '../src/index.ts';
import { log } from '../src/log-schema.ts';
import { text } from './arbitraries.ts';
import { batch, UNKNOWN, update } from './log-arbitraries.ts';

/** What the schema's generated decoder makes of a batch: the head, and names, ranges and bytes of the entries. */
function generatedBatch(bytes: Uint8Array): object {
  const { epoch, ticksNext, computedAtUs, clocks, index, payload } = log.v1.UpdateBatch.decode(bytes);
  return {
    epoch,
    ticksNext,
    computedAtUs,
    clocks: clocks.map(({ source, timeMs }) => ({ source: source ?? '', timeMs: timeMs ?? 0 })),
    entries: index.map(({ instrument = '', offset = 0, length = 0, ranges }) => ({
      instrument,
      ranges: (ranges ?? []).map(({ sequence, first, last }) => ({
        sequence: SEQUENCES[(sequence ?? 0) - 1],
        first: first ?? 0,
        last: last ?? 0,
      })),
      bytes: [...payload.subarray(offset ?? 0, (offset ?? 0) + (length ?? 0))],
    })),
  };
}

describe('a batch is read as the generated decoder reads it', () => {
  const longName = fc.integer({ min: 120, max: 300 }).map((n) => '価'.repeat(n));
  const named = fc
    .tuple(batch, fc.array(fc.tuple(longName, fc.array(update, { minLength: 1, maxLength: 2 }))))
    .map(([value, more]) => ({ ...value, updates: new Map([...value.updates, ...more]) }));

  it('all of it', () => {
    fc.assert(
      fc.property(named, (value) => {
        const bytes = encodeUpdateBatch(value);
        const { entries, ...head } = openUpdateBatch(bytes);
        const shown = entries.map((entry) => ({
          instrument: entry.instrument,
          ranges: entry.ranges,
          bytes: [...entry.bytes],
        }));
        expect({ ...head, entries: shown }).toEqual(generatedBatch(bytes));
      }),
    );
  });

  it('only what is wanted, and the new names, one batch after another by one reader', () => {
    const world = fc.tuple(fc.array(named, { minLength: 1, maxLength: 4 }), fc.array(text), fc.func(fc.boolean()));
    fc.assert(
      fc.property(world, ([batches, more, wanted]) => {
        const symbols = new Set([...batches.flatMap(({ updates }) => [...updates.keys()]), ...more]);
        const known = [...symbols].filter((symbol) => wanted(symbol, 'known'));
        const names = new NameTable<string>();
        for (const symbol of known) names.set(symbol, symbol);
        const held = new Set(known.filter((symbol) => wanted(symbol, 'held')));
        const reader = new UpdateBatchReader({
          names,
          wants: (symbol) => held.has(symbol),
          tellsNew: true,
          tellsTrades: true,
        });
        for (const value of batches) {
          reader.read(encodeUpdateBatch(value));
          const { epoch, ticksNext, computedAtUs, clocks } = reader;
          expect({ epoch, ticksNext, computedAtUs, clocks }).toEqual({
            epoch: value.epoch,
            ticksNext: value.ticksNext,
            computedAtUs: value.computedAtUs,
            clocks: value.clocks,
          });
          const carried = [...value.updates.keys()];
          expect(reader.newNames).toEqual(carried.filter((symbol) => !known.includes(symbol)));
          // Of all that are known, held or not: what the generated decoder finds in the index.
          const { count, known: of, firsts, lasts } = reader.trades;
          const { index } = log.v1.UpdateBatch.decode(encodeUpdateBatch(value));
          expect(Array.from({ length: count }, (_, i) => [of[i], firsts[i], lasts[i]])).toEqual(
            index
              .filter(({ instrument }) => known.includes(instrument ?? ''))
              .flatMap(({ instrument, ranges }) =>
                (ranges ?? [])
                  .filter(({ sequence }) => SEQUENCES[(sequence ?? 0) - 1] === 'trade')
                  .map(({ first, last }) => [instrument ?? '', first ?? 0, last ?? 0]),
              ),
          );
          expect(reader.entries.map((entry) => entry.known)).toEqual(carried.filter((symbol) => held.has(symbol)));
          for (const entry of reader.entries) {
            const updates = value.updates.get(entry.known)!;
            expect(entry.instrument).toBe(entry.known);
            expect(entry.updates()).toEqual(updates);
            for (const sequence of SEQUENCES)
              expect(entry.has(sequence)).toBe(updates.some((u) => u.sequence === sequence));
          }
        }
      }),
    );
  });

  it('with fields between that it does not know', () => {
    fc.assert(
      fc.property(batch, (value) => {
        const bytes = encodeUpdateBatch(value);
        const heads = openUpdateBatch(Uint8Array.from([...UNKNOWN, ...bytes, ...UNKNOWN]));
        expect(heads.entries.map((entry) => [entry.instrument, entry.updates()])).toEqual([...value.updates]);
        expect({ epoch: heads.epoch, clocks: heads.clocks }).toEqual({ epoch: value.epoch, clocks: value.clocks });
      }),
    );
  });
});

it('bent bytes are read, or refused as what they are, with the numbers of trades too', () => {
  fc.assert(
    fc.property(batch, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, flip) => {
      const names = new NameTable<string>();
      for (const symbol of value.updates.keys()) names.set(symbol, symbol);
      const reader = new UpdateBatchReader({ names, wants: () => false, tellsNew: true, tellsTrades: true });
      const bytes = encodeUpdateBatch(value);
      fc.pre(bytes.length > 0);
      bytes[place % bytes.length] = (bytes[place % bytes.length] as number) ^ flip;
      try {
        reader.read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
    { numRuns: 300 / inject('fewerRuns'), verbose: 1 },
  );
});

describe('names are found by their bytes', () => {
  it('as a Map finds them by their text', () => {
    const step = fc.tuple(
      fc.oneof(
        text,
        fc.integer({ max: 2000, min: 0 }).map((n) => `S${n}$US`),
      ),
      fc.nat(),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const table = new NameTable<number>();
        const oracle = new Map<string, number>();
        for (const [name, value] of steps) {
          const bytes = Buffer.from(`<${name}>`);
          expect(table.get(bytes, 1, bytes.length - 1)).toBe(oracle.get(name));
          table.set(name, value);
          oracle.set(name, value);
          expect(table.size).toBe(oracle.size);
        }
        for (const [name, value] of oracle) {
          const bytes = Buffer.from(name);
          expect(table.get(bytes, 0, bytes.length)).toBe(value);
        }
      }),
      { numRuns: 30 / inject('fewerRuns') },
    );
  });
});
