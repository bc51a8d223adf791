import { describe, expect, it } from 'vitest';
import { planRequests } from '../../../src/venues/binance/subscriptions.ts';

describe('subscription requests', () => {
  it('are batched, leave before they join, and name only what changes', () => {
    const current = new Set(['a@trade', 'b@trade']);
    expect(planRequests(current, new Set(['b@trade', 'c@trade']))).toEqual([
      { method: 'UNSUBSCRIBE', params: ['a@trade'] },
      { method: 'SUBSCRIBE', params: ['c@trade'] },
    ]);
    expect(planRequests(current, current)).toEqual([]);
  });

  it('hold 1,023 streams in a few messages', () => {
    const wanted = new Set(Array.from({ length: 1_023 }, (_, i) => `s${i}@trade`));
    const requests = planRequests(new Set(), wanted);
    expect(requests.length).toBe(6);
    expect(new Set(requests.flatMap(({ params }) => params))).toEqual(wanted);
  });
});
