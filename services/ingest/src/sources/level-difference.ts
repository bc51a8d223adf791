import type { Levels } from '@tapecast/market';

/** Levels that make `after` of `before`; a size of 0 removes. */
export function difference(before: Levels, after: Levels): Levels {
  const sizes = new Map<number, number>();
  for (let i = 0; i < before.length; i += 2) sizes.set(before[i]!, before[i + 1]!);
  const changes: Levels = [];
  for (let i = 0; i < after.length; i += 2) {
    if (sizes.get(after[i]!) !== after[i + 1]) changes.push(after[i]!, after[i + 1]!);
    sizes.delete(after[i]!);
  }
  for (const price of sizes.keys()) changes.push(price, 0);
  return changes;
}
