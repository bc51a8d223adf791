/** The two topics of the log. `md.meta` (compacted) holds the generation and is this package's own. */
export type Topic = 'md.ticks' | 'md.updates';

export interface LogRecord {
  /** Position in the partition; contiguous within it. */
  offset: number;
  key: Uint8Array | undefined;
  value: Uint8Array;
  /** Unix ms at which the log appended it. */
  appendedAtMs: number;
}

export interface PartitionBatch {
  partition: number;
  records: readonly { key: Uint8Array | undefined; value: Uint8Array }[];
}

/**
 * Writes to one topic. Guarantee: when `send` resolves, every record of every batch is acknowledged by all in-sync
 * replicas, in the order given within a partition; nothing of it is missing. A record may be written twice (after a
 * time-out that was written all the same): readers drop doubles by the numbers inside. `send` retries by itself until
 * it succeeds or the producer is closed; it rejects only with `TickLogError`. One `send` at a time: the caller batches.
 */
export interface LogProducer {
  /** Returns the offset of each batch's first record, by partition. */
  send(batches: readonly PartitionBatch[]): Promise<Map<number, number>>;
  close(): Promise<void>;
}

/** The log no longer has from..to (exclusive): retention took it before it was read. Reading goes on at `to`. */
export interface LogGap {
  partition: number;
  from: number;
  to: number;
}

export interface ReaderOptions {
  topic: Topic;
  /** Where each partition starts: an offset, or the oldest or the end of what is there. An offset below the oldest is a gap. */
  from: (partition: number) => number | 'earliest' | 'end';
  /**
   * Records of one partition in order, without a hole but for those told to `onGap`. The next call for the partition
   * waits for the returned promise. `end` is the partition's end as the log told with this fetch (next offset to be written).
   */
  onRecords: (partition: number, records: readonly LogRecord[], end: number) => void | Promise<void>;
  onGap: (gap: LogGap) => void;
  /** Called when a fetch finds nothing new, too: the reader is at `end`. */
  onEnd?: (partition: number, end: number) => void;
}

/** Reads all partitions by its own positions, in no group. A lost broker is waited out; positions are never lost. */
export interface LogReader {
  /** Next offset to be read. */
  position(partition: number): number;
  close(): Promise<void>;
}

export interface GroupReaderOptions {
  topic: Topic;
  groupId: string;
  /**
   * The partition came to this member: resolves with the offset to start at. At a rebalance a partition that stays may go
   * on without a question, or be taken away and come again. Nothing of the partition is delivered before. Positions are
   * the caller's: the group's committed offsets are not used.
   */
  onAssigned: (partition: number) => Promise<number | 'earliest'>;
  /** The partition left this member: nothing of it is delivered after this call. */
  onRevoked: (partition: number) => void;
  onRecords: (partition: number, records: readonly LogRecord[], end: number) => void | Promise<void>;
  onGap: (gap: LogGap) => void;
  /**
   * The name of a member that is known to have ended: it is taken out before this one joins, so that its partitions need not
   * wait until its session is over. One that lives after all joins again, as after a session that it let lapse.
   */
  succeeds?: string | undefined;
  /** This member's name, whenever it gets one. What a driver without sessions never tells. */
  onMember?: ((name: string) => void) | undefined;
}

/** Reads as one member of a group: each partition goes to exactly one live member. */
export interface GroupReader {
  /** The group has dealt and this is a member: `assigned` is its part, which is nothing where members outnumber partitions. */
  joined(): boolean;
  assigned(): number[];
  /** Asks `onAssigned` again for a partition held by this member, and goes on from what it answers. */
  restart(partition: number): void;
  close(): Promise<void>;
}

/** The log of all ticks and updates. One conformance suite runs on both drivers (`kafka`, `memory`). */
export interface TickLog {
  /** Of each topic; fixed when the topics were made. */
  readonly partitions: number;
  /** Names this pair of topics for ever: another pair has another. First part of every epoch. */
  readonly generation: string;
  producer(topic: Topic): Promise<LogProducer>;
  read(options: ReaderOptions): Promise<LogReader>;
  join(options: GroupReaderOptions): Promise<GroupReader>;
  /** Oldest and next offset of each partition. */
  offsets(topic: Topic): Promise<{ oldest: number; end: number }[]>;
  /** Of each partition the first offset that was appended at that Unix ms or later; the end where there is none. */
  offsetsAt(topic: Topic, atMs: number): Promise<number[]>;
  /** Resolves with why the log can't go on (programming or configuration error); never on an outage. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}
