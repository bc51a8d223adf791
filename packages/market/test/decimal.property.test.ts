import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  divideHalfEven,
  divideUnitsHalfEven,
  ExactSum,
  formatUnits,
  fromSum,
  parseDecimal,
  scaleTo,
  toSum,
} from '../src/index.ts';

const units = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1_000_000, max: 1_000_000 }));
const decimals = fc.integer({ min: 0, max: 18 });

test('what is written is read back', () => {
  fc.assert(
    fc.property(units, decimals, (value, places) => {
      const read = parseDecimal(formatUnits(value, places), places);
      expect('units' in read && scaleTo(read.units, read.decimals, places)).toBe(value + 0);
    }),
  );
});

test('any text is a number, exactly, or a named error', () => {
  const digits = fc.stringMatching(/^[+-]?[0-9]{0,20}(\.[0-9]{0,20})?([eE]-?[0-9])?$/);
  fc.assert(
    fc.property(fc.oneof(digits, fc.string()), decimals, (text, places) => {
      const read = parseDecimal(text, places);
      const plain = /^([+-]?)(\d*)(?:\.(\d*?)0*)?$/.exec(text);
      if ('error' in read) {
        const tooLong = plain !== null && (plain[3] ?? '').length > places;
        const value = plain === null ? 0n : BigInt(`${plain[2]}${plain[3] ?? ''}` || '0');
        if (plain !== null && /\d/.test(text)) expect(tooLong || value > Number.MAX_SAFE_INTEGER).toBe(true);
        return;
      }
      expect(plain).not.toBeNull();
      const [, sign, whole, fraction = ''] = plain!;
      const value = BigInt(`${whole}${fraction}` || '0');
      expect(BigInt(read.units)).toBe(sign === '-' ? -value : value);
      expect(read.decimals).toBe(fraction.length);
    }),
    { numRuns: 1000 },
  );
});

test('half-even division is the nearest integer, the even one of two, with and without bigint', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 1000 }), (numerator, denominator) => {
      const quotient = divideHalfEven(BigInt(numerator), BigInt(denominator));
      const distance = 2n * (BigInt(numerator) - quotient * BigInt(denominator));
      const absolute = distance < 0n ? -distance : distance;
      expect(absolute <= BigInt(denominator)).toBe(true);
      if (absolute === BigInt(denominator)) expect(quotient % 2n).toBe(0n);
      expect(divideUnitsHalfEven(numerator, denominator)).toBe(Number(quotient));
      expect(divideHalfEven(-BigInt(numerator), -BigInt(denominator))).toBe(quotient);
    }),
  );
});

test('sums survive the wire and are exact', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 105n), max: 2n ** 105n }), (value) => {
      expect(fromSum(toSum(value))).toBe(value);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(units, units)), (pairs) => {
      const sum = new ExactSum();
      for (const [a, b] of pairs) sum.addProduct(a, b);
      expect(sum.value).toBe(pairs.reduce((total, [a, b]) => total + BigInt(a) * BigInt(b), 0n));
    }),
  );
});
