import type { Tick } from '@tapecast/market';
import type { LogEnd } from '../../lead/log-end.ts';
import type { IngestLimits } from '../../limits.ts';
import type { UnnumberedTick } from '../../sources/tick-source.ts';
import { Handover, type NamedTrade } from './handover.ts';
import type { BarEvent, DepthEvent, ItickMarketEvent, QuoteEvent, TradeEvent } from './messages.ts';

export interface Received<Event extends ItickMarketEvent> {
  event: Event;
  receivedAtUs: number;
}

/** Clocks of two machines, and the ways from the venue to them, differ by less than this. */
const CLOCKS_DIFFER_US = 1_000_000;

/** What is to be told when one begins to speak. */
export interface Continuation {
  /** In order. */
  tell: Received<ItickMarketEvent>[];
  /** Trades that are still to come and that the log has. */
  skip: string[];
  /** Span (Unix ms) in which trades may be missing, or told twice; `untilMs` undefined: until the subscription. */
  gap: { fromMs: number; untilMs: number | undefined } | undefined;
}

type KeptLimits = Pick<IngestLimits, 'heldMs' | 'heldTradesMax' | 'handoverQuietMs' | 'handoverMsMax' | 'endTradesMax'>;

/** What a standby keeps of one instrument of a venue that numbers nothing: trades for a while, and the newest of the rest. */
export class KeptEvents {
  readonly #limits: KeptLimits;
  #trades: Received<TradeEvent>[] = [];
  #depth: Received<DepthEvent> | undefined;
  #quote: Received<QuoteEvent> | undefined;
  #bars: Received<BarEvent>[] = [];

  constructor(limits: KeptLimits) {
    this.#limits = limits;
  }

  keep(event: ItickMarketEvent, receivedAtUs: number): void {
    switch (event.type) {
      case 'trade':
        this.#trades.push({ event, receivedAtUs });
        this.#forgetOld(this.#trades, receivedAtUs);
        return;
      case 'depth':
        this.#depth = { event, receivedAtUs };
        return;
      case 'quote':
        this.#quote = { event, receivedAtUs };
        return;
      case 'bar':
        this.#bars.push({ event, receivedAtUs });
        this.#forgetOld(this.#bars, receivedAtUs);
    }
  }

  /**
   * How to go on where the log ends. `subscribedAtUs`: since when every trade of the instrument comes here; undefined: not
   * yet, then nothing was kept.
   */
  continue(end: LogEnd, instrument: string, subscribedAtUs: number | undefined, nowUs: number): Continuation {
    const fromUs = Math.max(subscribedAtUs ?? Number.POSITIVE_INFINITY, nowUs - this.#limits.heldMs * 1_000);
    const trades = this.#tradesAfter(end.recentTrades(instrument), fromUs);
    const state = [this.#depth, this.#quote].filter((kept) => kept !== undefined);
    const tell = [...trades.tell, ...this.#bars, ...state];
    const heardUs = end.receivedAtUs;
    // Nobody spoke before us: nothing is missing of what was never told.
    if (heardUs === undefined) return { tell, skip: trades.skip, gap: undefined };
    const sinceUs = end.lastReceivedAtUs(instrument) ?? heardUs;
    if (fromUs + CLOCKS_DIFFER_US <= heardUs && trades.proven) return { tell, skip: trades.skip, gap: undefined };
    const untilMs = subscribedAtUs === undefined ? undefined : Math.ceil(Math.max(subscribedAtUs, sinceUs) / 1_000);
    return { tell, skip: trades.skip, gap: { fromMs: Math.floor(sinceUs / 1_000), untilMs } };
  }

  #tradesAfter(
    logged: readonly Tick[],
    fromUs: number,
  ): { tell: Received<TradeEvent>[]; skip: string[]; proven: boolean } {
    const kept = this.#trades;
    const common = logged.filter(({ receivedAtUs }) => receivedAtUs + CLOCKS_DIFFER_US >= fromUs);
    // The two lists don't meet: what was kept came after all that the log has.
    if (common.length === 0) return { tell: kept, skip: [], proven: true };
    if (kept.length === 0) {
      // Not here yet, or before our time: what comes is compared.
      return { tell: [], skip: common.map((tick) => nameOf(tick).name), proven: true };
    }
    const handover = new Handover<Received<TradeEvent>>({
      ...this.#limits,
      handoverTradesMax: Math.max(this.#limits.heldTradesMax, this.#limits.endTradesMax),
    });
    handover.subscribed(0);
    for (const tick of logged) handover.old(nameOf(tick), 0);
    for (const trade of kept) handover.fresh(nameOf(trade.event.tick), trade, 0);
    return handover.oldEnded();
  }

  #forgetOld(list: { receivedAtUs: number }[], nowUs: number): void {
    const { heldMs, heldTradesMax } = this.#limits;
    let drop = Math.max(0, list.length - heldTradesMax);
    while (drop < list.length && list[drop]!.receivedAtUs < nowUs - heldMs * 1_000) drop++;
    if (drop > 0) list.splice(0, drop);
  }
}

/** A trade by all that it says: the venue has no ids. */
export function nameOf({
  exchangeTimeUs,
  priceDecimals,
  sizeDecimals,
  body,
}: Pick<UnnumberedTick, 'exchangeTimeUs' | 'priceDecimals' | 'sizeDecimals' | 'body'>): NamedTrade {
  if (body.kind !== 'trade') return { name: '', timeUs: undefined };
  const { price, size, side, conditions } = body;
  return {
    name: [exchangeTimeUs, price, priceDecimals, size, sizeDecimals, side, ...conditions].join(' '),
    timeUs: exchangeTimeUs,
  };
}
