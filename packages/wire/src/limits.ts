/**
 * Bounds of the codecs. What a client may send is bounded by the gateway, which closes or refuses; these bounds only keep
 * a decoder from being made to work out of proportion to the bytes it was given.
 */

/** Characters of an `id`: it is kept and echoed. Over it: `bad_request`, answered with `id: null`. */
export const MESSAGE_ID_LENGTH_MAX = 128;

/** Characters of what a client wrote that an error quotes back. Over it: cut, with `…`. */
export const QUOTED_LENGTH_MAX = 60;

/** Digits of a number that a client reads from JSON: twice the largest sum. Over it: the frame is refused (`malformed`). */
export const NUMBER_DIGITS_MAX = 100;

/**
 * Bytes of memory that encoded ticks share: one that is kept keeps its neighbours. A tick that might not fit gets memory
 * of its own.
 */
export const TICK_SLAB_BYTES = 16 * 1024;
