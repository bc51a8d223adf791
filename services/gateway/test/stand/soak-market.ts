import { randomBytes } from 'node:crypto';
import type { MarketWriter } from './market-writer.ts';

/**
 * A market in which the number of an update says what it holds: whoever has a number can be asked for the rest. Prices have two
 * decimals, sizes three.
 */
export const SOAK_CHANNELS = ['trade', 'quote', 'depth@20', 'kline@1m'] as const;
export type SoakChannel = (typeof SOAK_CHANNELS)[number];

export const tradePrice = (seq: number): number => 10_000 + (seq % 5_000);
export const quoteLast = (seq: number): number => 20_000 + (seq % 3_000);
export const barClose = (seq: number): number => 30_000 + (seq % 1_000);
export const best = (seq: number): { bid: number; ask: number; size: number } => ({
  bid: 9_000 + (seq % 40),
  ask: 9_100 + (seq % 30),
  size: 1_000 + (seq % 7),
});
/** Levels that never change. */
export const DEEP = { bid: 8_000, ask: 9_900, size: 5_000 };

const BAR_UPDATES = 200;
const FIRST_BAR_MS = 1_700_000_040_000;
/** Held only by those who stop reading: the kernels' buffers take some 8 MB of a connection before the gateway sees that. */
export const FLOODED = 'EURUSD$GB';
const FLOOD_TRADES = 20;
/** No compression makes this less than a half. */
const FLOOD_ID_BYTES = 500;

/** One more of each of an instrument, and `trades` trades. */
export function nextUpdates(market: MarketWriter, symbol: string, trades: number): void {
  const { seqs } = market.view(symbol);
  const flooded = symbol === FLOODED;
  for (let i = 0; i < (flooded ? FLOOD_TRADES : trades); i++) {
    const id = flooded ? randomBytes(FLOOD_ID_BYTES).toString('hex') : String(seqs.trade + 1);
    market.trade(symbol, tradePrice(seqs.trade + 1), 1_000, id);
  }
  market.quote(symbol, quoteLast(seqs.quote + 1));
  const seq = seqs.depth + 1;
  const now = best(seq);
  if (seq === 1) {
    market.depth(symbol, [now.bid, now.size, DEEP.bid, DEEP.size], [now.ask, now.size, DEEP.ask, DEEP.size], true);
  } else {
    const before = best(seq - 1);
    market.depth(symbol, [before.bid, 0, now.bid, now.size], [before.ask, 0, now.ask, now.size]);
  }
  const bar = seqs['kline@1m'] + 1;
  const startMs = FIRST_BAR_MS + Math.floor(bar / BAR_UPDATES) * 60_000;
  market.kline(symbol, startMs, barClose(bar), bar % BAR_UPDATES === BAR_UPDATES - 1);
}
