/** Bounds of the recordings reader and the venue server: value with unit, why, and what happens when it is reached. */
export const limits = {
  /** A recording is held decompressed in memory, so that exact play is a lookup. Past it: `RecordingError` 'too_large'. */
  recordingBytesMax: 512 * 1024 * 1024,
  /** Malformed lines of a recording kept as examples; further ones are only counted. */
  malformedSamplesMax: 20,
  /** First characters of a malformed line kept as its example. */
  malformedSampleChars: 80,

  /** The venue's documented bound. A request that would pass it closes the connection with 1008. */
  streamsPerConnectionMax: 1024,
  /** The venue's documented bound on pings, unsolicited pongs and requests. The next one closes with 1008. */
  incomingMessagesPerSecondMax: 5,
  /** 1,024 stream names of 40 characters fit twice. Past it the connection is closed with 1009. */
  requestBytesMax: 96 * 1024,
  /** Connections at once: a replay serves a few ingests and tests. Past it the upgrade is refused with 503. */
  connectionsMax: 256,
  /** A ping unanswered for this long ends the connection (documented: one minute). */
  pongTimeoutMs: 60_000,
  /**
   * Pings on their way to a client. `ws` ends a connection at 60 answers that it can't send at once, so at speed `max` the play
   * waits here, and at a set speed a clock's ping is left out: the next one carries a later time.
   */
  unansweredPingsMax: 32,
  /**
   * At a set speed: recorded ms between two pings while more than so many wait for an answer. 32 of them then reach over
   * 138 s of recorded time, and no frame is more than 8 s ahead of the clock before it: from 10 s on a fold takes a time for
   * one of the future.
   */
  clockSpacingMs: [
    { above: 16, spacingMs: 8_000 },
    { above: 8, spacingMs: 1_000 },
  ],
  /** While recorded time stands still a ping goes out this often (documented: every 20 s). */
  standingPingIntervalMs: 20_000,

  /** Recorded time between two clock pings. */
  clockIntervalMs: 250,
  /**
   * At speed `max`: clock pings in a row without a frame between, 3 s of recorded time, which is past the grace after which a
   * bar is final. Then the clock goes to the next frame at once: a night of pings would take minutes.
   */
  clocksInARowMaxSpeed: 12,
  /** Frames handed to the sockets in one loop turn: bounds how long a burst keeps requests waiting (about 2 ms). */
  framesPerTurnMax: 512,
  /** At speed `max`: bytes waiting for one client at which play waits for it. */
  maxSpeedBufferedBytes: 256 * 1024,
  /** At a set speed the play waits for nobody; a client this far behind is closed with 1008. */
  bufferedBytesMax: 64 * 1024 * 1024,
  /** Where no file has anything for longer than this, play skips ahead; silence inside a file is kept. */
  gapBetweenFilesMs: 60_000,
  /** Copies of symbols under other names. */
  clonesMax: 1000,

  /** iTick's documented bound, counted by symbol whatever its types. A subscribe that would pass it is refused whole. */
  itickSymbolsPerConnectionMax: 500,
  /** iTick's documented bound: longer without a JSON ping ends the connection. */
  itickPingTimeoutMs: 60_000,
  /** Replies that wait for the end of a stall. A client that asks for more is cut. */
  stalledRepliesMax: 1000,

  /** Levels a side of a depth snapshot, as the venue documents them. More is answered with the most. */
  snapshotLevelsDefault: 100,
  snapshotLevelsMax: 5000,
  /** Trades of one answer, as the venue documents them. More is answered with the most. */
  tradesDefault: 500,
  tradesMax: 1000,
  /** Symbols named in one exchangeInfo request. Past it: 400. */
  exchangeInfoSymbolsMax: 2000,
  /** Body of a request to the admin port. Past it: 413. */
  adminBodyBytesMax: 64 * 1024,
  /** Faults waiting or at work. Past it: 400. */
  faultsMax: 1000,
  /** Frames that one reorder fault may hold back. Past it: 400. */
  reorderFramesMax: 1000,
  /** The longest stall or REST delay. Past it: 400. */
  faultDelayMsMax: 600_000,
} as const;
