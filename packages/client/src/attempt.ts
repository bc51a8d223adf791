import {
  type Channel,
  CLOSE_CODES,
  type ClientMessage,
  type ControlMessage,
  type DataMessage,
  type ErrorMessage,
  type HelloMessage,
  type NoticeMessage,
  type SuccessMessage,
} from '@tapecast/wire';
import { Connection, type ConnectionOptions } from './connection.ts';
import type { FrameTimes } from './data-events.ts';
import { Login, type LoginFailure } from './login.ts';
import { type Tokens, withoutTokens } from './token-source.ts';

/** Codes of an `error` that is about the token, whatever it answers. */
const TOKEN_ERRORS: ReadonlySet<string> = new Set([
  'unauthorized',
  'token_invalid',
  'token_expired',
  'token_not_yet_valid',
]);

export interface AttemptOptions extends ConnectionOptions {
  /** Later attempts have higher ones. */
  number: number;
  tokens: Tokens;
  /** undefined: the client is anonymous. */
  token: string | undefined;
  /** Numbers in [0, 1). */
  random: () => number;
}

/** How an attempt ended. */
export interface AttemptEnd {
  code: number;
  reason: string;
  /** Since hello, where it came and the token, if there is one, was taken. */
  goodForMs: number | undefined;
  /** What the gateway said of the token. */
  failure: LoginFailure | undefined;
  /** The newest token that was shown. */
  token: string | undefined;
}

export interface AttemptHandlers {
  onHello(hello: HelloMessage): void;
  /** The token was taken or, without one, hello came: requests may go. `answer` is undefined where nothing was asked. */
  onIn(answer: SuccessMessage | undefined): void;
  /** Another token took the place of the first. */
  onRenewed(answer: SuccessMessage | undefined): void;
  onRenewalFailed(failure: LoginFailure, retryInMs: number | undefined): void;
  /** All messages but `hello` and the login's own, in order. */
  onMessage(message: ControlMessage | DataMessage, times: FrameTimes): void;
  /** This connection ends, and there is another place. */
  onMoving(notice: NoticeMessage): void;
  onBaseless(symbol: string, channel: Channel): void;
  onStale(stale: boolean): void;
  onSeqHole(): void;
  onFault(error: Error): void;
  /** Once, last. */
  onEnd(end: AttemptEnd): void;
}

/** One try to be served: a connection, from its opening to its end, and the login on it. */
export class Attempt {
  readonly number: number;
  readonly #handlers: AttemptHandlers;
  readonly #connection: Connection;
  readonly #login: Login | undefined;
  #hello: HelloMessage | undefined;
  #failure: LoginFailure | undefined;
  #ended = false;

  /** Throws where the environment makes no WebSocket to that address. */
  constructor(options: AttemptOptions, handlers: AttemptHandlers) {
    this.number = options.number;
    this.#handlers = handlers;
    const { tokens, token, random, now } = options;
    this.#connection = new Connection(options, {
      onMessage: (message, times) => this.#message(message, times),
      onBaseless: (symbol, channel) => handlers.onBaseless(symbol, channel),
      onStale: (stale) => handlers.onStale(stale),
      onSeqHole: () => handlers.onSeqHole(),
      onFault: (error) => handlers.onFault(error),
      onEnd: (code, reason, goodForMs) => this.#end(code, reason, goodForMs),
    });
    if (token === undefined) return;
    this.#login = new Login({
      tokens,
      token,
      sent: options.queryToken !== undefined,
      send: (message) => this.#connection.send(message),
      random,
      now,
      onIn: (answer, renewed) => (renewed ? handlers.onRenewed(answer) : handlers.onIn(answer)),
      onRenewalFailed: (failure, retryInMs) => handlers.onRenewalFailed(failure, retryInMs),
      onRefused: (failure, closeCode) => {
        this.#failure = failure;
        this.#connection.close(closeCode, failure.msg);
      },
    });
  }

  /** Requests may go. */
  get in(): boolean {
    return !this.#ended && this.#hello !== undefined && (this.#login === undefined || this.#login.in);
  }

  /** What the gateway calls the session that began with this connection; undefined where it keeps none. */
  get resumeToken(): string | undefined {
    return this.#hello?.resumeToken;
  }

  send(message: ClientMessage): void {
    this.#connection.send(message);
  }

  /** Ends it; `onEnd` is called before this returns. */
  close(code: number, reason: string): void {
    this.#connection.close(code, reason);
  }

  #message(message: ControlMessage | DataMessage, times: FrameTimes): void {
    const login = this.#login;
    switch (message.type) {
      case 'success':
        if (login?.answered(message)) return;
        break;
      case 'error':
        if (login?.answered(message)) return;
        this.#aboutToken(message);
        break;
      case 'notice':
        if (message.code === 'auth_expiring') login?.expiring(message.afterMs ?? 0);
        if (message.code === 'moving') this.#handlers.onMoving(message);
        break;
      case 'hello':
        this.#hello = message;
        this.#handlers.onHello(message);
        if (login === undefined) this.#handlers.onIn(undefined);
        else login.begin();
        return;
    }
    // An anonymous client may have been sent away just now.
    if (!this.#ended) this.#handlers.onMessage(message, times);
  }

  /** An error that answers no `auth` of ours may still be about the token: the one in the address, or none. */
  #aboutToken({ code, msg }: ErrorMessage): void {
    if (!TOKEN_ERRORS.has(code)) return;
    this.#failure ??= { code, msg: withoutTokens(msg, this.#login?.token) };
    // Without a token there is nothing to show: why wait for the gateway to lose patience?
    if (this.#login === undefined) this.#connection.close(CLOSE_CODES.badToken.code, this.#failure.msg);
  }

  #end(code: number, reason: string, goodForMs: number | undefined): void {
    const cameIn = this.#login === undefined || this.#login.in;
    this.#ended = true;
    this.#login?.end();
    this.#handlers.onEnd({
      code,
      reason,
      goodForMs: cameIn ? goodForMs : undefined,
      failure: this.#failure,
      token: this.#login?.token,
    });
  }
}
