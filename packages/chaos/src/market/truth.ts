import { INTERVAL_MS, INTERVALS, type Interval } from '@tapecast/market';
import { BookOracle, divideHalfEven, scaled } from '@tapecast/testkit';
import { openRecording } from '@tapecast/venue-server';
import { barText, bookText, type CanonicalBar, digest, levelsText, PRICE } from '../verify/canonical.ts';

/** Levels a side in the log. */
const LEVELS = 50;

export interface TrueTrade {
  readonly id: string;
  readonly price: bigint;
  readonly size: bigint;
  readonly timeMs: number;
  /** Wall ms at which the venue sent it. */
  readonly sentAtMs: number;
}

/** What is true of one symbol, by the definitions alone. */
export interface SymbolTruth {
  readonly trades: readonly TrueTrade[];
  /** Place of each trade by its id. */
  readonly placeOf: ReadonlyMap<string, number>;
  /** The day after so many trades, by its volume, which only grows. */
  readonly days: ReadonlyMap<bigint, CanonicalBar>;
  /** `<interval> <bar>` of each state that a bar passed through, and of each bar how many trades it had in the end. */
  readonly bars: ReadonlySet<string>;
  readonly barsInTheEnd: ReadonlyMap<string, string>;
  /** Places of the book's states by the digest of their 50 best levels. */
  readonly books: ReadonlyMap<number, readonly number[]>;
  readonly lastBook: number;
  /** Every top of the book, with sizes. */
  readonly tops: ReadonlySet<string>;
}

export type Truth = ReadonlyMap<string, SymbolTruth>;

/** Reads what the venue noted that it sent (`sent`), from the books with which the recordings begin. By instrument: `BTCUSDT$BA`. */
export async function readTruth(sent: string, recordings: readonly string[]): Promise<Truth> {
  const builders = new Map<string, TruthBuilder>();
  for (const path of recordings) {
    const symbol = /([A-Z0-9]+)\.raw\.jsonl$/.exec(path)?.[1];
    const recording = await openRecording(path);
    if (symbol === undefined || !('frames' in recording)) throw new Error(`${path} is no recording of a made market`);
    builders.set(symbol, new TruthBuilder(JSON.parse(recording.frames.text(0))));
  }
  const { frames } = await openFrames(sent);
  for (let index = 0; index < frames.length; index++) {
    const { stream, data } = JSON.parse(frames.text(index)) as { stream: string; data: Record<string, never> };
    builders.get(data.s!)?.event(stream, data, frames.timeUs(index) / 1_000);
  }
  return new Map([...builders].map(([symbol, builder]) => [`${symbol}$BA`, builder.finished()]));
}

async function openFrames(path: string) {
  const recording = await openRecording(path);
  if ('frames' in recording) return recording;
  throw new Error(`${path} has no frames`);
}

/** A venue's event by its own keys. */
type VenueEvent = Readonly<Record<string, never>>;

class TruthBuilder {
  readonly #trades: TrueTrade[] = [];
  readonly #placeOf = new Map<string, number>();
  readonly #days = new Map<bigint, CanonicalBar>();
  readonly #bars = new Set<string>();
  readonly #open = new Map<string, CanonicalBar>();
  readonly #books = new Map<number, number[]>();
  readonly #tops = new Set<string>();
  readonly #book = new BookOracle();
  #states = 0;
  #lastBook = 0;

  constructor(snapshot: Parameters<BookOracle['snapshot']>[0]) {
    this.#book.snapshot(snapshot);
    this.#bookState();
  }

  event(stream: string, data: VenueEvent, sentAtMs: number): void {
    if (data.e === 'trade') {
      this.#trade({
        id: String(data.t),
        price: scaled(data.p!, PRICE),
        size: scaled(data.q!, PRICE),
        timeMs: data.T!,
        sentAtMs,
      });
    } else if (data.e === 'depthUpdate') {
      this.#book.diff({
        symbol: data.s!,
        firstId: data.U!,
        lastId: data.u!,
        eventTimeMs: data.E!,
        bids: data.b!,
        asks: data.a!,
      });
      this.#bookState();
    } else if (stream.endsWith('@bookTicker')) {
      this.#tops.add([data.b, data.B, data.a, data.A].map((text) => scaled(text!, PRICE)).join(' '));
    }
  }

  finished(): SymbolTruth {
    return {
      trades: this.#trades,
      placeOf: this.#placeOf,
      days: this.#days,
      bars: this.#bars,
      barsInTheEnd: new Map([...this.#open].map(([key, bar]) => [key, barText(bar)])),
      books: this.#books,
      lastBook: this.#lastBook,
      tops: this.#tops,
    };
  }

  #trade(trade: TrueTrade): void {
    this.#placeOf.set(trade.id, this.#trades.push(trade) - 1);
    for (const interval of INTERVALS) {
      const startMs = trade.timeMs - (trade.timeMs % INTERVAL_MS[interval]);
      const key = barKey(interval, startMs);
      const bar = withTrade(this.#open.get(key), startMs, trade);
      this.#open.set(key, bar);
      this.#bars.add(`${interval} ${barText(bar)}`);
      if (interval === '1d') this.#days.set(bar.volume, bar);
    }
  }

  #bookState(): void {
    const [bids, asks] = [this.#book.bids(LEVELS), this.#book.asks(LEVELS)];
    this.#lastBook = digest(bookText(bids, asks));
    const places = this.#books.get(this.#lastBook);
    if (places === undefined) this.#books.set(this.#lastBook, [this.#states]);
    else places.push(this.#states);
    this.#states++;
    const [bid, ask] = [bids[0], asks[0]];
    if (bid !== undefined && ask !== undefined) this.#tops.add(levelsText([bid, ask]).replaceAll(/[:,]/g, ' '));
  }
}

export const barKey = (interval: Interval, startMs: number): string => `${interval} ${startMs}`;

function withTrade(bar: CanonicalBar | undefined, startMs: number, { price, size }: TrueTrade): CanonicalBar {
  const turnover = price * size;
  if (bar === undefined)
    return { startMs, open: price, high: price, low: price, close: price, volume: size, turnover, trades: 1 };
  return {
    startMs,
    open: bar.open,
    high: price > bar.high ? price : bar.high,
    low: price < bar.low ? price : bar.low,
    close: price,
    volume: bar.volume + size,
    turnover: bar.turnover + turnover,
    trades: bar.trades + 1,
  };
}

/** turnover / volume with so many decimals, half-even. */
export function vwapOf(bar: CanonicalBar, decimals: number): bigint {
  // Turnover has the decimals of price and size, volume those of size.
  return divideHalfEven(bar.turnover * 10n ** BigInt(decimals), bar.volume * 10n ** BigInt(PRICE));
}
