import { checkTick, scaleTick } from './admit-tick.ts';
import { SEQUENCES } from './channel.ts';
import { powerOfTen } from './decimal.ts';
import type { Emit, FoldRejection, InstrumentFold, InstrumentFoldFactory, SourceHole } from './fold.ts';
import { FoldContext, type FoldPart, type Saved } from './folds/fold-part.ts';
import { FOLD_PARTS } from './folds/registry.ts';
import { FUTURE_TIME_MS } from './limits.ts';
import { copyQuote } from './quote-fields.ts';
import { fitsAfter, noMagnitude, SUM_MAX } from './rescale.ts';
import type { Tick, TickBody } from './tick.ts';
import { TradingCalendar } from './trading-day.ts';
import type { InstrumentView } from './update.ts';
import { emptyView } from './view.ts';

/**
 * The version of what folding means: a part of every epoch. Raised when the same ticks would give other updates, or when
 * saved state can't be taken up.
 */
export const FOLD_VERSION = 3;

interface SavedFold {
  version: number;
  venue: string;
  clockMs: number;
  lastTimeUs: number;
  receivedAtUs: number;
  quoteKeyframeDue: boolean;
  depthKeyframeDue: boolean;
  parts: Record<string, Saved>;
}

/** A fold that has seen nothing. Folds that share a calendar share its days; one a process is enough. */
export function createInstrumentFold(instrument: string, calendar = new TradingCalendar()): InstrumentFold {
  return new ComposedFold(instrument, calendar);
}

/**
 * The fold that gave `view` and `saved` (after JSON, if need be). Throws a RangeError when another fold version saved it:
 * that state belongs to another epoch, and the fold begins anew.
 */
export function restoreInstrumentFold(
  view: InstrumentView,
  saved: unknown,
  calendar = new TradingCalendar(),
): InstrumentFold {
  const fold = new ComposedFold(view.instrument, calendar);
  fold.restore(view, saved as SavedFold);
  return fold;
}

/** A factory whose folds share one trading calendar. */
export function createInstrumentFolds(calendar = new TradingCalendar()): InstrumentFoldFactory {
  return {
    create: (instrument) => createInstrumentFold(instrument, calendar),
    restore: (view, saved) => restoreInstrumentFold(view, saved, calendar),
  };
}

class ComposedFold implements InstrumentFold {
  readonly instrument: string;
  readonly #context: FoldContext;
  readonly #parts: readonly { name: string; part: FoldPart }[];
  readonly #partsOf = new Map<TickBody['kind'], FoldPart[]>();

  constructor(instrument: string, calendar: TradingCalendar) {
    this.instrument = instrument;
    this.#context = new FoldContext(instrument, calendar);
    this.#parts = FOLD_PARTS.map(({ name, create }) => ({ name, part: create(this.#context) }));
    for (const { part } of this.#parts) {
      for (const kind of part.kinds) this.#partsOf.set(kind, [...(this.#partsOf.get(kind) ?? []), part]);
    }
  }

  get venue(): string {
    return this.#context.venue;
  }

  apply(tick: Tick, clockMs: number, emit: Emit): FoldRejection | undefined {
    if (clockMs > this.#context.clockMs) this.clock(clockMs, emit, tick.receivedAtUs);
    const faulty = checkTick(tick);
    if (faulty !== undefined) return faulty;
    const parts = this.#partsOf.get(tick.body.kind);
    // A venue's own bar: no fold keeps it yet, and it is never mixed with ours.
    if (parts === undefined) return undefined;
    const context = this.#context;
    const scaled = scaleTick(tick, context.priceDecimals, context.sizeDecimals);
    if (scaled === undefined) return 'decimals_overflow';
    const raises = scaled.priceDecimals !== context.priceDecimals || scaled.sizeDecimals !== context.sizeDecimals;
    if (raises && !this.#canRaise(scaled)) return 'decimals_overflow';
    if (!this.#hasRoomFor(scaled)) return 'out_of_range';
    if (raises) this.#raise(scaled);

    context.emit = emit;
    context.venue = venueOf(tick.source, context.venue);
    context.receivedAtUs = tick.receivedAtUs;
    let rejection = this.#setTime(tick, clockMs);
    for (const part of parts) rejection = part.fold(scaled) ?? rejection;
    if (raises) for (const { part } of this.#parts) part.raised?.();
    return rejection;
  }

  clock(clockMs: number, emit: Emit, receivedAtUs = this.#context.receivedAtUs): void {
    const context = this.#context;
    const previousMs = context.clockMs;
    if (clockMs <= previousMs) return;
    context.emit = emit;
    context.clockMs = clockMs;
    context.timeUs = clockMs * 1000;
    context.receivedAtUs = receivedAtUs;
    for (const { part } of this.#parts) part.clock(previousMs);
  }

  missed({ source, ticks, fromMs, toMs }: SourceHole, emit: Emit): void {
    const context = this.#context;
    // As with a tick: an instrument that was restored may not have heard the last clocks, which told it nothing.
    if (fromMs > context.clockMs) this.clock(fromMs, emit);
    context.emit = emit;
    context.timeUs = context.clockMs > 0 ? context.clockMs * 1000 : context.lastTimeUs;
    const from = fromMs === 0 ? 'before' : `between ${timeText(fromMs)} and`;
    const what = `${ticks} ticks of ${venueOf(source, '')} were lost ${from} ${timeText(toMs)}; some may be of this instrument`;
    for (const { part } of this.#parts) part.missed?.(what);
  }

  /**
   * When the tick happened: by the venue's clock; else by its source's clock; else when the last tick did. A venue's time
   * far ahead of the source's clock would open bars and days that have not begun: the source's clock stands for it.
   */
  #setTime(tick: Tick, clockMs: number): FoldRejection | undefined {
    const context = this.#context;
    const exchangeTimeUs = tick.exchangeTimeUs;
    const future = exchangeTimeUs !== undefined && clockMs > 0 && exchangeTimeUs > (clockMs + FUTURE_TIME_MS) * 1000;
    if (exchangeTimeUs !== undefined && !future) context.timeUs = exchangeTimeUs;
    else context.timeUs = clockMs > 0 ? clockMs * 1000 : context.lastTimeUs;
    context.lastTimeUs = context.timeUs;
    return future ? 'future_time' : undefined;
  }

  /** Whether all that is kept can be multiplied. */
  #canRaise(tick: Tick): boolean {
    const kept = noMagnitude();
    for (const { part } of this.#parts) part.measure(kept);
    return fitsAfter(kept, this.#priceFactor(tick), this.#sizeFactor(tick));
  }

  #raise(tick: Tick): void {
    const context = this.#context;
    const priceFactor = this.#priceFactor(tick);
    const sizeFactor = this.#sizeFactor(tick);
    context.priceDecimals = tick.priceDecimals;
    context.sizeDecimals = tick.sizeDecimals;
    context.rescale(priceFactor, sizeFactor);
    for (const { part } of this.#parts) part.rescale(priceFactor, sizeFactor);
  }

  #priceFactor(tick: Tick): number {
    return powerOfTen(tick.priceDecimals - this.#context.priceDecimals);
  }

  #sizeFactor(tick: Tick): number {
    return powerOfTen(tick.sizeDecimals - this.#context.sizeDecimals);
  }

  /**
   * Whether the turnover sums can take this trade. Only trades of more than 2^53 units of turnover are looked at: of
   * smaller ones it takes 2^52 to use up the margin between SUM_MAX and what the wire holds.
   */
  #hasRoomFor(tick: Tick): boolean {
    const body = tick.body;
    if (body.kind !== 'trade') return true;
    const turnover = Math.abs(body.price * body.size);
    if (turnover <= Number.MAX_SAFE_INTEGER) return true;
    let largest = 0;
    for (const { part } of this.#parts) largest = Math.max(largest, part.largestTurnover());
    const raise = this.#priceFactor(tick) * this.#sizeFactor(tick);
    return largest * raise + turnover <= Number(SUM_MAX);
  }

  view(epoch: string): InstrumentView {
    const context = this.#context;
    const view = emptyView(this.instrument, epoch);
    view.priceDecimals = context.toldPriceDecimals;
    view.sizeDecimals = context.toldSizeDecimals;
    Object.assign(view.seqs, context.seqs);
    for (const { part } of this.#parts) part.fill(view);
    return view;
  }

  save(): SavedFold {
    const context = this.#context;
    return {
      version: FOLD_VERSION,
      venue: context.venue,
      clockMs: context.clockMs,
      lastTimeUs: context.lastTimeUs,
      receivedAtUs: context.receivedAtUs,
      quoteKeyframeDue: context.keyframeDue.quote,
      depthKeyframeDue: context.keyframeDue.depth,
      parts: Object.fromEntries(this.#parts.map(({ name, part }) => [name, part.save()])),
    };
  }

  restore(view: InstrumentView, saved: SavedFold): void {
    if (saved.version !== FOLD_VERSION) {
      throw new RangeError(
        `saved state of ${view.instrument} is of fold version ${saved.version}, this is ${FOLD_VERSION}`,
      );
    }
    const context = this.#context;
    context.priceDecimals = context.toldPriceDecimals = view.priceDecimals;
    context.sizeDecimals = context.toldSizeDecimals = view.sizeDecimals;
    for (const sequence of SEQUENCES) context.seqs[sequence] = view.seqs[sequence];
    context.venue = saved.venue;
    context.clockMs = saved.clockMs;
    context.lastTimeUs = saved.lastTimeUs;
    context.receivedAtUs = saved.receivedAtUs;
    context.keyframeDue.quote = saved.quoteKeyframeDue;
    context.keyframeDue.depth = saved.depthKeyframeDue;
    copyQuote(view.quote, context.quote);
    for (const { name, part } of this.#parts) part.restore(view, saved.parts[name]!);
  }
}

/** The farthest from 1970 that a date may be, ms. A clock's time is any whole number. */
const DATE_MS_MAX = 8.64e15;

const timeText = (ms: number): string => (Math.abs(ms) <= DATE_MS_MAX ? new Date(ms).toISOString() : `${ms} ms`);

/** `Tick.source` up to '/'. The last answer is given again where it still fits, which makes no string a tick. */
function venueOf(source: string, last: string): string {
  const length = source.indexOf('/');
  if (length < 0) return source;
  return last.length === length && source.startsWith(last) ? last : source.slice(0, length);
}
