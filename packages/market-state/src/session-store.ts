/** Which connection speaks for a session: no two connections have equal ones. */
export interface SessionOwner {
  /** The gateway, by the name under which it can be told something. */
  gateway: string;
  /** One of its connections. */
  connection: string;
}

export interface StoredSubscription {
  symbol: string;
  channel: string;
  intervalMs: number;
}

/** Up to where a client was told one symbol and channel. */
export interface StoredPosition {
  symbol: string;
  channel: string;
  epoch: string;
  seq: number;
}

/** What is kept of a session. The client owns its positions: here they are only those of an orderly close. */
export interface StoredSession {
  /** Whose it is; '' where nobody had to say. */
  subject: string;
  /** Hash of the secret of its resume token. */
  secretHash: string;
  /** Unix ms of the first connection of the session. */
  connectedSinceMs: number;
  subscriptions: readonly StoredSubscription[];
  positions: readonly StoredPosition[];
}

export interface TakenSession {
  session: StoredSession;
  /** Counts who took it: a write with a lower one is refused. */
  generation: number;
  /** Who had it until now; it may be long gone. */
  before: SessionOwner;
}

export interface SessionWrite {
  id: string;
  owner: SessionOwner;
  /** As `take` gave it; 1 for a session that begins. */
  generation: number;
  /** The session is forgotten so long after its last write. */
  ttlMs: number;
  /** undefined: only its time begins anew. */
  session: StoredSession | undefined;
}

/**
 * - `written`.
 * - `replaced`: another connection took the session; nothing was written.
 * - `absent`: the store does not have it as the writer knows it (a failover lost it, its time was over). Write all of it.
 */
export type SessionWritten = 'written' | 'replaced' | 'absent';

/**
 * Sessions of clients, for whoever they connect to next. Redis Cluster or memory; one conformance suite. Every call rejects with
 * `MarketStateError` (code 'unavailable', retryable) while the store is away, within its call timeout. A failover may lose
 * the last writes: what is lost of a session is known by its client, whose positions and subscriptions count.
 */
export interface SessionStore {
  /**
   * The session goes over to `owner`, and lives for `ttlMs` from now on. undefined where there is none of that id, secret and
   * subject; which of them did not fit is not told. The same call again gives the same answer.
   */
  take(
    id: string,
    claim: { secretHash: string; subject: string },
    owner: SessionOwner,
    ttlMs: number,
  ): Promise<TakenSession | undefined>;
  /**
   * Writes many at once, each by itself; the answers are in the order of the writes. A session that is not there begins. Rejects
   * where any of them could not be written: all of them may be written again.
   */
  write(writes: readonly SessionWrite[]): Promise<SessionWritten[]>;
  close(): Promise<void>;
}
