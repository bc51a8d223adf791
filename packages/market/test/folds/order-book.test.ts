import { expect, test } from 'vitest';
import { BOOK_LEVELS_MAX, BOOK_LEVELS_PUBLISHED, type Levels } from '../../src/index.ts';
import { delta, FoldRun, MIDNIGHT, snapshot } from '../ticks.ts';

const T = MIDNIGHT + 3_600_000;
const deep = (count: number): Levels => Array.from({ length: count }, (_, i) => [10_000 - i, i + 1]).flat();
const depth = (run: FoldRun) => run.take().filter(({ sequence }) => sequence === 'depth');

test('a change below the published levels is no update, and is there when it rises into them', () => {
  const run = new FoldRun();
  run.tick(snapshot(deep(60), []), T);
  expect(depth(run)).toMatchObject([{ keyframe: true, body: { bids: deep(BOOK_LEVELS_PUBLISHED), asks: [] } }]);
  run.tick(delta([9_945, 77, 9_950, 88], []), T);
  expect(depth(run)).toEqual([]);
  run.tick(delta([10_000, 0], []), T);
  expect(depth(run)).toMatchObject([{ keyframe: false, body: { bids: [10_000, 0, 9_950, 88], asks: [] } }]);
});

test('a new best level pushes the last published one out', () => {
  const run = new FoldRun();
  run.tick(snapshot(deep(50), []), T);
  run.take();
  run.tick(delta([10_001, 5], []), T);
  expect(depth(run)).toMatchObject([{ body: { bids: [10_001, 5, 9_951, 0] } }]);
});

test('the same again is no update', () => {
  const run = new FoldRun();
  run.tick(snapshot([100, 1], [101, 1]), T);
  run.take();
  run.tick(delta([100, 1], [102, 0]), T);
  run.tick(snapshot([100, 1], [101, 1]), T);
  expect(run.take()).toEqual([]);
});

test('a snapshot replaces the book, told as what it changed', () => {
  const run = new FoldRun();
  run.tick(snapshot([100, 1, 99, 1], [101, 1]), T);
  run.take();
  run.tick(snapshot([100, 2], [101, 1, 103, 4]), T);
  expect(depth(run)).toMatchObject([{ keyframe: false, body: { bids: [100, 2, 99, 0], asks: [103, 4] } }]);
});

test('an unordered snapshot is put in order', () => {
  const run = new FoldRun();
  run.tick(snapshot([99, 1, 100, 1, 98, 0], [103, 1, 101, 1]), T);
  expect(run.fold.view('e')).toMatchObject({ bids: [100, 1, 99, 1], asks: [101, 1, 103, 1] });
});

test('a crossed book is left as the venue says it', () => {
  const run = new FoldRun();
  run.tick(snapshot([100, 1], [101, 1]), T);
  run.tick(delta([102, 1], []), T);
  expect(run.fold.view('e')).toMatchObject({ bids: [102, 1, 100, 1], asks: [101, 1] });
});

test('prices at and below zero are levels like others', () => {
  const run = new FoldRun();
  run.tick(snapshot([-1, 1, -3, 1], [0, 1, 2, 1]), T);
  expect(run.fold.view('e')).toMatchObject({ bids: [-1, 1, -3, 1], asks: [0, 1, 2, 1] });
  expect(Object.is(run.quote.ask, 0)).toBe(true);
});

test('a full side drops its worst levels', () => {
  const run = new FoldRun();
  run.tick(snapshot(Array.from({ length: BOOK_LEVELS_MAX }, (_, i) => [20_000 - i, 1]).flat(), []), T);
  run.tick(delta([1, 1, 20_001, 1], []), T);
  const { bids } = (run.fold.save() as { parts: { book: { bids: Levels } } }).parts.book;
  expect(bids).toHaveLength(BOOK_LEVELS_MAX * 2);
  expect([bids[0], bids.at(-2)]).toEqual([20_001, 20_000 - BOOK_LEVELS_MAX + 2]);
});
