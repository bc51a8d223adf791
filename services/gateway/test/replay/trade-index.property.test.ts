import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TradeIndex } from '../../src/replay/trade-index.ts';

interface Noted {
  epoch: string;
  offset: number;
  first: number;
  last: number;
}

/** What has to be found, from the list of all that was noted: the run of numbers without a hole that ends with the newest. */
function oracle(noted: readonly Noted[], start: number): Map<number, number> {
  const held = new Map<number, number>();
  let epoch = '';
  let newest: number | undefined;
  const kept: Noted[] = [];
  for (const one of noted) {
    if (one.epoch !== epoch || newest === undefined || one.first > newest + 1) kept.length = 0;
    else if (one.last <= newest) continue;
    epoch = one.epoch;
    newest = one.last;
    kept.push(one);
  }
  let next: number | undefined;
  for (const { offset, first, last } of kept) {
    const from = next ?? first;
    next = last + 1;
    if (offset < start) continue;
    for (let number = from; number <= last; number++) held.set(number, offset);
  }
  return held;
}

const step = fc.record({
  /** Numbers of the next record: how many, and whether some come again or are missing before. */
  count: fc.integer({ min: 1, max: 5 }),
  from: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -6, max: 3 }) }),
  offsets: fc.integer({ min: 1, max: 3 }),
  epoch: fc.oneof({ weight: 20, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  drop: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) }),
});

test('every number of the run that ends with the newest is found in its record, and no other', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 2_000, max: 2 ** 40 }), (steps, base) => {
      const index = new TradeIndex<string>(0, 10_000);
      const noted: Noted[] = [];
      let offset = base;
      let next = base * 2;
      let epoch = 0;
      let start = 0;
      for (const one of steps) {
        if (one.epoch) {
          epoch++;
          next = 1;
        }
        offset += one.offsets;
        const first = Math.max(1, next + one.from);
        const last = first + one.count - 1;
        next = Math.max(next, last + 1);
        noted.push({ epoch: `e${epoch}`, offset, first, last });
        index.note('A', `e${epoch}`, offset, first, last);
        if (one.drop > 0) {
          start = Math.max(start, offset - one.drop);
          index.dropBelow(start);
        }
      }
      const trades = index.of('A', start);
      const wanted = oracle(noted, start);
      const numbers = [...wanted.keys()];
      if (trades === undefined) {
        expect(numbers).toEqual([]);
        return;
      }
      expect(trades.last).toBe(numbers.at(-1) ?? trades.last);
      for (let number = trades.first as number; number <= (trades.last as number); number++)
        if (wanted.has(number)) expect(trades.offsetOf(number)).toBe(wanted.get(number));
      for (const number of numbers) expect(number).toBeGreaterThanOrEqual(trades.first as number);
      expect(index.entries).toBe(trades.size);
    }),
    { numRuns: 300, verbose: 1 },
  );
});

test('past its bound the oldest records are forgotten, of all instruments alike', () => {
  const index = new TradeIndex<string>(0, 100);
  for (let offset = 0; offset < 1_000; offset++) {
    index.note('A', 'e', offset, offset + 1, offset + 1);
    index.note('B', 'e', offset, offset + 1, offset + 1);
    expect(index.entries).toBeLessThanOrEqual(100);
  }
  expect(index.of('A', 0)!.last).toBe(1_000);
  expect(index.of('A', 0)!.first).toBeGreaterThan(940);
  expect(index.of('A', 0)!.first).toBeLessThan(965);
  expect(index.of('B', 0)!.first).toBe(index.of('A', 0)!.first);
});
