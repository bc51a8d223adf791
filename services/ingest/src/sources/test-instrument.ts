import { COUNTS_ALL, type Levels, type TickBody } from '@tapecast/market';
import type { CatalogueEntry } from '@tapecast/market-state';
import { difference } from './level-difference.ts';
import type { TickSink } from './venue-source.ts';
import type { NowUs } from './wall-clock.ts';

export const TEST_INSTRUMENT = 'TEST$XX';
const PRICE_DECIMALS = 2;
const SIZE_DECIMALS = 0;
const LEVELS = 10;
const TICK_MS = 1_000;

export const TEST_CATALOGUE_ENTRY: CatalogueEntry = {
  instrument: TEST_INSTRUMENT,
  name: 'Test instrument, trades every second',
  venue: 'test',
  priceDecimals: PRICE_DECIMALS,
  sizeDecimals: SIZE_DECIMALS,
};

/** The market of one second: a function of the second alone, so that two ingests at the same time say the same. */
export function testMarket(second: number): { mid: number; bids: Levels; asks: Levels; traded: number; size: number } {
  // A slow wave of 4.00 around 100.00 with a saw of 0.03 on it: the price moves every second and never runs away.
  const mid = 10_000 + Math.round(400 * Math.sin((second % 3_600) * ((2 * Math.PI) / 3_600))) + (second % 4);
  const bids: Levels = [];
  const asks: Levels = [];
  for (let level = 0; level < LEVELS; level++) {
    bids.push(mid - 1 - level, 100 * (level + 1) + ((second + level) % 50));
    asks.push(mid + 1 + level, 100 * (level + 1) + ((second * 3 + level) % 50));
  }
  const buys = second % 2 === 0;
  return { mid, bids, asks, traded: buys ? mid + 1 : mid - 1, size: 1 + (second % 100) };
}

export interface TestFeedOptions {
  source: TickSink;
  nowUs: NowUs;
  /** While the log is away the test market stands still rather than fill the buffer. */
  isFull: () => boolean;
}

/** Seconds of trades that are told at once where another ended before, a timer came late or the log was away: longer ago begins anew. */
const MISSED_SECONDS_MAX = 600;

/** `TEST$XX`: a trade, a quote and a change of the book every second of wall time, beside every feed, from start to stop. */
export class TestFeed {
  readonly #options: TestFeedOptions;
  #timer: NodeJS.Timeout | undefined;
  #lastSecond = 0;
  #tradedSecond = 0;
  #bids: Levels = [];
  #asks: Levels = [];

  constructor(options: TestFeedOptions) {
    this.#options = options;
  }

  /** `last` is the second whose trade the log has already: those since are told now, for they are known. */
  start(last?: number): void {
    // A clock that was set back must not keep it silent.
    if (last !== undefined && last <= Math.floor(this.#options.nowUs() / 1_000_000) + 1) this.#tradedSecond = last;
    this.#tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tick(): void {
    this.#second();
    // When the next second begins: at a fixed interval, one that comes late passes over a second.
    this.#timer = setTimeout(() => this.#tick(), TICK_MS - ((this.#options.nowUs() / 1_000) % TICK_MS));
  }

  #second(): void {
    const { source, nowUs, isFull } = this.#options;
    if (isFull()) return;
    const receivedAtUs = nowUs();
    const second = Math.floor(receivedAtUs / 1_000_000);
    // A timer that is early by a millisecond would tell a second twice.
    if (second <= this.#lastSecond) return;
    const first = this.#lastSecond === 0;
    this.#lastSecond = second;
    const traded = this.#tradedSecond;
    if (traded > 0 && second - traded <= MISSED_SECONDS_MAX)
      for (let missed = traded + 1; missed < second; missed++) {
        // A trade ahead of the clock that the log has would be one of the future.
        source.clock(missed * 1_000, receivedAtUs);
        this.#trade(missed, receivedAtUs);
      }
    const market = testMarket(second);
    source.clock(second * 1_000, receivedAtUs);
    if (first) {
      this.#emit({ kind: 'status', state: 'live', reason: '', sinceMs: second * 1_000 }, second, receivedAtUs);
      this.#emit(
        { kind: 'bookSnapshot', bids: market.bids, asks: market.asks, venueSeq: second },
        second,
        receivedAtUs,
      );
    } else {
      const bids = difference(this.#bids, market.bids);
      const asks = difference(this.#asks, market.asks);
      this.#emit({ kind: 'bookDelta', bids, asks, venueSeq: second }, second, receivedAtUs);
    }
    this.#bids = market.bids;
    this.#asks = market.asks;
    this.#emit(
      {
        kind: 'quote',
        bid: market.bids[0],
        bidSize: market.bids[1],
        ask: market.asks[0],
        askSize: market.asks[1],
        last: undefined,
        open: undefined,
        high: undefined,
        low: undefined,
        prevClose: first ? 10_000 : undefined,
        volume: undefined,
        turnover: undefined,
        venueSeq: second,
      },
      second,
      receivedAtUs,
    );
    // Another may have told this second's already.
    if (second <= traded) return;
    this.#trade(second, receivedAtUs);
    this.#tradedSecond = second;
  }

  #trade(second: number, receivedAtUs: number): void {
    const { traded, size } = testMarket(second);
    this.#emit(
      {
        kind: 'trade',
        id: String(second),
        price: traded,
        size,
        side: second % 2 === 0 ? 'buy' : 'sell',
        conditions: [],
        counts: COUNTS_ALL,
      },
      second,
      receivedAtUs,
    );
  }

  #emit(body: TickBody, second: number, receivedAtUs: number): void {
    this.#options.source.emit(
      {
        instrument: TEST_INSTRUMENT,
        exchangeTimeUs: second * 1_000_000,
        priceDecimals: PRICE_DECIMALS,
        sizeDecimals: SIZE_DECIMALS,
        body,
      },
      receivedAtUs,
    );
  }
}
