import type { BookLevel, GapEvent, KlineEvent, QuoteEvent, StateEvent, TapecastClient } from '@tapecast/client';
import { RangeOracle } from './range-oracle.ts';

/** What a client was told of a book: the event time of its last difference, and the best levels after it. */
export interface BookState {
  readonly timestamp: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** All that one client was told of one symbol, in order. */
export interface ClientRecord {
  readonly tradeIds: string[];
  readonly books: BookState[];
  readonly klines: KlineEvent[];
  readonly quotes: QuoteEvent[];
  readonly gaps: GapEvent[];
  /**
   * What it was told of why it knows less than there is: that it is merged, that the gateway leaves out, that the market is not
   * live. Where a state is missing, this says whether that was told.
   */
  readonly told: string[];
  /** Times the connection was lost, with the reason. A client that is cut off has missed trades by right. */
  readonly cuts: StateEvent[];
  readonly ranges: RangeOracle;
  /** Wall time of the last data event, by `performance.now()`; 0 before the first. */
  lastDataAt: number;
}

/** Writes down what `client` is told of `symbol` from now on; to be called before it subscribes. */
export function recordClient(client: TapecastClient, symbol: string): ClientRecord {
  const record: ClientRecord = {
    tradeIds: [],
    books: [],
    klines: [],
    quotes: [],
    gaps: [],
    told: [],
    cuts: [],
    ranges: new RangeOracle(),
    lastDataAt: 0,
  };
  const heard = (
    { channel, range }: { channel: string; range: readonly [number, number] | undefined },
    restarts = false,
  ): void => {
    record.lastDataAt = performance.now();
    if (range === undefined) return;
    if (restarts) record.ranges.startAt(symbol, channel, range[1]);
    else record.ranges.message(symbol, channel, range);
  };
  client.on('trade', (trade) => {
    if (trade.symbol !== symbol || trade.history) return;
    heard(trade);
    record.tradeIds.push(trade.id ?? '');
  });
  client.on('depth', (depth) => {
    if (depth.symbol !== symbol) return;
    // A snapshot stands for all numbers up to its own; the first is told without differences before it.
    heard(depth, depth.snapshot);
    record.books.push({ timestamp: depth.timestamp, bids: depth.book.bids(), asks: depth.book.asks() });
  });
  client.on('kline', (kline) => {
    if (kline.symbol !== symbol) return;
    heard(kline);
    record.klines.push(kline);
  });
  client.on('quote', (quote) => {
    if (quote.symbol !== symbol) return;
    heard(quote);
    record.quotes.push(quote);
  });
  client.on('gap', (gap) => record.gaps.push(gap));
  const tell = (what: string): void => {
    record.told.push(
      `${what}, at trade ${record.tradeIds.length} and book ${record.books.at(-1)?.timestamp ?? 'none'}`,
    );
  };
  client.on('merged', ({ merged }) => tell(merged ? 'merged' : 'no longer merged'));
  client.on('degraded', ({ level }) => tell(`degraded ${level}`));
  client.on('status', ({ symbol: of, state, reason }) => {
    if (of === symbol && (state !== 'live' || reason !== '')) tell(`${state} ${reason}`);
  });
  client.on('state', (event) => {
    if (event.state === 'reconnecting') record.cuts.push(event);
  });
  return record;
}
