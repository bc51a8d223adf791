import type { Levels } from './tick.ts';

/** The best `depth` levels of a side. */
export function cutBook(levels: Levels, depth: number): Levels {
  return levels.slice(0, depth * 2);
}

/** Whether the side falls (bids), as its own levels show; a side of fewer than two levels has no direction. */
function falls(levels: Levels): boolean | undefined {
  return levels.length < 4 ? undefined : levels[0]! > levels[2]!;
}

/**
 * What turns `before` into `after`: each level that is new or has another size, as it is now, and each that is gone with
 * size 0. Both are one side of a book, best first; so is the result. The side is seen from the order of the levels.
 */
export function diffLevels(before: Levels, after: Levels): Levels {
  const falling = falls(after) ?? falls(before) ?? false;
  const changes: Levels = [];
  let b = 0;
  let a = 0;
  while (b < before.length && a < after.length) {
    const old = before[b]!;
    const now = after[a]!;
    if (old === now) {
      if (before[b + 1] !== after[a + 1]) changes.push(now, after[a + 1]!);
      b += 2;
      a += 2;
    } else if (falling ? old > now : old < now) {
      changes.push(old, 0);
      b += 2;
    } else {
      changes.push(now, after[a + 1]!);
      a += 2;
    }
  }
  for (; b < before.length; b += 2) changes.push(before[b]!, 0);
  for (; a < after.length; a += 2) changes.push(after[a]!, after[a + 1]!);
  return changes;
}

/** Sets each changed level of a side in place; a size of 0 removes. `levels` is best first, `changes` in any order. */
export function applyLevels(levels: Levels, changes: Levels, side: 'bids' | 'asks'): void {
  const falling = side === 'bids';
  for (let c = 0; c < changes.length; c += 2) {
    const price = changes[c]!;
    const size = changes[c + 1]!;
    let low = 0;
    let high = levels.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = levels[middle * 2]!;
      if (falling ? at > price : at < price) low = middle + 1;
      else high = middle;
    }
    const index = low * 2;
    const found = index < levels.length && levels[index] === price;
    if (size === 0) {
      if (found) levels.splice(index, 2);
    } else if (found) {
      levels[index + 1] = size;
    } else {
      levels.splice(index, 0, price, size);
    }
  }
}
