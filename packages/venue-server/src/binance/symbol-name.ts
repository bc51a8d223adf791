/** Quote assets by which Binance names pairs, longest first so that `FDUSD` is not read as `USD`. */
const QUOTE_ASSETS = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'BTC', 'ETH', 'BNB', 'EUR', 'TRY', 'BRL', 'USD'];

export interface Assets {
  readonly base: string;
  readonly quote: string;
}

/** Binance's names have no separator, so the quote asset is the known ending; '' where none is. */
export function assetsOf(symbol: string): Assets {
  const quote = QUOTE_ASSETS.find((asset) => symbol.endsWith(asset) && symbol.length > asset.length) ?? '';
  return { base: symbol.slice(0, symbol.length - quote.length), quote };
}

/** The name of the k-th copy: `BTCUSDT` becomes `X1USDT`. */
export function copyName(symbol: string, k: number): string {
  const { quote } = assetsOf(symbol);
  return quote === '' ? `X${k}${symbol}` : `X${k}${quote}`;
}
