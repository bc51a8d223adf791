import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/connection/backoff.ts';
import { RateBudget } from '../../src/connection/rate-budget.ts';

describe('backoff', () => {
  it('doubles its ceiling up to the cap and begins anew after a reset', () => {
    const backoff = new Backoff(250, 2_000, () => 1);
    expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([250, 500, 1_000, 2_000, 2_000]);
    backoff.reset();
    expect(backoff.next()).toBe(250);
  });

  it('lies anywhere below the ceiling, down to nothing', () => {
    expect(new Backoff(250, 2_000, () => 0).next()).toBe(0);
    expect(new Backoff(250, 2_000, () => 0.5).next()).toBe(125);
  });

  it('stays at the cap after very many tries', () => {
    const backoff = new Backoff(250, 30_000, () => 1);
    for (let i = 0; i < 5_000; i++) backoff.next();
    expect(backoff.next()).toBe(30_000);
  });
});

describe('a rate budget', () => {
  it('gives what is there, else says when', () => {
    const budget = new RateBudget(100, 1_000, 0);
    expect(budget.take(80, 0)).toBe(0);
    expect(budget.take(80, 0)).toBe(600);
    expect(budget.take(80, 599)).toBe(1);
    expect(budget.take(80, 600)).toBe(0);
  });

  it('never holds more than its capacity, and time does not go back', () => {
    const budget = new RateBudget(100, 1_000, 0);
    expect(budget.take(100, 1_000_000)).toBe(0);
    expect(budget.take(1, 999_000)).toBe(10);
  });

  it('lets through what is larger than the bucket when it is full, and pays for it after', () => {
    const budget = new RateBudget(100, 1_000, 0);
    expect(budget.take(250, 0)).toBe(0);
    expect(budget.take(100, 0)).toBe(2_500);
  });

  it('takes another capacity', () => {
    const budget = new RateBudget(100, 1_000, 0);
    budget.take(100, 0);
    budget.resize(300, 1_000);
    expect(budget.take(200, 0)).toBe(0);
    expect(budget.take(30, 0)).toBe(100);
  });
});
