import type { DepthMessage } from '@tapecast/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LocalBook } from '../src/index.ts';

const head = {
  symbol: 'A$US',
  channel: 'depth@20',
  range: [1, 1],
  priceDecimals: 1,
  sizeDecimals: 0,
  timestamp: 0,
} satisfies Partial<DepthMessage>;

function message(type: DepthMessage['type'], bids: number[], asks: number[]): DepthMessage {
  return { ...head, range: [1, 1], type, bids, asks };
}

const change = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constantFrom(0, 0, 1, 5, 700));
const changes = fc.array(change, { maxLength: 8 });

/** The definition: a size for each price, 0 for none. */
function asBook(sizes: ReadonlyMap<number, number>, rising: boolean): [string, string][] {
  return [...sizes]
    .filter(([, size]) => size > 0)
    .sort(([a], [b]) => (rising ? a - b : b - a))
    .map(([price, size]) => [(price / 10).toFixed(1), String(size)]);
}

describe('the local book', () => {
  it('is what its levels say, after every message', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(changes, changes), { minLength: 1, maxLength: 20 }), (updates) => {
        const book = new LocalBook();
        book.beginEmpty();
        const bids = new Map<number, number>();
        const asks = new Map<number, number>();
        for (const [bidChanges, askChanges] of updates) {
          for (const [price, size] of bidChanges) bids.set(price, size);
          for (const [price, size] of askChanges) asks.set(price, size);
          expect(book.apply(message('l2_update', bidChanges.flat(), askChanges.flat()))).toBe(true);
          expect(book.bids()).toEqual(asBook(bids, false));
          expect(book.asks()).toEqual(asBook(asks, true));
        }
      }),
    );
  });

  it('refuses a difference without a state, or with other decimals', () => {
    const book = new LocalBook();
    expect(book.apply(message('l2_update', [1, 1], []))).toBe(false);
    expect(book.apply(message('l2_snapshot', [150, 1], []))).toBe(true);
    expect(book.apply({ ...message('l2_update', [1510, 1], []), priceDecimals: 2 })).toBe(false);
    expect(book.bids()).toEqual([['15.0', '1']]);
    book.unbase();
    expect(book.apply(message('l2_update', [151, 1], []))).toBe(false);
  });

  it('does not change what a message holds', () => {
    const book = new LocalBook();
    const snapshot = message('l2_snapshot', [150, 1], []);
    book.apply(snapshot);
    book.apply(message('l2_update', [150, 0], []));
    expect(snapshot.bids).toEqual([150, 1]);
  });
});
