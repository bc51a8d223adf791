/**
 * - `unavailable`: the store did not answer within the call's time. Retry.
 * - `overloaded`: too much waits for the store already, or the bus has as many subscriptions as it may. Retry later.
 * - `invalid`: a channel's name or a payload that can't be published. A defect of the caller.
 * - `failed`: the store answers with an error that waiting does not mend.
 * - `closed`: called after `close`, or closed while the call waited.
 */
export type SignalBusErrorCode = 'unavailable' | 'overloaded' | 'invalid' | 'failed' | 'closed';

const RETRYABLE: ReadonlySet<SignalBusErrorCode> = new Set(['unavailable', 'overloaded']);

export class SignalBusError extends Error {
  readonly code: SignalBusErrorCode;
  readonly retryable: boolean;

  constructor(code: SignalBusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SignalBusError';
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}
