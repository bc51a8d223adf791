import type { IngestConfig } from '../config.ts';
import { startBinanceFeed } from './binance/feed.ts';
import { checkBinanceOptions } from './binance/symbols.ts';
import { startItickFeed } from './itick/feed.ts';
import { readItickOptions } from './itick/options.ts';
import { startSimulatedFeed } from './simulated/feed.ts';
import type { StartFeed } from './venue.ts';

/** Every venue, one line each. */
export const VENUES = {
  simulated: startSimulatedFeed,
  binance: startBinanceFeed,
  itick: startItickFeed,
} as const satisfies Record<string, StartFeed>;

export type VenueName = keyof typeof VENUES;

/** What a venue expects of options beyond the schema. Each throws `StartError`, before anything is started. */
export const OPTION_CHECKS: Partial<Record<VenueName, (config: IngestConfig) => void>> = {
  binance: checkBinanceOptions,
  itick: readItickOptions,
};
