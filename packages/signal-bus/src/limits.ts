/** Bytes of a payload. Past it: `invalid`. A signal says that something happened; what happened is read where it is kept. */
export const PAYLOAD_BYTES_MAX = 8 * 1024;

/** Characters of a channel's name. Past it: `invalid`. Names of gateways and subjects are far shorter. */
export const CHANNEL_LENGTH_MAX = 200;

/** Channels subscribed at once by one bus. Past it: `overloaded`. More than the connections that a gateway takes. */
export const CHANNELS_MAX = 32_768;

/**
 * Signals kept of a channel, the newest. What a subscriber missed beyond them is lost, and seen by it as a jump of the
 * number. A lost master is replaced in some seconds; a channel of control has a few signals a second at most.
 */
export const SIGNALS_KEPT = 128;

/** ms that a channel's signals are kept after the last one; then the channel is forgotten and counts from 1 again. */
export const SIGNAL_KEEP_MS = 300_000;

/** Identities of signals that a subscriber remembers, to give none twice: all that can be kept, twice over. */
export const SIGNALS_REMEMBERED = 2 * SIGNALS_KEPT;
