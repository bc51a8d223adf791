import type { CloseReason } from '@tapecast/wire';
import type { PausedPosition } from '../fanout/fanout.ts';
import { SlowConsumers } from '../slow/slow-consumers.ts';
import type { Authentication } from './authenticate.ts';
import type { ProtocolContext } from './context.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/**
 * Looks at every connection a few times a second: who does not read, who is silent, who needs a heartbeat or a ping, whose token
 * ends.
 * A shared frame costs no work per client when it is published, so this is where clients are looked at one by one.
 */
export class Liveness {
  readonly #context: ProtocolContext;
  readonly #sessions: Sessions;
  readonly #authentication: Authentication;
  readonly #slow: SlowConsumers<PausedPosition, Session>;
  /** At the last sweep: bytes that clients had not read, all together, and clients that are told no data for that. */
  unreadBytes = 0;
  merged = 0;

  constructor(context: ProtocolContext, sessions: Sessions) {
    this.#context = context;
    this.#sessions = sessions;
    this.#authentication = sessions.authentication;
    this.#slow = new SlowConsumers({
      ...context,
      metrics: context.metrics.slow,
      live: (session) => sessions.live(session),
      failed: (session, error) => {
        context.logger.error({
          event: 'catch_up_failed',
          error: error instanceof Error ? error.stack : String(error),
        });
        this.#end(session, 'internal');
      },
    });
  }

  /** A socket took some of what waited. */
  drained(session: Session): void {
    this.#slow.drained(session);
    this.#sessions.drained(session);
  }

  sweep(): void {
    const nowUs = this.#context.nowUs();
    let unread = 0;
    let merged = 0;
    let away = 0;
    for (const session of this.#sessions) {
      const reason = this.#reasonToClose(session, nowUs / 1000);
      if (reason !== undefined) this.#end(session, reason);
      else {
        unread += session.unreadBytes;
        if (session.slow !== undefined) {
          if (session.slow.waits) merged++;
          away += session.slow.away.length;
        }
        this.#authentication.tellExpiring(session, nowUs);
        this.#beat(session, nowUs);
      }
    }
    this.merged = merged;
    this.#slow.looked(away);
    this.unreadBytes = unread > this.#context.limits.unreadBytesMax ? this.#closeSlowest(unread) : unread;
  }

  #reasonToClose(session: Session, nowMs: number): CloseReason | undefined {
    const { limits, heartbeatMs, metrics } = this.#context;
    const { client } = session;
    const over = this.#authentication.over(session, nowMs);
    if (over !== undefined) return over;
    if (client.dropped) {
      metrics.droppedFrames.inc();
      return 'slowConsumer';
    }
    session.unreadBytes = client.socket.getBufferedAmount();
    const tooSlow = this.#slow.look(session, nowMs);
    if (tooSlow !== undefined) return tooSlow;
    return nowMs - client.heardAtMs > limits.silentIntervals * heartbeatMs ? 'silent' : undefined;
  }

  #beat(session: Session, nowUs: number): void {
    const { heartbeatMs } = this.#context;
    const nowMs = nowUs / 1000;
    // Hello is the first message, always.
    if (!session.helloTold) return;
    if (nowMs - session.pingedAtMs >= heartbeatMs) {
      session.pingedAtMs = nowMs;
      session.client.socket.ping();
    }
    const { client } = session;
    if (nowMs - client.toldAtMs < heartbeatMs) return;
    // What it shares is only looked up when its own frames are too long ago, and then noted for an interval.
    client.toldAtMs = session.lastToldAtMs();
    if (nowMs - client.toldAtMs < heartbeatMs) return;
    client.tell({ type: 'heartbeat', n: ++session.heartbeats, serverTime: Math.floor(nowMs) }, nowUs);
  }

  /** Closes those with most unread bytes until the process's bound holds; returns what is left. */
  #closeSlowest(unread: number): number {
    let left = unread;
    for (const session of [...this.#sessions].sort((a, b) => b.unreadBytes - a.unreadBytes)) {
      if (left <= this.#context.limits.unreadBytesMax) break;
      left -= session.unreadBytes;
      this.#end(session, 'slowConsumer');
    }
    return left;
  }

  #end(session: Session, reason: CloseReason): void {
    this.#context.metrics.closed(reason);
    session.end(reason);
  }
}
