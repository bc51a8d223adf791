import { startBinanceFeed } from './binance/feed.ts';
import { startSimulatedFeed } from './simulated/feed.ts';
import type { StartFeed } from './venue.ts';

/** Every venue, one line each. */
export const VENUES = {
  simulated: startSimulatedFeed,
  binance: startBinanceFeed,
} as const satisfies Record<string, StartFeed>;

export type VenueName = keyof typeof VENUES;
