import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vwapOf } from '../src/index.ts';

describe('vwap', () => {
  const volume = fc.oneof(fc.bigInt(1n, 60n), fc.bigInt(1n, 2n ** 60n), fc.bigInt(-(2n ** 70n), -1n));
  const turnover = fc.oneof(fc.bigInt(-5000n, 5000n), fc.bigInt(-(2n ** 104n), 2n ** 104n));

  it('is the nearest integer to turnover · 10⁴ / volume, of two the even one, however close the middle is', () => {
    fc.assert(
      fc.property(volume, turnover, fc.bigInt(-2n, 2n), fc.boolean(), (shares, any, beside, middle) => {
        // Half of the time a turnover that is next to the middle between two results.
        const value = middle ? ((any / 10n ** 6n) * shares) / 20_000n + beside : any;
        const vwap = vwapOf(value, shares)!;
        const distance = (result: bigint) => {
          const rest = value * 10_000n - result * shares;
          return rest < 0n ? -rest : rest;
        };
        const others = [vwap - 1n, vwap + 1n].map(distance);
        for (const other of others) expect(distance(vwap) <= other).toBe(true);
        if (others.includes(distance(vwap))) expect(vwap % 2n).toBe(0n);
      }),
      { numRuns: 3000 },
    );
  });

  it('is unknown where either is, or nothing was traded', () => {
    expect([vwapOf(undefined, 1n), vwapOf(1n, undefined), vwapOf(0n, 0n)]).toEqual([undefined, undefined, undefined]);
  });
});
