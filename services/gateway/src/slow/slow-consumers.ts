import type { CloseReason, NoticeMessage } from '@tapecast/wire';
import type { Client } from '../fanout/client.ts';
import type { GatewayLimits } from '../limits.ts';
import { SlowSpell } from './stage.ts';

/** Where a client is in its streams; what is in it is the fan-out's. */
export interface PausesClients<Position> {
  /** Sends what was applied in this turn: both of the following do so first. */
  flush(): void;
  /** Takes the client off all that it is sent with others. Gives where it is in each stream. */
  pause(client: Client): Position[];
  /**
   * Brings the client to the present in these streams, and back among the others. Gives back where more is to be told than
   * goes at once.
   */
  resume(client: Client, positions: readonly Position[]): Position[];
}

/** What is done about a connection that did not keep up. */
export class SlowState<Position = unknown> {
  readonly spell: SlowSpell;
  /** Streams that it is not told at the moment. */
  away: Position[] = [];
  queued = false;
  /** It is to be merged as soon as what is being answered is through: nothing more is begun for it until then. */
  due = false;

  constructor(spell: SlowSpell) {
    this.spell = spell;
  }

  /** Its messages wait until it is live again: an answer now would only be more that it does not read. */
  get waits(): boolean {
    return this.due || this.spell.stage !== 'live';
  }

  get mayMerge(): boolean {
    return this.spell.stage !== 'merged';
  }
}

/** A connection, as far as it matters here. */
export interface SlowSession<Position = unknown> {
  readonly client: Client;
  /** At the last look. */
  readonly unreadBytes: number;
  /** An answer of its own is on its way that changes what it subscribes. */
  readonly busy: boolean;
  slow: SlowState<Position> | undefined;
  /** Unix ms of the first look since which something is unread and the socket took nothing; 0 while it takes what it is given. */
  stalledSinceMs: number;
}

export interface SlowMetrics {
  merged: { inc(): void };
  caughtUp: { inc(): void };
  /** Trades that a client was told later, and that it was told to be lost. */
  readonly replayed: (trades: number, lost: number) => void;
}

export interface SlowOptions<Position, Session> {
  fanout: PausesClients<Position>;
  limits: GatewayLimits;
  metrics: SlowMetrics;
  /** Wall time, Unix microseconds. */
  nowUs: () => number;
  /** It is live again: what it asked for meanwhile can be answered. */
  live: (session: Session) => void;
  failed: (session: Session, error: unknown) => void;
  /** Calls back in a later turn of the loop. */
  later?: (turn: () => void) => void;
}

/**
 * Clients that do not read what they are sent: each is taken off its topics at its bound, so that it costs the others nothing
 * and the process no more, and brought to the present when it has read what was written. `SlowSpell` has the rules.
 *
 * Bringing many back at once is work, so it is done in slices: some streams of one client, then the next client, a few
 * milliseconds a turn. A client that got a slice gets its next one when it has read that.
 */
export class SlowConsumers<Position, Session extends SlowSession<Position>> {
  readonly #options: SlowOptions<Position, Session>;
  /** Who is to be merged, and who is to be caught up. */
  #slow: Session[] = [];
  #queue: Session[] = [];
  #scheduled = false;
  /** Streams that clients are away from, all together, at the last look at all; more are added as clients become due. */
  #away = 0;

  constructor(options: SlowOptions<Position, Session>) {
    this.#options = options;
  }

  /** One look at a connection, a few times a second. Why it is to be closed; undefined where it is not. */
  look(session: Session, nowMs: number): CloseReason | undefined {
    const { limits } = this.#options;
    if (session.unreadBytes === 0) session.stalledSinceMs = 0;
    else if (session.stalledSinceMs === 0) session.stalledSinceMs = nowMs;
    const stalled = session.stalledSinceMs > 0 && nowMs - session.stalledSinceMs >= limits.stalledMs;
    if (session.slow === undefined) {
      if (session.unreadBytes <= limits.slowBytes && !stalled) return undefined;
      session.slow = new SlowState<Position>(new SlowSpell(limits, nowMs));
    }
    const { slow } = session;
    const step = slow.spell.look(session.unreadBytes, nowMs, stalled);
    const wasDue = slow.due;
    slow.due = step === 'merge' && slow.mayMerge;
    if (wasDue && !slow.due) this.#options.live(session);
    switch (step) {
      case 'close':
        return 'slowConsumer';
      case 'merge':
        if (!wasDue) this.#away += session.client.streams.size - slow.away.length;
        if (this.#away > limits.awayStreamsMax) return 'slowConsumer';
        this.#slow.push(session);
        this.#schedule();
        return undefined;
      case 'catch_up':
        this.#enqueue(session, slow);
        return undefined;
      case 'forget':
        session.slow = undefined;
        return undefined;
      case 'stay':
        return undefined;
    }
  }

  /** All connections were looked at: clients are away from so many streams, all together. */
  looked(away: number): void {
    this.#away = away;
  }

  /** The socket took some of what waited. Nothing is written or closed in this call: the library is at the socket. */
  drained(session: Session): void {
    const { slow, client } = session;
    session.stalledSinceMs = 0;
    if (slow === undefined || slow.spell.stage === 'live' || client.closed) return;
    const unreadBytes = client.socket.getBufferedAmount();
    if (slow.spell.look(unreadBytes, this.#options.nowUs() / 1000) === 'catch_up') this.#enqueue(session, slow);
  }

  #merge(session: Session, slow: SlowState<Position>, nowMs: number): void {
    const { fanout, metrics, nowUs } = this.#options;
    const wasLive = slow.spell.stage === 'live';
    slow.due = false;
    for (const position of fanout.pause(session.client)) slow.away.push(position);
    slow.spell.merge(session.unreadBytes, nowMs);
    if (!wasLive) return;
    metrics.merged.inc();
    session.client.tell(beganNotice(slow.spell.holdMs), nowUs());
  }

  #enqueue(session: Session, slow: SlowState<Position>): void {
    if (slow.queued) return;
    slow.queued = true;
    this.#queue.push(session);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    (this.#options.later ?? setImmediate)(() => this.#turn());
  }

  /** Some of those that wait. Those for whom there was no time come first in the next turn. */
  #turn(): void {
    this.#scheduled = false;
    const { catchUpTurnMs } = this.#options.limits;
    // Not within their time: under load it would be all of it, and those that cause the load would stay.
    this.#options.fanout.flush();
    this.#mergeSome(performance.now() + catchUpTurnMs);
    // What is written to those that do not read is what costs most: they come first.
    if (this.#slow.length === 0) this.#catchUpSome(performance.now() + catchUpTurnMs);
    if (this.#slow.length > 0 || this.#queue.length > 0) this.#schedule();
  }

  #mergeSome(endMs: number): void {
    if (this.#slow.length === 0) return;
    const nowMs = this.#options.nowUs() / 1000;
    let at = 0;
    while (at < this.#slow.length && performance.now() < endMs) {
      const session = this.#slow[at++] as Session;
      const { slow, client } = session;
      // What it subscribes may just be changing: at the next look then.
      if (slow?.due !== true || client.closed || session.busy) continue;
      this.#guarded(session, slow, () => this.#merge(session, slow, nowMs));
    }
    this.#slow.splice(0, at);
  }

  #catchUpSome(endMs: number): void {
    const due = this.#queue;
    this.#queue = [];
    let at = 0;
    while (at < due.length) {
      const session = due[at++] as Session;
      const { slow } = session;
      if (slow !== undefined) {
        slow.queued = false;
        if (!session.client.closed) this.#guarded(session, slow, () => this.#slice(session, slow, endMs));
      }
      if (performance.now() >= endMs) break;
    }
    if (at < due.length) this.#queue = [...due.slice(at), ...this.#queue];
  }

  #guarded(session: Session, slow: SlowState<Position>, act: () => void): void {
    try {
      act();
    } catch (error) {
      // What it was told now is not known: it can't be gone on with.
      slow.away = [];
      this.#options.failed(session, error);
    }
  }

  /** Some streams of one client, until its socket keeps what it is given, or the turn's time is over. */
  #slice(session: Session, slow: SlowState<Position>, endMs: number): void {
    const { fanout, limits, metrics, nowUs, live } = this.#options;
    const { client } = session;
    slow.spell.catchUp();
    client.socket.cork(() => {
      let left: Position[] = [];
      for (let streams = 0; streams < limits.catchUpStreams && left.length === 0; streams++) {
        const next = slow.away.splice(0, 1);
        if (next.length === 0) break;
        left = fanout.resume(client, next);
        slow.away.unshift(...left);
        if (client.socket.getBufferedAmount() > limits.caughtUpBytes || performance.now() >= endMs) break;
      }
      if (slow.away.length === 0) client.tell(ENDED_NOTICE, nowUs());
    });
    if (slow.away.length > 0) {
      if (client.socket.getBufferedAmount() <= limits.caughtUpBytes) this.#enqueue(session, slow);
      return;
    }
    slow.spell.live(nowUs() / 1000);
    metrics.caughtUp.inc();
    live(session);
  }
}

/** Comes after the last of what was written before, so a client reads it where its data ends. */
const beganNotice = (holdMs: number): NoticeMessage => ({
  type: 'notice',
  code: 'merged',
  level: 1,
  ...(holdMs === 0 ? {} : { afterMs: holdMs }),
  msg: 'too much waited to be read: from here on updates are merged until it was read. Then come the states, and the trades in between',
});

const ENDED_NOTICE: NoticeMessage = {
  type: 'notice',
  code: 'merged',
  level: 0,
  msg: 'all streams are at the present again',
};
