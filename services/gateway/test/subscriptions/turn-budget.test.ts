import { describe, expect, test } from 'vitest';
import { TurnBudget } from '../../src/subscriptions/turn-budget.ts';

const TURN_MS = 100;

/** Turns of a loop in which taking a byte costs so much, of a reader that has more than enough. */
function turns(costMs: (turn: number) => number, count: number): number[] {
  let now = 0;
  let later: (() => void)[] = [];
  const budget = new TurnBudget(
    TURN_MS,
    () => now,
    (ended) => later.push(ended),
  );
  const took: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const begunAt = now;
    for (let bytes = 0; bytes < 1_000; bytes += 10) {
      budget.begin();
      now += 10 * costMs(turn);
      if (budget.took(10) !== undefined) break;
    }
    took.push(now - begunAt);
    const due = later;
    later = [];
    for (const ended of due) ended();
    now += 1;
  }
  return took;
}

describe('a turn of the loop', () => {
  test('takes all there is until it is known what that costs, and about its time from then on', () => {
    const [first, ...others] = turns(() => 2, 20);
    expect(first).toBe(2_000);
    for (const tookMs of others) expect(Math.abs(tookMs - TURN_MS)).toBeLessThanOrEqual(20);
  });

  test('follows what it costs: at once where that is far more, and in some turns where it is less', () => {
    const took = turns((turn) => (turn < 10 ? 1 : turn < 20 ? 5 : 0.5), 60);
    expect(took[10]).toBeGreaterThan(2 * TURN_MS);
    for (const tookMs of took.slice(11, 20)) expect(tookMs).toBeLessThanOrEqual(TURN_MS + 50);
    expect(took[20]).toBeLessThan(TURN_MS / 2);
    expect(took.at(-1)).toBeGreaterThan(0.9 * TURN_MS);
  });

  test('recovers in some turns from one that was held up by others', () => {
    const took = turns((turn) => (turn === 5 ? 1_000 : 0.05), 20);
    expect(took[5]).toBeGreaterThan(5_000);
    // All that there is, again.
    for (const tookMs of took.slice(15)) expect(tookMs).toBeCloseTo(50);
  });

  test('waits for nothing where there is little to take', () => {
    for (const tookMs of turns(() => 0.001, 5)) expect(tookMs).toBeCloseTo(1);
  });
});
