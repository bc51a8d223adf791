import { copyQuote, quoteDifference, sameStatistics, sameTop, unknownQuote, wholeQuote } from '../quote-fields.ts';
import { type Magnitude, measureQuote, rescaleQuote } from '../rescale.ts';
import type { Tick } from '../tick.ts';
import type { InstrumentView, QuoteFields } from '../update.ts';
import type { FoldContext, FoldPart, Saved } from './fold-part.ts';

/**
 * Bid and ask, and the quote sequence as a whole. Bid and ask are the venue's top of book once it has sent one, else the
 * first level of the folded book. Runs after the folds that write the quote's other fields, and publishes what of it
 * differs from what was last told; a new venue timestamp alone is no difference.
 */
export class QuoteFold implements FoldPart {
  readonly kinds = ['trade', 'quote', 'bookSnapshot', 'bookDelta'] as const;
  readonly #context: FoldContext;
  readonly #told: QuoteFields = unknownQuote();
  #toldTimestampUs = 0;
  /** The venue whose own top of book is used; '' while it is the folded book's. */
  #topOf = '';

  constructor(context: FoldContext) {
    this.#context = context;
  }

  fold(tick: Tick): undefined {
    const context = this.#context;
    const quote = context.quote;
    const body = tick.body;
    if (body.kind === 'quote') {
      if (body.bid !== undefined || body.ask !== undefined) this.#topOf = context.venue;
      quote.bid = body.bid ?? quote.bid;
      quote.bidSize = body.bidSize ?? quote.bidSize;
      quote.ask = body.ask ?? quote.ask;
      quote.askSize = body.askSize ?? quote.askSize;
    } else if (body.kind !== 'trade' && this.#topOf !== context.venue) {
      quote.bid = context.bookTop.bid;
      quote.bidSize = context.bookTop.bidSize;
      quote.ask = context.bookTop.ask;
      quote.askSize = context.bookTop.askSize;
    }
    this.#publishDifference();
  }

  clock(): void {
    this.#publishDifference();
  }

  /** A raise is told at once: by the whole quote where nothing else of the tick told it. */
  raised(): void {
    const context = this.#context;
    if (context.toldPriceDecimals === context.priceDecimals && context.toldSizeDecimals === context.sizeDecimals) {
      this.#publishDifference();
    } else {
      this.#publish(true);
    }
  }

  #publishDifference(): void {
    const context = this.#context;
    const quote = context.quote;
    const statisticsSame = !context.statisticsChanged || sameStatistics(quote, this.#told);
    context.statisticsChanged = false;
    if (statisticsSame && sameTop(quote, this.#told)) return;
    this.#publish(context.keyframeDue.quote);
  }

  #publish(keyframe: boolean): void {
    const context = this.#context;
    const change = keyframe ? wholeQuote(context.quote) : quoteDifference(this.#told, context.quote);
    copyQuote(context.quote, this.#told);
    this.#toldTimestampUs = context.timeUs;
    context.keyframeDue.quote = false;
    context.publish('quote', keyframe, change);
  }

  measure(into: Magnitude): void {
    measureQuote(this.#told, into);
  }

  largestTurnover(): number {
    return 0;
  }

  rescale(priceFactor: number, sizeFactor: number): void {
    rescaleQuote(this.#told, priceFactor, sizeFactor);
  }

  fill(view: InstrumentView): void {
    copyQuote(this.#told, view.quote);
    view.quoteTimestampUs = this.#toldTimestampUs;
  }

  save(): Saved {
    return { topOf: this.#topOf };
  }

  restore(view: InstrumentView, saved: Saved): void {
    copyQuote(view.quote, this.#told);
    this.#toldTimestampUs = view.quoteTimestampUs;
    this.#topOf = (saved as { topOf: string }).topOf;
  }
}
