import type { Sequence } from '../channel.ts';
import type { Emit, FoldRejection } from '../fold.ts';
import { unknownQuote } from '../quote-fields.ts';
import { type Magnitude, rescaleQuote } from '../rescale.ts';
import type { Tick, TickBody } from '../tick.ts';
import type { TradingCalendar } from '../trading-day.ts';
import type { InstrumentView, QuoteFields, UpdateBody } from '../update.ts';
import { noSeqs } from '../view.ts';

/** Plain data that survives JSON. */
export type Saved = null | boolean | number | string | Saved[] | { [key: string]: Saved };

/**
 * One fold of an instrument: what it derives from ticks of its kinds. It keeps its own state, reads and writes what folds
 * share in the context, and publishes through it. Ticks reach it checked, and scaled to the context's decimals.
 */
export interface FoldPart {
  readonly kinds: readonly TickBody['kind'][];
  /** Folds one tick of its kinds. What it returns is counted; the tick is folded all the same. */
  fold(tick: Tick): FoldRejection | undefined;
  /** Ticks were lost of which some may have been the instrument's; in words for a person. */
  missed?(what: string): void;
  /** The instrument's clock moved from `previousMs` to `context.clockMs`. */
  clock(previousMs: number): void;
  /** Adds its largest kept values, those in the view included. */
  measure(into: Magnitude): void;
  /** |turnover| of its largest sum, roughly: enough to keep sums from overflowing, cheap enough for each trade. */
  largestTurnover(): number;
  /** Multiplies all that it keeps; the context's is multiplied before. */
  rescale(priceFactor: number, sizeFactor: number): void;
  /** A tick that raised the decimals was folded. */
  raised?(): void;
  /** Writes its share into a view that is otherwise empty. */
  fill(view: InstrumentView): void;
  /** What the view does not hold. */
  save(): Saved;
  /** Takes up what `fill` wrote and `save` gave. */
  restore(view: InstrumentView, saved: Saved): void;
}

/** Best levels of the folded book; undefined where a side is empty. */
export interface BookTop {
  bid: number | undefined;
  bidSize: number | undefined;
  ask: number | undefined;
  askSize: number | undefined;
}

/** What the folds of one instrument share, and how they publish. */
export class FoldContext {
  readonly instrument: string;
  readonly calendar: TradingCalendar;
  priceDecimals = 0;
  sizeDecimals = 0;
  /** The decimals that the last update carried: what the view has. */
  toldPriceDecimals = 0;
  toldSizeDecimals = 0;
  venue = '';
  /** The source's clock as last seen, never back; 0 when none was. */
  clockMs = 0;
  /** When what is being folded happened, Unix µs; 0 when nothing tells. */
  timeUs = 0;
  /** The time of the last tick: what a tick without any is put at. */
  lastTimeUs = 0;
  receivedAtUs = 0;
  readonly seqs: Record<Sequence, number> = noSeqs();
  /** The quote as it is now; `quote.ts` publishes what differs from what was told. */
  readonly quote: QuoteFields = unknownQuote();
  /** Set by whoever changes the quote's statistics. */
  statisticsChanged = false;
  readonly bookTop: BookTop = { bid: undefined, bidSize: undefined, ask: undefined, askSize: undefined };
  /** Sequences of differences whose next update is a keyframe: at first, and after decimals were raised. */
  readonly keyframeDue = { quote: true, depth: true };
  emit: Emit = () => {};

  constructor(instrument: string, calendar: TradingCalendar) {
    this.instrument = instrument;
    this.calendar = calendar;
  }

  /** Milliseconds of the event being folded; 0 when unknown. */
  get timeMs(): number {
    return Math.floor(this.timeUs / 1000);
  }

  /** Multiplies all that folds share; each sequence of differences goes on with a keyframe. */
  rescale(priceFactor: number, sizeFactor: number): void {
    rescaleQuote(this.quote, priceFactor, sizeFactor);
    const top = this.bookTop;
    if (top.bid !== undefined) top.bid *= priceFactor;
    if (top.bidSize !== undefined) top.bidSize *= sizeFactor;
    if (top.ask !== undefined) top.ask *= priceFactor;
    if (top.askSize !== undefined) top.askSize *= sizeFactor;
    this.keyframeDue.quote = true;
    this.keyframeDue.depth = true;
  }

  /** Numbers and emits an update of the sequence. */
  publish(sequence: Sequence, keyframe: boolean, body: UpdateBody): void {
    const seq = ++this.seqs[sequence];
    this.toldPriceDecimals = this.priceDecimals;
    this.toldSizeDecimals = this.sizeDecimals;
    this.emit({
      sequence,
      first: seq,
      last: seq,
      keyframe,
      priceDecimals: this.priceDecimals,
      sizeDecimals: this.sizeDecimals,
      timestampUs: this.timeUs,
      receivedAtUs: this.receivedAtUs,
      body,
    });
  }
}
