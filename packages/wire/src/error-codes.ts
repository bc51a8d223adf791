import type { ErrorCode, ErrorMessage, MessageId } from './messages.ts';

export interface ErrorMeaning {
  /** When it is sent. */
  meaning: string;
  /** Whether the same message may succeed later without a change. */
  temporary: boolean;
}

/** Each `code` of an `error` message or of a failed result, once. */
export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorMeaning>> = {
  bad_request: {
    meaning: 'The message can not be read or lacks something; `msg` says what was expected.',
    temporary: false,
  },
  not_supported: {
    meaning: 'The message is part of the protocol, but this gateway does not offer it.',
    temporary: false,
  },
  unknown_symbol: { meaning: 'The symbol is in no catalogue and no feed.', temporary: false },
  unknown_channel: { meaning: 'There is no such channel.', temporary: false },
  unauthorized: { meaning: 'No token was given, and nothing is answered without one.', temporary: false },
  token_invalid: {
    meaning: 'The token is none that counts here: not signed by a known key, not meant for here, or not readable.',
    temporary: false,
  },
  token_expired: { meaning: 'The token has expired.', temporary: false },
  token_not_yet_valid: { meaning: 'The token counts only from a later time on.', temporary: false },
  forbidden: { meaning: 'The token does not allow it.', temporary: false },
  too_many_symbols: {
    meaning: 'The message or the connection would exceed its number of subscriptions.',
    temporary: false,
  },
  not_subscribed: { meaning: 'The symbol and channel are not subscribed on this connection.', temporary: false },
  unavailable: { meaning: 'The gateway can not answer now; try again after `retry_after_ms`.', temporary: true },
  internal: { meaning: 'The gateway failed at it; the fault is ours and is logged.', temporary: true },
};

export function errorMessage(
  action: string | null,
  id: MessageId,
  code: ErrorCode,
  msg: string,
  retryAfterMs: number | null = null,
): ErrorMessage {
  return { type: 'error', action, id, code, msg, temporary: ERROR_CODES[code].temporary, retryAfterMs };
}
