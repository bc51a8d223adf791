import { expect, it } from 'vitest';
import { WindowCounter } from '../../src/clients/window-counter.ts';
import { COUNTED_MAX } from '../../src/limits.ts';

it('is full with its most until its window has passed, for each name by itself', () => {
  const counter = new WindowCounter(2, 1_000);
  counter.add('a', 100);
  expect(counter.fullForMs('a', 200)).toBe(0);
  counter.add('a', 300);
  expect(counter.fullForMs('a', 400)).toBe(700);
  expect(counter.fullForMs('b', 400)).toBe(0);
  expect(counter.fullForMs('a', 1_100)).toBe(0);
  counter.add('a', 1_100);
  expect(counter.fullForMs('a', 1_101)).toBe(0);
});

it('forgets the name that began longest ago when there are too many', () => {
  const counter = new WindowCounter(1, 1_000);
  for (let i = 0; i <= COUNTED_MAX; i += 1) counter.add(`name-${i}`, 0);
  expect(counter.fullForMs('name-0', 1)).toBe(0);
  expect(counter.fullForMs('name-1', 1)).toBe(999);
  expect(counter.fullForMs(`name-${COUNTED_MAX}`, 1)).toBe(999);
});
