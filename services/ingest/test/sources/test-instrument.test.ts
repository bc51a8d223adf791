import { describe, expect, it, vi } from 'vitest';
import { difference } from '../../src/sources/level-difference.ts';
import { TestFeed, testMarket } from '../../src/sources/test-instrument.ts';
import type { TickSink } from '../../src/sources/venue-source.ts';

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

describe('the feed of the test instrument', () => {
  it('has a trade of every second, also of one that its timer or the log was too late for', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    let nowMs = 1_763_700_000_960;
    let full = false;
    const trades: number[] = [];
    const source = {
      clock: () => undefined,
      emit: ({ body }: { body: { kind: string; id?: string } }) =>
        body.kind === 'trade' && trades.push(Number(body.id)),
    } as unknown as TickSink;
    const feed = new TestFeed({ source, nowUs: () => nowMs * 1_000, isFull: () => full });
    try {
      feed.start(1_763_699_990);
      for (const lateMs of [0, 70, -70, 30, 2_500, 0]) {
        nowMs += 1_000 + lateMs;
        vi.advanceTimersByTime(1_000);
      }
      full = true;
      nowMs += 10_000;
      vi.advanceTimersByTime(1_000);
      full = false;
      nowMs += 1_000;
      vi.advanceTimersByTime(1_000);
      const last = Math.floor(nowMs / 1_000);
      expect(trades).toEqual(Array.from({ length: last - 1_763_699_990 }, (_, i) => 1_763_699_991 + i));
    } finally {
      feed.stop();
      vi.useRealTimers();
    }
  });
});

describe('the difference of two books', () => {
  it('sets what changed and removes what left', () => {
    expect(difference([5, 1, 4, 2, 3, 3], [5, 1, 4, 9, 2, 7])).toEqual([4, 9, 2, 7, 3, 0]);
    expect(difference([5, 1], [5, 1])).toEqual([]);
  });
});
