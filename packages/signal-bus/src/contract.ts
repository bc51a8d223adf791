/**
 * Called for each signal of a channel, in the order of publishing except for what a failover lost and its publisher put
 * back. `payload` is the callee's own. `number` counts the channel's signals: it rises by one from one to the next; where
 * it jumps, signals are lost for good (the store was away for longer than it keeps them), and where it falls, the channel
 * was idle for longer than `SIGNAL_KEEP_MS` or a failover took it back. It must not throw; what it throws is logged.
 */
export type OnSignal = (payload: Uint8Array, number: number) => void;

export interface SignalSubscription {
  /** Nothing is given after the call. */
  close(): Promise<void>;
}

export interface SignalCounts {
  published: number;
  /** Given to subscribers, each of them counted. */
  received: number;
  /** Of these, not come by themselves but found missing by their number and fetched. */
  fetched: number;
  /** Gone for good before they could be fetched: seen by subscribers as a jump of the number. */
  lost: number;
  /** Published ones that a failover had lost and that were published again. */
  putBack: number;
  /** Connections of subscribers that were given up and made anew. */
  relinked: number;
}

/**
 * Short messages between processes: a session was taken over, leave for a rolling restart. Redis Cluster (sharded
 * Pub/Sub) or memory; one conformance suite.
 *
 * Who subscribes gets every signal that is published after `subscribe` resolved, once, also when a node dies meanwhile:
 * each is kept for a while under its number, and what did not arrive is fetched. It is not a log: who was not subscribed
 * gets nothing of what went before. What must hold even if the store loses everything is to be checked where it matters
 * (a write of a session that another gateway owns is refused); a signal only says so sooner.
 *
 * Calls reject with `SignalBusError`: 'unavailable' (retryable) while the store is away, within the call's time.
 */
export interface SignalBus {
  /**
   * Resolves when the store has the signal. Publishing to a channel that nobody has is no error. Sent once however often
   * the call had to be tried. After 'unavailable' it may be sent or not.
   */
  publish(channel: string, payload: Uint8Array): Promise<void>;
  /**
   * Resolves when no later signal can be missed. Several subscriptions of one channel each get each signal. While the
   * store is away it waits, and rejects within the call's time.
   */
  subscribe(channel: string, onSignal: OnSignal): Promise<SignalSubscription>;
  /**
   * Whether signals arrive: every shard that has a subscription gave back the bus's own probe within `PROBE_LATE_MS`. While
   * false signals may be late; none is lost for that.
   */
  readonly healthy: boolean;
  /** Since the bus was opened. */
  readonly counts: Readonly<SignalCounts>;
  /** Ends all subscriptions. Calls that wait are rejected with 'closed'. */
  close(): Promise<void>;
}

export const noCounts = (): SignalCounts => ({
  published: 0,
  received: 0,
  fetched: 0,
  lost: 0,
  putBack: 0,
  relinked: 0,
});
