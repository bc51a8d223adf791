import { Backoff } from '../../connection/backoff.ts';
import { pause } from '../../connection/pause.ts';
import { IngestError, messageOf } from '../../errors.ts';
import type { FaultLog } from '../../fault-log.ts';
import { type IngestLimits, LIMITS } from '../../limits.ts';
import type { BinanceSymbol, TradeEvent } from './messages.ts';
import { normaliseTrades } from './normalise.ts';

/** Trades of one call, the most that the venue gives. */
export const TRADES_PER_CALL = 1_000;

export interface MissedTradesOptions {
  /** The venue's answer to `historicalTrades`: as many as `TRADES_PER_CALL`, from this id on. Rejects with `IngestError`. */
  fetch: (symbol: string, fromId: number, signal: AbortSignal) => Promise<unknown>;
  limits: Pick<IngestLimits, 'fillMsMax' | 'fillsAtOnce'>;
  faults: FaultLog;
  random: () => number;
  signal: AbortSignal;
}

/** Gets from the venue's REST the trades that did not come over a stream, a few instruments at a time. */
export class MissedTrades {
  readonly #options: MissedTradesOptions;
  readonly #queue: (() => void)[] = [];
  #underWay = 0;

  constructor(options: MissedTradesOptions) {
    this.#options = options;
  }

  /** Trades from..to (undefined: to the newest there is), ascending: those that could be had in time. Never rejects. */
  async get(symbol: BinanceSymbol, from: number, to: number | undefined): Promise<TradeEvent[]> {
    if (this.#underWay >= this.#options.limits.fillsAtOnce) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    } else this.#underWay++;
    try {
      return await this.#pages(symbol, from, to);
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#underWay--;
      else next();
    }
  }

  async #pages(symbol: BinanceSymbol, from: number, to: number | undefined): Promise<TradeEvent[]> {
    const { fetch, limits, faults, random, signal } = this.#options;
    const deadlineAtMs = performance.now() + limits.fillMsMax;
    const backoff = new Backoff(LIMITS.restRetryBaseMs, LIMITS.restRetryCapMs, random);
    const got: TradeEvent[] = [];
    let next = from;
    while (!signal.aborted && (to === undefined || next <= to)) {
      let waitMs: number;
      try {
        const page = normaliseTrades(await fetch(symbol.symbol, next, signal), symbol);
        const fresh = page.filter(({ tradeId }) => tradeId >= next);
        got.push(...fresh);
        if (fresh.length > 0) {
          next = fresh.at(-1)!.tradeId + 1;
          backoff.reset();
        }
        if (page.length >= TRADES_PER_CALL) continue;
        if (to === undefined || next > to) return got;
        // The venue's answers come from another place than its streams, and may be behind them.
        waitMs = backoff.next();
      } catch (error) {
        if (signal.aborted) return got;
        const askedMs = error instanceof IngestError ? (error.retryAfterMs ?? 0) : 0;
        faults.warn('missed_trades_failed', () => ({
          instrument: symbol.instrument,
          from: next,
          reason: messageOf(error),
        }));
        // What nobody knows to be missing is not waited for: the next trade shows whether it is.
        if (to === undefined) return got;
        waitMs = Math.max(askedMs, backoff.next());
      }
      if (performance.now() + waitMs > deadlineAtMs) return got;
      await pause(waitMs, signal);
    }
    return got;
  }
}
