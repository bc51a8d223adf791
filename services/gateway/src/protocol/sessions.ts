import { randomUUID } from 'node:crypto';
import {
  type ClientMessage,
  decodeProtobufClientMessage,
  type ErrorMessage,
  errorMessage,
  parseJsonClientMessage,
  type SuccessMessage,
} from '@tapecast/wire';
import { SubjectConnections } from '../admission/subject-connections.ts';
import { Client, type Encoding, SUBPROTOCOL_OF } from '../fanout/client.ts';
import type { ClientSocket } from '../fanout/client-socket.ts';
import { OwedSessions } from '../sessions/owed-sessions.ts';
import { type ResumeParts, resume } from '../sessions/resume.ts';
import { Resumptions } from '../sessions/resumptions.ts';
import { SessionKeeper } from '../sessions/session-keeper.ts';
import { TradeReplays } from '../sessions/trade-replays.ts';
import { Authentication } from './authenticate.ts';
import type { ProtocolContext } from './context.ts';
import { leave, resync, unsubscribe } from './leave-and-resync.ts';
import { pairsOf } from './pairs-of.ts';
import { ratesOf, Session, type SessionRates } from './session.ts';
import { subscribe } from './subscribe.ts';
import { WaitingMessages } from './waiting-messages.ts';

/** All connections of this gateway, and what is done with what they send. The edge calls in; nothing here throws. */
export class Sessions {
  readonly authentication: Authentication;
  readonly resume: ResumeParts;
  readonly #context: ProtocolContext;
  readonly #rates: SessionRates;
  readonly #all = new Set<Session>();
  /** Of whom it is not known yet who they are; who waits longest is first. */
  readonly #unadmitted = new Set<Session>();
  readonly #waiting: WaitingMessages<Session>;

  constructor(context: ProtocolContext) {
    this.#context = context;
    this.#rates = ratesOf(context.limits);
    this.#waiting = new WaitingMessages(context.limits);
    context.fanout.reaches({ [Symbol.iterator]: () => this.#clients() });
    this.authentication = new Authentication(context, new SubjectConnections(), (session, reason) =>
      this.#end(session, reason),
    );
    this.resume = this.#resumeParts();
  }

  #resumeParts(): ResumeParts {
    const { kept, history, limits, nowUs, metrics } = this.#context;
    const context = { ...this.#context, metrics: metrics.sessions, nowMs: () => nowUs() / 1000 };
    const replays = new TradeReplays(history, limits, context.nowMs);
    const resumptions = new Resumptions({
      ...context,
      replays,
      through: (session) => this.#nextOf(session),
      failed: (session, error) => this.#broken(session, 'resume_failed', error),
    });
    const keeper =
      kept === undefined
        ? undefined
        : new SessionKeeper({
            ...context,
            ...kept,
            // Who was told to go elsewhere has done so.
            replaced: (session) => this.#end(session, session.leaving ?? 'replaced'),
          });
    return { keeper, owed: new OwedSessions(limits), resumptions, replays };
  }

  /** Called a few times a second. */
  sweep(): void {
    this.resume.resumptions.sweep();
    this.resume.replays.sweep();
    this.resume.keeper?.sweep();
    this.resume.owed.sweep(this.#context.nowUs() / 1000);
  }

  *#clients(): Generator<Client> {
    for (const { client } of this.#all) yield client;
  }

  /** Connections of which it is not known yet whose they are. */
  get unadmitted(): number {
    return this.#unadmitted.size;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#all.values();
  }

  /** Why no further connection may be made now; undefined where one may. */
  full(): string | undefined {
    const { connectionsMax, unadmittedMax } = this.#context.limits;
    if (this.#all.size >= connectionsMax)
      return `this gateway holds ${connectionsMax} connections, which is the most it may; try another or later`;
    if (this.#unadmitted.size >= unadmittedMax && this.#hadItsTime() === undefined)
      return `${unadmittedMax} connections have not shown a token yet, which is the most that may wait; try again`;
    return undefined;
  }

  /** A connection was made: `hello` is its first message, always. `token` as the handshake gave it. */
  open(socket: ClientSocket, encoding: Encoding, token: string | undefined): Session {
    const { nowUs, limits, metrics } = this.#context;
    const nowMs = nowUs() / 1000;
    const client = new Client(randomUUID(), encoding, socket, nowMs);
    client.journal = this.#context.journal;
    const session = new Session(client, limits, this.#rates, nowMs);
    this.#all.add(session);
    this.resume.keeper?.opened(session);
    metrics.opened(SUBPROTOCOL_OF[encoding]);
    this.#unadmitted.add(session);
    const checking = this.authentication.begin(session, token);
    if (checking === undefined) this.#noteAdmitted(session);
    // What it sends meanwhile waits.
    else this.#work(session, checking, (error) => this.#failedToBegin(session, error));
    if (this.#unadmitted.size > limits.unadmittedMax) this.#makeRoom();
    return session;
  }

  /** The socket closed, with that code where it is known: it may not be touched any more. */
  closed(session: Session, code?: number): void {
    session.client.journal?.closed(session.client.session, undefined);
    session.client.closed = true;
    this.resume.keeper?.closed(session, code);
    this.resume.resumptions.closed(session);
    this.resume.owed.forget(session);
    this.#waiting.forget(session);
    this.#unadmitted.delete(session);
    this.authentication.left(session);
    for (const stream of [...session.client.streams]) leave(this.#context, session, stream);
    this.#context.fanout.closed(session.client);
    this.#all.delete(session);
  }

  /** A ping of WebSocket's own, which the library answered: it costs as much as one of ours. */
  pinged(session: Session): void {
    const nowMs = this.#context.nowUs() / 1000;
    session.client.heardAtMs = nowMs;
    if (!session.takeMessage(nowMs)) this.#end(session, 'tooManyMessages');
  }

  /** Any sign of life but a message. */
  heard(session: Session): void {
    session.client.heardAtMs = this.#context.nowUs() / 1000;
  }

  /** A frame of the client. `bytes` are only read before this returns. */
  frame(session: Session, bytes: Uint8Array, binary: boolean): void {
    const { limits, metrics, nowUs, admission } = this.#context;
    const nowMs = nowUs() / 1000;
    session.client.heardAtMs = nowMs;
    metrics.clientMessages.inc();
    if (!session.takeMessage(nowMs)) {
      this.#end(session, 'tooManyMessages');
      return;
    }
    if (session.grant !== undefined && admission.spend('messages', session.grant, nowMs) > 0) {
      this.#end(session, 'tooManyMessages');
      return;
    }
    // Before it is known who that is, there is nothing to be said but a token.
    const most = session.grant === undefined ? limits.unadmittedMessageBytesMax : limits.messageBytesMax;
    if (bytes.byteLength > most) {
      const msg = `the message has ${bytes.byteLength} bytes, and at most ${most} are read. Send several smaller ones`;
      metrics.badMessages.inc();
      this.authentication.hello(session);
      session.client.tell(errorMessage(null, null, 'bad_request', msg), nowUs());
      this.#end(session, 'messageTooBig');
      return;
    }
    // Before it is read: reading is what bytes cost.
    if (!session.takeBytes(nowMs, bytes.byteLength)) {
      metrics.tooManyBytes.inc();
      this.#end(session, 'tooManyMessages');
      return;
    }
    if (!this.#mayBeRead(session, bytes.byteLength)) {
      this.#end(session, 'tooManyMessages');
      return;
    }
    const message = read(session, bytes, binary);
    if ('type' in message) {
      metrics.badMessages.inc();
      if (!session.takeBadMessage(limits, nowMs)) {
        this.#end(session, 'badMessages');
        return;
      }
    }
    this.handle(session, message, bytes.byteLength);
  }

  /** False where somebody of whom nothing is known sends more than a door needs. */
  #mayBeRead(session: Session, bytes: number): boolean {
    if (session.grant !== undefined) return true;
    const door = session.atTheDoor();
    door.bytes += bytes;
    const { unadmittedMessagesMax, unadmittedBytesMax } = this.#context.limits;
    return ++door.messages <= unadmittedMessagesMax && door.bytes <= unadmittedBytesMax;
  }

  /** A message that was read of so many bytes, or the answer to one that could not be: answered now, or after those before it. */
  handle(session: Session, message: ClientMessage | ErrorMessage, bytes: number): void {
    if (!this.#waits(session)) {
      this.#handle(session, message);
      return;
    }
    const tooMuch = this.#waiting.add(session, message, bytes);
    if (tooMuch !== undefined) this.#end(tooMuch, 'tooManyMessages');
  }

  /** Closes all: another gateway takes over. */
  drain(): void {
    for (const session of this.#all) this.#end(session, 'drain');
  }

  #end(session: Session, reason: Parameters<Session['end']>[0]): void {
    this.#context.metrics.closed(reason);
    session.end(reason);
  }

  #handle(session: Session, message: ClientMessage | ErrorMessage): void {
    if ('type' in message) {
      session.client.tell(message, this.#context.nowUs());
      return;
    }
    try {
      const answering = this.#dispatch(session, message);
      if (answering !== undefined) this.#work(session, answering, (error) => this.#failed(session, message, error));
    } catch (error) {
      this.#failed(session, message, error);
    }
  }

  /** The next message is taken up after this, whatever became of it. */
  #work(session: Session, answering: Promise<void>, failed: (error: unknown) => void): void {
    session.busy = true;
    // Owned here.
    void answering.catch(failed).then(() => {
      this.#noteAdmitted(session);
      this.resume.keeper?.changed(session);
      this.#next(session);
    });
  }

  #noteAdmitted(session: Session): void {
    if (session.grant !== undefined) this.#unadmitted.delete(session);
  }

  /** Whoever waits longest for a grant, where that was time enough to get one. */
  #hadItsTime(): Session | undefined {
    const { limits, nowUs } = this.#context;
    const [longest] = this.#unadmitted;
    return longest !== undefined && nowUs() / 1000 - longest.openedAtMs >= limits.unadmittedGraceMs
      ? longest
      : undefined;
  }

  #makeRoom(): void {
    const longest = this.#hadItsTime();
    if (longest === undefined) return;
    this.#unadmitted.delete(longest);
    this.#end(longest, 'overloaded');
  }

  #failedToBegin(session: Session, error: unknown): void {
    this.#broken(session, 'handshake_failed', error);
  }

  #broken(session: Session, event: string, error: unknown): void {
    this.#context.logger.error({ event, error: error instanceof Error ? error.stack : String(error) });
    this.#end(session, 'internal');
  }

  /** One that did not keep up is told everything again: what it asked for meanwhile is answered now. */
  live(session: Session): void {
    this.resume.resumptions.go(session);
    this.#nextOf(session);
  }

  /** The socket took some of what waited. The library is at it: it is written to in a later turn. */
  drained(session: Session): void {
    if (session.resuming !== undefined) setImmediate(() => this.resume.resumptions.go(session));
  }

  #nextOf(session: Session): void {
    if (!session.busy) this.#next(session);
  }

  #waits(session: Session): boolean {
    return session.busy || session.slow?.waits === true || session.resuming?.waits === true;
  }

  #next(session: Session): void {
    session.busy = false;
    while (!this.#waits(session) && !session.client.closed) {
      const message = this.#waiting.take(session);
      if (message === undefined) return;
      this.#handle(session, message);
    }
  }

  #failed(session: Session, message: ClientMessage, error: unknown): void {
    this.#context.logger.error({
      event: 'message_failed',
      action: message.action,
      error: error instanceof Error ? error.stack : String(error),
    });
    if (session.client.closed) return;
    session.client.tell(
      errorMessage(message.action, message.id, 'internal', 'the gateway failed at this message; the fault is logged'),
      this.#context.nowUs(),
    );
  }

  #dispatch(session: Session, message: ClientMessage): Promise<void> | undefined {
    const { client, grant } = session;
    const nowUs = this.#context.nowUs();
    if (message.action === 'ping') {
      client.tell({ type: 'pong', id: message.id, serverTime: Math.floor(nowUs / 1000) }, nowUs);
      return undefined;
    }
    if (grant !== undefined && grant.expiresAtMs <= nowUs / 1000) {
      this.#end(session, 'tokenExpired');
      return undefined;
    }
    if (message.action === 'auth') return this.authentication.auth(session, message.id, message.token);
    if (grant === undefined) {
      const msg = `nothing is answered before a token was taken: send {"action":"auth","token":"…"} within ${this.#context.limits.authMs / 1000} s of connecting`;
      client.tell(errorMessage(message.action, message.id, 'unauthorized', msg), nowUs);
      return undefined;
    }
    if (!session.takePairs(nowUs / 1000, pairsOf(session, message, this.#context.limits.pairsPerMessageMax))) {
      this.#end(session, 'tooManyMessages');
      return undefined;
    }
    switch (message.action) {
      case 'subscribe':
        return this.#changes(session, subscribe(this.#context, session, grant, message));
      case 'unsubscribe':
        unsubscribe(this.#context, session, grant, message);
        return this.#changes(session, undefined);
      case 'resync':
        resync(this.#context, session, grant, message);
        return undefined;
      case 'query_subscribe':
        this.#context.fanout.flush();
        client.tell(
          {
            type: 'success',
            action: message.action,
            id: message.id,
            msg: `${session.client.streams.size} subscriptions`,
            subscriptions: this.#subscriptionsOf(session),
          },
          nowUs,
        );
        return undefined;
      case 'resume':
        return resume(this.#context, this.resume, session, grant, message);
      case 'ack': {
        const msg = `${message.action} is not offered by this gateway. Subscribe again instead: a snapshot comes first`;
        client.tell(errorMessage(message.action, message.id, 'not_supported', msg), nowUs);
        return undefined;
      }
    }
  }

  /** What waits for an answer is noted with that. */
  #changes(session: Session, answering: Promise<void> | undefined): Promise<void> | undefined {
    if (answering === undefined) this.resume.keeper?.changed(session);
    return answering;
  }

  #subscriptionsOf(session: Session): Required<SuccessMessage>['subscriptions'] {
    const { client } = session;
    return Array.from(client.streams, (stream) => ({
      symbol: stream.instrument.symbol,
      channel: stream.channel,
      intervalMs: this.#context.fanout.target(client, stream).intervalMs,
      ...session.positionIn(stream),
    }));
  }
}

function read(session: Session, bytes: Uint8Array, binary: boolean): ClientMessage | ErrorMessage {
  if (!session.client.json) {
    if (binary) return decodeProtobufClientMessage(bytes);
    return errorMessage(
      null,
      null,
      'bad_request',
      `a text frame on ${SUBPROTOCOL_OF[session.client.encoding]}. Send binary frames, or connect with subprotocol tapecast.v1.json`,
    );
  }
  if (!binary) return parseJsonClientMessage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  return errorMessage(
    null,
    null,
    'bad_request',
    'a binary frame on tapecast.v1.json. Send text frames, or connect with subprotocol tapecast.v1.protobuf',
  );
}
