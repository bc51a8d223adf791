import { type Logger, StartError } from '@tapecast/service-kit';
import { DEFAULT_BINANCE_SYMBOLS, type IngestConfig } from '../../config.ts';
import { IngestError } from '../../errors.ts';
import type { FaultLog } from '../../fault-log.ts';
import { readExchangeInfo } from './exchange-info.ts';
import type { BinanceSymbol } from './messages.ts';
import type { BinanceRest } from './rest.ts';

const SYMBOL = /^[A-Za-z0-9]{2,20}$/;

/** Throws `StartError` for pairs that can be none. */
export function checkBinanceOptions({ symbols }: Pick<IngestConfig, 'symbols'>): void {
  const wrong = symbols.filter((symbol) => !SYMBOL.test(symbol));
  if (wrong.length === 0) return;
  throw new StartError(
    'bad_option',
    `--symbols: a symbol of Binance is letters and digits, as BTCUSDT (given: ${wrong.join(', ')})`,
  );
}

export interface SymbolSource {
  config: Pick<IngestConfig, 'symbols' | 'clock'>;
  rest: BinanceRest;
  logger: Logger;
  faults: FaultLog;
  signal: AbortSignal;
}

/**
 * The pairs to follow, as the venue declares them now: those named, or the default ones, or (of a replay) all. Names that
 * the venue does not know are logged and left out. Rejects with `IngestError`, `no_symbols` when none is left.
 */
export async function loadSymbols({ config, rest, logger, faults, signal }: SymbolSource): Promise<BinanceSymbol[]> {
  const named = config.symbols.length > 0 || config.clock === 'ping' ? config.symbols : DEFAULT_BINANCE_SYMBOLS;
  const wanted = [...new Set(named.map((symbol) => symbol.toUpperCase()))];
  const info = readExchangeInfo(await readAsFewAsPossible(rest, wanted, signal), (what) =>
    faults.warn('bad_exchange_info', () => ({ entry: what })),
  );
  if (info.weightPerMinute !== undefined) rest.setWeightPerMinute(info.weightPerMinute);

  const listed = new Map(info.symbols.map((symbol) => [symbol.symbol, symbol]));
  const chosen = wanted.length > 0 ? wanted.flatMap((symbol) => listed.get(symbol) ?? []) : [...listed.values()];
  const unknown = wanted.filter((symbol) => !listed.has(symbol));
  if (unknown.length > 0) {
    logger.error({
      event: 'unknown_symbols',
      symbols: unknown,
      todo: 'the venue does not trade these: check --symbols',
    });
  }
  if (chosen.length > 0) return chosen;
  throw new IngestError(
    'no_symbols',
    `the venue trades none of the pairs asked for (${unknown.join(', ') || 'it lists none'})`,
  );
}

/** One unknown pair makes the venue refuse all of them: then the whole list is read, and shows which. */
async function readAsFewAsPossible(
  rest: BinanceRest,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  if (wanted.length === 0) return rest.exchangeInfo(undefined, signal);
  try {
    return await rest.exchangeInfo(wanted, signal);
  } catch (error) {
    if (error instanceof IngestError && error.code === 'venue_refused') return rest.exchangeInfo(undefined, signal);
    throw error;
  }
}
