import {
  type Channel,
  CLOSE_CODES,
  type ClientMessage,
  type ControlMessage,
  type DataMessage,
  type ErrorMessage,
  type NamedLimits,
  type SubscriptionResult,
  type SuccessMessage,
} from '@tapecast/wire';
import { TapecastError } from './client-error.ts';
import { Connection, type ConnectionHandlers, type Protocol } from './connection.ts';
import type { FrameTimes } from './data-events.ts';
import type { Decompress } from './decompress.ts';
import type { AuthEvent, AuthFailedEvent, ConnectionState, StateEvent } from './events.ts';
import { Login, type LoginFailure } from './login.ts';
import { ReconnectPolicy } from './reconnect-policy.ts';
import { NoTokenError, type Tokens, withoutTokens } from './token-source.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/** WebSocket's own codes: of an orderly end, and of one without a close frame. */
const CLOSED_BY_CLIENT = 1000;
const NO_CLOSE_FRAME = 1006;

const TOKEN_EXPIRED = CLOSE_CODES.tokenExpired.code;
/** Closes that another token may mend, with what they say of the one that was shown. */
const TOKEN_CLOSES: ReadonlyMap<number, LoginFailure> = new Map([
  [CLOSE_CODES.badToken.code, { code: 'token_invalid', msg: CLOSE_CODES.badToken.when }],
  [TOKEN_EXPIRED, { code: 'token_expired', msg: CLOSE_CODES.tokenExpired.when }],
]);
/** Codes of an `error` that is about the token, whatever it answers. */
const TOKEN_ERRORS: ReadonlySet<string> = new Set([
  'unauthorized',
  'token_invalid',
  'token_expired',
  'token_not_yet_valid',
]);

export interface LinkOptions {
  url: string;
  protocol: Protocol;
  /** Fetches what unpacks frames; asked once, where the protocol needs it. */
  loadDecompress: () => Promise<Decompress>;
  tokens: Tokens;
  tokenInQuery: boolean;
  webSocket: WebSocketConstructor;
  random: () => number;
  now: () => number;
}

export interface LinkHandlers {
  /** All messages but `hello` and the login's own, in order. */
  onMessage(message: ControlMessage | DataMessage, times: FrameTimes): void;
  /** A connection said hello and, where there is a token, took it: requests may go. */
  onOpen(): void;
  onBaseless(symbol: string, channel: Channel): void;
  /** `hello` or a token set bounds on what one message may have. */
  onLimits(limits: NamedLimits): void;
  /** What a renewed token no longer allows. */
  onTakenAway(results: readonly SubscriptionResult[]): void;
  /** The connection ended; `onState` follows. */
  onLost(): void;
  onState(event: StateEvent): void;
  onSeqHole(): void;
  onFault(error: Error): void;
  onAuth(event: AuthEvent): void;
  onAuthFailed(event: AuthFailedEvent): void;
}

/** One connection after the other, each with a token of its own, until it is closed or told not to come back. */
export class Link {
  readonly #options: LinkOptions;
  readonly #handlers: LinkHandlers;
  readonly #policy: ReconnectPolicy;
  #connection: Connection | undefined;
  #decompress: Decompress | undefined;
  /** Of the connection; undefined where the client is anonymous. */
  #login: Login | undefined;
  /** What the gateway said of this connection's token. */
  #failure: LoginFailure | undefined;
  /** The token that a connection was closed for: it is not shown again. */
  #refused: { token: string; code: number } | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #state: ConnectionState | 'idle' = 'idle';
  #closing = false;

  constructor(options: LinkOptions, handlers: LinkHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#policy = new ReconnectPolicy(options.random);
  }

  /** `idle` until it is started. */
  get state(): ConnectionState | 'idle' {
    return this.#state;
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#setState('connecting');
    const { protocol, loadDecompress } = this.#options;
    if (protocol !== 'protobuf.zstd') {
      this.#begin();
      return;
    }
    const begin = (): void => {
      if (this.#state === 'connecting') this.#begin();
    };
    loadDecompress().then(
      (decompress) => {
        this.#decompress = decompress;
        begin();
      },
      (error: unknown) => {
        // Its file could not be fetched. Frames that are not compressed say the same.
        this.#handlers.onFault(error instanceof Error ? error : new Error(String(error)));
        begin();
      },
    );
  }

  send(message: ClientMessage): void {
    this.#connection?.send(message);
  }

  /** Ends it for good. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#closing = true;
    if (this.#connection !== undefined) this.#connection.close(CLOSED_BY_CLIENT, 'closed by the client');
    else this.#closed(CLOSED_BY_CLIENT, 'closed by the client');
  }

  /** Makes the next connection, once there is a token for it. */
  #begin(): void {
    const { tokens } = this.#options;
    if (!tokens.renewable) {
      this.#open(tokens.fixed);
      return;
    }
    tokens.ask().then(
      (token) => {
        if (this.#state !== 'closed') this.#beginWith(token);
      },
      (error: unknown) => {
        if (this.#state !== 'closed') this.#noToken(error instanceof NoTokenError ? error.message : '');
      },
    );
  }

  #beginWith(token: string): void {
    if (token !== this.#refused?.token) {
      this.#open(token);
      return;
    }
    // A source that keeps tokens may be slow to see that one expired. One that was not valid stays so.
    if (this.#refused.code === TOKEN_EXPIRED) {
      this.#noToken('The token source gave again the token that has expired');
      return;
    }
    const msg = 'The token source gave again the token that the gateway refused';
    this.#handlers.onAuthFailed({ code: 'token_source', msg, renewal: false, retryInMs: undefined });
    this.#closed(this.#refused.code, msg);
  }

  #noToken(msg: string): void {
    const retryInMs = this.#policy.notTried();
    this.#handlers.onAuthFailed({ code: 'token_source', msg, renewal: false, retryInMs });
    this.#again(NO_CLOSE_FRAME, msg, retryInMs);
  }

  #open(token: string | undefined): void {
    const { webSocket, url, protocol, tokenInQuery, tokens, random, now } = this.#options;
    const handlers: ConnectionHandlers = {
      onMessage: (message, times) => this.#message(message, times),
      onBaseless: (symbol, channel) => this.#handlers.onBaseless(symbol, channel),
      onStale: (stale) => {
        if (this.#login === undefined || this.#login.in) this.#setState(stale ? 'stale' : 'open');
      },
      onSeqHole: () => this.#handlers.onSeqHole(),
      onFault: (error) => this.#handlers.onFault(error),
      onEnd: (code, reason, goodForMs) => this.#ended(code, reason, goodForMs),
    };
    const queryToken = tokenInQuery ? token : undefined;
    let connection: Connection;
    try {
      const decompress = this.#decompress;
      connection = new Connection({ webSocket, url, protocol, decompress, queryToken, now }, handlers);
    } catch {
      // As in a page that may not connect there. The error's own text may have the whole address, with the token.
      const reason = 'The WebSocket could not be made: this environment does not allow a connection to this address';
      this.#handlers.onFault(new TapecastError('bad_call', reason));
      this.#again(NO_CLOSE_FRAME, reason, this.#policy.notTried());
      return;
    }
    this.#connection = connection;
    if (token === undefined) return;
    this.#login = new Login({
      tokens,
      token,
      sent: tokenInQuery,
      send: (message) => connection.send(message),
      random,
      now,
      onIn: (answer, renewed) => this.#loggedIn(answer, renewed),
      onRenewalFailed: ({ code, msg }, retryInMs) =>
        this.#handlers.onAuthFailed({ code, msg, renewal: true, retryInMs }),
      onRefused: (failure, closeCode) => {
        this.#failure = failure;
        connection.close(closeCode, failure.msg);
      },
    });
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
        break;
      case 'hello':
        this.#handlers.onLimits(message.limits);
        if (login === undefined) this.#opened();
        else login.begin();
        return;
    }
    // An anonymous client may have been sent away just now.
    if (this.#connection !== undefined) this.#handlers.onMessage(message, times);
  }

  /** An error that answers no `auth` of ours may still be about the token: the one in the address, or none. */
  #aboutToken({ code, msg }: ErrorMessage): void {
    if (!TOKEN_ERRORS.has(code)) return;
    this.#failure ??= { code, msg: withoutTokens(msg, this.#login?.token) };
    // Without a token there is nothing to show: why wait for the gateway to lose patience?
    if (this.#login === undefined) this.#connection?.close(CLOSE_CODES.badToken.code, this.#failure.msg);
  }

  #loggedIn(answer: SuccessMessage | undefined, renewed: boolean): void {
    this.#refused = undefined;
    if (answer?.limits !== undefined) this.#handlers.onLimits(answer.limits);
    this.#handlers.onAuth({ renewed });
    if (!renewed) this.#opened();
    const takenAway = (answer?.results ?? []).filter(({ ok }) => !ok);
    if (takenAway.length > 0) this.#handlers.onTakenAway(takenAway);
  }

  #opened(): void {
    this.#setState('open');
    this.#handlers.onOpen();
  }

  #ended(code: number, reason: string, goodForMs: number | undefined): void {
    const login = this.#login;
    const failure = this.#failure ?? TOKEN_CLOSES.get(code);
    this.#connection = undefined;
    this.#login = undefined;
    this.#failure = undefined;
    login?.end();
    this.#handlers.onLost();
    if (this.#closing) {
      this.#closed(code, reason);
      return;
    }
    const otherToken = login !== undefined && TOKEN_CLOSES.has(code) && this.#options.tokens.renewable;
    if (otherToken) this.#refused = { token: login.token, code };
    const cameIn = login === undefined || login.in;
    const next = this.#policy.ended(code, cameIn ? goodForMs : undefined, otherToken);
    const retryInMs = next.kind === 'retry' ? next.delayMs : undefined;
    if (failure !== undefined) this.#handlers.onAuthFailed({ ...failure, renewal: false, retryInMs });
    if (retryInMs === undefined) this.#closed(code, reason);
    else this.#again(code, reason, retryInMs);
  }

  #again(code: number, reason: string, retryInMs: number): void {
    this.#setState('reconnecting', code, reason, retryInMs);
    // Closed by somebody who was just told so.
    if (this.#state === 'reconnecting') this.#retry = setTimeout(() => this.#begin(), retryInMs);
  }

  #closed(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    clearTimeout(this.#retry);
    this.#setState('closed', code, reason);
  }

  #setState(state: ConnectionState, code?: number, reason = '', retryInMs?: number): void {
    // For good: a listener may have closed it in the middle of something.
    if (this.#state === 'closed') return;
    this.#state = state;
    this.#handlers.onState({ state, code, reason, retryInMs });
  }
}
