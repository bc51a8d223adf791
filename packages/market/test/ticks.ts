import {
  COUNTS_ALL,
  createInstrumentFold,
  type Emit,
  type FoldRejection,
  type InstrumentFold,
  type Kline,
  type Levels,
  type QuoteTick,
  type Tick,
  type TickBody,
  type TradeTick,
  type Update,
} from '../src/index.ts';

export const BTC = 'BTCUSDT$BA';
/** 2024-08-09 00:00 UTC. */
export const MIDNIGHT = Date.UTC(2024, 7, 9);

export function tickOf(body: TickBody, timeMs: number | undefined, over: Partial<Tick> = {}): Tick {
  return {
    instrument: BTC,
    source: 'binance/01J9',
    sourceSeq: 1,
    exchangeTimeUs: timeMs === undefined ? undefined : timeMs * 1000,
    receivedAtUs: 7,
    priceDecimals: 2,
    sizeDecimals: 5,
    body,
    ...over,
  };
}

export function trade(price: number, size: number, over: Partial<TradeTick> = {}): TradeTick {
  return { kind: 'trade', id: '', price, size, side: undefined, conditions: [], counts: COUNTS_ALL, ...over };
}

export function quote(over: Partial<QuoteTick>): QuoteTick {
  return {
    kind: 'quote',
    bid: undefined,
    bidSize: undefined,
    ask: undefined,
    askSize: undefined,
    last: undefined,
    open: undefined,
    high: undefined,
    low: undefined,
    prevClose: undefined,
    volume: undefined,
    turnover: undefined,
    venueSeq: undefined,
    ...over,
  };
}

export function snapshot(bids: Levels, asks: Levels): TickBody {
  return { kind: 'bookSnapshot', bids, asks, venueSeq: undefined };
}

export function delta(bids: Levels, asks: Levels): TickBody {
  return { kind: 'bookDelta', bids, asks, venueSeq: undefined };
}

/** A fold with all it emitted; `take` gives what was emitted since it was last called. */
export class FoldRun {
  fold: InstrumentFold;
  readonly updates: Update[] = [];
  #taken = 0;
  clockMs = 0;
  readonly emit: Emit = (update) => {
    this.updates.push(update);
  };

  constructor(instrument = BTC, fold: InstrumentFold = createInstrumentFold(instrument)) {
    this.fold = fold;
  }

  tick(body: TickBody, timeMs?: number, over: Partial<Tick> = {}): FoldRejection | undefined {
    return this.fold.apply(
      tickOf(body, timeMs, { instrument: this.fold.instrument, ...over }),
      this.clockMs,
      this.emit,
    );
  }

  clock(timeMs: number): void {
    this.clockMs = Math.max(this.clockMs, timeMs);
    this.fold.clock(timeMs, this.emit);
  }

  take(): Update[] {
    const taken = this.updates.slice(this.#taken);
    this.#taken = this.updates.length;
    return taken;
  }

  bars(): Kline[] {
    return this.updates.flatMap(({ body }) => (body.kind === 'kline' ? [body] : []));
  }

  get quote() {
    return this.fold.view('e').quote;
  }
}
