/** Every bound of ingest: unit, why this much, and what happens when it is reached. */
export const LIMITS = {
  /** ms. A flush waits so long for company, and begins so long after the one before: a request costs the same for 1 tick or 500. */
  lingerMs: 3,
  /** Records of one partition in one flush. More wait for the next flush. */
  flushRecordsMax: 4_000,
  /** Bytes of one partition in one flush: half of Kafka's 1 MiB a batch, so that headers and a bad compression fit. More wait. */
  flushBytesMax: 512 * 1024,
  /** Bytes taken and not yet acknowledged. Reached: venue sockets are not read until half is gone (the venue's buffer, then its cut, then a reported gap). */
  bufferBytesMax: 64 * 1024 * 1024,
  /** Share of `bufferBytesMax` at which reading goes on. */
  bufferResumeShare: 0.5,
  /** ms that a send may take before ticks go to disk. A broker's failover takes 2 to 3 s; less than this is a slow flush. */
  spoolAfterMs: 1_000,
  /** ms for which ticks on their way to disk wait for company: what a kill loses, where the venue does not give it again. */
  spoolLingerMs: 20,
  /** ms before a disk that is full, or could not be written, is tried again. */
  spoolRetryMs: 1_000,
  /** Bytes on disk: two hours of 1,000 ticks a second. Reached: ticks stay in memory, and then the venue is not read (`bufferBytesMax`). */
  spoolBytesMax: 1024 * 1024 * 1024,
  /** ms of ticks on disk: what md.ticks keeps, too. Reached: as above. */
  spoolAgeMsMax: 3_600_000,
  /** ms. A stop waits so long for the log to take what was read; then it says how many ticks were not. */
  stopFlushMsMax: 8_000,

  /** Bytes of one venue frame (the largest recorded is 35 kB). Larger: refused, counted, logged; a book heals through its own numbers. */
  frameBytesMax: 1024 * 1024,
  /** Bytes of one WebSocket message that is read into memory at all. Larger: the connection is closed and made anew. */
  messageBytesMax: 8 * 1024 * 1024,
  /** Bytes of a bad frame that the log line shows. */
  badFrameLogBytes: 200,
  /** ms between two log lines of one kind of fault; those between are counted into the next. */
  faultLogEveryMs: 10_000,

  /** ms, least ceiling of the wait before a reconnect; doubles each time, full jitter below it. */
  reconnectBaseMs: 250,
  /** ms, highest ceiling of that wait. */
  reconnectCapMs: 30_000,
  /** ms that a connection lives before the ceiling starts low again: a venue may accept first and refuse then. */
  reconnectProvenMs: 10_000,
  /** ms for TCP, TLS and upgrade. Longer: given up, next try. */
  connectMsMax: 10_000,
  /** ms of silence after which we send a ping of our own: who lives answers it. */
  silencePingMs: 15_000,
  /** ms of silence after which a connection is dead and made anew. */
  silenceDeadMs: 25_000,

  /** ms from the open connection to the answer to the key (iTick's clients wait 10 to 15 s). Longer: made anew. */
  authMsMax: 15_000,
  /** ms for the answer to one subscribe. Longer: the connection is made anew. */
  subscribeMsMax: 10_000,
  /** ms before a subscribe is sent again that the venue could not resolve. */
  unresolvedWaitMs: 1_000,
  /** ms between the pings that iTick wants in JSON: it ends a connection after 60 s without one. */
  venuePingMs: 30_000,
  /** ms for the answer to one. Longer: the connection is dead and made anew. */
  venuePongMsMax: 10_000,
  /** ms before a connection is tried again whose key or number the venue refused for the first time: it may still count one that is gone. */
  refusedFirstWaitMs: 30_000,
  /** ms before it is tried again after that: the venue would refuse again, and may block the key. */
  refusedWaitMs: 300_000,
  /** ms below which a connection that the venue ended was not wanted; three in a row wait for `shortLivedWaitMs`. */
  shortLivedMs: 10_000,
  shortLivedWaitMs: 60_000,
  /** ms without a trade of a symbol on both connections after which none is on its way: it may change connections then. */
  handoverQuietMs: 1_000,
  /** ms in which a symbol must have found the place where two connections agree. Longer: it changes all the same, and says so. */
  handoverMsMax: 30_000,
  /** Trades of one symbol kept of each of the two connections meanwhile. More: the oldest go. */
  handoverTradesMax: 512,

  /** ms for one REST reply, whole. Longer: given up, retried. */
  restMsMax: 10_000,
  /** Bytes of one REST reply (all of exchangeInfo is about 15 MB). Longer: given up. */
  restBytesMax: 64 * 1024 * 1024,
  /** ms, base and cap of the wait before a REST call is tried again; full jitter below the ceiling. */
  restRetryBaseMs: 250,
  restRetryCapMs: 30_000,
  /** REST calls in a row that got no answer, or 5xx: then the venue is asked by one call at a time. */
  restFailuresMax: 5,
  /** ms to the first such call; doubles with each that fails, up to the cap: far less than `fillMsMax`, within which missed trades are got. Others are told to wait so long. */
  restOpenMs: 500,
  restOpenMsMax: 4_000,
  /** ms without an answer of the log or the store after which their circuit is told to be open: a failover takes less. */
  callLateMs: 3_000,
  /** Depth snapshots asked for at the same time. Others wait in order. */
  snapshotsAtOnce: 4,
  /** Numbers (price or size) in all diffs that wait for a snapshot: 32 MB. Reached: the oldest diff of that book goes; its snapshot must be newer. */
  waitingDiffNumbersMax: 4_000_000,
  /** ms for which an old connection and its replacement carry the same streams at least: a venue's servers are not in step. */
  overlapMsMin: 1_000,
  /** ms after which the old one is let go, though it has not caught up; what it then owes is told as missing. */
  overlapMsMax: 30_000,
  /** Events of the new connection that may wait for the old one. More: the old one is let go at once. */
  overlapEventsMax: 20_000,
  /** ms before a connection is tried again that the venue refused for the address's sake (418 and 429 too many tries, 403 and 451 not from there). */
  refusedAddressWaitMs: 60_000,
  /** Ids by which a trade of a new connection may lie below the last one and still be a double. Further below: the venue counts anew. */
  tradeIdRewindMax: 1_000_000,

  /**
   * ms for which a lease on a venue is held when it is not renewed. With `leaseTryMs` it bounds how long nobody publishes after
   * a kill: 2.2 s. Shorter would move it in a failover of the store (2.3 s) even more often than not.
   */
  leaseTtlMs: 2_000,
  /** ms for one call about a lease: less than it lasts, so that an active one knows that the store is away when it has to. */
  leaseCallMsMax: 1_000,
  /** ms between two renewals: three may fail. */
  leaseRenewMs: 500,
  /** ms between two tries of a standby. */
  leaseTryMs: 200,
  /** Records of md.ticks that a takeover reads at most, all partitions. More lie after compute's checkpoint: quiet instruments then begin at their next trade. */
  endRecordsMax: 4_000_000,
  /** Trades of one instrument without ids that it keeps of them, to find where a connection follows the log. Older ones go. */
  endTradesMax: 512,
  /** ms of trades that a standby keeps: longer than the lease and reading the log's end. Older ones are the log's, or the venue is asked. */
  heldMs: 10_000,
  /** Trades of one instrument kept by a standby. Older ones go, as above. */
  heldTradesMax: 50_000,
  /** ms in which the venue must have given the trades that were missed. What it has not given then is told as missing. */
  fillMsMax: 15_000,
  /** Trades that are asked for in one hole: 100 calls. The oldest of a longer one are told as missing. */
  fillTradesMax: 100_000,
  /** Trades that may wait for an older hole to be filled. More: it is told as missing. */
  fillWaitingMax: 50_000,
  /** Holes filled at the same time, of all instruments. Others wait in order. */
  fillsAtOnce: 4,
  /** ms after which an instrument that has not traded since a connection began is asked for what it traded before. */
  catchUpAfterMs: 2_000,

  /** Slots of 100 ms that the simulated market makes in one turn when it is behind: 20 times real time at 50 ms a turn. More come in the next turns. */
  simulatedSlotsPerTurn: 10,
} as const;

export type IngestLimits = Record<keyof typeof LIMITS, number>;

/** Throws where bounds contradict each other; called once at start. */
export function checkLimits(limits: IngestLimits): void {
  const rules: [boolean, string][] = [
    [limits.frameBytesMax <= limits.messageBytesMax, 'frameBytesMax must not exceed messageBytesMax'],
    [limits.flushBytesMax < limits.bufferBytesMax, 'flushBytesMax must be below bufferBytesMax'],
    [limits.silencePingMs < limits.silenceDeadMs, 'silencePingMs must be below silenceDeadMs'],
    [limits.refusedFirstWaitMs <= limits.refusedWaitMs, 'refusedFirstWaitMs must not exceed refusedWaitMs'],
    [limits.flushBytesMax < limits.spoolBytesMax, 'flushBytesMax must be below spoolBytesMax'],
    [limits.leaseRenewMs * 2 < limits.leaseTtlMs, 'leaseRenewMs must be below half of leaseTtlMs'],
    [limits.leaseCallMsMax < limits.leaseTtlMs, 'leaseCallMsMax must be below leaseTtlMs'],
    [limits.leaseTtlMs < limits.heldMs, 'leaseTtlMs must be below heldMs'],
    [limits.overlapMsMin < limits.overlapMsMax, 'overlapMsMin must be below overlapMsMax'],
    [limits.reconnectBaseMs <= limits.reconnectCapMs, 'reconnectBaseMs must not exceed reconnectCapMs'],
    [limits.bufferResumeShare > 0 && limits.bufferResumeShare < 1, 'bufferResumeShare must lie between 0 and 1'],
  ];
  const broken = rules.filter(([holds]) => !holds).map(([, text]) => text);
  if (broken.length > 0) throw new Error(`limits of ingest contradict each other: ${broken.join('; ')}`);
}
