import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressLimits } from '../../src/edge/address-limits.ts';
import { RateTable } from '../../src/edge/rate-table.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

/** A bucket by its definition: tokens that are added as time goes. */
class Oracle {
  readonly burst: number;
  readonly perSecond: number;
  tokens: number;
  at: number | undefined;
  constructor(burst: number, perSecond: number) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.tokens = burst;
  }
  take(now: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + ((now - (this.at ?? now)) * this.perSecond) / 1000);
    this.at = now;
    if (this.tokens < 1 - 1e-6) return false;
    this.tokens--;
    return true;
  }
}

test('lets through what a bucket of each key lets through, whatever the others do', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(1, 2, 4, 5, 10, 50, 100),
      fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), after: fc.nat(400) }), { maxLength: 200 }),
      (burst, perSecond, events) => {
        const table = new RateTable(burst, perSecond, 1000);
        const oracles = new Map(['a', 'b', 'c'].map((key) => [key, new Oracle(burst, perSecond)]));
        let now = 1_700_000_000_000;
        for (const { key, after } of events) {
          now += after;
          const wait = table.take(key, now);
          expect(wait === 0).toBe(oracles.get(key)!.take(now));
          expect(wait).toBeLessThanOrEqual(1000 / perSecond);
        }
      },
    ),
  );
});

test('says how long to wait: then there is one, and not before', () => {
  const table = new RateTable(2, 10, 10);
  expect([table.take('a', 0), table.take('a', 0)]).toEqual([0, 0]);
  expect(table.take('a', 0)).toBeCloseTo(100);
  expect(table.take('a', 60)).toBeCloseTo(40);
  expect(table.take('a', 100)).toBe(0);
});

test('keeps no more keys than it may, and the busy ones among them', () => {
  const table = new RateTable(1, 0.001, 100);
  expect(table.take('busy', 0)).toBe(0);
  for (let i = 0; i < 10_000; i++) {
    table.take(`k${i}`, 1);
    expect(table.take('busy', 1)).toBeGreaterThan(0);
    expect(table.size).toBeLessThanOrEqual(100);
  }
});

test('a clock that goes back neither locks a key out nor fills its bucket', () => {
  const table = new RateTable(2, 1, 10);
  table.take('a', 1_000_000);
  table.take('a', 1_000_000);
  expect(table.take('a', 0)).toBeGreaterThan(0);
  expect(table.take('a', 1_000)).toBe(0);
  expect(table.take('a', 1_000)).toBeGreaterThan(0);
});

test('connections of an address are counted to nothing again', () => {
  const limits = new AddressLimits({ ...DEFAULT_LIMITS, connectionsPerAddressMax: 2 });
  expect(limits.handshake('a', 0)).toBeUndefined();
  limits.opened('a');
  limits.opened('a');
  expect(limits.handshake('a', 0)).toMatchObject({ limit: 'connections_per_address', retryAfterS: 10 });
  expect(limits.handshake('b', 0)).toBeUndefined();
  limits.closed('a');
  expect(limits.handshake('a', 0)).toBeUndefined();
  limits.closed('a');
  expect(limits.handshake(undefined, 0)).toBeUndefined();
});
