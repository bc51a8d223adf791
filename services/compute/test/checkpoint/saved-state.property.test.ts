import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSavedState, encodeSavedState, SavedStateError } from '../../src/checkpoint/saved-state.ts';

const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 2 ** 51, -(2 ** 51), 2 ** 52, -(2 ** 52), 2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 51 + 1),
);
const state = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.array(number, { maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
    // Own property names only: JSON has no prototype.
    fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value;

describe('saved state', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(state, (value) => {
        expect(decodeSavedState(encodeSavedState(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every level of a book exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 8, maxLength: 500 }), (levels) => {
        expect(decodeSavedState(encodeSavedState({ bids: levels }))).toEqual({ bids: levels });
      }),
    );
  });

  it('refuses bytes that are cut or damaged, and never anything but with its own error', () => {
    fc.assert(
      fc.property(state, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encodeSavedState(value);
        const position = at % bytes.length;
        expect(() => decodeSavedState(bytes.subarray(0, position))).toThrow(SavedStateError);
        const damaged = bytes.slice();
        damaged[position] = byte;
        try {
          decodeSavedState(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(SavedStateError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves out what JSON leaves out, and refuses what JSON has no word for', () => {
    expect(decodeSavedState(encodeSavedState({ a: undefined, b: 1 }))).toEqual({ b: 1 });
    expect(() => encodeSavedState({ a: 1n })).toThrow(SavedStateError);
  });
});
