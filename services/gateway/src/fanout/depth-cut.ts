import { cutBook, diffLevels, type InstrumentView, type Levels, type Update } from '@tapecast/market';
import type { DepthLevels, DepthMessage } from '@tapecast/wire';
import { depthSnapshot } from './messages.ts';

/**
 * One depth of one instrument as its subscribers have it. The log's levels are cut here: a level that leaves the cut is
 * removed, one that enters is added, and an update that changes nothing of the cut is covered by the next that does.
 */
export class DepthCut {
  readonly #levels: DepthLevels;
  /** The number that the cut was last told at; the cut is the same at every number since. */
  told = 0;
  #bids: Levels = [];
  #asks: Levels = [];
  #priceDecimals = 0;
  #sizeDecimals = 0;

  constructor(levels: DepthLevels, view: InstrumentView) {
    this.#levels = levels;
    this.#take(view, view.seqs.depth);
  }

  /** What `view`, which has just taken a depth update, changed of the cut; undefined where nothing. */
  after(view: InstrumentView, update: Update): DepthMessage | undefined {
    const bids = cutBook(view.bids, this.#levels);
    const asks = cutBook(view.asks, this.#levels);
    // Levels of other decimals can't be compared, and where nothing was told there is nothing to change.
    if (this.told === 0 || view.priceDecimals !== this.#priceDecimals || view.sizeDecimals !== this.#sizeDecimals) {
      return this.whole(view, update.last);
    }
    const changedBids = diffLevels(this.#bids, bids);
    const changedAsks = diffLevels(this.#asks, asks);
    if (changedBids.length === 0 && changedAsks.length === 0) return undefined;
    const range: [number, number] = [this.told + 1, update.last];
    this.#bids = bids;
    this.#asks = asks;
    this.told = update.last;
    return {
      type: 'l2_update',
      channel: `depth@${this.#levels}`,
      symbol: view.instrument,
      range,
      priceDecimals: view.priceDecimals,
      sizeDecimals: view.sizeDecimals,
      timestamp: Math.floor(view.bookTimestampUs / 1000),
      bids: changedBids,
      asks: changedAsks,
    };
  }

  /** The whole cut, for subscribers whose own can't be relied on. Covers all since what was told. */
  whole(view: InstrumentView, seq: number): DepthMessage {
    const message = depthSnapshot(view, this.#levels, [this.told + 1, seq]);
    this.#take(view, seq);
    return message;
  }

  /** The numbers begin anew: nothing was told of them. */
  forget(): void {
    this.told = 0;
  }

  #take(view: InstrumentView, seq: number): void {
    this.told = seq;
    this.#bids = cutBook(view.bids, this.#levels);
    this.#asks = cutBook(view.asks, this.#levels);
    this.#priceDecimals = view.priceDecimals;
    this.#sizeDecimals = view.sizeDecimals;
  }
}
