import type { BarTick, Interval, MarketState } from '@tapecast/market';
import type { IngestMetrics } from '../../metrics.ts';
import type { UnnumberedTick } from '../../sources/tick-source.ts';
import type { TickSink } from '../../sources/venue-source.ts';
import type { NowUs } from '../../sources/wall-clock.ts';
import { ItickStatus } from './instrument-status.ts';
import type { DepthEvent, ItickMarketEvent, QuoteEvent } from './messages.ts';
import type { ItickSymbol } from './symbols.ts';

const VENUE = 'itick';

export interface TellerContext {
  source: TickSink;
  metrics: IngestMetrics;
  nowUs: NowUs;
  /** Whether what is told is heard by anyone. */
  speaks: () => boolean;
}

/** Tells what comes of one instrument to the source, and its status when that changes. */
export class InstrumentTeller {
  readonly status = new ItickStatus();
  readonly #symbol: ItickSymbol;
  readonly #context: TellerContext;
  /** The newest bar of each interval: it is final when a later one comes. */
  readonly #bars = new Map<Interval, UnnumberedTick & { body: BarTick }>();
  /** A level without a size was seen: its prices go out as a quote from then on. */
  #topTold = false;
  #bookEmpty = false;

  constructor(symbol: ItickSymbol, context: TellerContext) {
    this.#symbol = symbol;
    this.#context = context;
  }

  /** Throws what the codec refuses, before anything of the event is told. */
  tell(event: ItickMarketEvent, receivedAtUs: number): void {
    const { source } = this.#context;
    switch (event.type) {
      case 'trade':
        source.emit(event.tick, receivedAtUs);
        return;
      case 'quote':
        source.emit(event.tick, receivedAtUs);
        this.#onQuote(event);
        return;
      case 'depth':
        this.#tellDepth(event, receivedAtUs);
        return;
      case 'bar':
        this.#tellBar(event.tick, receivedAtUs);
    }
  }

  tellStatus(): void {
    // What is not told is not to count as told.
    if (!this.#context.speaks()) return;
    const change = this.status.change();
    if (change !== undefined) this.tellState(change.state, change.reason);
  }

  /** Something that happened and is over: the state stays as it is. */
  tellOnce(reason: string): void {
    this.tellState(this.status.current().state, reason);
  }

  tellState(state: MarketState, reason: string): void {
    const { source, nowUs } = this.#context;
    const atUs = nowUs();
    source.emit(
      {
        instrument: this.#symbol.instrument,
        exchangeTimeUs: undefined,
        priceDecimals: 0,
        sizeDecimals: 0,
        body: { kind: 'status', state, reason, sinceMs: Math.floor(atUs / 1_000) },
      },
      atUs,
    );
  }

  #onQuote({ tradingStatus, leftOut }: QuoteEvent): void {
    const { valuesLeftOut } = this.#context.metrics;
    if (leftOut) valuesLeftOut.inc({ venue: VENUE, value: 'sum' });
    if (tradingStatus === undefined) return;
    if (this.status.trading(tradingStatus)) this.tellStatus();
    else valuesLeftOut.inc({ venue: VENUE, value: 'trading_status' });
  }

  #tellDepth({ tick, top, sizeless }: DepthEvent, receivedAtUs: number): void {
    const { source } = this.#context;
    const isEmpty = tick.body.bids.length + tick.body.asks.length === 0;
    if (!isEmpty || !this.#bookEmpty) source.emit(tick, receivedAtUs);
    this.#bookEmpty = isEmpty;
    this.#topTold ||= sizeless;
    if (!this.#topTold) return;
    source.emit(
      {
        ...tick,
        body: {
          kind: 'quote',
          ...top,
          last: undefined,
          open: undefined,
          high: undefined,
          low: undefined,
          prevClose: undefined,
          volume: undefined,
          turnover: undefined,
          venueSeq: undefined,
        },
      },
      receivedAtUs,
    );
  }

  /** The venue has no sign for a bar's end: it is over when a later one comes. */
  #tellBar(tick: UnnumberedTick & { body: BarTick }, receivedAtUs: number): void {
    const { source } = this.#context;
    const { interval, startMs } = tick.body;
    const newest = this.#bars.get(interval);
    if (newest !== undefined && startMs < newest.body.startMs) {
      source.emit({ ...tick, body: { ...tick.body, final: true } }, receivedAtUs);
      return;
    }
    if (newest !== undefined && startMs > newest.body.startMs) {
      source.emit({ ...newest, body: { ...newest.body, final: true } }, receivedAtUs);
    }
    this.#bars.set(interval, tick);
    source.emit(tick, receivedAtUs);
  }
}
