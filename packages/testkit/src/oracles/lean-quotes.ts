import type { LeanQuote } from '@tapecast/venue-server';

export interface LeanPairing {
  readonly pairs: number;
  /** Rows that are no half of a pair: their places in the file. */
  readonly unpaired: readonly number[];
  /** Pairs whose bid is above, or at, their ask. */
  readonly crossed: number;
  readonly locked: number;
}

/** Each NBBO message of a Lean quote file is two consecutive rows of one ms, the bid's and the ask's. */
export function pairLeanQuotes(rows: Iterable<LeanQuote>): LeanPairing {
  const unpaired: number[] = [];
  let pairs = 0;
  let crossed = 0;
  let locked = 0;
  let bid: LeanQuote | undefined;
  let row = -1;
  for (const quote of rows) {
    row++;
    if (bid === undefined) {
      if (quote.bid > 0) bid = quote;
      else unpaired.push(row);
    } else if (quote.bid === 0 && quote.ask > 0 && quote.msOfDay === bid.msOfDay) {
      pairs++;
      if (bid.bid > quote.ask) crossed++;
      if (bid.bid === quote.ask) locked++;
      bid = undefined;
    } else {
      unpaired.push(row - 1);
      bid = quote.bid > 0 ? quote : undefined;
      if (bid === undefined) unpaired.push(row);
    }
  }
  if (bid !== undefined) unpaired.push(row);
  return { pairs, unpaired, crossed, locked };
}
