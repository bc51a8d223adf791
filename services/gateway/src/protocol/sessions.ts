import { randomUUID } from 'node:crypto';
import type { Channel } from '@tapecast/market';
import {
  type ClientMessage,
  decodeProtobufClientMessage,
  type ErrorMessage,
  errorMessage,
  parseJsonClientMessage,
} from '@tapecast/wire';
import { ANONYMOUS, isRefusal } from '../admission/admission.ts';
import { Client, type Encoding } from '../fanout/client.ts';
import type { ClientSocket } from '../fanout/client-socket.ts';
import { JsonFrameWriter } from '../fanout/json-frame.ts';
import { INTERVALS_OFFERED_MS, type ProtocolContext } from './context.ts';
import { leave, resync, unsubscribe } from './leave-and-resync.ts';
import { Session } from './session.ts';
import { subscribe } from './subscribe.ts';

/** All connections of this gateway, and what is done with what they send. The edge calls in; nothing here throws. */
export class Sessions {
  readonly #context: ProtocolContext;
  readonly #all = new Set<Session>();
  readonly #writer = new JsonFrameWriter();

  constructor(context: ProtocolContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#all.values();
  }

  /** Why no further connection may be made now; undefined where one may. */
  full(): string | undefined {
    const { connectionsMax } = this.#context.limits;
    if (this.#all.size < connectionsMax) return undefined;
    return `this gateway holds ${connectionsMax} connections, which is the most it may; try another or later`;
  }

  /** A connection was made: `hello` is its first message, always. `token` as the handshake gave it. */
  open(socket: ClientSocket, encoding: Encoding, token: string | undefined): Session {
    const { nowUs, limits, heartbeatMs, metrics, admission } = this.#context;
    const admitted = admission.admit(token);
    const subject = isRefusal(admitted) ? ANONYMOUS : admitted;
    const at = nowUs();
    const client = new Client(randomUUID(), encoding, socket, this.#writer, at / 1000);
    const session = new Session(client, subject, limits, at / 1000);
    this.#all.add(session);
    const protocol = encoding === 'protobuf' ? 'tapecast.v1.protobuf' : 'tapecast.v1.json';
    metrics.opened(protocol);
    client.tell(
      {
        type: 'hello',
        session: client.session,
        serverTime: Math.floor(at / 1000),
        heartbeatMs,
        protocol,
        limits: {
          message_bytes: limits.messageBytesMax,
          symbols_per_message: limits.symbolsPerMessageMax,
          pairs_per_message: limits.pairsPerMessageMax,
          subscriptions: limits.subscriptionsPerConnectionMax,
          messages_per_second: limits.messagesPerSecond,
          messages_burst: limits.messagesBurst,
          unread_bytes: limits.slowBytes,
          intervals_ms: [...INTERVALS_OFFERED_MS],
        },
      },
      at,
    );
    return session;
  }

  /** The socket closed: it may not be touched any more. */
  closed(session: Session): void {
    session.client.closed = true;
    session.waiting.length = 0;
    for (const [held, channels] of session.subscriptions)
      for (const channel of [...channels]) leave(this.#context, session, held, channel);
    this.#all.delete(session);
  }

  /** Any sign of life but a message. */
  heard(session: Session): void {
    session.client.heardAtMs = this.#context.nowUs() / 1000;
  }

  /** A frame of the client. `bytes` are only read before this returns. */
  frame(session: Session, bytes: Uint8Array, binary: boolean): void {
    const { limits, metrics, nowUs } = this.#context;
    const nowMs = nowUs() / 1000;
    session.client.heardAtMs = nowMs;
    metrics.clientMessages.inc();
    if (!session.messages.take(nowMs)) {
      this.#end(session, 'tooManyMessages');
      return;
    }
    if (bytes.byteLength > limits.messageBytesMax) {
      const msg = `the message has ${bytes.byteLength} bytes, and at most ${limits.messageBytesMax} are read. Send several smaller ones`;
      metrics.badMessages.inc();
      session.client.tell(errorMessage(null, null, 'bad_request', msg), nowUs());
      this.#end(session, 'messageTooBig');
      return;
    }
    const message = read(session, bytes, binary);
    if ('type' in message) this.#bad(session, message, nowMs);
    else this.handle(session, message);
  }

  /** A message that was read: answered now, or after those before it. */
  handle(session: Session, message: ClientMessage): void {
    if (!session.busy) this.#handle(session, message);
    else if (session.waiting.length < this.#context.limits.messagesWaitingMax) session.waiting.push(message);
    else this.#end(session, 'tooManyMessages');
  }

  /** Closes all: another gateway takes over. */
  drain(): void {
    for (const session of this.#all) this.#end(session, 'drain');
  }

  #bad(session: Session, error: ErrorMessage, nowMs: number): void {
    this.#context.metrics.badMessages.inc();
    session.client.tell(error, this.#context.nowUs());
    if (!session.badMessages.take(nowMs)) this.#end(session, 'badMessages');
  }

  #end(session: Session, reason: Parameters<Session['end']>[0]): void {
    this.#context.metrics.closed(reason);
    session.end(reason);
  }

  #handle(session: Session, message: ClientMessage): void {
    try {
      const answering = this.#dispatch(session, message);
      if (answering === undefined) return;
      session.busy = true;
      // Owned here: what fails is answered, and the next message is taken up whatever happened.
      void answering.catch((error: unknown) => this.#failed(session, message, error)).then(() => this.#next(session));
    } catch (error) {
      this.#failed(session, message, error);
    }
  }

  #next(session: Session): void {
    session.busy = false;
    while (!session.busy && !session.client.closed) {
      const message = session.waiting.shift();
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
    const { client } = session;
    const nowUs = this.#context.nowUs();
    switch (message.action) {
      case 'subscribe':
        return subscribe(this.#context, session, message);
      case 'unsubscribe':
        unsubscribe(this.#context, session, message);
        return undefined;
      case 'resync':
        resync(this.#context, session, message);
        return undefined;
      case 'query_subscribe':
        client.tell(
          {
            type: 'success',
            action: message.action,
            id: message.id,
            msg: `${session.subscriptionCount} subscriptions`,
            subscriptions: subscriptionsOf(session),
          },
          nowUs,
        );
        return undefined;
      case 'ping':
        client.tell({ type: 'pong', id: message.id, serverTime: Math.floor(nowUs / 1000) }, nowUs);
        return undefined;
      case 'auth': {
        const admitted = this.#context.admission.admit(message.token);
        if (isRefusal(admitted)) client.tell(errorMessage('auth', message.id, admitted.code, admitted.msg), nowUs);
        else {
          session.subject = admitted;
          client.tell({ type: 'success', action: 'auth', id: message.id, msg: `You are ${admitted.name}` }, nowUs);
        }
        return undefined;
      }
      case 'resume':
      case 'ack': {
        const msg = `${message.action} is not offered by this gateway. Subscribe again instead: a snapshot comes first`;
        client.tell(errorMessage(message.action, message.id, 'not_supported', msg), nowUs);
        return undefined;
      }
    }
  }
}

function read(session: Session, bytes: Uint8Array, binary: boolean): ClientMessage | ErrorMessage {
  if (session.client.encoding === 'protobuf') {
    if (binary) return decodeProtobufClientMessage(bytes);
    return errorMessage(
      null,
      null,
      'bad_request',
      'a text frame on tapecast.v1.protobuf. Send binary frames, or connect with subprotocol tapecast.v1.json',
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

function subscriptionsOf(
  session: Session,
): { symbol: string; channel: Channel; intervalMs: number; epoch: string; seq: number }[] {
  return [...session.subscriptions].flatMap(([held, channels]) =>
    [...channels].map((channel) => ({
      symbol: held.symbol,
      channel,
      intervalMs: 0,
      epoch: held.view.epoch,
      seq: held.fanout.group(channel)?.told ?? 0,
    })),
  );
}
