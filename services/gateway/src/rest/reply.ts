/** An answer of the REST interface, before it is HTTP. */
export interface RestReply {
  status: number;
  body: string;
  /** Seconds after which another try makes sense. */
  retryAfterS?: number;
}

/** Closed list: what went wrong, for programs. */
export type RestErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'token_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'forbidden'
  | 'origin_not_allowed'
  | 'too_many_requests'
  | 'not_found'
  | 'method_not_allowed'
  | 'unknown_symbol'
  | 'unknown_channel'
  | 'unavailable'
  | 'upgrade_required'
  | 'internal';

const STATUS: Readonly<Record<RestErrorCode, number>> = {
  bad_request: 400,
  unauthorized: 401,
  token_invalid: 401,
  token_expired: 401,
  token_not_yet_valid: 401,
  forbidden: 403,
  origin_not_allowed: 403,
  too_many_requests: 429,
  not_found: 404,
  method_not_allowed: 405,
  unknown_symbol: 404,
  unknown_channel: 400,
  unavailable: 503,
  upgrade_required: 426,
  internal: 500,
};

const RETRY_AFTER_S = 1;

const TEMPORARY: readonly RestErrorCode[] = ['unavailable', 'internal', 'too_many_requests'];

/** The same fields as the stream's `error`. */
export function restError(code: RestErrorCode, msg: string, retryAfterS = RETRY_AFTER_S): RestReply {
  const temporary = TEMPORARY.includes(code);
  const body = JSON.stringify({
    type: 'error',
    code,
    msg,
    temporary,
    retry_after_ms: temporary ? retryAfterS * 1000 : null,
  });
  return { status: STATUS[code], body, ...(temporary ? { retryAfterS } : {}) };
}

/** A list in a query: `a,b`. Names that are empty are left out. */
export const listOf = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
