import { TOKEN_LENGTH_MAX } from '@tapecast/access';
import type { DegradationLimits } from './degrade/degradation.ts';
import { DEGRADATION_LIMITS } from './degrade/limits.ts';

/**
 * Every bound of the gateway: value, unit, why it is this much, and what happens past it. `limitsDisagree` holds the
 * relations between them; tests and small machines may override single ones through `GatewayConfig.limits`.
 */
export interface GatewayLimits extends DegradationLimits {
  /**
   * Raw records of md.updates kept for joining clients, per process: time and bytes, shared evenly by the partitions.
   * Checkpoints are seconds apart, so a join needs seconds of it; 5 minutes is what a resume may ask for.
   * Past either: the oldest record goes, and an instrument whose snapshot is older waits as `pending`.
   */
  readonly replayWindowMs: number;
  readonly replayWindowBytes: number;
  /**
   * Records of each partition read before the checkpoint's position at start, so that a store that failed over and lost
   * its last checkpoints still gives snapshots that the window reaches back to.
   */
  readonly recordsBeforeCheckpoint: number;
  /**
   * ms of a loop turn for what was read of the log, its flush included. Past it: the rest is taken in the next turn, so that heartbeats,
   * handshakes and timers are not held up by a reader that is behind. A flush costs a write a client, so much less would only cost more.
   */
  readonly readTurnMs: number;
  /** Behind the log's end by more than this: not ready. */
  readonly behindMsMax: number;

  /** Tries to bring snapshot and log together before the clients are told `pending`; then again every `pendingRetryMs`. */
  readonly joinAttempts: number;
  readonly joinRetryMs: number;
  readonly pendingRetryMs: number;
  /** Store reads under way at once for joining instruments: a subscription to thousands must not flood the store. Past it: wait. */
  readonly joinsAtOnce: number;
  /** A subscribe is answered after this long even if some instruments are not there yet: they are told `pending`. */
  readonly joinAnswerMs: number;
  /** An instrument nobody holds any more is forgotten after this long: clients that reconnect find it warm. */
  readonly releaseLingerMs: number;
  /** A source's clock that stood this long makes its instruments `stale`. Clocks come once a second. */
  readonly clockStaleMs: number;
  /** Between two looks at the catalogue's version. */
  readonly cataloguePollMs: number;

  /** Connections of one process; 20,000 open files is the hard limit of common hosts. Past it: 503 in the handshake. */
  readonly connectionsMax: number;
  /** Calls of the store, or looks at the issuer's keys, that failed in a row: then they are refused at once. */
  readonly circuitFailuresMax: number;
  /** From then to the next try of one; doubled to the most while that fails. */
  readonly circuitOpenMs: number;
  readonly circuitOpenMsMax: number;

  /** Between two slots in which clients are told to move: each has its part of the rate. */
  readonly departureSlotMs: number;
  /**
   * From a `moving` notice to the close: a client makes a connection elsewhere, resumes there and lets go of this one. Past it:
   * closed as `drain` or `rebalance`.
   */
  readonly moveAfterMs: number;
  /**
   * A gateway whose cost (what it writes a second, and one for each connection) is above so many times the mean of all sends clients to
   * others; so does each one above the mean where another is below `balanceBelow` of it. Less than `balanceCostMin` above the mean: nobody moves.
   */
  readonly balanceAbove: number;
  readonly balanceBelow: number;
  readonly balanceCostMin: number;
  /** Between two looks at that: what moved must show in what all say. */
  readonly balanceRoundMs: number;
  /** Clients that are sent away a second for it. */
  readonly balancePerSecond: number;
  /** Who was sent away and comes back to the same gateway so soon is turned away once: 503, another is asked. */
  readonly balanceTurnAwayMs: number;
  /** Between two words to the other gateways, and how long each counts. */
  readonly fleetAnnounceMs: number;
  readonly fleetTtlMs: number;

  /**
   * Connections without a token yet, or whose token is being checked: each holds a socket for up to `authMs` and nobody
   * answers for it. Past it: the longest of them is closed as `overloaded` for one that comes, or, where that is younger than
   * `unadmittedGraceMs`, that one gets 503. So silent connections of some addresses keep nobody out, and a rush is not cut.
   */
  readonly unadmittedMax: number;
  /** Longer than a client needs to show its token and have it checked. */
  readonly unadmittedGraceMs: number;
  /** From connecting to a token that was taken. Past it: `unauthorized`, and closed as `badToken`. */
  readonly authMs: number;
  /** `auth` messages that may fail before one was taken. Past it: closed with the last one's code. */
  readonly authFailuresMax: number;
  /** A message of a client without a token: room for the longest token. Past it: as `messageBytesMax`. */
  readonly unadmittedMessageBytesMax: number;
  /**
   * Messages of such a client and their bytes, all together: its tries, and what it sends ahead while its token is checked.
   * They are read and kept for somebody of whom nothing is known, by up to `unadmittedMax` connections. Past it: closed as
   * `tooManyMessages`.
   */
  readonly unadmittedMessagesMax: number;
  readonly unadmittedBytesMax: number;
  /** `auth_expiring` is told so long before a token's `exp`. */
  readonly authExpiringMs: number;
  /** A client's message. Past it: answered `bad_request`, unread (parsing it would hold up every other client), and closed. */
  readonly messageBytesMax: number;
  /**
   * What uWebSockets.js accepts of one message before it cuts the connection without a word; above `messageBytesMax` so
   * that the usual mistakes (a whole catalogue in one subscribe) get an answer. All of it is held until the message is
   * whole, also of clients without a token, so it is not more.
   */
  readonly messageBytesCut: number;
  /** Symbols in one message. Past it: `too_many_symbols`, nothing of the message is done. */
  readonly symbolsPerMessageMax: number;
  /** (symbol, channel) pairs in one message: each is a line of the answer and a snapshot. Past it: `too_many_symbols`. */
  readonly pairsPerMessageMax: number;
  /** (symbol, channel) pairs of one connection. Past it: the result of each further pair is `too_many_symbols`. */
  readonly subscriptionsPerConnectionMax: number;
  /**
   * Messages that wait for their turn behind one that waits for the store, or until their client reads, and the bytes of their frames.
   * Past either: closed as `tooManyMessages`. A session of 10,000 streams comes back by five messages of 200 kB.
   */
  readonly messagesWaitingMax: number;
  readonly messagesWaitingBytesMax: number;
  /**
   * The same of all clients together: read they have up to eight times as much, in the heap. Past it: whoever has most is closed
   * as `tooManyMessages`.
   */
  readonly messagesWaitingBytesAllMax: number;
  /** Messages a client may send at once, and then a second. Past it: closed as `tooManyMessages`. */
  readonly messagesBurst: number;
  readonly messagesPerSecond: number;
  /**
   * (symbol, channel) pairs that a client may ask for at once, and then a second, by all its messages: each costs a
   * microsecond, its line of the answer and perhaps a snapshot. Four times all that a connection may hold. Past it: closed
   * as `tooManyMessages`.
   */
  readonly pairsBurst: number;
  readonly pairsPerSecond: number;
  /** Bytes a client may send at once, and then a second. Past it: closed as `tooManyMessages`. */
  readonly bytesBurst: number;
  readonly bytesPerSecond: number;
  /** Messages that can't be read or understood, in `badMessagesWindowMs`. Past it: closed as `badMessages`. */
  readonly badMessagesMax: number;
  readonly badMessagesWindowMs: number;

  /**
   * Bytes that a client has not read. Past `slowBytes`: it is merged, that is, told nothing but control messages until it
   * has read all but `caughtUpBytes`, then the newest state of each stream and the trades in between. So what waits for it
   * is no more than this and what comes between two looks. A fast client's queue is empty; one on a bad line has some 100 KiB.
   */
  readonly slowBytes: number;
  readonly caughtUpBytes: number;
  /**
   * Something is unread, and its socket took nothing of it for so long: merged, too, however little it is. Who does not read at
   * all costs no more for as long as it takes to fill the budget, and has no old prices to read when it is back.
   */
  readonly stalledMs: number;
  /** For so long a merged client may leave more than `caughtUpBytes` unread. Past it: closed as slow. */
  readonly slowMs: number;
  /** Past it at any time: closed as slow. The snapshots of the largest subscription (`pairsPerMessageMax`) fit. */
  readonly slowBytesMax: number;
  /**
   * A client that is slow again within `flapMs` stays merged for `flapHoldMs` at least, each time twice as long, up to
   * `flapHoldMsMax`: its catch-ups cost less than it would live.
   */
  readonly flapMs: number;
  readonly flapHoldMs: number;
  readonly flapHoldMsMax: number;
  /**
   * Streams that one client is brought to the present in at once; ms of a loop turn spent on such clients, and on those
   * that are to be merged. Past it: in the next turn.
   */
  readonly catchUpStreams: number;
  readonly catchUpTurnMs: number;
  /**
   * Streams that merged clients are away from, all together: where each was is kept, some 100 bytes. Past it: who would be
   * merged is closed as slow.
   */
  readonly awayStreamsMax: number;
  /**
   * Trades as they went out, kept for clients that are merged: time, and bytes of the process. 9 bytes a trade, 16 a
   * flush, and 600 for each 4 s of a stream. Past either: the oldest go, and who missed them is told a `hole`.
   */
  readonly toldTradesMs: number;
  readonly toldTradesBytes: number;
  /**
   * Positions of clients that are coming back, all together, until they are at the present: some 300 bytes each. Past it: a
   * resume is answered `unavailable`, to be sent again. One of any size is let in where there is no other.
   */
  readonly resumePositionsMax: number;
  /**
   * What sessions had whose clients come back by several messages, all together, some 150 bytes each stream, and for so long after the
   * latest of them. Past either: what the client names is brought back, and nothing else.
   */
  readonly owedStreamsMax: number;
  readonly owedMs: number;
  /**
   * A client may know more than a gateway that is behind, cut off from the log or hung. Equal epochs mean equal numbers, so it
   * waits until all of the log was read at a moment so long after it came: a log's own failover may hide its newest records for
   * as long. Past it, as of one that claims what never was: told that numbers begin anew.
   */
  readonly resumeAheadMs: number;
  /** A resume waits so long for older trades that a gateway which has just begun is reading. Past it: a hole. */
  readonly resumeFillMs: number;
  /** Reads of older trades under way at once. Past it: wait. */
  readonly replayReadsAtOnce: number;
  /** For such a read, from the end of any other on: one may wait for thousands of others. Past it: its trades are told to be lost. */
  readonly replayReadMs: number;
  /** Older trades are kept so long for others who ask for the same, and so many of them, some 300 bytes each. Past either: read again. */
  readonly sharedReplayMs: number;
  readonly sharedReplayTradesMax: number;
  /**
   * For what the store knows of a session that comes back, as long as its instruments may take: thousands who come together hold the loop up, and
   * its answer lies unread. Past it: it is a new one, and the client's positions count.
   */
  readonly sessionTakeMs: number;
  /**
   * Changes of sessions are gathered for so long, and so many are written at once, with so many streams of all together, 70 characters
   * each at most, and those of one session more. Past either: in the next write.
   */
  readonly sessionWriteMs: number;
  readonly sessionsPerWrite: number;
  readonly sessionStreamsPerWrite: number;
  /** After a write that failed. */
  readonly sessionRetryMs: number;
  /**
   * Sessions taken from another gateway are told to it together: gathered for so long, so many in one signal. Past either: told.
   */
  readonly sessionSignalMs: number;
  readonly sessionsPerSignal: number;
  /** A session is kept so long after its connection's end. */
  readonly resumeWindowMs: number;
  /**
   * The same while nobody says that it ended, so that the sessions of a gateway that was killed outlive it by the window; their
   * time begins anew every `sessionRenewMs`.
   */
  readonly sessionKeptMs: number;
  readonly sessionRenewMs: number;
  /**
   * Sessions that ended and wait to be written, and their streams, some 150 bytes each. Past either: the store forgets them after
   * `sessionKeptMs`, with no positions.
   */
  readonly endedSessionsMax: number;
  readonly endedStreamsMax: number;
  /** For the writes of all sessions that end with the gateway. Past it: as `endedSessionsMax`. */
  readonly sessionsStopMs: number;
  /** How long the close frames of a stop have to reach their clients before the sockets are cut. Past it: cut, and the client sees 1006. */
  readonly closeFramesMs: number;

  /** Where uWebSockets.js drops a publish silently; above `slowBytesMax`, or frames would go missing before we notice. */
  readonly socketBytesMax: number;
  /** Unread bytes of all clients together. Past it: the slowest are closed until it holds again. */
  readonly unreadBytesMax: number;
  /** Between two looks at every connection: silence, unread bytes, heartbeats. */
  readonly sweepMs: number;
  /** Intervals without any sign of life after which a client is closed as silent. */
  readonly silentIntervals: number;
  /**
   * Connections with the same streams, in the same binary encoding, from which on they are told by one frame a flush; fewer are
   * each sent a frame of their own. Past half of it downwards they are again. Measured for 1,000 clients of 10 blocks: 7.7 ms a flush
   * when all are alone, 7.4 to 7.8 in cohorts of 2 to 100, so what it is for is that compressing is done once for all.
   */
  readonly cohortClientsMin: number;
  /** Streams of connections that go over to a cohort in one sweep. Past it: in the next. */
  readonly cohortMovesMax: number;
  /**
   * Bytes from which on a frame is compressed for those who speak protobuf.zstd, whoever else gets it: 20 to 30 µs, four
   * times what a delivery costs, which only the trades of a snapshot are worth (2,170 bytes become 660). Below it: as it is.
   */
  readonly zstdBytesMin: number;
  /**
   * The same where at least `zstdClientsMin` share the frame: then it costs a sixteenth of their deliveries, at 1,000 clients
   * half a per cent. Differences of 1 KiB and more get 15 to 20 % smaller, of 512 bytes 6 to 13 %, of 200 none. Below it: as it is.
   */
  readonly zstdSharedBytesMin: number;
  readonly zstdClientsMin: number;
  /** Messages in one Protobuf frame; more become several frames. Bounds the frame of a catch-up. */
  readonly messagesPerFrameMax: number;

  /** Symbols in one REST request, and bars or instruments in one answer. Past it: 400, or the newest are answered. */
  readonly restSymbolsMax: number;
  readonly restRowsMax: number;
  /** Length of a REST query; all headers together have 4 KiB, past which the socket library says 431. Past it: 414. */
  readonly restQueryBytesMax: number;
  /** REST requests that wait for the store at once. Past it: 503. */
  readonly restRequestsMax: number;
  /** Files of the page held in memory. Past it: the start fails. */
  readonly pageBytesMax: number;

  /**
   * Of one address (an IPv6 /64), before anything is looked at: handshakes at once, and then a second. An office behind
   * one address comes back after a gateway's end within its burst. Past it: 429. Loopback and trusted proxies are no
   * clients and not limited.
   */
  readonly handshakesBurst: number;
  readonly handshakesPerSecond: number;
  /**
   * Messages of one user at once, and then a second, over all its connections to this gateway (with threads: to one of them); and its
   * REST requests. Past it: closed as `tooManyMessages`; 429. Anonymous clients are no user.
   */
  readonly subjectMessagesBurst: number;
  readonly subjectMessagesPerSecond: number;
  readonly subjectRequestsBurst: number;
  readonly subjectRequestsPerSecond: number;
  /** Users whose rates are kept, of each kind; some 150 bytes each. Past it: the older half is forgotten. */
  readonly subjectsMax: number;
  /** Open connections of one address. Past it: 429. */
  readonly connectionsPerAddressMax: number;
  /** REST requests of one address at once, and then a second. Past it: 429. */
  readonly requestsBurst: number;
  readonly requestsPerSecond: number;
  /** Addresses whose rates are kept, of each kind; some 100 bytes each. Past it: the older half is forgotten. */
  readonly addressesMax: number;

  /** Between two looks at the files of certificate and key. */
  readonly certificatePollMs: number;
  /** A file of certificates or a key. Past it: refused as not being one. */
  readonly certificateBytesMax: number;
  /**
   * Certificates that connections may still be on: each is a context of the socket library. Past
   * it: the clients of the oldest are closed as `rebalance` and come back to the newest.
   */
  readonly certificatesMax: number;
  /**
   * From a newer certificate's coming to the end of what the older had but WebSockets: a plain connection without a
   * request is closed by the socket library after 10 s, and answers end theirs.
   */
  readonly certificateRetiredMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** A frame with differences of several streams: a reader holds it whole. Past it: another frame, in the same write. */
export const FRAME_BYTES_MAX = 64 * KIB;
/** Final bars that wait in a stream which is told nothing while the gateway is under load. Past it: told all the same. */
export const HELD_UPDATES_MAX = 1_000;
/** Differences of one stream in one piece; a catch-up after an outage has many. Past it: another piece. */
export const BLOCK_BYTES_MAX = 16 * KIB;

export const DEFAULT_LIMITS: GatewayLimits = Object.freeze({
  replayWindowMs: 300_000,
  replayWindowBytes: 256 * MIB,
  recordsBeforeCheckpoint: 1_000,
  readTurnMs: 200,
  behindMsMax: 3_000,

  joinAttempts: 8,
  joinRetryMs: 25,
  pendingRetryMs: 1_000,
  joinsAtOnce: 64,
  joinAnswerMs: 2_000,
  releaseLingerMs: 10_000,
  clockStaleMs: 5_000,
  cataloguePollMs: 1_000,

  connectionsMax: 18_000,
  ...DEGRADATION_LIMITS,
  circuitFailuresMax: 5,
  circuitOpenMs: 500,
  circuitOpenMsMax: 1_000,
  departureSlotMs: 100,
  moveAfterMs: 10_000,
  balanceAbove: 1.25,
  balanceBelow: 0.5,
  balanceCostMin: 200,
  balanceRoundMs: 10_000,
  balancePerSecond: 50,
  balanceTurnAwayMs: 10_000,
  fleetAnnounceMs: 1_000,
  fleetTtlMs: 5_000,
  unadmittedMax: 4_000,
  unadmittedGraceMs: 1_000,
  authMs: 10_000,
  authFailuresMax: 5,
  unadmittedMessageBytesMax: 12 * KIB,
  unadmittedMessagesMax: 64,
  unadmittedBytesMax: 128 * KIB,
  authExpiringMs: 60_000,
  messageBytesMax: 256 * KIB,
  messageBytesCut: 1 * MIB,
  symbolsPerMessageMax: 500,
  pairsPerMessageMax: 2_000,
  subscriptionsPerConnectionMax: 10_000,
  messagesWaitingMax: 256,
  messagesWaitingBytesMax: 1 * MIB,
  messagesWaitingBytesAllMax: 32 * MIB,
  messagesBurst: 1_000,
  messagesPerSecond: 100,
  pairsBurst: 40_000,
  pairsPerSecond: 4_000,
  bytesBurst: 4 * MIB,
  bytesPerSecond: 256 * KIB,
  badMessagesMax: 100,
  badMessagesWindowMs: 60_000,

  slowBytes: 256 * KIB,
  caughtUpBytes: 16 * KIB,
  stalledMs: 1_000,
  slowMs: 30_000,
  slowBytesMax: 12 * MIB,
  flapMs: 10_000,
  flapHoldMs: 1_000,
  flapHoldMsMax: 8_000,
  catchUpStreams: 32,
  catchUpTurnMs: 4,
  awayStreamsMax: 2_000_000,
  toldTradesMs: 30_000,
  toldTradesBytes: 64 * MIB,
  resumePositionsMax: 200_000,
  owedStreamsMax: 500_000,
  owedMs: 30_000,
  resumeAheadMs: 3_000,
  resumeFillMs: 3_000,
  replayReadsAtOnce: 64,
  replayReadMs: 5_000,
  sharedReplayMs: 1_000,
  sharedReplayTradesMax: 200_000,
  sessionTakeMs: 2_000,
  sessionWriteMs: 200,
  sessionsPerWrite: 1_000,
  sessionStreamsPerWrite: 100_000,
  sessionRetryMs: 1_000,
  sessionSignalMs: 20,
  sessionsPerSignal: 150,
  resumeWindowMs: 300_000,
  sessionKeptMs: 900_000,
  sessionRenewMs: 300_000,
  endedSessionsMax: 20_000,
  endedStreamsMax: 1_000_000,
  sessionsStopMs: 500,
  closeFramesMs: 250,
  socketBytesMax: 16 * MIB,
  unreadBytesMax: 512 * MIB,
  sweepMs: 250,
  silentIntervals: 3,
  cohortClientsMin: 8,
  cohortMovesMax: 10_000,
  zstdBytesMin: 1 * KIB,
  zstdSharedBytesMin: 512,
  zstdClientsMin: 64,
  messagesPerFrameMax: 256,

  restSymbolsMax: 100,
  restRowsMax: 1_000,
  restQueryBytesMax: 3 * KIB,
  restRequestsMax: 256,
  pageBytesMax: 32 * MIB,

  handshakesBurst: 1_000,
  handshakesPerSecond: 100,
  connectionsPerAddressMax: 4_000,
  requestsBurst: 1_000,
  requestsPerSecond: 100,
  addressesMax: 65_536,
  subjectMessagesBurst: 10_000,
  subjectMessagesPerSecond: 1_000,
  subjectRequestsBurst: 2_000,
  subjectRequestsPerSecond: 200,
  subjectsMax: 65_536,

  certificatePollMs: 1_000,
  certificateBytesMax: 1 * MIB,
  certificatesMax: 8,
  certificateRetiredMs: 30_000,
});

/** Says which relation between limits does not hold; undefined when all do. */
export function limitsDisagree(limits: GatewayLimits): string | undefined {
  if (limits.socketBytesMax <= limits.slowBytesMax)
    return 'socketBytesMax must be above slowBytesMax, or frames go missing silently';
  if (limits.zstdBytesMin < limits.zstdSharedBytesMin)
    return 'zstdBytesMin must not be below zstdSharedBytesMin: what pays for one pays for many';
  if (limits.slowBytesMax < limits.slowBytes) return 'slowBytesMax must not be below slowBytes';
  if (limits.sessionKeptMs < limits.sessionRenewMs + limits.resumeWindowMs)
    return 'sessionKeptMs must not be below sessionRenewMs and resumeWindowMs together, or sessions of a killed gateway go early';
  if (limits.caughtUpBytes >= limits.slowBytes) return 'caughtUpBytes must be below slowBytes';
  if (limits.balanceAbove <= 1) return 'balanceAbove must be above 1, or equal gateways send each other their clients';
  if (limits.fleetTtlMs <= limits.fleetAnnounceMs)
    return 'fleetTtlMs must be above fleetAnnounceMs, or a gateway is forgotten between two words';
  if (limits.loadFull > 1)
    return 'loadFull must not be above 1, or a gateway takes new clients after it gave less to those it has';
  if (limits.restoreBelow >= 1) return 'restoreBelow must be below 1, or levels change all the time';
  if (limits.restoreAfterMsMax < limits.restoreAfterMs) return 'restoreAfterMsMax must not be below restoreAfterMs';
  if (limits.flapHoldMsMax < limits.flapHoldMs) return 'flapHoldMsMax must not be below flapHoldMs';
  if (limits.messageBytesCut <= limits.messageBytesMax)
    return 'messageBytesCut must be above messageBytesMax, or a long message gets no answer';
  if (limits.pairsPerMessageMax > limits.subscriptionsPerConnectionMax)
    return 'pairsPerMessageMax must not be above subscriptionsPerConnectionMax';
  if (limits.pairsBurst < limits.subscriptionsPerConnectionMax)
    return 'pairsBurst must not be below subscriptionsPerConnectionMax, or who holds that many can not ask what he holds';
  if (limits.bytesBurst < limits.messageBytesMax)
    return 'bytesBurst must not be below messageBytesMax, or a message that is allowed closes its connection';
  if (Math.min(limits.messagesWaitingBytesMax, limits.messagesWaitingBytesAllMax) < limits.messageBytesMax)
    return 'messagesWaitingBytesMax and messagesWaitingBytesAllMax must not be below messageBytesMax, or a message that is allowed closes its connection';
  if (limits.unadmittedMessageBytesMax <= TOKEN_LENGTH_MAX)
    return `unadmittedMessageBytesMax must be above ${TOKEN_LENGTH_MAX}, or a long token can't be given`;
  if (limits.unadmittedBytesMax < limits.authFailuresMax * limits.unadmittedMessageBytesMax)
    return 'unadmittedBytesMax must not be below authFailuresMax times unadmittedMessageBytesMax, or long tokens have fewer tries';
  return undefined;
}
