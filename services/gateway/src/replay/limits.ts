/** Bounds of the replay window beyond those of `GatewayLimits` (`replayWindowMs`, `replayWindowBytes`). */
export interface ReplayLimits {
  /**
   * With a data folder: raw records on disk, of all partitions. 5 minutes of 47,000 updates a second, of 76 bytes each there. Past
   * it the oldest go, an eighth at a time.
   */
  readonly storeBytes: number;
  /** With a data folder: raw records in memory beside it, for instruments that join. Seconds of checkpoints fit many times. */
  readonly memoryBytes: number;
  /** Records are gathered for so long, or until there are so many bytes of them, and then written together. */
  readonly storeFlushMs: number;
  readonly storeFlushBytes: number;
  /**
   * Records that wait for the disk; of a gateway with threads those of each, in memory that all share. Past it they are not written:
   * what is on disk from before is lost for replays.
   */
  readonly storeWaitingBytes: number;
  /**
   * Records noted as holding trades of an instrument, eight bytes each, of all partitions, by each thread. Past it the oldest are
   * forgotten: replays reach less far back. 20,000 updates a second note 730,000.
   */
  readonly noted: number;
  /** Trades of one answer of the history: decoding them takes some ms. */
  readonly tradesAtOnce: number;
  /** Records that are indexed in one go when a window is filled behind its gateway's back: some ms of the loop. */
  readonly recordsAtOnce: number;
}

const MIB = 1024 * 1024;

export const REPLAY_LIMITS: ReplayLimits = Object.freeze({
  storeBytes: 1_024 * MIB,
  memoryBytes: 64 * MIB,
  storeFlushMs: 250,
  storeFlushBytes: MIB,
  storeWaitingBytes: 16 * MIB,
  noted: 4_000_000,
  tradesAtOnce: 1_000,
  recordsAtOnce: 500,
});
