/** Bounds of the client, each with its unit, its reason and what happens when it is reached. */

/** Milliseconds: the longest wait before the first retry after a connection that had been good. */
export const RECONNECT_FIRST_MS_MAX = 1_000;

/** Milliseconds: the longest wait before any retry. The wait's bound doubles with each failure up to it. */
export const RECONNECT_MS_MAX = 30_000;

/**
 * Milliseconds after `hello` from which a connection counts as good: failures before are forgotten. Without it, a gateway
 * that accepts and closes at once would be asked again and again without a pause.
 */
export const STABLE_AFTER_MS = 5_000;

/** Milliseconds from the start of a connection to its `hello`. Over it: the connection is given up and tried again. */
export const CONNECT_MS_MAX = 10_000;

/** Heartbeat intervals without any frame after which the state is `stale`. */
export const STALE_AFTER_HEARTBEATS = 2;

/** Heartbeat intervals without any frame after which the connection is given up and a new one is made. */
export const DEAD_AFTER_HEARTBEATS = 3;

/** Requests that wait for an answer, while there is no connection too. Over it: the next is rejected (`too_many_requests`). */
export const REQUESTS_WAITING_MAX = 1_000;

/**
 * Requests sent and not answered yet. A gateway closes a client that sends many while it works on one; more wait here for
 * an answer to come.
 */
export const REQUESTS_IN_FLIGHT_MAX = 32;

/**
 * Symbols, and pairs of symbol and channel, in one message that the client makes itself, where `hello` names no lower limit
 * (`symbols_per_message`, `pairs_per_message`). More become several messages.
 */
export const SYMBOLS_PER_MESSAGE = 500;
export const PAIRS_PER_MESSAGE = 2_000;

/** Milliseconds before a subscription that failed for a time (`unavailable`, `internal`) is asked for again, where the answer does not say when. */
export const RESUBSCRIBE_AFTER_MS = 2_000;

/**
 * Positions in one `resume`, where `hello` names no lower bound (`pairs_per_message`): a position is some 80 bytes, and a gateway
 * reads messages of 256 KiB. More become several messages.
 */
export const POSITIONS_PER_MESSAGE = 1_000;

/** Milliseconds from a `resume` to its answer. Over it: the connection is given up for a new one. */
export const RESUME_ANSWER_MS_MAX = 10_000;

/**
 * Times that one `resume` is sent where the gateway answers that it can't now: for most of a minute, as too many clients come back
 * at once, and trades are kept for minutes. Past it: what it named is subscribed, and trades in between are told missing.
 */
export const RESUME_TRIES_MAX = 30;

/** Milliseconds before it is sent again where the answer does not say when: doubled after each up to the second, and up to as long again at random. */
export const RESUME_AGAIN_MS = 250;
export const RESUME_AGAIN_MS_MAX = 2_000;

/** Milliseconds over which clients that are told to move together spread their connecting; a quarter of what is left where that is less. */
export const MOVE_SPREAD_MS_MAX = 1_000;

/** Milliseconds that a program's token source may take. Over it: `authFailed`, and it is asked again after a wait. */
export const TOKEN_MS_MAX = 10_000;

/** Milliseconds from `auth` to its answer. Over it: a first login gives the connection up, a renewal is tried again. */
export const AUTH_ANSWER_MS_MAX = 10_000;

/** Milliseconds over which clients spread the renewal of tokens that expire together; half of what is left where that is less. */
export const RENEW_SPREAD_MS_MAX = 20_000;

/** Milliseconds: the longest wait after a first failed renewal; it doubles with each failure up to the second, until the token expires. */
export const RENEW_RETRY_FIRST_MS_MAX = 1_000;
export const RENEW_RETRY_MS_MAX = 10_000;

/** Characters of a text of others (the gateway's, a token source's error) in an event. The rest is cut off. */
export const TOKEN_TEXT_CHARACTERS_MAX = 300;

/**
 * Bytes of one frame when unpacked. The largest that a gateway sends are the answers and snapshots of a message that asks for
 * as much as it may, some 4 MB. Over it: the frame can't be read, and the connection is given up for a new one.
 */
export const FRAME_BYTES_MAX = 16 * 1024 * 1024;
