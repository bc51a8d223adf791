import { ANONYMOUS, type Grant } from '@tapecast/access';
import type { SessionStore, SessionWrite, StoredSession, TakenSession } from '@tapecast/market-state';
import { CircuitOpenError, type Logger } from '@tapecast/service-kit';
import type { SessionSignals } from '../degrade/guarded-calls.ts';
import type { Fanout } from '../fanout/fanout.ts';
import type { GatewayLimits } from '../limits.ts';
import type { Session } from '../protocol/session.ts';
import { hashOfSecret, readResumeToken } from './identity.ts';
import { type Replaced, readReplaced, replacedSignal } from './replaced-signal.ts';
import type { SessionMetrics } from './session-metrics.ts';

export interface SessionKeeperOptions {
  store: SessionStore;
  signals: SessionSignals | undefined;
  /** Names this gateway among all; never used again. */
  gateway: string;
  fanout: Fanout;
  limits: GatewayLimits;
  metrics: SessionMetrics;
  logger: Logger;
  nowMs: () => number;
  /** Another connection speaks for its session now. */
  replaced: (session: Session) => void;
}

/** Close codes of WebSocket with which a client says that it goes. */
const ORDERLY: ReadonlySet<number> = new Set([1000, 1001]);

export const channelOfGateway = (gateway: string): string => `gateway:${gateway}`;

/**
 * What the store knows of this gateway's sessions: which there are, whose, and what they subscribe. Changes are gathered and written
 * together, whatever changed of a session in that time as one write; nothing is written for what clients are told. Who takes
 * a session elsewhere tells this gateway; where that is lost, its next write for the session is refused, which says the same.
 */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  /** Who speaks for a session here. */
  readonly #byId = new Map<string, Session>();
  readonly #changed = new Set<Session>();
  /** Connections that ended, by their session: what is left to be written of them. */
  readonly #ended = new Map<string, SessionWrite>();
  #endedStreams = 0;
  /** What the store has of sessions that were taken, until their first write: who subscribes the same again changes nothing. */
  readonly #taken = new Map<Session, StoredSession>();
  /** Sessions that the store is asked for, by how many connections, and the newest generation that was told of meanwhile. */
  readonly #taking = new Map<string, { asking: number; newest: number }>();
  /** Sessions taken from other gateways, which are told of them together. */
  readonly #replacedAt = new Map<string, Replaced[]>();
  /** Sessions that are stored, and when their time has to begin anew: those written longest ago first. */
  readonly #stored = new Map<Session, number>();
  /** Of these, who is to be written for that. */
  readonly #renewals = new Set<Session>();
  /** Being written. */
  #underWay: readonly Session[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #failing = false;
  #stopped = false;
  #subscription: { close(): Promise<void> } | undefined;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
  }

  /** Goes on trying in the background: without the bus a session that was taken elsewhere is known with its next write only. */
  start(): void {
    // Owned here: nothing in it rejects.
    void this.#subscribe();
  }

  async #subscribe(): Promise<void> {
    const { signals, gateway, logger, limits } = this.#options;
    if (signals === undefined || this.#stopped) return;
    try {
      this.#subscription = await signals.subscribe(channelOfGateway(gateway), (payload) => this.#onSignal(payload));
    } catch (error) {
      logger.warn({ event: 'session_signals_unavailable', error: String(error) });
      if (!this.#stopped) setTimeout(() => this.start(), limits.sessionRetryMs).unref();
    }
  }

  /** Writes what is left, for so long at most. */
  async close(withinMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const late = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref());
    for (const gateway of [...this.#replacedAt.keys()]) this.#signal(gateway);
    await Promise.race([this.#writeAll(), late]);
    clearTimeout(this.#timer);
    await Promise.race([this.#subscription?.close(), late]).catch(() => {
      // The bus is away: there is nobody to say goodbye to.
    });
  }

  /** Sessions that are known to the store. */
  get size(): number {
    return this.#stored.size;
  }

  opened(session: Session): void {
    this.#byId.set(session.identity.id, session);
  }

  /** What it subscribes may have changed. */
  changed(session: Session): void {
    if (session.client.closed) return;
    if (session.client.streams.size === 0 && !this.#stored.has(session)) {
      // There is no write of it to come that would let this go.
      this.#taken.delete(session);
      return;
    }
    this.#changed.add(session);
    this.#schedule(this.#options.limits.sessionWriteMs);
  }

  /** Its connection closes; its streams have not been left yet. */
  closed(session: Session, code: number | undefined): void {
    const { limits } = this.#options;
    const { id } = session.identity;
    if (this.#byId.get(id) === session) this.#byId.delete(id);
    this.#taken.delete(session);
    const changed = this.#changed.delete(session);
    const stored = this.#stored.delete(session) || this.#underWay.includes(session);
    this.#renewals.delete(session);
    if (session.replaced || (!changed && !stored)) return;
    const orderly = code !== undefined && ORDERLY.has(code) && session.unreadBytes === 0;
    const streams = session.client.streams.size;
    if (this.#ended.size >= limits.endedSessionsMax || this.#endedStreams + streams > limits.endedStreamsMax) return;
    this.#noteEnded({ ...this.#writeOf(session, this.#snapshot(session, orderly)), ttlMs: limits.resumeWindowMs });
    this.#schedule(limits.sessionWriteMs);
  }

  /**
   * The connection speaks for the token's session from now on, where the grant is of the same subject: what is known of it.
   * undefined where there is none, or the store does not say so in time: then the session stays its own.
   */
  async take(session: Session, grant: Grant, token: string): Promise<StoredSession | undefined> {
    const claimed = readResumeToken(token);
    const { metrics, limits, store, gateway } = this.#options;
    if (claimed === undefined) {
      metrics.taken('unknown');
      return undefined;
    }
    const { id, secret } = claimed;
    if (id === session.identity.id && secret === session.identity.secret) return this.#snapshot(session, false);
    const claim = { secretHash: hashOfSecret(secret), subject: subjectOf(grant) };
    const owner = { gateway, connection: session.connection };
    const taking = this.#taking.get(id) ?? { asking: 0, newest: 0 };
    taking.asking++;
    this.#taking.set(id, taking);
    const taken = await this.#within(store.take(id, claim, owner, limits.sessionKeptMs));
    if (--taking.asking === 0) this.#taking.delete(id);
    if (session.client.closed) return undefined;
    const here = this.#takeHere(id, secret, claim);
    if (taken === undefined && here === undefined) {
      metrics.taken('unknown');
      return undefined;
    }
    metrics.taken('taken');
    const known = here?.session ?? (taken as TakenSession).session;
    const generation = Math.max(taken?.generation ?? 0, (here?.generation ?? 0) + 1);
    this.#adopt(session, { id, secret, generation, sinceMs: known.connectedSinceMs });
    if (generation < taking.newest) {
      // Another took it after us, and its word was here before the store's answer to us.
      this.#byId.delete(id);
      this.#replace(session);
      return known;
    }
    if (here === undefined) this.#taken.set(session, known);
    if (taken !== undefined && taken.before.gateway !== gateway) this.#tell(taken.before.gateway, { id, generation });
    return known;
  }

  /** Called a few times a second: has the time of sessions begin anew that nothing changed of for long. */
  sweep(): void {
    const nowMs = this.#options.nowMs();
    let left = this.#options.limits.sessionsPerWrite;
    for (const [session, dueMs] of this.#stored) {
      if (dueMs > nowMs || left-- <= 0) return;
      this.#stored.delete(session);
      this.#stored.set(session, nowMs + this.#options.limits.sessionRenewMs);
      this.#renewals.add(session);
      this.#schedule(0);
    }
  }

  /** The session as this gateway knows it better than the store: its connection is open here, or ended a moment ago. */
  #takeHere(
    id: string,
    secret: string,
    claim: { secretHash: string; subject: string },
  ): { session: StoredSession; generation: number } | undefined {
    const open = this.#byId.get(id);
    if (open !== undefined) {
      if (open.identity.secret !== secret || subjectOf(open.grant) !== claim.subject) return undefined;
      const session = this.#snapshot(open, false);
      const { generation } = open.identity;
      this.#replace(open);
      return { session, generation };
    }
    const ended = this.#ended.get(id);
    const session = ended?.session;
    if (ended === undefined || session?.secretHash !== claim.secretHash || session.subject !== claim.subject)
      return undefined;
    this.#forgetEnded(ended);
    return { session, generation: ended.generation };
  }

  #noteEnded(write: SessionWrite): void {
    const before = this.#ended.get(write.id);
    if (before !== undefined) this.#forgetEnded(before);
    this.#ended.set(write.id, write);
    this.#endedStreams += streamsOf(write);
  }

  /** It may have ended again meanwhile, taken up by another connection. */
  #forgetEnded(write: SessionWrite): void {
    if (this.#ended.get(write.id) !== write) return;
    this.#ended.delete(write.id);
    this.#endedStreams -= streamsOf(write);
  }

  #adopt(session: Session, identity: Session['identity']): void {
    this.#byId.delete(session.identity.id);
    if (this.#stored.delete(session)) {
      // Its own session is nobody's any more.
      this.#noteEnded({ ...this.#writeOf(session, this.#snapshot(session, false)), ttlMs: 1 });
    }
    session.identity = identity;
    this.#byId.set(identity.id, session);
    // Stored as it was until the answer to its resume: what it subscribes is not known before.
  }

  #replace(session: Session): void {
    session.replaced = true;
    this.#taken.delete(session);
    this.#changed.delete(session);
    this.#stored.delete(session);
    this.#renewals.delete(session);
    this.#options.replaced(session);
  }

  #onSignal(payload: Uint8Array): void {
    for (const { id, generation } of readReplaced(payload)) {
      const session = this.#byId.get(id);
      if (session !== undefined && session.identity.generation < generation) this.#replace(session);
      const taking = this.#taking.get(id);
      if (taking !== undefined) taking.newest = Math.max(taking.newest, generation);
    }
  }

  /** Those of one moment in one signal: all sessions of a gateway that ended are taken within a second. */
  #tell(gateway: string, replaced: Replaced): void {
    const { limits } = this.#options;
    const gathered = this.#replacedAt.get(gateway);
    if (gathered === undefined) {
      this.#replacedAt.set(gateway, [replaced]);
      setTimeout(() => this.#signal(gateway), limits.sessionSignalMs).unref();
      return;
    }
    gathered.push(replaced);
    if (gathered.length >= limits.sessionsPerSignal) this.#signal(gateway);
  }

  #signal(gateway: string): void {
    const { signals, logger } = this.#options;
    const gathered = this.#replacedAt.get(gateway);
    // A full one went out before its time.
    if (gathered === undefined) return;
    this.#replacedAt.delete(gateway);
    // Owned here: where it is lost, the older gateway's next write is refused.
    void signals?.publish(channelOfGateway(gateway), replacedSignal(gathered)).catch((error: unknown) => {
      // That the circuit is open was said once, for all that are lost by it.
      if (!(error instanceof CircuitOpenError)) logger.warn({ event: 'session_signal_lost', error: String(error) });
    });
  }

  #snapshot(session: Session, withPositions: boolean): StoredSession {
    const { client, identity } = session;
    const { fanout } = this.#options;
    const streams = [...client.streams];
    return {
      subject: subjectOf(session.grant),
      secretHash: hashOfSecret(identity.secret),
      connectedSinceMs: identity.sinceMs,
      subscriptions: streams.map((stream) => ({
        symbol: stream.instrument.symbol,
        channel: stream.channel,
        intervalMs: fanout.target(client, stream).intervalMs,
      })),
      positions: withPositions
        ? streams
            .filter((stream) => client.paused?.has(stream) !== true && stream.told > 0)
            .map((stream) => ({
              symbol: stream.instrument.symbol,
              channel: stream.channel,
              epoch: stream.instrument.view.epoch,
              seq: stream.told,
            }))
        : [],
    };
  }

  #writeOf(session: Session, stored: StoredSession | undefined): SessionWrite {
    const { gateway, limits } = this.#options;
    const { id, generation } = session.identity;
    const owner = { gateway, connection: session.connection };
    return { id, owner, generation, ttlMs: limits.sessionKeptMs, session: stored };
  }

  #schedule(afterMs: number): void {
    if (this.#timer !== undefined || this.#writing !== undefined || this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Owned here: nothing in it rejects.
      void this.#writeSome();
    }, afterMs);
    this.#timer.unref();
  }

  async #writeAll(): Promise<void> {
    await this.#writing;
    while (this.#left > 0 && !this.#failing) await this.#writeSome();
  }

  get #left(): number {
    return this.#ended.size + this.#changed.size + this.#renewals.size;
  }

  /** One write at a time. What could not be written stays to be written, as it is then. */
  async #writeSome(): Promise<void> {
    if (this.#writing !== undefined || this.#left === 0) return;
    const room = new WriteRoom(this.#options.limits);
    const ended = room.some(this.#ended.values(), streamsOf);
    const changed = room.some(this.#changed, ({ client }) => client.streams.size);
    const renewed = room.some(this.#renewals, () => 0).filter((session) => !this.#changed.has(session));
    for (const session of changed) this.#changed.delete(session);
    const news = changed.flatMap((session) => this.#news(session));
    for (const session of this.#changed) this.#renewals.delete(session);
    for (const session of renewed) this.#renewals.delete(session);
    const writes = [
      ...ended,
      ...news.map(({ session, stored }) => this.#writeOf(session, stored)),
      ...renewed.map((session) => this.#writeOf(session, undefined)),
    ];
    this.#underWay = [...news.map(({ session }) => session), ...renewed];
    const writing = writes.length === 0 ? Promise.resolve() : this.#write(writes, ended, this.#underWay);
    this.#writing = writing;
    await writing;
    this.#writing = undefined;
    this.#underWay = [];
    const { sessionWriteMs, sessionRetryMs } = this.#options.limits;
    if (this.#left > 0) this.#schedule(this.#failing ? sessionRetryMs : sessionWriteMs);
  }

  /** What is to be written of a session that changed: nothing where the store has just that, since it was taken. */
  #news(session: Session): { session: Session; stored: StoredSession }[] {
    const stored = this.#snapshot(session, false);
    const taken = this.#taken.get(session);
    this.#taken.delete(session);
    if (taken === undefined || !isSame(taken, stored)) return [{ session, stored }];
    this.#written(session, 'written');
    return [];
  }

  async #write(
    writes: readonly SessionWrite[],
    ended: readonly SessionWrite[],
    sessions: readonly Session[],
  ): Promise<void> {
    const { store, metrics, logger } = this.#options;
    try {
      const outcomes = await store.write(writes);
      if (this.#failing) logger.info({ event: 'sessions_written_again' });
      this.#failing = false;
      for (const outcome of outcomes) metrics.written(outcome);
      for (const write of ended) this.#forgetEnded(write);
      for (const [i, session] of sessions.entries()) this.#written(session, outcomes[ended.length + i]);
    } catch (error) {
      if (!this.#failing) logger.warn({ event: 'sessions_not_written', error: String(error) });
      this.#failing = true;
      for (const _ of writes) metrics.written('failed');
      for (const session of sessions) if (!session.client.closed && !session.replaced) this.#changed.add(session);
    }
  }

  #written(session: Session, outcome: 'written' | 'replaced' | 'absent' | undefined): void {
    if (session.client.closed || session.replaced) return;
    if (outcome === 'written') {
      this.#stored.delete(session);
      this.#stored.set(session, this.#options.nowMs() + this.#options.limits.sessionRenewMs);
    } else if (outcome === 'absent') this.changed(session);
    else if (outcome === 'replaced') {
      this.#byId.delete(session.identity.id);
      this.#replace(session);
    }
  }

  /** undefined where the store says nothing in time, or that it can't. */
  async #within(taking: Promise<TakenSession | undefined>): Promise<TakenSession | undefined> {
    const { limits, metrics, logger } = this.#options;
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'late'>((resolve) => {
      // A loop that has much to do comes to its timers before it reads what has long come: answers of this turn still count.
      late = setTimeout(() => setImmediate(() => resolve('late')), limits.sessionTakeMs);
    });
    try {
      const taken = await Promise.race([taking, tooLate]);
      if (taken !== 'late') return taken;
      taking.catch(() => {
        // Nobody waits for it any more; the first that was late is logged below.
      });
      metrics.taken('unavailable');
      return undefined;
    } catch (error) {
      metrics.taken('unavailable');
      logger.debug({ event: 'session_not_taken', error: String(error) });
      return undefined;
    } finally {
      clearTimeout(late);
    }
  }
}

/** A token's subject is never empty, so nobody has a token for an anonymous session. */
const subjectOf = (grant: Grant | undefined): string =>
  grant === undefined || grant === ANONYMOUS ? '' : grant.subject;

const streamsOf = ({ session }: SessionWrite): number => session?.subscriptions.length ?? 0;

/** What goes into one write: so many sessions, and of large ones fewer. One of any size goes alone. */
class WriteRoom {
  #sessions: number;
  #streams: number;

  constructor({ sessionsPerWrite, sessionStreamsPerWrite }: GatewayLimits) {
    this.#sessions = sessionsPerWrite;
    this.#streams = sessionStreamsPerWrite;
  }

  some<T>(items: Iterable<T>, streamsOfOne: (item: T) => number): T[] {
    const taken: T[] = [];
    for (const item of items) {
      if (this.#sessions <= 0 || this.#streams <= 0) break;
      taken.push(item);
      this.#sessions--;
      this.#streams -= streamsOfOne(item);
    }
    return taken;
  }
}

/** Whether a take gave what is to be stored. Positions of an orderly close are none any more once the client is back. */
function isSame(taken: StoredSession, { subscriptions }: StoredSession): boolean {
  if (taken.positions.length > 0 || taken.subscriptions.length !== subscriptions.length) return false;
  const keyOf = ({ symbol, channel, intervalMs }: StoredSession['subscriptions'][number]): string =>
    `${symbol} ${channel} ${intervalMs}`;
  const known = new Set(taken.subscriptions.map(keyOf));
  return subscriptions.every((subscription) => known.has(keyOf(subscription)));
}
