import type { ClientRecord } from './clients/client-record.ts';
import { SERVED_WITHIN_MS } from './limits.ts';
import type { Truth } from './market/truth.ts';

/** How long clients felt something that began at one moment. */
export interface Recovery {
  /** ms from the fault until the last trade that came later than a second after the venue sent it; 0: nobody noticed. */
  readonly allServedMs: number;
  /** ms until each client was served again, those who noticed, the last one first. */
  readonly byClient: readonly (readonly [name: string, ms: number])[];
}

/**
 * Until when clients were not served, from their own records: a trade that took longer than a second and the client's interval says
 * that this one was not, until then; so does one that never came, until the next that did. Clients that stay away or read in fits of
 * their own accord are left out. A late trade is the doing of the fault in whose time (`fromMs` to `toMs`, where the next begins) it became
 * late: one that was under way when the next fault began is the next one's.
 */
export function recoveryOf(truth: Truth, clients: readonly ClientRecord[], fromMs: number, toMs: number): Recovery {
  const until = new Map<string, number>();
  for (const client of clients) {
    for (const [instrument, { trades }] of truth) {
      const stream = client.streams.get(`${instrument} trade`);
      const arrivedAt = new Map(stream?.trades.map(({ id, atMs }) => [id, atMs]));
      let nextArrival = Number.POSITIVE_INFINITY;
      for (let place = trades.length - 1; place >= 0; place--) {
        const { id, sentAtMs } = trades[place]!;
        const atMs = arrivedAt.get(id);
        if (atMs !== undefined) nextArrival = Math.min(nextArrival, atMs);
        const dueMs = sentAtMs + SERVED_WITHIN_MS + client.intervalMs;
        if (dueMs < fromMs || dueMs >= toMs) continue;
        // The last ones of a run may not have been followed by any.
        const servedAt = atMs ?? (nextArrival === Number.POSITIVE_INFINITY ? toMs : nextArrival);
        if (servedAt <= dueMs) continue;
        until.set(client.name, Math.max(until.get(client.name) ?? 0, Math.round(servedAt - fromMs)));
      }
    }
  }
  const byClient = [...until].sort(([, a], [, b]) => b - a);
  return { allServedMs: byClient[0]?.[1] ?? 0, byClient };
}
