import { changeOf, changePctOf, vwapOf } from '../day-statistics.ts';
import { ExactSum } from '../exact-sum.ts';
import { FINAL_GRACE_MS } from '../limits.ts';
import type { Magnitude } from '../rescale.ts';
import {
  COUNTS_ALL,
  COUNTS_HIGH_LOW,
  COUNTS_LAST,
  COUNTS_VOLUME,
  type QuoteTick,
  type Tick,
  type TradeTick,
} from '../tick.ts';
import type { TradingDay } from '../trading-day.ts';
import type { InstrumentView, QuoteFields } from '../update.ts';
import type { FoldContext, FoldPart, Saved } from './fold-part.ts';

interface SavedStatistics {
  day: [number, number] | null;
  startSeen: boolean;
  pricesSeeded: boolean;
  sumsSeeded: boolean;
  traded: boolean;
}

/**
 * The statistics of the trading day, from trades in the order of the log: last, open, high, low, volume, turnover, and
 * what follows from them: change, changePct, vwap. The day rolls at the first counting trade of a new day, or when the
 * clock is past its start by the grace; the last price then becomes the previous close. A trade of an earlier day counts
 * in its bars only.
 *
 * What the venue says of its own day, which its time names: its previous close always wins. Its open, high, low, volume and
 * turnover seed, once, a day whose start was not seen. A message of the day before, which a venue goes on sending until a day's
 * first trade, says only what that day closed at. As long as no trade ever came (an index, a quote-only feed) its numbers are all there is,
 * and are followed.
 */
export class TradeStatisticsFold implements FoldPart {
  readonly kinds = ['trade', 'quote', 'bookSnapshot', 'bookDelta'] as const;
  readonly #context: FoldContext;
  readonly #quote: QuoteFields;
  #day: TradingDay | undefined;
  #startSeen = false;
  #pricesSeeded = false;
  #sumsSeeded = false;
  /** A counting trade was folded, this day or before. */
  #traded = false;
  /** undefined: unknown, not zero. */
  #volume: ExactSum | undefined;
  #turnover: ExactSum | undefined;

  constructor(context: FoldContext) {
    this.#context = context;
    this.#quote = context.quote;
  }

  fold(tick: Tick): undefined {
    if (this.#day === undefined && this.#context.timeUs > 0) this.#beginFirstDay(this.#context.timeMs);
    if (tick.body.kind === 'trade') this.#trade(tick.body);
    else if (tick.body.kind === 'quote') this.#venueStatistics(tick.body);
  }

  clock(): void {
    const overMs = this.#context.clockMs - FINAL_GRACE_MS;
    if (this.#day !== undefined && overMs >= this.#day.endMs) this.#roll(overMs);
  }

  #trade(trade: TradeTick): void {
    if ((trade.counts & COUNTS_ALL) === 0) return;
    const quote = this.#quote;
    const timeMs = this.#context.timeMs;
    if (timeMs > 0 && this.#day !== undefined) {
      if (timeMs >= this.#day.endMs) this.#roll(timeMs);
      else if (timeMs < this.#day.startMs) return;
    }
    this.#traded = true;
    if (trade.counts & COUNTS_LAST) {
      quote.last = trade.price;
      quote.open ??= trade.price;
    }
    if (trade.counts & COUNTS_HIGH_LOW) {
      if (quote.high === undefined || trade.price > quote.high) quote.high = trade.price;
      if (quote.low === undefined || trade.price < quote.low) quote.low = trade.price;
    }
    if (trade.counts & COUNTS_VOLUME) {
      if (!this.#sumsSeeded) {
        this.#volume ??= new ExactSum();
        this.#turnover ??= new ExactSum();
      }
      this.#volume?.add(trade.size);
      this.#turnover?.addProduct(trade.price, trade.size);
    }
    this.#derive();
  }

  #venueStatistics(venue: QuoteTick): void {
    const quote = this.#quote;
    const follow = !this.#traded;
    const prices = venue.open !== undefined || venue.high !== undefined || venue.low !== undefined;
    const sums = venue.volume !== undefined || venue.turnover !== undefined;
    if (!prices && !sums && venue.prevClose === undefined && venue.last === undefined) return;
    const timeMs = this.#context.timeMs;
    if (timeMs > 0 && this.#day !== undefined) {
      if (timeMs >= this.#day.endMs) this.#roll(timeMs);
      else if (timeMs < this.#day.startMs) {
        this.#venueStatisticsOfLastDay(venue);
        return;
      }
    }
    if (venue.prevClose !== undefined) quote.prevClose = venue.prevClose;
    if (follow && venue.last !== undefined) quote.last = venue.last;
    if (prices && (follow || !(this.#startSeen || this.#pricesSeeded))) {
      quote.open = venue.open ?? quote.open;
      // Our trades may be newer than the venue's message: neither's extreme is lost.
      quote.high = follow ? (venue.high ?? quote.high) : larger(quote.high, venue.high);
      quote.low = follow ? (venue.low ?? quote.low) : smaller(quote.low, venue.low);
      this.#pricesSeeded = true;
    }
    if (sums && (follow || !(this.#startSeen || this.#sumsSeeded))) {
      // Both or none: a vwap of the venue's volume and our turnover would be of no set of trades.
      this.#volume = venue.volume === undefined ? undefined : new ExactSum(venue.volume);
      this.#turnover = venue.turnover === undefined ? undefined : new ExactSum(venue.turnover);
      this.#sumsSeeded = true;
    }
    if (this.#pricesSeeded && this.#sumsSeeded) quote.sinceMs = undefined;
    this.#derive();
  }

  #venueStatisticsOfLastDay({ last }: QuoteTick): void {
    if (last === undefined || this.#traded || this.#pricesSeeded || this.#sumsSeeded) return;
    this.#quote.last = last;
    this.#quote.prevClose = last;
    this.#derive();
  }

  /**
   * The day at the first tick. Its start was not seen, unless the tick is of its first millisecond. A tick of a day that
   * is over by the clock does not bring that day back.
   */
  #beginFirstDay(timeMs: number): void {
    const { calendar, instrument, clockMs } = this.#context;
    const overMs = clockMs - FINAL_GRACE_MS;
    let day = calendar.tradingDayAt(instrument, timeMs);
    let sinceMs = timeMs;
    if (overMs >= day.endMs) {
      day = calendar.tradingDayAt(instrument, overMs);
      sinceMs = clockMs;
    }
    this.#day = day;
    this.#startSeen = sinceMs === day.startMs;
    if (!this.#startSeen) this.#quote.sinceMs = sinceMs;
    this.#context.statisticsChanged = true;
  }

  #roll(timeMs: number): void {
    const quote = this.#quote;
    this.#day = this.#context.calendar.tradingDayAt(this.#context.instrument, timeMs);
    this.#startSeen = true;
    this.#pricesSeeded = false;
    this.#sumsSeeded = false;
    quote.prevClose = quote.last;
    quote.open = undefined;
    quote.high = undefined;
    quote.low = undefined;
    quote.sinceMs = undefined;
    // Nobody knows whether a feed that never sent a trade has any: its volume stays unknown, not 0.
    this.#volume = this.#traded ? new ExactSum() : undefined;
    this.#turnover = this.#traded ? new ExactSum() : undefined;
    this.#derive();
  }

  #derive(): void {
    const quote = this.#quote;
    quote.volume = this.#volume?.value;
    quote.turnover = this.#turnover?.value;
    quote.vwap = vwapOf(quote.turnover, quote.volume);
    quote.change = changeOf(quote.last, quote.prevClose);
    quote.changePct = changePctOf(quote.change, quote.prevClose);
    this.#context.statisticsChanged = true;
  }

  /** The quote's own values are measured by the fold that tells them. */
  measure(_into: Magnitude): void {}

  largestTurnover(): number {
    return this.#turnover === undefined ? 0 : Math.abs(Number(this.#turnover.value));
  }

  /** Finer decimals make a finer vwap: derived anew, and told. */
  rescale(priceFactor: number, sizeFactor: number): void {
    this.#volume?.multiply(sizeFactor);
    this.#turnover?.multiply(priceFactor);
    this.#turnover?.multiply(sizeFactor);
    this.#derive();
  }

  fill(_view: InstrumentView): void {}

  save(): Saved {
    const saved: SavedStatistics = {
      day: this.#day === undefined ? null : [this.#day.startMs, this.#day.endMs],
      startSeen: this.#startSeen,
      pricesSeeded: this.#pricesSeeded,
      sumsSeeded: this.#sumsSeeded,
      traded: this.#traded,
    };
    return { ...saved };
  }

  restore(view: InstrumentView, saved: Saved): void {
    const { day, startSeen, pricesSeeded, sumsSeeded, traded } = saved as unknown as SavedStatistics;
    this.#day = day === null ? undefined : { startMs: day[0], endMs: day[1] };
    this.#startSeen = startSeen;
    this.#pricesSeeded = pricesSeeded;
    this.#sumsSeeded = sumsSeeded;
    this.#traded = traded;
    this.#volume = view.quote.volume === undefined ? undefined : new ExactSum(view.quote.volume);
    this.#turnover = view.quote.turnover === undefined ? undefined : new ExactSum(view.quote.turnover);
  }
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}
