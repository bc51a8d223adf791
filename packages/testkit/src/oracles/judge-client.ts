import type { KlineEvent, QuoteEvent } from '@tapecast/client';
import { INTERVAL_MS, INTERVALS } from '@tapecast/market';
import type { BinanceContent } from './binance-frames.ts';
import { BookOracle } from './book-oracle.ts';
import type { BookState, ClientRecord } from './client-record.ts';
import { scaled } from './exact.ts';
import { type TradeFaults, tradeOracle } from './trade-oracle.ts';
import { dayStatisticsOracle, klineOracle, type SumDecimals, type TradeSums } from './trade-sums.ts';

const COMPARED_DECIMALS = 8;
const LEVELS = 50;

/** A verdict over one client's record; everything but the counts is empty when all is right. */
export interface Verdict {
  trades: TradeFaults;
  /** Trades that came. */
  tradesArrived: number;
  /** Book states compared with the oracle's 50 best levels, one a message. */
  booksCompared: number;
  /** `E` of the differences after which the client's book was not the oracle's. */
  booksUnequal: number[];
  /** Tops compared with the bookTicker, one a difference, and the `E` of those that differ. */
  topsCompared: number;
  topsUnequal: number[];
  barsCompared: number;
  barsUnequal: string[];
  daysCompared: number;
  daysUnequal: string[];
  rangesCompared: number;
  rangeFaults: unknown[];
  gaps: unknown[];
  /** No fault: what the client was told of why it knows less than there is. It explains those above. */
  told: string[];
  /** Connections lost: without them, what is missing above was lost by the system. */
  cuts: unknown[];
}

/** Compares what a client was told of one symbol with what the recording says, from the definitions alone. */
export function judgeClient(record: ClientRecord, content: BinanceContent): Verdict {
  const decimals = decimalsOf(record.quotes);
  return {
    tradesArrived: record.tradeIds.length,
    trades: tradeOracle(
      content.trades.map(({ id }) => id),
      record.tradeIds,
    ),
    ...judgeBooks(record.books, content),
    ...judgeBars(record.klines, content, decimals),
    ...judgeDays(record.quotes, content, decimals),
    rangesCompared: record.ranges.checked,
    rangeFaults: record.ranges.faults,
    gaps: record.gaps,
    told: record.told,
    cuts: record.cuts,
  };
}

/** What the recording says right after one of its differences. */
interface BookTruth {
  readonly eventTimeMs: number;
  readonly bids: readonly (readonly [bigint, bigint])[];
  readonly asks: readonly (readonly [bigint, bigint])[];
  /** Best bid, its size, best ask, its size, by the bookTicker; undefined before the first. */
  readonly top: readonly bigint[] | undefined;
}

/** Made once for all clients of a recording: sorting its whole book after each difference takes longer than to compare a client's. */
const truths = new WeakMap<BinanceContent, readonly BookTruth[]>();

function bookTruth(content: BinanceContent): readonly BookTruth[] {
  const known = truths.get(content);
  if (known !== undefined) return known;
  const { diffs, tops, snapshots } = content;
  const snapshot = snapshots[0]?.snapshot;
  if (snapshot === undefined) throw new Error('the recording has no depth snapshot to judge a book by');
  const oracle = new BookOracle();
  oracle.snapshot(snapshot);
  const made: BookTruth[] = [];
  let top = 0;
  for (const diff of diffs) {
    if (oracle.diff(diff) !== 'applied') continue;
    while (top < tops.length && tops[top]!.id <= diff.lastId) top++;
    const ticker = tops[top - 1];
    made.push({
      eventTimeMs: diff.eventTimeMs,
      bids: oracle.bids(LEVELS),
      asks: oracle.asks(LEVELS),
      top:
        ticker &&
        [ticker.bid, ticker.bidSize, ticker.ask, ticker.askSize].map((text) => scaled(text, COMPARED_DECIMALS)),
    });
  }
  truths.set(content, made);
  return made;
}

/** The oracle's book is compared wherever the client's changed; the top after each difference, whether the client's changed or not. */
function judgeBooks(books: readonly BookState[], content: BinanceContent) {
  const result = { booksCompared: 0, booksUnequal: [] as number[], topsCompared: 0, topsUnequal: [] as number[] };
  const truth = bookTruth(content);
  const eventTimes = new Set(content.diffs.map(({ eventTimeMs }) => eventTimeMs));
  // What the client was told before its first difference (the snapshot) has another time than any difference.
  let next = books.findIndex(({ timestamp }) => eventTimes.has(timestamp));
  const begins = next < 0 ? Number.POSITIVE_INFINITY : books[next]!.timestamp;
  let shown: BookState | undefined = books[next - 1];
  for (const { eventTimeMs, bids, asks, top } of truth) {
    while (next >= 0 && books[next]?.timestamp === eventTimeMs) shown = books[next++];
    if (shown === undefined || eventTimeMs < begins) continue;
    if (shown.timestamp === eventTimeMs) {
      result.booksCompared++;
      if (!sameLevels(shown.bids, bids) || !sameLevels(shown.asks, asks)) result.booksUnequal.push(eventTimeMs);
    }
    if (top === undefined) continue;
    result.topsCompared++;
    const [bid, ask] = [shown.bids[0], shown.asks[0]];
    const told = [bid?.[0], bid?.[1], ask?.[0], ask?.[1]].map((text) =>
      text === undefined ? undefined : scaled(text, COMPARED_DECIMALS),
    );
    if (top.some((value, i) => value !== told[i])) result.topsUnequal.push(eventTimeMs);
  }
  // A state of a time that no difference has would never have been looked at.
  for (; next >= 0 && next < books.length; next++) result.booksUnequal.push(books[next]!.timestamp);
  return result;
}

function sameLevels(told: BookState['bids'], expected: readonly (readonly [bigint, bigint])[]): boolean {
  return (
    told.length === expected.length &&
    told.every(([price, size], i) => {
      const [expectedPrice, expectedSize] = expected[i]!;
      return scaled(price, COMPARED_DECIMALS) === expectedPrice && scaled(size, COMPARED_DECIMALS) === expectedSize;
    })
  );
}

/** The last telling of each bar equals the sums of its trades, and no bar is missing. */
function judgeBars(klines: readonly KlineEvent[], { trades }: BinanceContent, decimals: SumDecimals) {
  const result = { barsCompared: 0, barsUnequal: [] as string[] };
  for (const interval of INTERVALS) {
    const last = new Map(klines.filter((kline) => kline.interval === interval).map((kline) => [kline.start, kline]));
    const expected = klineOracle(trades, INTERVAL_MS[interval], decimals);
    for (const sums of expected) {
      result.barsCompared++;
      const kline = last.get(sums.startMs);
      last.delete(sums.startMs);
      const told = kline === undefined ? 'never told' : barText(kline, decimals);
      const right = sumsText(sums);
      if (told !== right) result.barsUnequal.push(`${interval} ${sums.startMs}: told ${told}, is ${right}`);
    }
    for (const start of last.keys()) result.barsUnequal.push(`${interval} ${start}: told, but nothing traded`);
  }
  return result;
}

const barText = (bar: KlineEvent, { priceDecimals, sizeDecimals }: SumDecimals): string =>
  [
    ...[bar.open, bar.high, bar.low, bar.close].map((text) => scaled(text, priceDecimals)),
    scaled(bar.volume, sizeDecimals),
    scaled(bar.turnover, priceDecimals + sizeDecimals),
    bar.trades,
  ].join(' ');
const sumsText = ({ open, high, low, close, volume, turnover, trades }: TradeSums): string =>
  [open, high, low, close, volume, turnover, trades].join(' ');

/** The last quote of each day (a day ends where the volume falls) has the statistics of the day's trades. */
function judgeDays(quotes: readonly QuoteEvent[], { trades }: BinanceContent, decimals: SumDecimals) {
  const { priceDecimals, sizeDecimals } = decimals;
  const result = { daysCompared: 0, daysUnequal: [] as string[] };
  const ends: QuoteEvent[] = [];
  let before: QuoteEvent | undefined;
  for (const quote of quotes) {
    if (quote.volume === undefined) continue;
    if (before?.volume !== undefined && scaled(quote.volume, sizeDecimals) < scaled(before.volume, sizeDecimals))
      ends.push(before);
    before = quote;
  }
  if (before !== undefined) ends.push(before);
  const days = dayStatisticsOracle(trades, decimals);
  if (days.length !== ends.length)
    result.daysUnequal.push(`${ends.length} days were told, the trades are of ${days.length}`);
  days.forEach((day, i) => {
    const quote = ends[i];
    if (quote === undefined) return;
    result.daysCompared++;
    const value = (text: string | undefined, scale: number): bigint | undefined =>
      text === undefined ? undefined : scaled(text, scale);
    const told = [
      ...[quote.open, quote.high, quote.low, quote.last, quote.prevClose, quote.change].map((text) =>
        value(text, priceDecimals),
      ),
      value(quote.volume, sizeDecimals),
      value(quote.turnover, priceDecimals + sizeDecimals),
      value(quote.vwap, priceDecimals + 4),
      value(quote.changePct, 4),
    ].join(' ');
    const { open, high, low, close, prevClose, change, volume, turnover, vwap, changePct } = day;
    const right = [open, high, low, close, prevClose, change, volume, turnover, vwap, changePct].join(' ');
    if (told !== right) result.daysUnequal.push(`day ${i}: told ${told}, is ${right}`);
  });
  return result;
}

/** VWAP is rounded by the instrument's decimals, so they are taken from what was told: prices are padded to them. */
function decimalsOf(quotes: readonly QuoteEvent[]): SumDecimals {
  const places = (text: string | undefined): number => text?.split('.')[1]?.length ?? 0;
  const last = quotes.at(-1);
  return { priceDecimals: places(last?.last), sizeDecimals: places(last?.volume) };
}
