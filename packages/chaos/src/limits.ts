/** ms that a stopped process stays stopped, drawn between these. */
export const STOPPED_MS = [3_000, 8_000] as const;

/** ms that a network stays cut: longer than any time-out of ours, shorter than Kafka's and Redis's memory of a peer. */
export const CUT_MS = [4_000, 9_000] as const;

/** MiB of the disk that stores get where one may be filled: enough for all that a run of the longest time writes. */
export const SMALL_DISK_MIB = 96;

/** ms that it is full. */
export const DISK_FULL_MS = [8_000, 15_000] as const;

/** ms that a process's wall clock is an hour ahead. */
export const CLOCK_WRONG_MS = [6_000, 12_000] as const;

/** ms that a venue sends nothing: below the 25 s after which it counts as dead, and above the 5 s after which data is stale. */
export const VENUE_STALL_MS = [6_000, 12_000] as const;

/** ms between the two faults of a pair, at most. */
export const PAIR_APART_MS_MAX = 1_500;

/** ms of undisturbed running before the first fault, and after each until the next. */
export const WARM_UP_MS = 4_000;
export const SETTLE_MS = [1_500, 5_000] as const;

/** A client that waited longer than this for a trade, from the venue's sending on, was not served meanwhile. */
export const SERVED_WITHIN_MS = 1_000;

/** ms without a trade of a symbol after which a client counts as unserved while the run goes on. Trades come 4 a second. */
export const SILENT_MS = 3_000;

/** ms until all are served again, after the fault was healed. Past it the run goes on, and the fault's row says so. */
export const RECOVERY_MS_MAX = 90_000;

/** ms until everything that the venue sent has arrived, in the end; what has not by then is lost. */
export const DRAIN_MS_MAX = 25_000;

/**
 * Minutes that a run may last: `md.updates` is kept for 15 and is read in the end. Past it the options are refused: longer runs
 * are several, with a seed each.
 */
export const MINUTES_MAX = 12;

/** Findings told in full of each place and kind; all are counted. */
export const EXAMPLES_MAX = 3;

/** Lines of the services' logs told when something was found. */
export const LOG_LINES_MAX = 200;

/** Frames a second of each symbol, in the mean. */
export const FRAMES_PER_SECOND = 14;

export const PARTITIONS = 4;
