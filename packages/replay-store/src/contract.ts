/** Values that follow each other in one partition, appended at one time. */
export interface RecordBatch {
  partition: number;
  /** Of the first value; the others follow without a hole. A safe integer from 0 on, chosen by the owner. */
  offset: number;
  /** Unix ms; what age is counted from. */
  appendedAtMs: number;
  values: readonly Uint8Array[];
}

export interface StoredRecord {
  offset: number;
  appendedAtMs: number;
  value: Uint8Array;
}

/** Offsets of one partition. `first` ≤ `oldest` ≤ `next`. */
export interface RecordBounds {
  /** The lowest that can be read. */
  first: number;
  /** The lowest from which nothing is missing up to `next`. Above `first` where there is a hole in between. */
  oldest: number;
  /** One past the highest. */
  next: number;
}

export interface RecordStoreOptions {
  /** A folder of its own. It is made; one process at a time has it open. */
  path: string;
  /** Of all partitions on disk, index included. Past it the oldest go, an eighth at a time. */
  bytesMax: number;
  /**
   * A value goes when it is this much older than the newest of the store, by their `appendedAtMs`, and has been here as long
   * by a clock that does not jump; a quarter of it later at most.
   */
  ageMsMax: number;
  /**
   * Names what is kept (a topic's generation, a source). What another identity left is thrown away at open: its offsets
   * mean something else. Default ''.
   */
  identity?: string;
  logger?: RecordStoreLogger;
  /** Monotonic, in ms; default the process's. */
  nowMs?: () => number;
}

/** What the store tells of itself: few lines, none a record. */
export interface RecordStoreLogger {
  info(event: Record<string, unknown>): void;
  warn(event: Record<string, unknown>): void;
}

/**
 * Records of numbered partitions on this machine's disk: the last ones, bounded in bytes and age. What it holds outlives a
 * kill of the process (not a loss of power: nothing is synced). It never throws away what is within both bounds, except what
 * it finds broken: then there is a hole, told by `bounds` and by the offsets that `read` gives, counted and logged.
 *
 * A store that can't be written (disk full, disk broken, folder gone) rejects appends with `RecordStoreError` and never
 * harms its owner otherwise: what was written before is still read, and appending is tried anew when it is called again, at
 * most once a second. What was rejected is not there: the owner decides whether to give it again, to go on behind a hole,
 * or to do without.
 */
export interface RecordStore {
  /**
   * Resolves when all values are written. Batches of one call are written together, up to a megabyte at once: one call
   * with many batches costs little more than one with a single batch. Calls are done in the order they were made. A batch
   * may begin past `next`: then there is a hole. Offsets below `next` are passed over: a record never changes, and one that
   * was rejected is given again as it was or not at all, for a part of it may have been written.
   */
  append(batches: readonly RecordBatch[]): Promise<void>;
  /**
   * Values at `from` or later, oldest first, of at most `bytesMax` bytes, but at least one where there is one. [] at the
   * end. A jump in the offsets is a hole. What an `append` that has not resolved brings may be missing.
   */
  read(partition: number, from: number, bytesMax: number): Promise<StoredRecord[]>;
  /** Undefined where nothing is there and nothing was. Where all was trimmed or aged, all three are equal. */
  bounds(partition: number): RecordBounds | undefined;
  /** Partitions that `bounds` knows, ascending. */
  partitions(): number[];
  /**
   * Offsets below this are not needed any more: never given again, also after a restart. Their disk is given back when a
   * whole segment of the store is free.
   */
  trim(partition: number, below: number): Promise<void>;
  /** What was found at open was broken in part or whole, and that part was thrown away. The reason is in the log. */
  readonly rebuilt: boolean;
  /** On disk, of values and index: what is bounded by `bytesMax`. */
  readonly bytes: number;
  /** Since it was opened: appends that were rejected, and blocks of records that could not be read back. */
  readonly counts: { readonly rejected: number; readonly damaged: number };
  /** Waits for appends under way. */
  close(): Promise<void>;
}
