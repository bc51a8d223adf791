import { ANONYMOUS, type Grant } from '@tapecast/access';
import {
  type CloseReason,
  errorMessage,
  type MessageId,
  type NamedLimits,
  type NoticeMessage,
  type SubscriptionResult,
} from '@tapecast/wire';
import { isRefusal, type Refusal } from '../admission/admission.ts';
import type { AdmissionPlace } from '../admission/admission-metrics.ts';
import type { SubjectConnections } from '../admission/subject-connections.ts';
import { SUBPROTOCOL_OF } from '../fanout/client.ts';
import { INTERVALS_OFFERED_MS } from '../fanout/intervals.ts';
import { resumeTokenOf } from '../sessions/identity.ts';
import type { ProtocolContext } from './context.ts';
import { leave } from './leave-and-resync.ts';
import { failure, forbidden } from './resolve.ts';
import type { Session } from './session.ts';

/** Pause before a token is shown again whose key could not be fetched. */
const RETRY_AFTER_MS = 2_000;

/** How a connection ends whose token was not taken. */
const CLOSES: Readonly<Record<Refusal['code'], CloseReason>> = {
  unauthorized: 'badToken',
  token_invalid: 'badToken',
  token_not_yet_valid: 'badToken',
  token_expired: 'tokenExpired',
  forbidden: 'forbidden',
  unavailable: 'keysUnavailable',
};

/** Gives a session its grant, in the handshake and by `auth`, renews it and takes it away. */
export class Authentication {
  readonly #context: ProtocolContext;
  readonly #connections: SubjectConnections;
  readonly #end: (session: Session, reason: CloseReason) => void;

  constructor(
    context: ProtocolContext,
    connections: SubjectConnections,
    end: (session: Session, reason: CloseReason) => void,
  ) {
    this.#context = context;
    this.#connections = connections;
    this.#end = end;
  }

  /** `hello`, and where the handshake's token was not taken, why, and the end. A promise where the token takes a check. */
  begin(session: Session, token: string | undefined): Promise<void> | undefined {
    const admitted = this.#context.admission.admit(token);
    if (admitted instanceof Promise) return admitted.then((answer) => this.#begun(session, answer));
    this.#begun(session, admitted);
    return undefined;
  }

  /** The answer to `auth`. */
  async auth(session: Session, id: MessageId, token: string): Promise<void> {
    const admitted = await this.#context.admission.admit(token);
    if (session.client.closed) return;
    const refusal = this.#give(session, admitted, 'message');
    if (refusal !== undefined) {
      this.#refuse(session, id, refusal);
      // Whoever is in stays in with the token he has; whoever is not has a few tries.
      const mayTryAgain =
        session.grant === undefined ? ++session.atTheDoor().authFailures < this.#context.limits.authFailuresMax : true;
      if (!mayTryAgain) this.#end(session, CLOSES[refusal.code]);
      else if (!session.takeBadMessage(this.#context.limits, this.#context.nowUs() / 1000))
        this.#end(session, 'badMessages');
      return;
    }
    const { client } = session;
    const results = this.#takeAway(session);
    const msg = `You are ${session.grant?.subject}${results.length === 0 ? '' : `; ${results.length} subscriptions were taken away, see results`}`;
    const limits = limitsOf(this.#context, session);
    client.tell({ type: 'success', action: 'auth', id, msg, results, limits }, this.#context.nowUs());
    this.tellExpiring(session, this.#context.nowUs());
  }

  /** Told once for each token: renew it, or the connection ends. */
  tellExpiring(session: Session, nowUs: number): void {
    const { grant } = session;
    if (grant === undefined || session.expiringTold) return;
    const afterMs = Math.max(0, Math.floor(grant.expiresAtMs - nowUs / 1000));
    if (afterMs > this.#context.limits.authExpiringMs) return;
    session.expiringTold = true;
    const msg = 'the token expires. Send auth with a new one, or the connection ends then';
    const notice: NoticeMessage = { type: 'notice', code: 'auth_expiring', afterMs, msg };
    session.client.tell(notice, nowUs);
  }

  /** Why a connection ends whose token or time is over, after it was told; undefined where it may stay. */
  over(session: Session, nowMs: number): CloseReason | undefined {
    const { grant } = session;
    if (grant !== undefined) return grant.expiresAtMs <= nowMs ? 'tokenExpired' : undefined;
    if (nowMs < session.openedAtMs + this.#context.limits.authMs) return undefined;
    const seconds = this.#context.limits.authMs / 1000;
    const refusal: Refusal = session.helloTold
      ? { code: 'unauthorized', msg: `no token was taken within ${seconds} s` }
      : { code: 'unavailable', msg: `the token could not be checked within ${seconds} s` };
    this.#context.metrics.admission.admitted(session.helloTold ? 'message' : 'handshake', refusal.code);
    this.hello(session);
    this.#refuse(session, null, refusal);
    return CLOSES[refusal.code];
  }

  /** Told once, before anything else. */
  hello(session: Session): void {
    if (session.helloTold) return;
    session.helloTold = true;
    const nowUs = this.#context.nowUs();
    const { client } = session;
    client.tell(
      {
        type: 'hello',
        session: session.id,
        ...(this.#context.kept === undefined ? {} : { resumeToken: resumeTokenOf(session.identity) }),
        serverTime: Math.floor(nowUs / 1000),
        heartbeatMs: this.#context.heartbeatMs,
        protocol: SUBPROTOCOL_OF[client.encoding],
        limits: limitsOf(this.#context, session),
      },
      nowUs,
    );
  }

  /** The connection closed. */
  left(session: Session): void {
    if (session.grant !== undefined && session.grant !== ANONYMOUS) this.#connections.giveBack(session.grant);
  }

  #begun(session: Session, admitted: Grant | Refusal): void {
    if (session.client.closed) return;
    const refusal = this.#give(session, admitted, 'handshake');
    this.hello(session);
    if (refusal === undefined) this.tellExpiring(session, this.#context.nowUs());
    else if (refusal.code !== 'unauthorized') {
      this.#refuse(session, null, refusal);
      this.#end(session, CLOSES[refusal.code]);
    }
  }

  /** Gives the session what it was granted, or says why not: then it keeps what it had. */
  #give(session: Session, admitted: Grant | Refusal, place: AdmissionPlace): Refusal | undefined {
    const { admission } = this.#context.metrics;
    const refusal = isRefusal(admitted) ? admitted : this.#unfit(session, admitted);
    if (refusal === undefined) {
      admission.admitted(place, admitted === ANONYMOUS ? 'anonymous' : 'token');
      session.admit(admitted as Grant, this.#context.limits, this.#context.nowUs() / 1000); // A refusal would have been found above.
    } else if (place !== 'handshake' || refusal.code !== 'unauthorized') {
      // A handshake without a token is no outcome yet: an `auth` may follow.
      admission.admitted(place, refusal.code);
    }
    return refusal;
  }

  /** Why a good token is not for this connection; undefined where it is, and then its subject's connection is counted. */
  #unfit(session: Session, grant: Grant): Refusal | undefined {
    const before = session.grant;
    if (grant === ANONYMOUS) return undefined;
    if (before !== undefined && before !== ANONYMOUS) {
      if (before.subject === grant.subject) return undefined;
      return {
        code: 'forbidden',
        msg: 'the token is of another subject than this connection. Open a connection of its own for it',
      };
    }
    if (this.#connections.take(grant)) return undefined;
    return {
      code: 'forbidden',
      msg: `the token allows ${grant.limits.connections} connections on a gateway, and they are open. Close one of them`,
    };
  }

  /** Ends what the grant no longer allows, at once; told per symbol and channel. */
  #takeAway(session: Session): SubscriptionResult[] {
    const { grant } = session;
    if (grant === undefined || grant === ANONYMOUS) return [];
    const results: SubscriptionResult[] = [];
    let kept = 0;
    let symbol = '';
    let reads = false;
    // The streams of an instrument are neighbours.
    for (const stream of [...session.client.streams]) {
      if (stream.instrument.symbol !== symbol) {
        if (reads) kept++;
        reads = false;
        symbol = stream.instrument.symbol;
      }
      const tooMany = kept >= session.symbolsMax;
      const allowed = grant.mayRead(symbol, stream.channel);
      reads ||= allowed && !tooMany;
      if (allowed && !tooMany) continue;
      const why = allowed
        ? ({ code: 'too_many_symbols', msg: `the token allows ${session.symbolsMax} symbols` } as const)
        : forbidden(symbol, stream.channel);
      results.push(failure(symbol, stream.channel, why));
      leave(this.#context, session, stream);
    }
    return results;
  }

  #refuse(session: Session, id: MessageId, { code, msg }: Refusal): void {
    const retryAfterMs = code === 'unavailable' ? RETRY_AFTER_MS : null;
    session.client.tell(errorMessage('auth', id, code, msg, retryAfterMs), this.#context.nowUs());
  }
}

/** What holds for the session: the gateway's limits, or its token's where they are lower. */
function limitsOf({ limits }: ProtocolContext, session: Session): NamedLimits {
  const connections = session.grant?.limits.connections;
  return {
    message_bytes: limits.messageBytesMax,
    symbols_per_message: limits.symbolsPerMessageMax,
    pairs_per_message: limits.pairsPerMessageMax,
    symbols: session.symbolsMax,
    subscriptions: limits.subscriptionsPerConnectionMax,
    ...(connections === undefined ? {} : { connections }),
    messages_per_second: session.rates.messages.perSecond,
    messages_burst: session.rates.messages.burst,
    pairs_per_second: limits.pairsPerSecond,
    pairs_burst: limits.pairsBurst,
    bytes_per_second: limits.bytesPerSecond,
    bytes_burst: limits.bytesBurst,
    unread_bytes: limits.slowBytes,
    intervals_ms: [...INTERVALS_OFFERED_MS],
  };
}
