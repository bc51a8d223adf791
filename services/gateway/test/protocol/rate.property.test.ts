import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spend, TokenBucket, underRate } from '../../src/protocol/rate.ts';

const rate = fc.record({ burst: fc.integer({ min: 1, max: 500 }), perSecond: fc.integer({ min: 1, max: 5_000 }) });
/** Quarters of a millisecond, which times can say exactly. */
const wait = fc.integer({ min: 0, max: 8_000 }).map((quarters) => quarters / 4);
const BEGIN_MS = 1_764_000_000_000;

it('lets through what a bucket lets through, to a thousandth of the burst', () => {
  const steps = fc.array(fc.tuple(wait, fc.integer({ min: 1, max: 50 })), { maxLength: 60 });
  fc.assert(
    fc.property(rate, steps, (one, taken) => {
      const bucket = new TokenBucket(one.burst, one.perSecond, BEGIN_MS);
      let fullAtMs = 0;
      let nowMs = BEGIN_MS;
      for (const [waited, count] of taken) {
        nowMs += waited;
        const next = spend(one, fullAtMs, nowMs, count);
        const left = one.burst - (Math.max(0, fullAtMs - nowMs) * one.perSecond) / 1_000;
        const allowed = bucket.take(nowMs, count);
        // Only where the last bits decide may the two differ; from there on they are two buckets.
        if (Math.abs(left - count) <= one.burst * 0.002) return;
        expect(next !== undefined).toBe(allowed);
        fullAtMs = next ?? fullAtMs;
      }
    }),
  );
});

it('lets the whole burst through at once, whatever the time, and one more only when it is there again', () => {
  fc.assert(
    fc.property(rate, fc.double({ min: 0, max: 1e6, noNaN: true }), (one, later) => {
      const nowMs = BEGIN_MS + later;
      let fullAtMs = 0;
      for (let i = 0; i < one.burst; i++) {
        const next = spend(one, fullAtMs, nowMs);
        expect(next).toBeDefined();
        fullAtMs = next as number;
      }
      expect(spend(one, fullAtMs, nowMs)).toBeUndefined();
      expect(spend(one, fullAtMs, nowMs + 1_001 / one.perSecond)).toBeDefined();
    }),
  );
});

it('gives nothing back that was spent when another rate holds', () => {
  fc.assert(
    fc.property(rate, rate, fc.integer({ min: 0, max: 500 }), (before, after, spent) => {
      const taken = Math.min(spent, before.burst);
      const fullAtMs = taken === 0 ? 0 : (spend(before, 0, BEGIN_MS, taken) as number);
      const next = underRate(before, after, fullAtMs, BEGIN_MS);
      const left = Math.min(before.burst - taken, after.burst);
      if (left >= 1) expect(spend(after, next, BEGIN_MS, left)).toBeDefined();
      if (left + 1 <= after.burst) expect(spend(after, next, BEGIN_MS, left + 1)).toBeUndefined();
    }),
  );
});
