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
export const SIGNALS_KEPT = 64;

/** ms that a channel's signals are kept after the last one; then the channel is forgotten and counts from 1 again. */
export const SIGNAL_KEEP_MS = 300_000;

/** Identities of signals that a subscriber remembers, to give none twice: all that can be kept, twice over. */
export const SIGNALS_REMEMBERED = 2 * SIGNALS_KEPT;

/**
 * ms between two probes of each partition that has a subscription: a message of our own that has to come back by the
 * subscriber's connection, and a look at the channels' numbers. A dead subscriber is found after this and PROBE_LATE_MS.
 */
export const PROBE_INTERVAL_MS = 500;

/** ms a probe may take to come back. Past it the connection is given up and made anew. */
export const PROBE_LATE_MS = 1_000;

/** ms until a subscriber's connection must stand, and reply to a subscription. Past it, it is given up and tried anew. */
export const LINK_TIMEOUT_MS = 500;

/** ms between two tries to subscribe a partition whose shard is away. */
export const RELINK_DELAY_MS = 50;

/** Channels of one SSUBSCRIBE, and of one look at their numbers: Redis does nothing else meanwhile. */
export const CHANNELS_PER_CALL = 256;

/** Channels whose kept signals are read at once. A reply is SIGNALS_KEPT * PAYLOAD_BYTES_MAX at most, and small as a rule. */
export const READS_AT_ONCE = 16;

/**
 * ms after which a signal is looked for in the store again, and put back if a failover lost it: a master that acknowledged
 * it and died before its replica had it. Replication lags by milliseconds; while a failover lasts, the look waits.
 */
export const CONFIRM_AFTER_MS = 1_000;

/** Signals that wait to be confirmed. Past it the oldest are not looked for again: each has some kB at most. */
export const CONFIRMS_MAX = 1_024;

/** Partitions of the channels, spread evenly over the slots: the channels of one share a shard and a probe. */
export const PARTITIONS = 24;

/** ms a subscription waits for the store before it rejects with `unavailable`, as calls of market state do. */
export const SUBSCRIBE_TIMEOUT_MS = 5_000;
