import { describe, expect, it } from 'vitest';
import { difference } from '../../src/sources/level-difference.ts';
import { testMarket } from '../../src/sources/test-instrument.ts';

describe('the test instrument', () => {
  it('has a sound book of at least 5 levels a side that changes every second, and a trade at its top', () => {
    for (let second = 1_763_700_000; second < 1_763_704_000; second++) {
      const { bids, asks, traded, size } = testMarket(second);
      expect(bids.length).toBeGreaterThanOrEqual(10);
      expect(asks.length).toBeGreaterThanOrEqual(10);
      for (let i = 2; i < bids.length; i += 2) {
        expect(bids[i]).toBeLessThan(bids[i - 2]!);
        expect(asks[i]).toBeGreaterThan(asks[i - 2]!);
      }
      expect(bids[0]).toBeLessThan(asks[0]!);
      expect([bids[0], asks[0]]).toContain(traded);
      expect(size).toBeGreaterThan(0);
      const next = testMarket(second + 1);
      expect(difference(bids, next.bids).length + difference(asks, next.asks).length).toBeGreaterThan(0);
    }
  });
});

describe('the difference of two books', () => {
  it('sets what changed and removes what left', () => {
    expect(difference([5, 1, 4, 2, 3, 3], [5, 1, 4, 9, 2, 7])).toEqual([4, 9, 2, 7, 3, 0]);
    expect(difference([5, 1], [5, 1])).toEqual([]);
  });
});
