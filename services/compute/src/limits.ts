/**
 * Bounds of compute: unit in the name, reason beside it, and what happens when it is reached.
 */

/** Updates folded and not yet taken by a flush, all partitions together. About 2 MB encoded, 20 ms of encoding. Policy: the reader waits. */
export const PENDING_UPDATES_MAX = 16_384;

/**
 * Estimated bytes of one UpdateBatch record. Kafka's `message.max.bytes` (1 MiB) holds for what one send carries of a
 * partition; half of it leaves room for what the estimate misses. Policy: the batch is split, a send each.
 */
export const RECORD_BYTES_MAX = 512 * 1024;

/** Ticks folded before the reader looks at the time and the queue. Policy: goes on, yields to the event loop, or waits. */
export const FOLD_SLICE_TICKS = 128;
/** Milliseconds of folding in one turn of the event loop, so that flushes and heartbeats leave in time. Policy: yields. */
export const FOLD_SLICE_MS = 4;

/**
 * Milliseconds a flush may add for serialising changed instruments. At least one instrument goes each time. Policy: the
 * rest is taken with the next flush; each instrument's record says up to which tick it stands.
 */
export const CAPTURE_SLICE_MS = 2;

/** Instruments of one partition: an equity market has some 12,000 over 24 partitions. Policy: ticks of a further one are rejected and counted. */
export const INSTRUMENTS_MAX = 50_000;

/** Sources (venue and ingest session) remembered in one partition; each restart of an ingest makes one. Policy: the one silent longest is forgotten and counted. */
export const SOURCES_MAX = 256;

/** Final bars of one partition not yet written while the store is away: five hours of 1,000 instruments. Policy: the oldest is dropped, counted and logged. */
export const BARS_UNWRITTEN_MAX = 300_000;

/**
 * Serialising takes at most one part in so many of a worker's time: where many full books change, checkpoints become
 * rarer than the interval, never more than CHECKPOINT_PAUSE_MAX_MS apart for this. Policy: a takeover then replays more.
 */
export const CAPTURE_TIME_DIVISOR = 10;
export const CHECKPOINT_PAUSE_MAX_MS = 30_000;

/** How often due checkpoints are looked for, milliseconds. Bounds how early or late one is; nothing else depends on it. */
export const CHECKPOINT_SCAN_MS = 50;
/** Pause after a checkpoint that the store did not take, doubling from the first to the second, milliseconds. Policy: retried for ever, with the newest state. */
export const CHECKPOINT_RETRY_MS: readonly [number, number] = [250, 4_000];

/** Failed checkpoints of a partition of which the store may still have one. Policy: the oldest is forgotten; found there after all, the partition is restored from it. */
export const ATTEMPTS_KEPT = 32;

/** Pause between attempts to restore a partition while the store or the log is away, doubling, milliseconds. Policy: retried until the partition leaves. */
export const RESTORE_RETRY_MS: readonly [number, number] = [50, 1_000];

/** Milliseconds an orderly stop waits for the last flush. Policy: what is left is folded again by the next owner. */
export const STOP_FLUSH_MS = 5_000;
/** Milliseconds an orderly stop waits for the last checkpoints. Policy: the next owner replays from the one before. */
export const STOP_CHECKPOINT_MS = 4_000;

/** Log lines of one kind (corrupt tick, hole in a source) in a partition's life here. Policy: then every LOG_EVERY-th only; all are counted. */
export const LOG_LINES_MAX = 10;
export const LOG_EVERY = 1_000;

/** Milliseconds a partition's state is kept after the group took it away: a rebalance gives it back within the rebalance timeout (5 s). Policy: then it is restored from its checkpoint. */
export const PARKED_MS = 10_000;

/** Instruments restored in one turn of the event loop, so that other partitions go on. About 4 ms. */
export const RESTORE_SLICE = 32;

/** Milliseconds without an answer of the log or the store after which their circuit is told to be open. A failover takes less. Policy: none, each is asked again at its own pace. */
export const CALL_LATE_MS = 3_000;
