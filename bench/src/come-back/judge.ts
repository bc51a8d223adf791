import type { Account } from './clients-main.ts';

export interface Judged {
  trades: number;
  lost: number;
  doubled: number;
  /** Trades with another id than that of the number in `md.ticks`. */
  unequal: number;
  /** Clients that were not told the last trades of the log. */
  behind: number;
  holesTold: number;
  outcomes: Record<string, number>;
}

/** What all clients were told against the log's own trades: the trade numbered n is the n-th. */
export function judge(accounts: readonly Account[], truth: ReadonlyMap<string, readonly string[]>): Judged {
  const judged: Judged = { trades: 0, lost: 0, doubled: 0, unequal: 0, behind: 0, holesTold: 0, outcomes: {} };
  for (const account of accounts) {
    judged.trades += account.trades;
    judged.lost += account.lost;
    judged.doubled += account.doubled;
    judged.unequal += account.unequal;
    judged.holesTold += account.holes;
    for (const [what, count] of Object.entries(account.outcomes))
      judged.outcomes[what] = (judged.outcomes[what] ?? 0) + count;
    for (const [symbol, ids] of account.ids)
      for (const [number, id] of ids) if (truth.get(symbol)?.[number - 1] !== id) judged.unequal++;
  }
  return judged;
}
