import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyLevels, cutBook, diffLevels, type Levels } from '../src/index.ts';

const book = fc.dictionary(fc.integer({ min: 1, max: 30 }).map(String), fc.integer({ min: 1, max: 3 }));
const side = fc.constantFrom('bids' as const, 'asks' as const);

function levelsOf(sizes: Record<string, number>, which: 'bids' | 'asks'): Levels {
  const sign = which === 'bids' ? -1 : 1;
  return Object.entries(sizes)
    .map(([price, size]) => [Number(price), size] as const)
    .sort((a, b) => sign * (a[0] - b[0]))
    .flat();
}

test('the differences of two sides turn one into the other, and are none when they are equal', () => {
  fc.assert(
    fc.property(book, book, side, (one, other, which) => {
      const before = levelsOf(one, which);
      const after = levelsOf(other, which);
      const changes = diffLevels(before, after);
      const applied = before.slice();
      applyLevels(applied, changes, which);
      expect(applied).toEqual(after);
      expect(diffLevels(after, after)).toEqual([]);
      // Nothing is said of a level that stayed as it was.
      for (let i = 0; i < changes.length; i += 2) {
        expect(one[String(changes[i])] ?? 0).not.toBe(changes[i + 1]);
      }
    }),
  );
});

test('differences apply in any order', () => {
  fc.assert(
    fc.property(book, book, side, fc.nat(), (one, other, which, turn) => {
      const before = levelsOf(one, which);
      const after = levelsOf(other, which);
      const changes = diffLevels(before, after);
      const at = changes.length === 0 ? 0 : (turn % (changes.length / 2)) * 2;
      applyLevels(before, [...changes.slice(at), ...changes.slice(0, at)], which);
      expect(before).toEqual(after);
    }),
  );
});

test('a cut is the best levels', () => {
  expect(cutBook([9, 1, 8, 2, 7, 3], 2)).toEqual([9, 1, 8, 2]);
  expect(cutBook([9, 1], 5)).toEqual([9, 1]);
});
