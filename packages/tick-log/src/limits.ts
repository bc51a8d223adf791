/** Every bound of the log: unit in the name, why it has this value, what happens when it is reached. */
export const LIMITS = {
  /** Key and value of one record. Kafka takes 1 MiB a batch, and a batch holds at least one record. More is refused: `record_too_large`. */
  recordBytesMax: 1_000_000,
  /** Uncompressed records of one partition in one batch, under Kafka's `message.max.bytes`. More is sent as several batches, one after the other. */
  batchBytesMax: 1_000_000,

  /** Memory driver: records and their keys of one topic. Past it the oldest go, as with retention by time; see `memoryReaderWaitMs`. */
  memoryTopicBytesMax: 256 * 1024 * 1024,
  /** Memory driver: so long a `send` waits for readers that have not read what it would push out; then they are told a gap. */
  memoryReaderWaitMs: 5_000,
  /** Memory driver: records a call, so that a reader that catches up leaves the loop to others between calls. */
  memoryDeliveryRecordsMax: 1_000,

  /**
   * Records given to another thread that its handlers have not taken. Past it nothing more is read for any thread until it
   * has caught up: they share one reader. Four fetches, so that a thread that collects garbage holds nobody up.
   */
  sharedUnhandledBytesMax: 8 * 1024 * 1024,
  /** Between two looks whether it has. */
  sharedRoomPollMs: 5,

  /** One fetch answer. Decoding it blocks the loop for a few ms. A batch that is larger comes whole, alone. */
  fetchBytesMax: 2 * 1024 * 1024,
  /** One partition's part of a fetch answer, so that a partition far behind leaves room for the others. */
  fetchPartitionBytesMax: 512 * 1024,
  /** Records fetched and not yet handed over, a partition. Past it the partition is not fetched until its handler has caught up. */
  queueBytesMax: 1024 * 1024,
  /**
   * Least time between the starts of two fetches from one broker. A broker's and a reader's cost is a cost a request: answers
   * to a steady flow otherwise come one record at a time. A record that comes after a silence does not wait.
   */
  fetchSpacingMs: 5,
  /** So long the broker holds a fetch for which it has nothing: the longest a new or resumed partition waits for its first fetch. */
  fetchWaitMs: 100,

  /** Connecting, and the first question on a connection. A hung broker accepts connections and answers nothing. */
  connectDeadlineMs: 1_000,
  /** Any request that the broker answers at once. Past it the connection is given up and another broker asked. */
  requestDeadlineMs: 2_000,
  /** The broker's own bound for getting a batch to all in-sync replicas; it then says so, and the batch is sent again. */
  produceReplicationMs: 2_200,
  /** The watchdog over a hung broker: past it the connection is given up and the batch sent again to the leader of then. */
  produceDeadlineMs: 2_500,
  /** A second broker is asked for metadata when the first has not answered by then. */
  metadataHedgeMs: 250,
  /**
   * First and longest pause between tries. Tries go on until success or close: an outage is waited out. The longest is a part of
   * what each failover takes, and four questions a second from each loop cost brokers nothing.
   */
  retryMinMs: 20,
  retryMaxMs: 250,
  /** Opening the log, with topics made where missing; past it `unreachable`. */
  openDeadlineMs: 30_000,

  /**
   * A member whose heartbeats stop is expelled after this: most of what a takeover takes after a crash. A member that only
   * paused so long loses nothing but the time. Needs brokers whose `group.min.session.timeout.ms` is not above it.
   */
  sessionTimeoutMs: 2_500,
  /** Asked for instead where the brokers refuse that: the least of Kafka as it comes. */
  sessionTimeoutFallbackMs: 6_000,
  /** A member learns of a rebalance by its next heartbeat, so this bounds a takeover after an orderly leave. */
  heartbeatMs: 400,
  /** So long the others wait for a member that has not joined again. */
  rebalanceTimeoutMs: 5_000,
  /** A leave that is not answered: the group finds out by the session. */
  leaveDeadlineMs: 1_000,
} as const;
