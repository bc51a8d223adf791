import type { Candle } from './candle-chart.ts';
import type { Found } from './instrument-search.ts';

const FOUND_MAX = 12;
const HISTORY_BARS = 300;

async function get(path: string, query: Record<string, string>): Promise<unknown> {
  const reply = await fetch(`${path}?${new URLSearchParams(query)}`);
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}`);
  return reply.json();
}

/** Instruments whose name or symbol has the text; all, up to a few, for ''. */
export async function findInstruments(query: string, limit: number = FOUND_MAX): Promise<Found[]> {
  const { instruments } = (await get('/v1/instruments', { q: query, limit: String(limit) })) as {
    instruments: { symbol: string; name?: string }[];
  };
  return instruments.slice(0, limit).map(({ symbol, name = '' }) => ({ symbol, name }));
}

/** The last bars of one minute, oldest first. */
export async function barHistory(symbol: string): Promise<Candle[]> {
  const { bars } = (await get('/v1/klines', { symbol, interval: '1m', limit: String(HISTORY_BARS) })) as {
    bars: { start: number; open: number; high: number; low: number; close: number; volume: number }[];
  };
  return bars.map(({ start, open, high, low, close, volume }) => ({
    startMs: start,
    open,
    high,
    low,
    close,
    volume,
  }));
}
