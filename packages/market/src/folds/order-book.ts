import { BOOK_LEVELS_PUBLISHED } from '../channel.ts';
import { diffLevels } from '../levels.ts';
import { type Magnitude, rescaleLevels } from '../rescale.ts';
import type { Levels, Tick } from '../tick.ts';
import type { InstrumentView } from '../update.ts';
import { BookSide } from './book-side.ts';
import type { FoldContext, FoldPart, Saved } from './fold-part.ts';

/**
 * The full book. The log carries its best levels (the cut): an update is what differs from the cut last told, and there
 * is none when a change stays below it. A crossed book is left as the venue says it.
 */
export class OrderBookFold implements FoldPart {
  readonly kinds = ['bookSnapshot', 'bookDelta'] as const;
  readonly #context: FoldContext;
  readonly #bids = new BookSide('bids');
  readonly #asks = new BookSide('asks');
  #toldBids: Levels = [];
  #toldAsks: Levels = [];
  #toldTimestampUs = 0;

  constructor(context: FoldContext) {
    this.#context = context;
  }

  fold(tick: Tick): undefined {
    const body = tick.body;
    let bids = this.#toldBids;
    let asks = this.#toldAsks;
    if (body.kind === 'bookSnapshot') {
      this.#bids.replace(body.bids);
      this.#asks.replace(body.asks);
      bids = this.#bids.best(BOOK_LEVELS_PUBLISHED);
      asks = this.#asks.best(BOOK_LEVELS_PUBLISHED);
    } else if (body.kind === 'bookDelta') {
      // A change worse than the worst published level leaves the cut as it is, before and after.
      const worstBid = this.#bids.keyAt(BOOK_LEVELS_PUBLISHED);
      const worstAsk = this.#asks.keyAt(BOOK_LEVELS_PUBLISHED);
      const bidsChanged = this.#bids.change(body.bids) >= worstBid;
      const asksChanged = this.#asks.change(body.asks) >= worstAsk;
      if (bidsChanged) bids = this.#bids.best(BOOK_LEVELS_PUBLISHED);
      if (asksChanged) asks = this.#asks.best(BOOK_LEVELS_PUBLISHED);
    }
    this.#updateTop();
    if (bids !== this.#toldBids || asks !== this.#toldAsks) this.#publishDifference(bids, asks);
  }

  #updateTop(): void {
    const top = this.#context.bookTop;
    top.bid = this.#bids.bestPrice;
    top.bidSize = this.#bids.bestSize;
    top.ask = this.#asks.bestPrice;
    top.askSize = this.#asks.bestSize;
  }

  #publishDifference(bids: Levels, asks: Levels): void {
    const context = this.#context;
    const bidChanges = bids === this.#toldBids ? [] : diffLevels(this.#toldBids, bids);
    const askChanges = asks === this.#toldAsks ? [] : diffLevels(this.#toldAsks, asks);
    if (bidChanges.length === 0 && askChanges.length === 0) return;
    this.#toldBids = bids;
    this.#toldAsks = asks;
    this.#toldTimestampUs = context.timeUs;
    const keyframe = context.keyframeDue.depth;
    context.keyframeDue.depth = false;
    context.publish(
      'depth',
      keyframe,
      keyframe
        ? { kind: 'depth', bids: bids.slice(), asks: asks.slice() }
        : { kind: 'depth', bids: bidChanges, asks: askChanges },
    );
  }

  clock(): void {}

  measure(into: Magnitude): void {
    this.#bids.measure(into);
    this.#asks.measure(into);
  }

  largestTurnover(): number {
    return 0;
  }

  rescale(priceFactor: number, sizeFactor: number): void {
    this.#bids.rescale(priceFactor, sizeFactor);
    this.#asks.rescale(priceFactor, sizeFactor);
    rescaleLevels(this.#toldBids, priceFactor, sizeFactor);
    rescaleLevels(this.#toldAsks, priceFactor, sizeFactor);
  }

  fill(view: InstrumentView): void {
    view.bids = this.#toldBids.slice();
    view.asks = this.#toldAsks.slice();
    view.bookTimestampUs = this.#toldTimestampUs;
  }

  save(): Saved {
    return { bids: this.#bids.best(this.#bids.length), asks: this.#asks.best(this.#asks.length) };
  }

  restore(view: InstrumentView, saved: Saved): void {
    const { bids, asks } = saved as { bids: Levels; asks: Levels };
    this.#bids.replace(bids);
    this.#asks.replace(asks);
    this.#updateTop();
    this.#toldBids = view.bids.slice();
    this.#toldAsks = view.asks.slice();
    this.#toldTimestampUs = view.bookTimestampUs;
  }
}
