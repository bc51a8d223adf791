import { answer } from '../fan-out/child.ts';
import { LeanClient } from './lean-client.ts';
import { type Returning, type ReturningOptions, TRAIL } from './returning.ts';
import { SdkClient } from './sdk-client.ts';
import { TradeIds } from './trade-check.ts';

/** Handshakes, or changes, under way at once. */
const AT_ONCE = 64;

export interface ConnectRequest extends Omit<ReturningOptions, 'ids' | 'symbols'> {
  do: 'connect';
  kind: 'lean' | 'sdk';
  lists: string[][];
}

export interface Account {
  clients: number;
  trades: number;
  lost: number;
  doubled: number;
  unequal: number;
  holes: number;
  outcomes: Record<string, number>;
  ids: Map<string, Map<number, string>>;
}

const ids = new TradeIds();
const clients: Returning[] = [];

async function inTurns<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await act(items[next++] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Clients of one edge, of both kinds. */
answer({
  connect: async ({ kind, lists, ...options }: ConnectRequest) => {
    const added = lists.map((symbols) => {
      const all = { ...options, symbols, ids };
      return kind === 'sdk' ? new SdkClient(all) : new LeanClient(all);
    });
    clients.push(...added);
    await inTurns(added, (client) => client.begin());
  },
  /** Each takes the first of these symbols that it does not hold. */
  change: ({ symbols }: { symbols: string[] }) =>
    inTurns(clients, async (client) => {
      const more = symbols.find((symbol) => !client.options.symbols.includes(symbol));
      if (more !== undefined) await client.add(more);
    }),
  arm: () => {
    for (const client of clients) client.arm();
  },
  /** Those who lost their connection, and those of them who are not served again. */
  away: () => {
    let closed = 0;
    let away = 0;
    for (const client of clients) {
      if (!Number.isNaN(client.trail.closed)) closed++;
      if (client.away) away++;
    }
    return { closed, away };
  },
  /** A row of `TRAIL` numbers of each who lost its connection. */
  trails: () => {
    const rows = clients.filter(({ trail }) => !Number.isNaN(trail.closed));
    return Float64Array.from(rows.flatMap(({ trail }) => TRAIL.map((name) => trail[name])));
  },
  /** Clients that are not where the log ends. */
  behind: ({ ends }: { ends: Record<string, number> }) =>
    clients.filter(({ trades }) => trades.behind(ends) > 0).length,
  account: (): Account => {
    const account = { clients: clients.length, trades: 0, lost: 0, doubled: 0, unequal: 0, holes: 0 };
    const outcomes: Record<string, number> = {};
    for (const client of clients) {
      const { trades, lost, doubled, unequal } = client.trades;
      account.trades += trades;
      account.lost += lost;
      account.doubled += doubled;
      account.unequal += unequal;
      account.holes += client.holes;
      for (const [what, count] of Object.entries(client.outcomes)) outcomes[what] = (outcomes[what] ?? 0) + count;
    }
    return { ...account, outcomes, ids: ids.all() };
  },
  stop: () => {
    for (const client of clients) client.close();
  },
});
