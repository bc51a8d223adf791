/** Every way in which the log refuses or gives up. `retryable`: the same call may succeed later without a change. */
const TICK_LOG_ERRORS = {
  closed: { retryable: false },
  send_in_progress: { retryable: false },
  unknown_partition: { retryable: false },
  record_too_large: { retryable: false },
  send_refused: { retryable: false },
  partition_count_differs: { retryable: false },
  position_past_end: { retryable: false },
  group_refused: { retryable: false },
  read_only: { retryable: false },
  handler_failed: { retryable: false },
  unreachable: { retryable: true },
} as const;

export type TickLogErrorCode = keyof typeof TICK_LOG_ERRORS;

export class TickLogError extends Error {
  readonly code: TickLogErrorCode;
  readonly retryable: boolean;

  constructor(code: TickLogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TickLogError';
    this.code = code;
    this.retryable = TICK_LOG_ERRORS[code].retryable;
  }
}

export function closedError(what: string): TickLogError {
  return new TickLogError('closed', `the ${what} was closed`);
}
