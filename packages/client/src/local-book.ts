import { type DepthMessage, formatUnits, type Levels } from '@tapecast/wire';

/** Price and size, exact decimal texts. */
export type BookLevel = [price: string, size: string];

/** A book that stays current: what it answers is the state after the last event. */
export interface BookView {
  /** Best first; `levels` at most, all where it is absent. */
  bids(levels?: number): BookLevel[];
  asks(levels?: number): BookLevel[];
}

/** The order book of one subscription, made of a snapshot and the differences since. */
export class LocalBook implements BookView {
  #bids: Levels = [];
  #asks: Levels = [];
  #priceDecimals = 0;
  #sizeDecimals = 0;
  #based = false;

  /**
   * Applies a message. False: it is a difference and there is no state that it belongs to (none yet, or one with other
   * decimals); the book stays as it was and a snapshot has to be asked for.
   */
  apply(message: DepthMessage): boolean {
    const { bids, asks, priceDecimals, sizeDecimals } = message;
    if (message.type === 'l2_snapshot') {
      this.#bids = [...bids];
      this.#asks = [...asks];
      this.#priceDecimals = priceDecimals;
      this.#sizeDecimals = sizeDecimals;
      this.#based = true;
      return true;
    }
    if (!this.#based) return false;
    const empty = bids.length === 0 && asks.length === 0;
    const wasEmpty = this.#bids.length === 0 && this.#asks.length === 0;
    if (wasEmpty && !empty) {
      // A snapshot without levels tells no decimals.
      this.#priceDecimals = priceDecimals;
      this.#sizeDecimals = sizeDecimals;
    } else if (!empty && (priceDecimals !== this.#priceDecimals || sizeDecimals !== this.#sizeDecimals)) {
      return false;
    }
    setLevels(this.#bids, bids, -1);
    setLevels(this.#asks, asks, 1);
    return true;
  }

  /** The instrument has no book yet: differences begin from nothing. */
  beginEmpty(): void {
    this.#bids = [];
    this.#asks = [];
    this.#based = true;
  }

  /** The state no longer belongs to what comes: differences are refused until the next snapshot. */
  unbase(): void {
    this.#based = false;
  }

  bids(levels?: number): BookLevel[] {
    return levelTexts(this.#bids, this.#priceDecimals, this.#sizeDecimals, levels);
  }

  asks(levels?: number): BookLevel[] {
    return levelTexts(this.#asks, this.#priceDecimals, this.#sizeDecimals, levels);
  }
}

/** Sets sizes in `side`, best first: `direction` is 1 where prices rise (asks), -1 where they fall. A size of 0 removes. */
function setLevels(side: Levels, changes: Levels, direction: 1 | -1): void {
  for (let at = 0; at < changes.length; at += 2) {
    const price = changes[at]!;
    const size = changes[at + 1]!;
    // At most 50 levels a side: a walk is as fast as a search.
    let index = 0;
    while (index < side.length && (side[index]! - price) * direction < 0) index += 2;
    const found = side[index] === price;
    if (size === 0) {
      if (found) side.splice(index, 2);
    } else if (found) side[index + 1] = size;
    else side.splice(index, 0, price, size);
  }
}

export function levelTexts(
  side: Levels,
  priceDecimals: number,
  sizeDecimals: number,
  levels = side.length / 2,
): BookLevel[] {
  const texts: BookLevel[] = [];
  const end = Math.min(side.length, levels * 2);
  for (let at = 0; at < end; at += 2) {
    texts.push([formatUnits(side[at]!, priceDecimals), formatUnits(side[at + 1]!, sizeDecimals)]);
  }
  return texts;
}
