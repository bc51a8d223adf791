import { BOOK_LEVELS_MAX } from '../limits.ts';
import { type Magnitude, measurePrice, measureSize } from '../rescale.ts';
import type { Levels } from '../tick.ts';

const FIRST_CAPACITY = 64;

/**
 * One side of the full book: sorted arrays with the best level last, since most changes are near the best and then move
 * few levels. A level's key is its price for bids and its negated price for asks, so that a higher key is a better one.
 */
export class BookSide {
  readonly #sign: 1 | -1;
  #keys = new Float64Array(FIRST_CAPACITY);
  #sizes = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  constructor(side: 'bids' | 'asks') {
    this.#sign = side === 'bids' ? 1 : -1;
  }

  get length(): number {
    return this.#length;
  }

  /** Price and size of the best level; undefined when the side is empty. */
  get bestPrice(): number | undefined {
    return this.#length === 0 ? undefined : this.#price(this.#length - 1);
  }

  get bestSize(): number | undefined {
    return this.#length === 0 ? undefined : this.#sizes[this.#length - 1];
  }

  #price(index: number): number {
    // Adding 0 makes the 0 that negation left negative a plain one.
    return this.#keys[index]! * this.#sign + 0;
  }

  /** How good the depth-th best level is; -Infinity when there are fewer, so that every change is at least as good. */
  keyAt(depth: number): number {
    return this.#length < depth ? Number.NEGATIVE_INFINITY : this.#keys[this.#length - depth]!;
  }

  /** Replaces the side. An unordered one is put in order; of two levels at one price the later counts. */
  replace(levels: Levels): void {
    this.#length = 0;
    if (!this.#isOrdered(levels)) {
      this.change(levels);
      return;
    }
    const count = Math.min(levels.length / 2, BOOK_LEVELS_MAX);
    while (this.#keys.length < count) this.#grow();
    for (let i = 0; i < count; i++) {
      this.#keys[count - 1 - i] = levels[i * 2]! * this.#sign;
      this.#sizes[count - 1 - i] = levels[i * 2 + 1]!;
    }
    this.#length = count;
  }

  /** Best first, each price once, no size 0: as venues send snapshots. */
  #isOrdered(levels: Levels): boolean {
    for (let i = 0; i < levels.length; i += 2) {
      if (levels[i + 1] === 0 || (i > 0 && levels[i]! * this.#sign >= levels[i - 2]! * this.#sign)) return false;
    }
    return true;
  }

  /** Sets levels, size 0 removes. Returns the best key that changed, -Infinity when nothing did. */
  change(levels: Levels): number {
    let best = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < levels.length; i += 2) {
      const key = levels[i]! * this.#sign;
      if (this.#set(key, levels[i + 1]!) && key > best) best = key;
    }
    return best;
  }

  #indexOf(key: number): number {
    const keys = this.#keys;
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #set(key: number, size: number): boolean {
    const index = this.#indexOf(key);
    if (index < this.#length && this.#keys[index] === key) {
      if (this.#sizes[index] === size) return false;
      if (size === 0) this.#remove(index);
      else this.#sizes[index] = size;
      return true;
    }
    if (size === 0) return false;
    if (this.#length < BOOK_LEVELS_MAX) {
      this.#insert(index, key, size);
      return true;
    }
    // Full: the level farthest from the best goes, which may be this one.
    if (index === 0) return false;
    this.#remove(0);
    this.#insert(index - 1, key, size);
    return true;
  }

  #insert(index: number, key: number, size: number): void {
    if (this.#length === this.#keys.length) this.#grow();
    this.#keys.copyWithin(index + 1, index, this.#length);
    this.#sizes.copyWithin(index + 1, index, this.#length);
    this.#keys[index] = key;
    this.#sizes[index] = size;
    this.#length++;
  }

  #remove(index: number): void {
    this.#keys.copyWithin(index, index + 1, this.#length);
    this.#sizes.copyWithin(index, index + 1, this.#length);
    this.#length--;
  }

  #grow(): void {
    const capacity = Math.min(this.#keys.length * 2, BOOK_LEVELS_MAX);
    const keys = new Float64Array(capacity);
    const sizes = new Float64Array(capacity);
    keys.set(this.#keys);
    sizes.set(this.#sizes);
    this.#keys = keys;
    this.#sizes = sizes;
  }

  /** The best `depth` levels, best first. */
  best(depth: number): Levels {
    const count = Math.min(depth, this.#length);
    const levels: Levels = [];
    for (let i = this.#length - 1; i >= this.#length - count; i--) levels.push(this.#price(i), this.#sizes[i]!);
    return levels;
  }

  measure(into: Magnitude): void {
    for (let i = 0; i < this.#length; i++) {
      measurePrice(this.#keys[i], into);
      measureSize(this.#sizes[i], into);
    }
  }

  rescale(priceFactor: number, sizeFactor: number): void {
    for (let i = 0; i < this.#length; i++) {
      this.#keys[i] = this.#keys[i]! * priceFactor;
      this.#sizes[i] = this.#sizes[i]! * sizeFactor;
    }
  }
}
