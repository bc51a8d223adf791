import { QUOTE_FIELDS, type Update } from '@tapecast/market';
import {
  barText,
  bookText,
  type CanonicalBar,
  type CanonicalQuote,
  digest,
  type Level,
  PRICE,
  QUOTE_DECIMALS,
  quoteText,
  rescaled,
  SUM,
} from './canonical.ts';

/** Cuts of the book that clients hold. */
export const CUTS = [5, 20, 50] as const;
export type Cut = (typeof CUTS)[number];

export interface LoggedTrade {
  readonly number: number;
  readonly id: string;
  readonly price: bigint;
  readonly size: bigint;
  readonly timeMs: number;
}

/** A state as the log tells it: what verifies it against the truth, beside the digests that clients are compared with. */
export type LoggedState =
  | { readonly kind: 'quote'; readonly quote: CanonicalQuote; readonly priceDecimals: number }
  | { readonly kind: 'depth'; readonly book: number; readonly empty: boolean }
  | { readonly kind: 'kline'; readonly interval: string; readonly bar: CanonicalBar; readonly final: boolean };

/** One sequence of one instrument under one epoch. Digests are by number. */
export interface SequenceStates {
  last: number;
  /** `newest`, of bars: the newest at that number, which is another one where an older bar was told again. */
  readonly digests: Map<Cut | 'whole' | 'newest', number[]>;
}

/** What came amiss in the log itself. */
export interface UpdateSink {
  trade(instrument: string, trade: LoggedTrade): void;
  state(instrument: string, number: number, state: LoggedState): void;
  /** Numbers that the log skipped. */
  hole(key: string, expected: number, first: number): void;
  /** A number that came again with another content. */
  unequal(key: string, number: number): void;
}

/**
 * Reads `md.updates` in the order of the log: keeps the digest of each state by (instrument, sequence, epoch, number), and tells
 * each new trade and state once. An update that comes again as it was is one, as after a takeover.
 */
export class UpdateReading {
  /** By `<instrument> <sequence>`, then epoch in order of appearance. */
  readonly sequences = new Map<string, Map<string, SequenceStates>>();
  /** Trades by `<instrument>`, then epoch, then number. */
  readonly trades = new Map<string, Map<string, LoggedTrade[]>>();
  /** Updates that came again, equal. */
  repeated = 0;
  read = 0;
  readonly #sink: UpdateSink;
  readonly #contents = new Map<string, number[]>();
  readonly #quotes = new Map<string, CanonicalQuote>();
  readonly #newestBars = new Map<string, { startMs: number; text: string }>();
  readonly #books = new Map<string, { bids: Map<bigint, bigint>; asks: Map<bigint, bigint> }>();

  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }

  update(instrument: string, epoch: string, update: Update): void {
    const key = `${instrument} ${update.sequence}`;
    const own = `${key} ${epoch}`;
    const number = update.last;
    const content = digest(contentOf(update));
    const contents = getOrMake(this.#contents, own, (): number[] => []);
    this.read++;
    const states = getOrMake(
      getOrMake(this.sequences, key, () => new Map<string, SequenceStates>()),
      epoch,
      (): SequenceStates => ({ last: 0, digests: new Map() }),
    );
    if (number <= states.last) {
      this.repeated++;
      if (contents[number] !== content) this.#sink.unequal(own, number);
      return;
    }
    if (update.first > states.last + 1) this.#sink.hole(own, states.last + 1, update.first);
    states.last = number;
    contents[number] = content;
    this.#apply(instrument, epoch, own, update, states);
  }

  #apply(instrument: string, epoch: string, own: string, update: Update, states: SequenceStates): void {
    const { body, last: number, priceDecimals, sizeDecimals } = update;
    switch (body.kind) {
      case 'trade': {
        const trade: LoggedTrade = {
          number,
          id: body.id,
          price: rescaled(body.price, priceDecimals, PRICE),
          size: rescaled(body.size, sizeDecimals, PRICE),
          timeMs: Math.floor(update.timestampUs / 1_000),
        };
        const epochs = getOrMake(this.trades, instrument, () => new Map<string, LoggedTrade[]>());
        getOrMake(epochs, epoch, (): LoggedTrade[] => [])[number] = trade;
        this.#sink.trade(instrument, trade);
        return;
      }
      case 'quote': {
        const quote = quoteAfter(update.keyframe ? {} : (this.#quotes.get(own) ?? {}), update, body);
        this.#quotes.set(own, quote);
        note(states, 'whole', number, quoteText(quote));
        this.#sink.state(instrument, number, { kind: 'quote', quote, priceDecimals });
        return;
      }
      case 'depth': {
        const book = getOrMake(this.#books, own, () => ({ bids: new Map(), asks: new Map() }));
        if (update.keyframe) for (const side of [book.bids, book.asks]) side.clear();
        setLevels(book.bids, body.bids, priceDecimals, sizeDecimals);
        setLevels(book.asks, body.asks, priceDecimals, sizeDecimals);
        const bids = [...book.bids].sort(([a], [b]) => (a < b ? 1 : -1));
        const asks = [...book.asks].sort(([a], [b]) => (a < b ? -1 : 1));
        for (const cut of CUTS) note(states, cut, number, bookText(bids.slice(0, cut), asks.slice(0, cut)));
        const whole = states.digests.get(50)![number]!;
        this.#sink.state(instrument, number, { kind: 'depth', book: whole, empty: bids.length + asks.length === 0 });
        return;
      }
      case 'kline': {
        const bar: CanonicalBar = {
          startMs: body.startMs,
          open: rescaled(body.open, priceDecimals, PRICE),
          high: rescaled(body.high, priceDecimals, PRICE),
          low: rescaled(body.low, priceDecimals, PRICE),
          close: rescaled(body.close, priceDecimals, PRICE),
          volume: rescaled(body.volume, sizeDecimals, PRICE),
          turnover: rescaled(body.turnover, priceDecimals + sizeDecimals, SUM),
          trades: body.trades,
        };
        const text = klineText(bar, body.final, body.revision);
        note(states, 'whole', number, text);
        const newest = this.#newestBars.get(own);
        if (newest === undefined || body.startMs >= newest.startMs)
          this.#newestBars.set(own, { startMs: body.startMs, text });
        note(states, 'newest', number, this.#newestBars.get(own)!.text);
        this.#sink.state(instrument, number, { kind: 'kline', interval: body.interval, bar, final: body.final });
        return;
      }
      case 'status':
        return;
    }
  }
}

export const klineText = (bar: CanonicalBar, final: boolean, revision: number): string =>
  `${barText(bar)} ${final} ${revision}`;

function quoteAfter(
  before: CanonicalQuote,
  { priceDecimals, sizeDecimals }: Update,
  change: Extract<Update['body'], { kind: 'quote' }>,
): CanonicalQuote {
  const after: CanonicalQuote = { ...before };
  for (const [bit, field] of QUOTE_FIELDS.entries()) {
    const value = change[field];
    if (value !== undefined)
      after[field] = rescaled(value, decimalsOf(field, priceDecimals, sizeDecimals), QUOTE_DECIMALS[field]);
    else if ((change.cleared & (1 << bit)) !== 0) delete after[field];
  }
  return after;
}

/** Of the log, as `QuoteFields` documents them. */
function decimalsOf(field: (typeof QUOTE_FIELDS)[number], priceDecimals: number, sizeDecimals: number): number {
  switch (field) {
    case 'bidSize':
    case 'askSize':
    case 'volume':
      return sizeDecimals;
    case 'turnover':
      return priceDecimals + sizeDecimals;
    case 'vwap':
      return priceDecimals + 4;
    case 'changePct':
      return 4;
    case 'sinceMs':
      return 0;
    default:
      return priceDecimals;
  }
}

function setLevels(side: Map<bigint, bigint>, levels: readonly number[], priceDecimals: number, sizeDecimals: number) {
  for (let at = 0; at + 1 < levels.length; at += 2) {
    const price = rescaled(levels[at]!, priceDecimals, PRICE);
    const size = rescaled(levels[at + 1]!, sizeDecimals, PRICE);
    if (size === 0n) side.delete(price);
    else side.set(price, size);
  }
}

function note(states: SequenceStates, cut: Cut | 'whole' | 'newest', number: number, text: string): void {
  getOrMake(states.digests, cut, (): number[] => [])[number] = digest(text);
}

/** All but wall times, which differ where a worker folds again. Levels by price: their order says nothing. */
function contentOf({ first, last, keyframe, priceDecimals, sizeDecimals, timestampUs, body }: Update): string {
  const values: unknown =
    body.kind === 'depth' ? { ...body, bids: byPrice(body.bids), asks: byPrice(body.asks) } : body;
  const text = JSON.stringify(values, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  return `${first} ${last} ${keyframe} ${priceDecimals} ${sizeDecimals} ${timestampUs} ${text}`;
}

function byPrice(levels: readonly number[]): Level[] {
  const pairs: Level[] = [];
  for (let at = 0; at + 1 < levels.length; at += 2) pairs.push([BigInt(levels[at]!), BigInt(levels[at + 1]!)]);
  return pairs.sort(([a], [b]) => (a < b ? -1 : 1));
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
