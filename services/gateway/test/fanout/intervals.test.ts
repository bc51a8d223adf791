import { describe, expect, test } from 'vitest';
import { INTERVALS_OFFERED_MS, IntervalTimer, intervalIndex, type Timers } from '../../src/fanout/intervals.ts';

/** Time that goes on when it is told to. */
class Clock implements Timers {
  nowMs = 1_700_000_000_003;
  /** A timer may fire so much too early, as Node's do. */
  earlyMs = 0;
  readonly #due: { atMs: number; due: () => void }[] = [];

  after(ms: number, due: () => void): void {
    this.#due.push({ atMs: this.nowMs + ms, due });
  }

  get waiting(): number {
    return this.#due.length;
  }

  /** Goes to the next timer and fires it. */
  next(): void {
    this.#due.sort((a, b) => a.atMs - b.atMs);
    const first = this.#due.shift();
    if (first === undefined) throw new Error('no timer waits');
    this.nowMs = first.atMs - this.earlyMs;
    first.due();
  }
}

test('an interval that is not offered is rounded up, and past the longest down to it', () => {
  const given = (intervalMs: number): number => INTERVALS_OFFERED_MS[intervalIndex(intervalMs)] as number;
  expect([0, 1, 50, 51, 60, 100, 101, 999, 1000, 1001, 86_400_000].map(given)).toEqual([
    0, 50, 50, 100, 100, 100, 250, 1000, 1000, 1000, 1000,
  ]);
});

describe('the moments of an interval', () => {
  test('are its own on a clock that all gateways share, and no two intervals share one', () => {
    const moments = INTERVALS_OFFERED_MS.slice(1).map((intervalMs, i) => {
      const clock = new Clock();
      const at: number[] = [];
      const timer = new IntervalTimer(
        i + 1,
        clock,
        () => clock.nowMs,
        () => at.push(clock.nowMs),
      );
      for (let n = 0; n < 5; n++) {
        timer.arm();
        clock.next();
      }
      for (const [n, one] of at.entries()) if (n > 0) expect(one - (at[n - 1] as number)).toBe(intervalMs);
      return (at[0] as number) % 50;
    });
    expect(moments).toEqual([0, 10, 20, 30, 40]);
  });

  test('come once each, also where the timer fires early or is armed again and again', () => {
    const clock = new Clock();
    clock.earlyMs = 1;
    let flushes = 0;
    const timer = new IntervalTimer(
      2,
      clock,
      () => clock.nowMs,
      () => flushes++,
    );
    const startMs = clock.nowMs;
    while (clock.nowMs < startMs + 10_000) {
      timer.arm();
      timer.arm();
      expect(clock.waiting).toBe(1);
      clock.next();
    }
    expect(flushes).toBeLessThanOrEqual(101);
    expect(flushes).toBeGreaterThanOrEqual(99);
  });

  test('are not waited for while nothing is to be told', () => {
    const clock = new Clock();
    const timer = new IntervalTimer(
      1,
      clock,
      () => clock.nowMs,
      () => {},
    );
    timer.arm();
    clock.next();
    expect(clock.waiting).toBe(0);
  });

  test('go on when the wall clock is set back', () => {
    const clock = new Clock();
    let flushes = 0;
    const timer = new IntervalTimer(
      5,
      clock,
      () => clock.nowMs,
      () => flushes++,
    );
    timer.arm();
    clock.next();
    clock.nowMs -= 3_600_000;
    const atMs = clock.nowMs;
    timer.arm();
    clock.next();
    expect(flushes).toBe(2);
    expect(clock.nowMs - atMs).toBeLessThanOrEqual(2_000);
  });
});
