import { expect } from 'vitest';
import { FrameReader } from '../../../src/venues/binance/frame-reader.ts';
import { type BinanceSymbol, routesOf } from '../../../src/venues/binance/messages.ts';
import { normaliseFrame } from '../../../src/venues/binance/normalise.ts';

const pair = (symbol: string, priceDecimals?: number, sizeDecimals?: number): BinanceSymbol => ({
  symbol,
  instrument: `${symbol}$BA`,
  name: '',
  priceDecimals,
  sizeDecimals,
});
// BTCUSDTX begins as BTCUSDT does.
export const routes = routesOf([pair('BTCUSDT', 2, 5), pair('BTCUSDTX'), pair('SHIBUSDT', 8, 0)]);
export const reader = new FrameReader(routes);

export const trade = (p: string, q = '0.02000000', rest = '"T":1723161255342,"m":true,"M":true}}'): string =>
  `{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"${p}","q":"${q}",${rest}`;
export const ticker = (b: string, s = 'BTCUSDT'): string =>
  `{"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"${s}","b":"${b}","B":"3.78826000","a":"61837.64000000","A":"0.00000000"}}`;
export const diff = (
  b: string,
  a = '[["61837.64000000","1.54698000"]]',
  ids = '"U":50093239189,"u":50093239202',
): string =>
  `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT",${ids},"b":${b},"a":${a}}}`;

/** Both readings of the same text; what one makes or refuses, the other does, with the same words. */
export function expectEqual(text: string): void {
  const frame = Buffer.from(text);
  expect(reader.read(frame)).toEqual(normaliseFrame(frame.toString('utf8'), routes));
}
