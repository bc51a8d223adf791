import type { Tick } from '@tapecast/market';
import type { SymbolTruth, Truth } from '../market/truth.ts';
import { barKey, vwapOf } from '../market/truth.ts';
import { barText, type CanonicalQuote, PRICE, rescaled, VWAP } from './canonical.ts';
import type { Findings } from './findings.ts';
import type { LoggedState, LoggedTrade, UpdateSink } from './updates.ts';

/** VWAP has the price's decimals and so many more. */
const VWAP_MORE_DECIMALS = 4;

/** Compares `md.ticks` with the truth: no trade missing, none that the venue did not have, no number of a source left out. */
export class TickJudge {
  readonly #truth: Truth;
  readonly #findings: Findings;
  readonly #lastOfSource = new Map<string, number>();
  readonly #seen = new Map<string, Set<string>>();
  readonly #fences = new Map<string, number>();
  ticks = 0;
  /** Ticks of an ingest that was no longer the venue's when they were written. */
  fenced = 0;
  /** Ticks and trades that stand in the log more than once: the fold has to drop them. */
  repeated = 0;
  sources = new Set<string>();

  constructor(truth: Truth, findings: Findings) {
    this.#truth = truth;
    this.#findings = findings;
  }

  tick(partition: number, tick: Tick): void {
    this.ticks++;
    if (!this.#counts(partition, tick.source)) {
      this.fenced++;
      return;
    }
    this.sources.add(tick.source);
    const source = `${partition} ${tick.source}`;
    const last = this.#lastOfSource.get(source) ?? 0;
    if (tick.sourceSeq <= last) {
      this.repeated++;
      return;
    }
    if (tick.sourceSeq > last + 1)
      this.#findings.add(
        'lost',
        'md.ticks',
        `source ${tick.source} jumps from ${last} to ${tick.sourceSeq} in partition ${partition}`,
        tick.sourceSeq - last - 1,
      );
    this.#lastOfSource.set(source, tick.sourceSeq);
    if (tick.body.kind !== 'trade') return;
    const truth = this.#truth.get(tick.instrument);
    if (truth === undefined) return;
    const { id, price, size } = tick.body;
    const seen = this.#seen.get(tick.instrument) ?? new Set();
    this.#seen.set(tick.instrument, seen);
    if (seen.has(id)) {
      this.repeated++;
      return;
    }
    seen.add(id);
    const what = faultOfTrade(truth, {
      id,
      price: rescaled(price, tick.priceDecimals, PRICE),
      size: rescaled(size, tick.sizeDecimals, PRICE),
      timeMs: Math.floor((tick.exchangeTimeUs ?? 0) / 1_000),
    });
    if (what !== undefined) this.#findings.add('wrong', 'md.ticks', `${tick.instrument}: ${what}`);
  }

  /** `<venue>/<session>#<fence>`: from the first tick of a fence on, those of lower ones of the venue don't count. */
  #counts(partition: number, source: string): boolean {
    const venue = `${partition} ${source.split('/')[0]}`;
    const fence = Number(source.split('#')[1] ?? 0);
    const highest = this.#fences.get(venue) ?? 0;
    if (fence < highest) return false;
    this.#fences.set(venue, fence);
    return true;
  }

  finish(): void {
    for (const [instrument, truth] of this.#truth)
      for (const { id, sentAtMs } of truth.trades)
        if (this.#seen.get(instrument)?.has(id) !== true)
          this.#findings.add('lost', 'md.ticks', `${instrument} trade ${id} is not in the log`, 1, sentAtMs);
  }
}

/** Compares `md.updates` with the truth, trade by trade and state by state. */
export class UpdateJudge implements UpdateSink {
  readonly #truth: Truth;
  readonly #findings: Findings;
  readonly #furthest = new Map<string, number>();
  readonly #seen = new Map<string, Set<string>>();
  readonly #bookPlaces = new Map<string, number>();
  readonly #lastBook = new Map<string, number>();
  readonly #lastBars = new Map<string, string>();
  readonly #lastDays = new Map<string, string>();
  /** When the venue sent the newest trade that the log has up to here: what follows it is of about that time. */
  readonly #sentAt = new Map<string, number>();
  compared = { trades: 0, quotes: 0, books: 0, bars: 0 };

  constructor(truth: Truth, findings: Findings) {
    this.#truth = truth;
    this.#findings = findings;
  }

  trade(instrument: string, trade: LoggedTrade): void {
    const truth = this.#truth.get(instrument);
    if (truth === undefined) return;
    this.compared.trades++;
    const seen = this.#seen.get(instrument) ?? new Set();
    this.#seen.set(instrument, seen);
    const what = faultOfTrade(truth, trade);
    if (what !== undefined) this.#found('wrong', instrument, what);
    const place = truth.placeOf.get(trade.id);
    if (place === undefined) return;
    const { sentAtMs } = truth.trades[place]!;
    this.#sentAt.set(instrument, sentAtMs);
    const furthest = this.#furthest.get(instrument) ?? -1;
    if (seen.has(trade.id)) this.#found('doubled', instrument, `trade ${trade.id}, again as ${trade.number}`, sentAtMs);
    else if (place < furthest)
      this.#found('outOfOrder', instrument, `trade ${trade.id} (${trade.number}) after a later one`, sentAtMs);
    seen.add(trade.id);
    this.#furthest.set(instrument, Math.max(furthest, place));
  }

  state(instrument: string, number: number, state: LoggedState): void {
    const truth = this.#truth.get(instrument);
    if (truth === undefined) return;
    switch (state.kind) {
      case 'quote':
        this.#quote(instrument, truth, number, state.quote, state.priceDecimals);
        return;
      case 'depth':
        this.#depth(instrument, truth, number, state.book, state.empty);
        return;
      case 'kline': {
        this.compared.bars++;
        const text = barText(state.bar);
        if (!truth.bars.has(`${state.interval} ${text}`))
          this.#found('wrong', instrument, `bar ${state.interval} (${number}) was never so: ${text}`);
        this.#lastBars.set(`${instrument} ${state.interval} ${state.bar.startMs}`, text);
      }
    }
  }

  hole(key: string, expected: number, first: number): void {
    this.#findings.add('lost', 'md.updates', `${key} jumps from ${expected - 1} to ${first}`, first - expected);
  }

  unequal(key: string, number: number): void {
    this.#findings.add('wrong', 'md.updates', `${key} has two different updates ${number}`);
  }

  /** What must be there in the end: all trades, the newest book, each bar and the day as they ended. */
  finish(): void {
    for (const [instrument, truth] of this.#truth) {
      for (const { id, sentAtMs } of truth.trades)
        if (this.#seen.get(instrument)?.has(id) !== true)
          this.#found('lost', instrument, `trade ${id} was never told`, sentAtMs);
      if (this.#lastBook.get(instrument) !== truth.lastBook)
        this.#found('lost', instrument, 'the book is not the newest one in the end');
      const day = truth.barsInTheEnd;
      for (const [key, text] of day) {
        const [interval = '', startMs = ''] = key.split(' ');
        const told = interval === '1d' ? this.#lastDays.get(instrument) : undefined;
        if (told !== undefined && told !== text)
          this.#found('wrong', instrument, `the day ended as ${told}, is ${text}`);
        // Bars above a minute are told once a second of the venue's time, which stands in the end.
        if (interval !== '1m') continue;
        const bar = this.#lastBars.get(`${instrument} ${barKey('1m', Number(startMs))}`);
        if (bar !== text) this.#found('wrong', instrument, `bar ${key} ended as ${bar ?? 'never told'}, is ${text}`);
      }
    }
  }

  #quote(instrument: string, truth: SymbolTruth, number: number, quote: CanonicalQuote, priceDecimals: number): void {
    this.compared.quotes++;
    const { bid, bidSize, ask, askSize, volume } = quote;
    if (bid !== undefined || ask !== undefined) {
      const top = `${bid} ${bidSize} ${ask} ${askSize}`;
      if (!truth.tops.has(top)) this.#found('wrong', instrument, `quote ${number}: there was no top of ${top}`);
    }
    if (volume === undefined) return;
    const day = truth.days.get(volume);
    if (day === undefined) {
      this.#found('wrong', instrument, `quote ${number}: the day never had the volume ${volume}`);
      return;
    }
    const vwap = vwapOf(day, priceDecimals + VWAP_MORE_DECIMALS);
    const right = [day.open, day.high, day.low, day.close, day.turnover, rescaled(vwap, priceDecimals + 4, VWAP)];
    const told = [quote.open, quote.high, quote.low, quote.last, quote.turnover, quote.vwap];
    if (right.join(' ') !== told.join(' '))
      this.#found('wrong', instrument, `quote ${number}: told ${told.join(' ')}, is ${right.join(' ')}`);
    this.#lastDays.set(instrument, barText(day));
  }

  #depth(instrument: string, truth: SymbolTruth, number: number, book: number, empty: boolean): void {
    this.compared.books++;
    this.#lastBook.set(instrument, book);
    // A book that is unknown for the moment says so by being empty.
    if (empty) return;
    const places = truth.books.get(book);
    if (places === undefined) {
      this.#found('wrong', instrument, `book ${number} was never so`);
      return;
    }
    const before = this.#bookPlaces.get(instrument) ?? 0;
    const place = places.find((candidate) => candidate >= before);
    if (place === undefined) this.#found('outOfOrder', instrument, `book ${number} is older than the one before`);
    this.#bookPlaces.set(instrument, place ?? before);
  }

  #found(kind: 'lost' | 'doubled' | 'outOfOrder' | 'wrong', instrument: string, what: string, sentAtMs?: number): void {
    this.#findings.add(kind, 'md.updates', `${instrument} ${what}`, 1, sentAtMs ?? this.#sentAt.get(instrument));
  }
}

/** Whether the venue had this trade, with these values. */
function faultOfTrade(truth: SymbolTruth, trade: Omit<LoggedTrade, 'number'>): string | undefined {
  const place = truth.placeOf.get(trade.id);
  if (place === undefined) return `trade ${trade.id} is none of the venue's`;
  const { price, size, timeMs } = truth.trades[place]!;
  if (price === trade.price && size === trade.size && timeMs === trade.timeMs) return undefined;
  return `trade ${trade.id} is ${size} at ${price} of ${timeMs}, told as ${trade.size} at ${trade.price} of ${trade.timeMs}`;
}
