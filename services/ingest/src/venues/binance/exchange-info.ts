import { parseDecimal } from '@tapecast/market';
import { IngestError } from '../../errors.ts';
import { type BinanceSymbol, VENUE_DECIMALS_MAX } from './messages.ts';

export interface ExchangeInfo {
  symbols: BinanceSymbol[];
  /** Request weight a minute. Infinity: the venue lists its limits, and none on weight (a replay); undefined: it tells nothing. */
  weightPerMinute: number | undefined;
}

/** Binance's region. */
const REGION = 'BA';

/** Reads `exchangeInfo`: the pairs that trade, with the decimals of their tick and lot size. A broken entry is left out and named. */
export function readExchangeInfo(reply: unknown, onBroken: (what: string) => void): ExchangeInfo {
  const list = field(reply, 'symbols');
  if (!Array.isArray(list)) throw new IngestError('bad_reply', 'exchangeInfo has no list `symbols`');
  const symbols: BinanceSymbol[] = [];
  for (const entry of list) {
    const symbol = field(entry, 'symbol');
    if (typeof symbol !== 'string' || !/^[A-Z0-9]{1,20}$/.test(symbol)) {
      onBroken(`symbol ${JSON.stringify(symbol)?.slice(0, 40)}`);
      continue;
    }
    const status = field(entry, 'status');
    if (status !== undefined && status !== 'TRADING') continue;
    const base = field(entry, 'baseAsset');
    const quote = field(entry, 'quoteAsset');
    const filters = field(entry, 'filters');
    symbols.push({
      symbol,
      instrument: `${symbol}$${REGION}`,
      name: typeof base === 'string' && typeof quote === 'string' ? `${base} / ${quote}` : '',
      priceDecimals: decimalsOfFilter(filters, 'PRICE_FILTER', 'tickSize'),
      sizeDecimals: decimalsOfFilter(filters, 'LOT_SIZE', 'stepSize'),
    });
  }
  return { symbols, weightPerMinute: weightPerMinute(field(reply, 'rateLimits')) };
}

/** '0.01000000' → 2. A step of 0 says that the filter is off; unknown then, as without the filter. */
function decimalsOfFilter(filters: unknown, type: string, name: string): number | undefined {
  if (!Array.isArray(filters)) return undefined;
  const filter: unknown = filters.find((candidate) => field(candidate, 'filterType') === type);
  const step = field(filter, name);
  if (typeof step !== 'string') return undefined;
  const parsed = parseDecimal(step, VENUE_DECIMALS_MAX);
  return 'error' in parsed || parsed.units <= 0 ? undefined : parsed.decimals;
}

function weightPerMinute(limits: unknown): number | undefined {
  if (!Array.isArray(limits)) return undefined;
  for (const limit of limits) {
    const weight = field(limit, 'limit');
    const minutes = field(limit, 'intervalNum');
    if (field(limit, 'rateLimitType') !== 'REQUEST_WEIGHT' || field(limit, 'interval') !== 'MINUTE') continue;
    if (typeof weight === 'number' && typeof minutes === 'number' && weight > 0 && minutes > 0) return weight / minutes;
  }
  return Number.POSITIVE_INFINITY;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
