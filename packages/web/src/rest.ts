import type { Candle } from './candle-chart.ts';
import type { Found } from './instrument-search.ts';

const FOUND_MAX = 12;
const HISTORY_BARS = 300;

/** The gateway's REST interface, with the page's token where it has one. */
export class Rest {
  readonly #token: () => string | undefined;

  constructor(token: () => string | undefined) {
    this.#token = token;
  }

  /** Instruments whose name or symbol has the text; all, up to a few, for ''. */
  async instruments(query: string, limit: number = FOUND_MAX): Promise<Found[]> {
    const { instruments } = (await this.#get('/v1/instruments', { q: query, limit: String(limit) })) as {
      instruments: { symbol: string; name?: string }[];
    };
    return instruments.slice(0, limit).map(({ symbol, name = '' }) => ({ symbol, name }));
  }

  /** The last bars of one minute, oldest first. */
  async bars(symbol: string): Promise<Candle[]> {
    const { bars } = (await this.#get('/v1/klines', { symbol, interval: '1m', limit: String(HISTORY_BARS) })) as {
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

  async #get(path: string, query: Record<string, string>): Promise<unknown> {
    const token = this.#token();
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const reply = await fetch(`${path}?${new URLSearchParams(query)}`, { headers });
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}`);
    return reply.json();
  }
}
