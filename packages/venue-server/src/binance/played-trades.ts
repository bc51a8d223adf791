import type { SymbolHistory, TradeRow } from './library.ts';

/** A trade as the venue's REST tells it. `quoteQty` is left out: nobody here reads it. */
export interface RestTrade {
  readonly id: number;
  readonly price: string;
  readonly qty: string;
  readonly time: number;
  readonly isBuyerMaker: boolean;
  readonly isBestMatch: boolean;
}

/**
 * The trades of one symbol that have happened where the play is: what a client did not get over a stream, because it was away
 * or because a fault kept it back, is here. Trades that were never recorded are not.
 */
export class PlayedTrades {
  readonly #rows: readonly TradeRow[];
  readonly #shiftMs: number;
  #played: number;

  /** `shiftMs` as of a copy; `startUs` on the play's axis. */
  constructor(history: SymbolHistory, shiftMs: number, startUs: number) {
    this.#rows = history.trades;
    this.#shiftMs = shiftMs;
    const first = history.trades.findIndex(({ timeUs }) => timeUs + shiftMs * 1_000 >= startUs);
    this.#played = first < 0 ? history.trades.length : first;
  }

  /** The next one was played, whether or not anyone got it. */
  next(): void {
    this.#played = Math.min(this.#played + 1, this.#rows.length);
  }

  /** Ascending: the first `limit` from this id on, or the newest. */
  list(fromId: number | undefined, limit: number): RestTrade[] {
    if (fromId === undefined) return this.#told(Math.max(0, this.#played - limit), this.#played);
    let low = 0;
    for (let high = this.#played; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]!.id < fromId) low = middle + 1;
      else high = middle;
    }
    return this.#told(low, Math.min(low + limit, this.#played));
  }

  #told(from: number, to: number): RestTrade[] {
    const trades: RestTrade[] = [];
    for (const { frames, index, id } of this.#rows.slice(from, to)) {
      // What two files recorded is one trade.
      if (trades.length > 0 && id <= trades.at(-1)!.id) continue;
      // Read when the recording was opened, and understood then.
      const { data } = JSON.parse(frames.text(index)) as {
        data: { p: string; q: string; T: number; m: boolean; M?: boolean };
      };
      trades.push({
        id,
        price: data.p,
        qty: data.q,
        time: data.T + this.#shiftMs,
        isBuyerMaker: data.m,
        isBestMatch: data.M ?? true,
      });
    }
    return trades;
  }
}
