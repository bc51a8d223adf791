import { MarketStateError } from '@tapecast/market-state';
import { TickLogError } from '@tapecast/tick-log';

/** True when the same call may succeed later: the log or the store is away, or busy. Decided by the error's own code. */
export const isRetryable = (error: unknown): boolean =>
  (error instanceof MarketStateError || error instanceof TickLogError) && error.retryable;

/** True when the store no longer has what we believe it has: the partition begins again from what is there. */
export const isSuperseded = (error: unknown): boolean =>
  error instanceof MarketStateError && error.code === 'superseded';

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
