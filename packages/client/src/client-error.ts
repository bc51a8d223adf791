export type ClientErrorCode =
  /** The gateway answered `error`; `answer` has it. */
  | 'refused'
  /** The client was closed, or the gateway said not to come back. */
  | 'closed'
  /** REQUESTS_WAITING_MAX requests wait already. */
  | 'too_many_requests'
  /** A call makes no sense: no symbols, no channels, no WebSocket in this environment. */
  | 'bad_call';

export class TapecastError extends Error {
  override readonly name = 'TapecastError';
  readonly code: ClientErrorCode;
  /** The gateway's own code, where it answered. */
  readonly answerCode: string | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(code: ClientErrorCode, message: string, details: { answerCode?: string; retryable?: boolean } = {}) {
    super(message);
    this.code = code;
    this.answerCode = details.answerCode;
    this.retryable = details.retryable ?? code === 'too_many_requests';
  }
}
