import { diffLevels, type InstrumentView, type Levels } from '@tapecast/market';
import type { DepthLevels, DepthMessage } from '@tapecast/wire';

/**
 * One depth of one instrument as its clients have it. The log's levels are cut here: an update that leaves the cut as it was
 * is told with the next that changes it.
 */
export class ToldCut {
  readonly #numbers: number;
  #bids: Levels = [];
  #asks: Levels = [];
  #priceDecimals = 0;
  #sizeDecimals = 0;

  constructor(levels: DepthLevels) {
    this.#numbers = levels * 2;
  }

  same(view: InstrumentView): boolean {
    return (
      sameSide(this.#bids, view.bids, this.#numbers) &&
      sameSide(this.#asks, view.asks, this.#numbers) &&
      this.#sameDecimals(view)
    );
  }

  take(view: InstrumentView): void {
    takeSide(this.#bids, view.bids, this.#numbers);
    takeSide(this.#asks, view.asks, this.#numbers);
    this.#priceDecimals = view.priceDecimals;
    this.#sizeDecimals = view.sizeDecimals;
  }

  /** `whole`, which is told next, as JSON clients are told it: by what changed, or all where levels can't be compared. */
  change(whole: DepthMessage): DepthMessage {
    const bids = whole.bids.slice(0, this.#numbers);
    const asks = whole.asks.slice(0, this.#numbers);
    if (!this.#sameDecimals(whole)) return { ...whole, bids, asks };
    return { ...whole, type: 'l2_update', bids: diffLevels(this.#bids, bids), asks: diffLevels(this.#asks, asks) };
  }

  #sameDecimals({ priceDecimals, sizeDecimals }: { priceDecimals: number; sizeDecimals: number }): boolean {
    return priceDecimals === this.#priceDecimals && sizeDecimals === this.#sizeDecimals;
  }
}

function sameSide(told: Levels, side: Levels, most: number): boolean {
  const length = Math.min(side.length, most);
  if (told.length !== length) return false;
  for (let i = 0; i < length; i++) if (told[i] !== side[i]) return false;
  return true;
}

function takeSide(told: Levels, side: Levels, most: number): void {
  const length = Math.min(side.length, most);
  told.length = length;
  for (let i = 0; i < length; i++) told[i] = side[i] as number;
}
