import type { Interval, Sequence, Update } from '@tapecast/market';
import { BARS_KEPT, MarketStateError } from '@tapecast/market-state';
import { decodeUpdate, intervalOf, type KlineMessage, parseChannel, type SubscriptionResult } from '@tapecast/wire';
import { klineMessage, liveKline } from '../fanout/messages.ts';
import { resolvePairs } from '../protocol/resolve.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import type { RestContext, RestRequest } from './api.ts';
import { type RestReply, restError } from './reply.ts';
import { messageText } from './snapshot.ts';

/**
 * `GET /v1/klines?symbol=&interval=1m&from=&to=&limit=`: final bars and the current one, oldest first, in the stream's JSON.
 * `from` and `to` are Unix ms of a bar's start, inclusive; the newest `limit` of them are answered.
 */
export async function klines(context: RestContext, { query, grant, numbers }: RestRequest): Promise<RestReply> {
  const channel = parseChannel(`kline@${query.get('interval') ?? '1m'}`);
  const interval = typeof channel === 'string' ? intervalOf(channel) : undefined;
  if (typeof channel !== 'string' || interval === undefined) {
    return restError('bad_request', 'interval is none that there is. Expected 1m, 5m, 15m, 30m, 1h or 1d');
  }
  const [found] = resolvePairs(context.instruments, grant, [(query.get('symbol') ?? '').trim()], [channel]);
  if (found === undefined || 'failed' in found) return restFailure(found?.failed);
  const { known } = found.pair;
  const fromMs = wholeNumber(query.get('from'), 0);
  const toMs = wholeNumber(query.get('to'), Number.MAX_SAFE_INTEGER);
  const limit = wholeNumber(query.get('limit'), BARS_KEPT);
  if (fromMs === undefined || toMs === undefined || limit === undefined || limit < 1) {
    return restError(
      'bad_request',
      'from and to are Unix milliseconds and limit is a count of at least 1: whole numbers, as in &from=1731689400000&limit=100',
    );
  }
  const most = Math.min(limit, BARS_KEPT, context.limits.restRowsMax);
  const held = context.instruments.hold(known);
  try {
    await context.joined([held]);
    // Bars that became final since the last checkpoint are in the log alone: from here on it has what the store has not.
    const store = await storedBars(context, held, known.partition, interval, { fromMs, toMs, limit: most });
    context.flush();
    const byStart = new Map<number, KlineMessage>();
    const take = (update: Update): void => {
      const bar = liveKline(known.symbol, update);
      if (bar?.kline.final === true && bar.kline.startMs >= fromMs && bar.kline.startMs <= toMs)
        byStart.set(bar.kline.startMs, bar);
    };
    const sequence: Sequence = `kline@${interval}`;
    for (const bytes of store.bars) take(decodeUpdate(bytes));
    for (const update of held.updatesSince(store.upTo, sequence)) take(update);
    const seq = held.view.seqs[sequence];
    const current = klineMessage(held.view, channel, [seq, seq]);
    // The newest bar as it is now, also where it became final after the store was read.
    if (current !== undefined && current.kline.startMs >= fromMs && current.kline.startMs <= toMs)
      byStart.set(current.kline.startMs, current);
    const bars = [...byStart.values()].sort((a, b) => a.kline.startMs - b.kline.startMs).slice(-most);
    const texts = bars.map((bar, i) => messageText(bar, numbers, i + 1));
    const head = {
      symbol: known.symbol,
      channel,
      interval,
      epoch: held.view.epoch,
      seq,
      ...(store.away ? { partial: true } : {}),
    };
    return { status: 200, body: `${JSON.stringify(head).slice(0, -1)},"bars":[${texts.join(',')}]}` };
  } finally {
    context.instruments.release(held);
  }
}

interface StoredBars {
  bars: Uint8Array[];
  /** Offset of md.updates up to which they have all. */
  upTo: number;
  /** The store does not answer: what this gateway has itself is all that can be told. */
  away: boolean;
}

/** Rejects where the store is away and this gateway knows nothing of the instrument either. */
async function storedBars(
  context: RestContext,
  held: HeldInstrument,
  partition: number,
  interval: Interval,
  range: { fromMs: number; toMs: number; limit: number },
): Promise<StoredBars> {
  try {
    const upTo = await held.storedUpTo();
    return { bars: await context.state.bars(partition, held.symbol, interval, range), upTo, away: false };
  } catch (error) {
    if (!(error instanceof MarketStateError && error.code === 'unavailable' && held.live)) throw error;
    return { bars: [], upTo: 0, away: true };
  }
}

/** Why there are no bars of that symbol. */
function restFailure(failed: SubscriptionResult | undefined): RestReply {
  const { code, msg = '' } = failed ?? {};
  return restError(code === 'forbidden' || code === 'unknown_symbol' ? code : 'bad_request', msg);
}

/** The query's whole number; `otherwise` where it has none, undefined where it is none. */
function wholeNumber(text: string | null, otherwise: number): number | undefined {
  if (text === null || text === '') return otherwise;
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
