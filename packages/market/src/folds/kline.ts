import { INTERVAL_MS, INTERVALS, type Interval } from '../channel.ts';
import type { FoldRejection } from '../fold.ts';
import { FINAL_GRACE_MS, LATE_TRADE_MS } from '../limits.ts';
import { type Magnitude, measureKline, rescaleKline } from '../rescale.ts';
import { COUNTS_ALL, type Tick } from '../tick.ts';
import type { InstrumentView, Kline } from '../update.ts';
import { Bar, type SavedBar } from './bar.ts';
import type { FoldContext, FoldPart, Saved } from './fold-part.ts';

type ToldBar = Kline & { timestampUs: number };

interface SavedKlines {
  newestTradeMs: number;
  bars: Record<Interval, SavedBar[]>;
}

/** The bars of one interval that may still change, by start, and the newest as it was told. */
class Series {
  readonly interval: Interval;
  bars: Bar[] = [];
  told: ToldBar | undefined;

  constructor(interval: Interval) {
    this.interval = interval;
  }

  /** The bar that holds the time; undefined when there is none. Nearly always the last. */
  at(timeMs: number): Bar | undefined {
    for (let i = this.bars.length - 1; i >= 0; i--) {
      const bar = this.bars[i]!;
      if (timeMs >= bar.startMs) return timeMs < bar.endMs ? bar : undefined;
    }
    return undefined;
  }

  insert(bar: Bar): void {
    let index = this.bars.length;
    while (index > 0 && this.bars[index - 1]!.startMs > bar.startMs) index--;
    this.bars.splice(index, 0, bar);
  }
}

/**
 * K-lines of all intervals, aligned to the start of the trading day; a bar ends with its day at the latest. `1m` is told
 * at each trade, longer ones once a second of the source's clock and when final. A bar is final when the clock has passed
 * its end by the grace; a later trade sends it again with the next revision. Bars that ended longer ago than LATE_TRADE_MS
 * are forgotten, and a trade for one of them is `late_bar`.
 */
export class KlineFold implements FoldPart {
  readonly kinds = ['trade'] as const;
  readonly #context: FoldContext;
  readonly #series: readonly Series[] = INTERVALS.map((interval) => new Series(interval));
  readonly #daily: Series = this.#series.at(-1)!;
  /** Stands for the clock until one was seen. */
  #newestTradeMs = 0;
  /** The earliest clock at which a bar becomes final, so that most clocks find nothing to do at once. */
  #nextFinalMs = Number.POSITIVE_INFINITY;
  #untold = false;

  constructor(context: FoldContext) {
    this.#context = context;
  }

  fold(tick: Tick): FoldRejection | undefined {
    const trade = tick.body;
    const timeMs = this.#context.timeMs;
    if (trade.kind !== 'trade' || (trade.counts & COUNTS_ALL) === 0 || timeMs <= 0) return undefined;
    if (timeMs > this.#newestTradeMs) this.#newestTradeMs = timeMs;
    let late = false;
    for (const series of this.#series) {
      const bar = series.at(timeMs) ?? this.#begin(series, timeMs);
      // A bar may still stand here past its time: they are cleared away only when a clock has something to do.
      if (bar === undefined || bar.endMs + LATE_TRADE_MS <= this.#now()) {
        late = true;
        continue;
      }
      bar.add(trade);
      if (bar.final || series.interval === '1m') this.#tell(series, bar);
      else this.#untold = true;
    }
    return late ? 'late_bar' : undefined;
  }

  /** A new bar for the time; undefined when it ended too long ago. */
  #begin(series: Series, timeMs: number): Bar | undefined {
    const { calendar, instrument, clockMs } = this.#context;
    const day = calendar.tradingDayAt(instrument, timeMs);
    const length = INTERVAL_MS[series.interval];
    const daily = series === this.#daily;
    const startMs = daily ? day.startMs : timeMs - ((timeMs - day.startMs) % length);
    const endMs = daily ? day.endMs : Math.min(startMs + length, day.endMs);
    if (endMs + LATE_TRADE_MS <= this.#now()) return undefined;
    const bar = new Bar(startMs, endMs);
    bar.final = clockMs >= endMs + FINAL_GRACE_MS;
    if (!bar.final) this.#nextFinalMs = Math.min(this.#nextFinalMs, endMs + FINAL_GRACE_MS);
    series.insert(bar);
    this.#forget(series);
    return bar;
  }

  clock(previousMs: number): void {
    const clockMs = this.#context.clockMs;
    const second = Math.floor(clockMs / 1000) > Math.floor(previousMs / 1000);
    if (clockMs < this.#nextFinalMs && !(second && this.#untold)) return;
    let nextFinalMs = Number.POSITIVE_INFINITY;
    let untold = false;
    for (const series of this.#series) {
      for (const bar of series.bars) {
        if (bar.final) continue;
        bar.final = clockMs >= bar.endMs + FINAL_GRACE_MS;
        if (bar.final || (second && bar.changed)) this.#tell(series, bar);
        if (!bar.final) nextFinalMs = Math.min(nextFinalMs, bar.endMs + FINAL_GRACE_MS);
        untold ||= bar.changed;
      }
      this.#forget(series);
    }
    this.#nextFinalMs = nextFinalMs;
    this.#untold = untold;
  }

  #now(): number {
    return this.#context.clockMs > 0 ? this.#context.clockMs : this.#newestTradeMs;
  }

  #forget(series: Series): void {
    const now = this.#now();
    let gone = 0;
    while (gone < series.bars.length && series.bars[gone]!.endMs + LATE_TRADE_MS <= now) gone++;
    if (gone > 0) series.bars.splice(0, gone);
  }

  #tell(series: Series, bar: Bar): void {
    const kline = bar.tell(series.interval);
    if (kline === undefined) return;
    if (series.told === undefined || kline.startMs >= series.told.startMs) {
      series.told = { ...kline, timestampUs: this.#context.timeUs };
    }
    this.#context.publish(`kline@${series.interval}`, true, kline);
  }

  measure(into: Magnitude): void {
    for (const series of this.#series) {
      if (series.told !== undefined) measureKline(series.told, into);
      for (const bar of series.bars) bar.measure(into);
    }
  }

  /** A bar of a day contains every shorter one. */
  largestTurnover(): number {
    let largest = 0;
    for (const bar of this.#daily.bars) largest = Math.max(largest, Math.abs(Number(bar.turnover.value)));
    return largest;
  }

  rescale(priceFactor: number, sizeFactor: number): void {
    for (const series of this.#series) {
      if (series.told !== undefined) rescaleKline(series.told, priceFactor, sizeFactor);
      for (const bar of series.bars) bar.rescale(priceFactor, sizeFactor);
    }
  }

  fill(view: InstrumentView): void {
    for (const { interval, told } of this.#series) if (told !== undefined) view.bars[interval] = { ...told };
  }

  save(): Saved {
    const bars = Object.fromEntries(
      this.#series.map(({ interval, bars }) => [interval, bars.map((bar) => ({ ...bar.save() }))]),
    );
    return { newestTradeMs: this.#newestTradeMs, bars };
  }

  restore(view: InstrumentView, saved: Saved): void {
    const { newestTradeMs, bars } = saved as unknown as SavedKlines;
    this.#newestTradeMs = newestTradeMs;
    for (const series of this.#series) {
      series.bars = bars[series.interval].map((bar) => Bar.restore(bar));
      const told = view.bars[series.interval];
      series.told = told && { ...told };
      for (const bar of series.bars) {
        if (bar.final) continue;
        this.#nextFinalMs = Math.min(this.#nextFinalMs, bar.endMs + FINAL_GRACE_MS);
        this.#untold ||= bar.changed;
      }
    }
  }
}
