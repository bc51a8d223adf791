import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeTracker } from '../src/index.ts';

/** A run of ranges as a gateway sends them: merged as it likes, without a hole. */
const runs = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 40 });

function ranges(start: number, widths: readonly number[]): [number, number][] {
  let last = start;
  return widths.map((width) => {
    const range: [number, number] = [last + 1, last + width];
    last += width;
    return range;
  });
}

describe('ranges', () => {
  it('what comes whole has no gap, from any start', () => {
    fc.assert(
      fc.property(fc.nat(), runs, (seq, widths) => {
        const tracker = new RangeTracker();
        tracker.begin('e', seq, false);
        for (const range of ranges(seq, widths)) expect(tracker.saw(range, 'event')).toEqual({ kind: 'next' });
      }),
    );
  });

  it('exactly the numbers of the messages left out are lost, and what is sent twice is seen', () => {
    fc.assert(
      fc.property(fc.nat(), runs, fc.infiniteStream(fc.constantFrom('sent', 'lost', 'twice')), (seq, widths, fates) => {
        const tracker = new RangeTracker();
        tracker.begin('e', seq, false);
        const lost = new Set<number>();
        const told = new Set<number>();
        let lastSent = seq;
        for (const [first, last] of ranges(seq, widths)) {
          const fate = fates.next().value;
          if (fate === 'lost') {
            for (let number = first; number <= last; number++) lost.add(number);
            continue;
          }
          const verdict = tracker.saw([first, last], 'event');
          if (verdict.kind === 'gap')
            for (let number = verdict.lost[0]; number <= verdict.lost[1]; number++) told.add(number);
          else expect(verdict).toEqual({ kind: 'next' });
          if (fate === 'twice') expect(tracker.saw([first, last], 'event')).toEqual({ kind: 'seen' });
          lastSent = last;
        }
        // What was lost after the last message can not be known yet.
        expect(told).toEqual(new Set([...lost].filter((number) => number < lastSent)));
      }),
    );
  });

  it('a snapshot begins the count, and differences before it belong to nothing', () => {
    const tracker = new RangeTracker();
    tracker.begin('e', 10, true);
    expect(tracker.saw([11, 12], 'difference')).toEqual({ kind: 'baseless' });
    expect(tracker.saw([1, 11], 'snapshot')).toEqual({ kind: 'next' });
    expect(tracker.saw([12, 12], 'difference')).toEqual({ kind: 'next' });
  });

  it('a snapshot of an older state counts: the differences that follow belong to it', () => {
    const tracker = new RangeTracker();
    tracker.begin('e', 10, false);
    expect(tracker.saw([8, 8], 'snapshot')).toEqual({ kind: 'next' });
    expect(tracker.saw([9, 12], 'difference')).toEqual({ kind: 'next' });
  });

  it('a new connection tells what went by, within one epoch', () => {
    const tracker = new RangeTracker();
    expect(tracker.begin('e', 10, false)).toBeUndefined();
    expect(tracker.begin('e', 10, false)).toBeUndefined();
    expect(tracker.begin('e', 15, false)).toEqual([11, 15]);
    expect(tracker.begin('f', 3, false)).toBe('epoch');
  });

  it('a hole that was announced is not missed again', () => {
    const tracker = new RangeTracker();
    tracker.begin('e', 10, false);
    tracker.announced([11, 14]);
    expect(tracker.saw([15, 15], 'event')).toEqual({ kind: 'next' });
    tracker.announced([20, 22]);
    expect(tracker.saw([23, 23], 'event')).toEqual({ kind: 'gap', lost: [16, 22] });
  });
});
