export type AccessErrorCode =
  /** The address of keys can not be used; the operator has to change an option. */
  | 'bad_source'
  /** The keys could not be fetched: no answer, an answer that is no 200, too long, too slow. */
  | 'keys_unreachable'
  /** What was fetched is no JWKS. */
  | 'keys_invalid';

/** A fault with keys. What is wrong with a token is an answer (`Verdict`), never thrown. */
export class AccessError extends Error {
  readonly code: AccessErrorCode;

  constructor(code: AccessErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'AccessError';
    this.code = code;
  }
}
