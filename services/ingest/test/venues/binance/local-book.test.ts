import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BookDiff, LocalBook } from '../../../src/venues/binance/local-book.ts';

const diff = (firstId: number, lastId: number): BookDiff => ({ firstId, lastId, numbers: 2 });

describe('the local-book procedure', () => {
  it('waits for a snapshot, drops what it includes, and goes on from there', () => {
    const book = new LocalBook<BookDiff>();
    expect(book.onDiff(diff(1, 5))).toBe('waiting');
    expect(book.onDiff(diff(6, 10))).toBe('waiting');
    expect(book.onDiff(diff(11, 12))).toBe('waiting');
    expect(book.onSnapshot(8)).toEqual({ outcome: 'synced', diffs: [diff(6, 10), diff(11, 12)] });
    expect(book.onDiff(diff(13, 13))).toBe('applied');
    expect(book.onDiff(diff(13, 13))).toBe('included');
    expect(book.onDiff(diff(9, 12))).toBe('included');
  });

  it('asks again when the snapshot is older than the first diff', () => {
    const book = new LocalBook<BookDiff>();
    book.onDiff(diff(10, 12));
    expect(book.onSnapshot(8)).toEqual({ outcome: 'too_old' });
    expect(book.synced).toBe(false);
    expect(book.onSnapshot(9)).toEqual({ outcome: 'synced', diffs: [diff(10, 12)] });
  });

  it('takes a snapshot that is ahead of the diffs, and ignores those up to it', () => {
    const book = new LocalBook<BookDiff>();
    expect(book.onSnapshot(20)).toEqual({ outcome: 'synced', diffs: [] });
    expect(book.onDiff(diff(1, 10))).toBe('included');
    expect(book.onDiff(diff(11, 20))).toBe('included');
    expect(book.onDiff(diff(18, 25))).toBe('applied');
  });

  it('is lost at a gap, and the diff after it waits for the next snapshot', () => {
    const book = new LocalBook<BookDiff>();
    book.onSnapshot(10);
    expect(book.onDiff(diff(12, 15))).toBe('gap');
    expect(book.synced).toBe(false);
    expect(book.onSnapshot(14)).toEqual({ outcome: 'synced', diffs: [diff(12, 15)] });
  });

  it('is lost at a dropped, and at a reordered diff; a doubled one does nothing', () => {
    const book = new LocalBook<BookDiff>();
    book.onSnapshot(0);
    expect([diff(1, 2), diff(1, 2), diff(5, 6), diff(3, 4)].map((each) => book.onDiff(each))).toEqual([
      'applied',
      'included',
      'gap',
      'included',
    ]);
    // 3..4 came after 5..6: only a snapshot that has them will do.
    expect(book.onSnapshot(2)).toEqual({ outcome: 'too_old' });
  });

  it('forgets waiting diffs before a hole among them', () => {
    const book = new LocalBook<BookDiff>();
    book.onDiff(diff(1, 5));
    book.onDiff(diff(8, 9));
    expect(book.onSnapshot(5)).toEqual({ outcome: 'too_old' });
    expect(book.waitingNumbers).toBe(2);
  });

  it('lets the oldest waiting diff go when the bound says so', () => {
    const book = new LocalBook<BookDiff>();
    book.onDiff(diff(1, 5));
    book.onDiff(diff(6, 9));
    book.dropOldest();
    expect(book.waitingNumbers).toBe(2);
    expect(book.onSnapshot(3)).toEqual({ outcome: 'too_old' });
    expect(book.onSnapshot(5)).toEqual({ outcome: 'synced', diffs: [diff(6, 9)] });
  });

  it('never publishes over a missing update, whatever is dropped, doubled, swapped or when snapshots come', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.constant('next' as const) },
      fc.constant('drop' as const),
      fc.constant('double' as const),
      fc.constant('swap' as const),
      { weight: 3, arbitrary: fc.constant('snapshot' as const) },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.integer({ min: 1, max: 4 }), fc.nat(6)), { maxLength: 80 }), (steps) => {
        const book = new LocalBook<BookDiff>();
        let venueId = 0;
        let held: BookDiff | undefined;
        /** What a reader of our ticks has: every update up to here. */
        let readerId: number | undefined;
        const publish = (each: BookDiff): void => {
          expect(readerId).toBeDefined();
          expect(each.firstId).toBeLessThanOrEqual(readerId! + 1);
          readerId = Math.max(readerId!, each.lastId);
        };
        const send = (each: BookDiff): void => {
          const outcome = book.onDiff(each);
          if (outcome === 'applied') publish(each);
          else if (outcome === 'gap') readerId = undefined;
        };
        for (const [kind, updates, lag] of steps) {
          if (kind === 'snapshot') {
            if (book.synced) continue;
            const id = Math.max(0, venueId - lag);
            const result = book.onSnapshot(id);
            if (result.outcome === 'too_old') continue;
            readerId = id;
            for (const each of result.diffs) publish(each);
            continue;
          }
          const next = diff(venueId + 1, venueId + updates);
          venueId += updates;
          if (kind === 'drop') continue;
          if (kind === 'swap' && held === undefined) {
            held = next;
            continue;
          }
          send(next);
          if (kind === 'double') send(next);
          if (held !== undefined) send(held);
          held = undefined;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
