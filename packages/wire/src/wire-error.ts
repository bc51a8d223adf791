/** Why bytes or values can't be encoded or decoded. */
export type WireErrorCode =
  /** Not Protobuf of this schema: cut, or a length, tag or text that is none. */
  | 'malformed'
  /** An integer beyond 2^53 - 1, where numbers are no longer exact; or a negative one where a count is expected. */
  | 'unsafe_integer'
  /** A value, body or name that this version does not know: made by a newer one, or damaged. */
  | 'unknown_value'
  /** Parts that contradict each other: an odd list of levels, a range that ends before it begins, a body of another sequence. */
  | 'inconsistent';

/** The only error that codecs throw. Never retryable: the same bytes give the same error. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Runs a decoder; whatever protobufjs throws at hostile bytes becomes a `malformed`. */
export function decoding<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError(
      'malformed',
      `${what} can't be decoded: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}
