/**
 * Bounds of the codecs. What a client may send is bounded by the gateway, which closes or refuses; these bounds only keep
 * a decoder from being made to work out of proportion to the bytes it was given.
 */

/** Characters of an `id`: it is kept and echoed. Over it: `bad_request`, answered with `id: null`. */
export const MESSAGE_ID_LENGTH_MAX = 128;

/** Characters of a resume token: those that gateways give have 80. Over it: `bad_request`. */
export const RESUME_TOKEN_LENGTH_MAX = 256;

/** Characters of an epoch in a `resume`, which is kept until the client is at the present: those that there are have some 50. Over it: `bad_request`. */
export const EPOCH_LENGTH_MAX = 256;

/** Characters of what a client wrote that an error quotes back. Over it: cut, with `…`. */
export const QUOTED_LENGTH_MAX = 60;

/** Digits of a number that a client reads from JSON: twice the largest sum. Over it: the frame is refused (`malformed`). */
export const NUMBER_DIGITS_MAX = 100;

/**
 * Bytes of memory that encoded ticks share: one that is kept keeps its neighbours. A tick that might not fit gets memory
 * of its own.
 */
export const TICK_SLAB_BYTES = 16 * 1024;

/**
 * Names of instruments and sources that the decoder of ticks keeps: a partition's, several times over. Over it: all are
 * forgotten, and those that still come are kept again.
 */
export const SHARED_TEXTS_MAX = 16_384;

/**
 * Bytes that encoding a batch keeps for the next one: twice the largest record that compute writes, which splits what is
 * larger. Over it: the memory is given back.
 */
export const BATCH_SCRATCH_BYTES_MAX = 2 * 1024 * 1024;

/**
 * Magnitude from which on a value is not told as a difference: twice the difference, a sign and two bits of flags are
 * still below 2^53. Over it: the whole message.
 */
export const DELTA_VALUE_LIMIT = 2 ** 50;

/**
 * Differences of a stream between two whole messages: so long may a receiver that misread one stay wrong. A whole quote has
 * 100 to 120 bytes, which is a hundredth of a byte an update; but it is a message of its own beside the differences of others, and
 * with one every 1,024 updates 15 % of the clients of busy streams got two messages a flush. Over it: the whole message.
 */
export const DELTAS_PER_KEYFRAME = 8_192;
