/** Faults of ingest, each with what the caller does: `retryable` ones are tried again with backoff. */
export const INGEST_ERRORS = {
  venue_unreachable: { retryable: true, meaning: 'no connection to the venue, or no whole reply in time' },
  venue_refused: { retryable: true, meaning: 'the venue answered with an error status' },
  rate_limited: { retryable: true, meaning: 'the venue asks for a pause; `retryAfterMs` says how long' },
  bad_reply: { retryable: true, meaning: 'the reply was not what the venue documents' },
  no_symbols: { retryable: true, meaning: 'the venue lists none of the symbols asked for' },
  superseded: { retryable: false, meaning: 'another ingest publishes the venue now' },
} as const;

export type IngestErrorCode = keyof typeof INGEST_ERRORS;

export class IngestError extends Error {
  readonly code: IngestErrorCode;
  readonly retryable: boolean;
  /** ms to wait before the next try, where the venue said so. */
  readonly retryAfterMs: number | undefined;
  /** The HTTP status of a refusal. */
  readonly status: number | undefined;

  constructor(
    code: IngestErrorCode,
    message: string,
    options: ErrorOptions & { retryAfterMs?: number; status?: number } = {},
  ) {
    super(message, options);
    this.name = 'IngestError';
    this.code = code;
    this.retryable = INGEST_ERRORS[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
