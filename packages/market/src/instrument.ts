import { EXCHANGE_LENGTH_MAX, SYMBOL_LENGTH_MAX } from './limits.ts';

/** An instrument's parts. `instrument` is the canonical name: `BTCUSDT$BA`, `RELIANCE$NSE$IN`. */
export interface InstrumentName {
  instrument: string;
  symbol: string;
  /** '' where the name has none. */
  exchange: string;
  /** Two letters; decides the trading day. */
  region: string;
}

export type InstrumentError = 'empty' | 'too_long' | 'no_region' | 'bad_region' | 'bad_exchange' | 'bad_symbol';

/** Letters of any script (venues list symbols in Chinese), and what tickers are made of elsewhere: BRK.B, M&M, ^N225, EUR/USD. */
const SYMBOL = /^[\p{Lu}\p{Lo}\p{N}^=][\p{Lu}\p{Lo}\p{N}._\-/&+=^]*$/u;
const EXCHANGE = /^[A-Z0-9]+$/;
const REGION = /^[A-Z]{2}$/;

/**
 * Reads an instrument as a person or a client writes it, in any case: `SYMBOL$REGION`, `SYMBOL$EXCHANGE$REGION`, or
 * `SYMBOL.REGION` where there is no `$` (`600519.SH` is `600519$SH`). A dot before `$` belongs to the symbol (`BRK.B$US`).
 */
export function parseInstrument(text: string): InstrumentName | { readonly error: InstrumentError } {
  if (text.length === 0) return { error: 'empty' };
  // Before anything is made of it: names come from clients.
  if (text.length > SYMBOL_LENGTH_MAX + EXCHANGE_LENGTH_MAX + 4) return { error: 'too_long' };
  const parts = text.normalize('NFC').toUpperCase().split('$');
  if (parts.length === 1) {
    const dot = text.lastIndexOf('.');
    if (dot < 0 || !REGION.test(text.slice(dot + 1).toUpperCase())) return { error: 'no_region' };
    parts.splice(0, 1, text.slice(0, dot).normalize('NFC').toUpperCase(), text.slice(dot + 1).toUpperCase());
  }
  if (parts.length > 3) return { error: 'bad_symbol' };
  const symbol = parts[0] ?? '';
  const exchange = parts.length === 3 ? (parts[1] ?? '') : '';
  const region = parts.at(-1) ?? '';
  if (symbol.length > SYMBOL_LENGTH_MAX || exchange.length > EXCHANGE_LENGTH_MAX) return { error: 'too_long' };
  if (!SYMBOL.test(symbol)) return { error: 'bad_symbol' };
  if (parts.length === 3 && !EXCHANGE.test(exchange)) return { error: 'bad_exchange' };
  if (!REGION.test(region)) return { error: region === '' ? 'no_region' : 'bad_region' };
  return { instrument: parts.join('$'), symbol, exchange, region };
}

/** The region of a canonical name: what follows the last `$`. */
export function regionOf(instrument: string): string {
  return instrument.slice(instrument.lastIndexOf('$') + 1);
}

/** The symbol of a canonical name: what stands before the first `$`. */
export function symbolOf(instrument: string): string {
  const end = instrument.indexOf('$');
  return end < 0 ? instrument : instrument.slice(0, end);
}
