import { describe, expect, test } from 'vitest';
import { limits } from '../../src/limits.ts';
import { ClockPings } from '../../src/play/clock-pings.ts';

const GRID_MS = limits.clockIntervalMs;
/** What goes out of `count` steps of the clock when nothing is answered. */
const unanswered = (pings: ClockPings, count: number): number[] =>
  Array.from({ length: count }, (_, n) => n * GRID_MS)
    .flatMap((timeMs) => pings.next(timeMs, 0) ?? [])
    .map(Number);

describe('clock pings to a client that does not answer', () => {
  test('at a set speed reach over two minutes of recorded time, no two more than 8 s apart', () => {
    const sent = unanswered(new ClockPings(true), 4 * 200);
    expect(sent).toHaveLength(limits.unansweredPingsMax);
    expect(sent.slice(0, 8)).toEqual(Array.from({ length: 8 }, (_, n) => n * GRID_MS));
    expect(sent.at(-1)).toBeGreaterThan(130_000);
    expect(Math.max(...sent.slice(1).map((time, i) => time - sent[i]!))).toBe(8_000);
  });

  test('at max come at every step until the play has to wait', () => {
    const pings = new ClockPings(false);
    expect(unanswered(pings, 100)).toEqual(Array.from({ length: limits.unansweredPingsMax }, (_, n) => n * GRID_MS));
    expect(pings.hasRoom).toBe(false);
    expect(pings.answered(String(3 * GRID_MS), 1)).toBe(true);
    expect(pings.hasRoom).toBe(true);
  });
});

test('an answer stands for all before it; one that is none of ours for nothing', () => {
  const pings = new ClockPings(true);
  unanswered(pings, 4);
  expect(pings.unansweredSinceMs).toBe(0);
  expect(pings.answered('1', 5)).toBe(false);
  expect(pings.answered(String(2 * GRID_MS), 5)).toBe(true);
  expect(pings.unansweredSinceMs).toBe(5);
  expect(pings.answered(String(GRID_MS), 6)).toBe(false);
  expect(pings.answered(String(3 * GRID_MS), 7)).toBe(true);
  expect(pings.unansweredSinceMs).toBeUndefined();
});
