/**
 * - `unavailable`: the store did not answer within the call's time. Retry; a checkpoint that failed may be written in part,
 *   so the next one contains its instruments and bars again.
 * - `overloaded`: more calls wait for the store than `PENDING_CALLS_MAX`. Retry later.
 * - `superseded`: the partition is not what the call stands on (a failover lost the end of it, or a later call of this
 *   process came first). Begin again: `acquire`, then `instruments`.
 * - `invalid`: the caller passed what can't be stored. A defect of the caller.
 * - `failed`: the store answers with an error that waiting does not mend (wrong type of key, out of memory).
 * - `closed`: called after `close`.
 */
export type MarketStateErrorCode = 'unavailable' | 'overloaded' | 'superseded' | 'invalid' | 'failed' | 'closed';

const RETRYABLE: ReadonlySet<MarketStateErrorCode> = new Set(['unavailable', 'overloaded', 'superseded']);

export class MarketStateError extends Error {
  readonly code: MarketStateErrorCode;
  readonly retryable: boolean;

  constructor(code: MarketStateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MarketStateError';
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}

/** True when the store does not answer, or has too much to do; else it said what was wrong with the call. */
export const isStoreAway = (error: unknown): boolean =>
  !(error instanceof MarketStateError) || error.code === 'unavailable' || error.code === 'overloaded';
