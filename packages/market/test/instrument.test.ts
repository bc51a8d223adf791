import { expect, test } from 'vitest';
import { parseInstrument, regionOf, symbolOf } from '../src/index.ts';

test.each([
  ['AAPL$US', 'AAPL$US', 'AAPL', '', 'US'],
  ['btcusdt$ba', 'BTCUSDT$BA', 'BTCUSDT', '', 'BA'],
  ['600519.SH', '600519$SH', '600519', '', 'SH'],
  ['600519.sh', '600519$SH', '600519', '', 'SH'],
  ['BRK.B$US', 'BRK.B$US', 'BRK.B', '', 'US'],
  ['BRK.B.US', 'BRK.B$US', 'BRK.B', '', 'US'],
  ['reliance$nse$in', 'RELIANCE$NSE$IN', 'RELIANCE', 'NSE', 'IN'],
  ['M&M$NSE$IN', 'M&M$NSE$IN', 'M&M', 'NSE', 'IN'],
  ['^N225$JP', '^N225$JP', '^N225', '', 'JP'],
  ['币安人生USDT$BA', '币安人生USDT$BA', '币安人生USDT', '', 'BA'],
])('%s is %s', (text, instrument, symbol, exchange, region) => {
  expect(parseInstrument(text)).toEqual({ instrument, symbol, exchange, region });
  expect([symbolOf(instrument), regionOf(instrument)]).toEqual([symbol, region]);
  expect(parseInstrument(instrument)).toMatchObject({ instrument });
});

test.each([
  ['', 'empty'],
  ['AAPL', 'no_region'],
  ['AAPL$', 'no_region'],
  ['AAPL.USA', 'no_region'],
  ['AAPL$USA', 'bad_region'],
  ['AAPL$U1', 'bad_region'],
  ['$US', 'bad_symbol'],
  ['*$BA', 'bad_symbol'],
  ['AA PL$US', 'bad_symbol'],
  ['A,B$US', 'bad_symbol'],
  ['A$B$C$US', 'bad_symbol'],
  ['A$$US', 'bad_exchange'],
  [`${'A'.repeat(33)}$US`, 'too_long'],
  ['A'.repeat(1_000_000), 'too_long'],
])('%.20s is %s', (text, error) => {
  expect(parseInstrument(text)).toEqual({ error });
});
