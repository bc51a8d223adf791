import type { GatewayLimits } from '../limits.ts';

/** Bounds of a gateway process that serves its clients on several threads. */
export const THREADS_LIMITS = {
  /** Serving threads. More than cores serves nobody; each has a heap of its own, some 70 MB at first. */
  threadsMax: 64,
  /** Between two signs of life of a serving thread, which carry whether it is ready. */
  stateEveryMs: 250,
  /** A thread without a sign of life for this long: the process is not ready. Collecting garbage takes less. */
  silentMs: 3_000,
  /** Past it the process ends with code 1, to be started again: the log is read for all threads or for none. */
  silentMsMax: 15_000,
  /** Threads that do not tell their metrics in this time: the scrape fails. Some of the sums would look like resets. */
  metricsMs: 5_000,
  /** Threads that have not stopped by then are ended. A process has 14 s. */
  stopMs: 10_000,
} as const;

/** How a bound of a process becomes one of a thread. */
type Share = 'part' | 'generous';

/**
 * What the process has once. All else is of one connection, one message or one thread and stays as it is; so does what is
 * kept once for all threads (`replayWindowBytes`), and what an address may ask for over one connection
 * (`requestsPerSecond`), which with several connections may then reach as many times as much.
 */
const SHARED: Partial<Record<keyof GatewayLimits, Share>> = {
  connectionsMax: 'part',
  unadmittedMax: 'part',
  unreadBytesMax: 'part',
  messagesWaitingBytesAllMax: 'part',
  toldTradesBytes: 'part',
  resumePositionsMax: 'part',
  owedStreamsMax: 'part',
  sharedReplayTradesMax: 'part',
  replayReadsAtOnce: 'part',
  endedSessionsMax: 'part',
  endedStreamsMax: 'part',
  addressesMax: 'part',
  joinsAtOnce: 'part',
  restRequestsMax: 'part',
  // Connections are dealt to the threads by turns, those of one address therefore nearly, not exactly, evenly.
  connectionsPerAddressMax: 'generous',
  handshakesBurst: 'generous',
  handshakesPerSecond: 'generous',
};

/** A quarter more than the even part, and some for small numbers, and never more than the whole. */
const generous = (whole: number, threads: number): number => Math.min(whole, Math.ceil((whole / threads) * 1.25) + 4);

/** The bounds of one of `threads` serving threads, so that all together keep those of the process. */
export function limitsOfThread(limits: GatewayLimits, threads: number): GatewayLimits {
  const own: Record<keyof GatewayLimits, number> = { ...limits };
  for (const [name, share] of Object.entries(SHARED) as [keyof GatewayLimits, Share][])
    own[name] = share === 'part' ? Math.ceil(own[name] / threads) : generous(own[name], threads);
  return Object.freeze(own);
}
