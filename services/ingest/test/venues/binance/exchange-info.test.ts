import { describe, expect, it } from 'vitest';
import { readExchangeInfo } from '../../../src/venues/binance/exchange-info.ts';

const entry = (change: Record<string, unknown> = {}) => ({
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
    { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
  ],
  ...change,
});
const broken: string[] = [];
const read = (reply: unknown) => readExchangeInfo(reply, (what) => broken.push(what));

describe('exchangeInfo', () => {
  it('gives the decimals of tick and lot size', () => {
    expect(read({ symbols: [entry()] }).symbols).toEqual([
      { symbol: 'BTCUSDT', instrument: 'BTCUSDT$BA', name: 'BTC / USDT', priceDecimals: 2, sizeDecimals: 5 },
    ]);
  });

  it('leaves decimals unknown where a filter is absent, off or broken', () => {
    for (const filters of [
      undefined,
      [],
      [{ filterType: 'PRICE_FILTER', tickSize: '0.00000000' }],
      [{ filterType: 'PRICE_FILTER', tickSize: '1e-2' }],
    ]) {
      expect(read({ symbols: [entry({ filters })] }).symbols[0]).toMatchObject({ priceDecimals: undefined });
    }
  });

  it('has pairs that trade only, and leaves out what it can not read', () => {
    const { symbols } = read({
      symbols: [entry({ status: 'BREAK' }), null, entry({ symbol: 'x$y' }), entry({ symbol: 'ETHUSDT' })],
    });
    expect(symbols.map(({ symbol }) => symbol)).toEqual(['ETHUSDT']);
    expect(broken.length).toBeGreaterThanOrEqual(2);
  });

  it('tells the request weight a minute', () => {
    const limit = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 };
    expect(read({ symbols: [], rateLimits: [limit] }).weightPerMinute).toBe(6000);
    expect(read({ symbols: [], rateLimits: [] }).weightPerMinute).toBe(Number.POSITIVE_INFINITY);
    expect(read({ symbols: [] }).weightPerMinute).toBeUndefined();
  });

  it('refuses what is none', () => {
    expect(() => read({})).toThrow(/no list/);
    expect(() => read(null)).toThrow(/no list/);
  });
});
