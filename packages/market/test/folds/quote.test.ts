import { expect, test } from 'vitest';
import { delta, FoldRun, MIDNIGHT, quote, snapshot, trade } from '../ticks.ts';

const T = MIDNIGHT + 3_600_000;

test('bid and ask are the first level of the book until the venue sends its own', () => {
  const run = new FoldRun();
  run.tick(snapshot([100, 1, 99, 2], [101, 3]), T);
  expect(run.quote).toMatchObject({ bid: 100, bidSize: 1, ask: 101, askSize: 3 });
  run.tick(delta([100, 0], [101, 4]), T);
  expect(run.quote).toMatchObject({ bid: 99, bidSize: 2, ask: 101, askSize: 4 });
  run.tick(quote({ bid: 98, bidSize: 9, ask: 102, askSize: 8 }), T);
  run.tick(delta([100, 5], []), T);
  expect(run.quote).toMatchObject({ bid: 98, bidSize: 9, ask: 102, askSize: 8 });
});

test('a side of the book that empties clears its bid', () => {
  const run = new FoldRun();
  run.tick(snapshot([100, 1], [101, 3]), T);
  run.take();
  run.tick(delta([100, 0], []), T);
  const told = run.take().at(-1)!;
  expect(told.body).toMatchObject({ kind: 'quote', cleared: (1 << 10) | (1 << 11), ask: undefined });
  expect(run.quote).toMatchObject({ bid: undefined, bidSize: undefined, ask: 101 });
});

test('one side of a quote says nothing of the other', () => {
  const run = new FoldRun();
  run.tick(quote({ bid: 98, bidSize: 9 }), T);
  run.tick(quote({ ask: 102, askSize: 8 }), T);
  expect(run.quote).toMatchObject({ bid: 98, bidSize: 9, ask: 102, askSize: 8 });
});

test('a new time or a new venue number alone is no update', () => {
  const run = new FoldRun();
  run.tick(quote({ bid: 98, bidSize: 9, venueSeq: 1 }), T);
  run.take();
  run.tick(quote({ bid: 98, bidSize: 9, venueSeq: 2 }), T + 1_000);
  expect(run.take()).toEqual([]);
});

test('carries all at first, then only what changed', () => {
  const run = new FoldRun();
  run.tick(quote({ bid: 98, bidSize: 9 }), T);
  run.tick(quote({ bid: 98, bidSize: 7 }), T);
  const [first, second] = run.take();
  expect(first).toMatchObject({ keyframe: true, body: { bid: 98, bidSize: 9, sinceMs: T } });
  expect(second).toMatchObject({
    keyframe: false,
    body: { bid: undefined, bidSize: 7, sinceMs: undefined, cleared: 0 },
  });
});

test('another venue takes bid and ask from its own book until it sends its own', () => {
  const run = new FoldRun();
  run.tick(quote({ bid: 98, bidSize: 9, ask: 102, askSize: 8 }), T);
  run.tick(snapshot([100, 1], [101, 3]), T, { source: 'itick/2' });
  expect(run.fold.venue).toBe('itick');
  expect(run.quote).toMatchObject({ bid: 100, bidSize: 1, ask: 101, askSize: 3 });
  run.tick(trade(100, 1), T, { source: 'itick' });
  expect(run.fold.venue).toBe('itick');
});
