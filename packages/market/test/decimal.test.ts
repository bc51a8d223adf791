import { describe, expect, test } from 'vitest';
import { divideHalfEven, formatUnits, fromSum, parseDecimal, scaleTo, toSum } from '../src/index.ts';

describe('parseDecimal', () => {
  test.each([
    ['61837.63000000', 61_837_63, 2],
    ['0.00001230', 123, 7],
    ['-12.5', -125, 1],
    ['+7', 7, 0],
    ['007.10', 71, 1],
    ['0', 0, 0],
    ['-0.000', 0, 0],
    ['.5', 5, 1],
    ['5.', 5, 0],
    ['100', 100, 0],
    ['9007199254740991', Number.MAX_SAFE_INTEGER, 0],
    ['-90071992547409.91', -Number.MAX_SAFE_INTEGER, 2],
    ['1.000000000000000000000000000000', 1, 0],
  ])('%s', (text, units, decimals) => {
    const parsed = parseDecimal(text, 18);
    expect(parsed).toEqual({ units, decimals });
    expect('units' in parsed && Object.is(parsed.units, -0)).toBe(false);
  });

  test.each([
    ['', 'empty'],
    ['NaN', 'not_a_number'],
    ['Infinity', 'not_a_number'],
    ['.', 'not_a_number'],
    ['-', 'not_a_number'],
    ['1.2.3', 'not_a_number'],
    [' 1', 'not_a_number'],
    ['1,5', 'not_a_number'],
    ['0x10', 'not_a_number'],
    ['١', 'not_a_number'],
    ['1e', 'not_a_number'],
    ['1e-9', 'exponent'],
    ['.5E+3', 'exponent'],
    ['0.1234567890123456789', 'too_many_digits'],
    ['1'.repeat(65), 'too_many_digits'],
    ['9007199254740992', 'out_of_range'],
    ['1234567890123456789012345678901234567890', 'out_of_range'],
    ['90071992547409.92', 'out_of_range'],
  ])('%s is %s', (text, error) => {
    expect(parseDecimal(text, 18)).toEqual({ error });
  });

  test('decimals past the most asked for are not rounded away', () => {
    expect(parseDecimal('1.25', 1)).toEqual({ error: 'too_many_digits' });
    expect(parseDecimal('1.20', 1)).toEqual({ units: 12, decimals: 1 });
  });
});

describe('formatUnits', () => {
  test.each([
    [1230, 8, '0.00001230'],
    [-1230, 8, '-0.00001230'],
    [6183763, 2, '61837.63'],
    [5, 1, '0.5'],
    [-5, 0, '-5'],
    [0, 4, '0.0000'],
    [Number.MAX_SAFE_INTEGER, 18, '0.009007199254740991'],
    [12345678901234567890123n, 3, '12345678901234567890.123'],
    [-1n, 2, '-0.01'],
  ])('%s with %s decimals', (units, decimals, text) => {
    expect(formatUnits(units, decimals)).toBe(text);
  });
});

test('scaleTo refuses to overflow and to round', () => {
  expect(scaleTo(12, 1, 3)).toBe(1200);
  expect(scaleTo(-1200, 3, 1)).toBe(-12);
  expect(scaleTo(1201, 3, 1)).toBeUndefined();
  expect(scaleTo(Number.MAX_SAFE_INTEGER, 0, 1)).toBeUndefined();
  expect(scaleTo(9_007_199_254_740_99, 0, 1)).toBe(9_007_199_254_740_990);
});

test('halves go to the even neighbour, on both sides of zero', () => {
  expect([1n, 3n, 5n, -1n, -3n, -5n].map((n) => divideHalfEven(n, 2n))).toEqual([0n, 2n, 2n, 0n, -2n, -2n]);
  expect(divideHalfEven(7n, -2n)).toBe(-4n);
  expect(divideHalfEven(2n, 3n)).toBe(1n);
  expect(divideHalfEven(-1n, 3n)).toBe(0n);
});

test('a sum on the wire has a low part of 53 bits that is never negative', () => {
  expect(toSum(2n ** 53n + 5n)).toEqual({ high: 1, low: 5 });
  expect(toSum(-1n)).toEqual({ high: -1, low: Number.MAX_SAFE_INTEGER });
  expect(fromSum({ high: -1, low: Number.MAX_SAFE_INTEGER })).toBe(-1n);
});
