import {
  type Channel,
  CLOSE_CODES,
  type ControlMessage,
  closeAnswer,
  type DataMessage,
  type NamedLimits,
  type NoticeMessage,
  type SubscriptionResult,
  type SuccessMessage,
} from '@tapecast/wire';
import { Attempt, type AttemptEnd, type AttemptHandlers } from './attempt.ts';
import { TapecastError } from './client-error.ts';
import type { Protocol } from './connection.ts';
import type { FrameTimes } from './data-events.ts';
import type { Decompress } from './decompress.ts';
import type { AuthEvent, AuthFailedEvent, ConnectionState, StateEvent } from './events.ts';
import { MOVE_SPREAD_MS_MAX } from './limits.ts';
import type { LoginFailure } from './login.ts';
import { placeOf } from './place.ts';
import { ReconnectPolicy } from './reconnect-policy.ts';
import { NoTokenError, type Tokens } from './token-source.ts';
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
  onMessage(message: ControlMessage | DataMessage, times: FrameTimes, from: Attempt): void;
  /**
   * A connection said hello and, where there is a token, took it: requests may go. `moving`: the one before is still there, until
   * `settled` is called with this one.
   */
  onOpen(attempt: Attempt, moving: boolean): void;
  onBaseless(symbol: string, channel: Channel, from: Attempt): void;
  /** `hello` or a token set bounds on what one message may have. */
  onLimits(limits: NamedLimits): void;
  /** What a renewed token no longer allows. */
  onTakenAway(results: readonly SubscriptionResult[]): void;
  /** The connection ended, whether it ever came in or not; where it was the only one, `onState` follows. */
  onLost(attempt: Attempt): void;
  onState(event: StateEvent): void;
  onSeqHole(from: Attempt): void;
  onFault(error: Error): void;
  onAuth(event: AuthEvent): void;
  onAuthFailed(event: AuthFailedEvent): void;
}

/** A move that the gateway asked for, until another connection has taken over or this one is gone. */
interface Move {
  url: string;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly policy: ReconnectPolicy;
}

/**
 * One connection after the other, each with a token of its own, until it is closed or told not to come back. Where the
 * gateway names another place before it ends a connection, the next one is made while that is still there.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #handlers: LinkHandlers;
  readonly #policy: ReconnectPolicy;
  #main: Attempt | undefined;
  /** Made beside the main one, to take its place. */
  #next: Attempt | undefined;
  #move: Move | undefined;
  /** Number of the main one, once what is held was brought to it. */
  #settled = 0;
  /** What one that is not settled yet said of moving. */
  #onward: NoticeMessage | undefined;
  #attempts = 0;
  #decompress: Decompress | undefined;
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

  /** What is held was brought to this connection: the one before it, if it is still there, is let go of. */
  settled({ number }: Pick<Attempt, 'number'>): void {
    const [before, next] = [this.#main, this.#next];
    if (next?.number === number) {
      this.#takeOver(next);
      before?.close(CLOSED_BY_CLIENT, 'moved');
    }
    if (this.#main?.number !== number) return;
    this.#settled = number;
    const notice = this.#onward;
    this.#onward = undefined;
    if (notice !== undefined) this.#moving(notice);
  }

  /** Ends it for good. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#closing = true;
    this.#endMove();
    this.#next?.close(CLOSED_BY_CLIENT, 'closed by the client');
    if (this.#main !== undefined) this.#main.close(CLOSED_BY_CLIENT, 'closed by the client');
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
    try {
      this.#main = this.#attempt(this.#options.url, token);
    } catch {
      // As in a page that may not connect there. The error's own text may have the whole address, with the token.
      const reason = 'The WebSocket could not be made: this environment does not allow a connection to this address';
      this.#handlers.onFault(new TapecastError('bad_call', reason));
      this.#again(NO_CLOSE_FRAME, reason, this.#policy.notTried());
    }
  }

  #attempt(url: string, token: string | undefined): Attempt {
    const { webSocket, protocol, tokenInQuery, tokens, random, now } = this.#options;
    const handlers: AttemptHandlers = {
      onHello: ({ limits }) => this.#handlers.onLimits(limits),
      onIn: (answer) => this.#in(attempt, token !== undefined, answer),
      onRenewed: (answer) => {
        this.#tookToken(answer, true);
        this.#takenAway(answer);
      },
      onRenewalFailed: ({ code, msg }, retryInMs) =>
        this.#handlers.onAuthFailed({ code, msg, renewal: true, retryInMs }),
      onMessage: (message, times) => this.#handlers.onMessage(message, times, attempt),
      onMoving: (notice) => {
        if (attempt.number === this.#settled) this.#moving(notice);
        // It is asked to go on before what is held has arrived there.
        else if (attempt === (this.#next ?? this.#main)) this.#onward = notice;
      },
      onBaseless: (symbol, channel) => this.#handlers.onBaseless(symbol, channel, attempt),
      onStale: (stale) => {
        if (attempt === this.#main && attempt.in) this.#setState(stale ? 'stale' : 'open');
      },
      onSeqHole: () => this.#handlers.onSeqHole(attempt),
      onFault: (error) => this.#handlers.onFault(error),
      onEnd: (end) => this.#ended(attempt, end),
    };
    const attempt: Attempt = new Attempt(
      {
        number: ++this.#attempts,
        webSocket,
        url,
        protocol,
        decompress: this.#decompress,
        queryToken: tokenInQuery ? token : undefined,
        tokens,
        token,
        random,
        now,
      },
      handlers,
    );
    return attempt;
  }

  #in(attempt: Attempt, withToken: boolean, answer: SuccessMessage | undefined): void {
    if (withToken) this.#tookToken(answer, false);
    // A listener closed the client just now.
    if (!attempt.in) return;
    const moving = attempt === this.#next;
    if (!moving) this.#setState('open');
    this.#handlers.onOpen(attempt, moving);
    this.#takenAway(answer);
  }

  #tookToken(answer: SuccessMessage | undefined, renewed: boolean): void {
    this.#refused = undefined;
    if (answer?.limits !== undefined) this.#handlers.onLimits(answer.limits);
    this.#handlers.onAuth({ renewed });
  }

  #takenAway(answer: SuccessMessage | undefined): void {
    const takenAway = (answer?.results ?? []).filter(({ ok }) => !ok);
    if (takenAway.length > 0) this.#handlers.onTakenAway(takenAway);
  }

  /** The gateway will end this connection, and says so to each client in its turn. */
  #moving({ url, afterMs = 0 }: NoticeMessage): void {
    if (this.#move !== undefined || this.#closing) return;
    const { random } = this.#options;
    const move: Move = {
      url: placeOf(url, this.#options.url),
      timer: undefined,
      policy: new ReconnectPolicy(random),
    };
    this.#move = move;
    this.#tryMove(move, Math.floor(random() * Math.min(afterMs / 4, MOVE_SPREAD_MS_MAX)));
  }

  #tryMove(move: Move, delayMs: number): void {
    move.timer = setTimeout(() => {
      const { tokens } = this.#options;
      const asked = tokens.renewable ? tokens.ask() : Promise.resolve(tokens.fixed);
      asked.then(
        (token) => this.#openBeside(move, token),
        () => this.#moveAgain(move),
      );
    }, delayMs);
  }

  #openBeside(move: Move, token: string | undefined): void {
    if (move !== this.#move) return;
    try {
      this.#next = this.#attempt(move.url, token);
    } catch {
      this.#moveAgain(move);
    }
  }

  /** Where the named place can't be had, the client's own address may be. */
  #moveAgain(move: Move): void {
    if (move !== this.#move) return;
    move.url = this.#options.url;
    this.#tryMove(move, move.policy.notTried());
  }

  #endMove(): void {
    clearTimeout(this.#move?.timer);
    this.#move = undefined;
  }

  #takeOver(attempt: Attempt): void {
    this.#endMove();
    this.#main = attempt;
    this.#next = undefined;
    if (this.#state === 'stale') this.#setState('open');
  }

  #ended(attempt: Attempt, end: AttemptEnd): void {
    if (attempt === this.#main) {
      this.#mainEnded(attempt, end);
      return;
    }
    const move = attempt === this.#next ? this.#move : undefined;
    if (attempt === this.#next) this.#next = undefined;
    this.#handlers.onLost(attempt);
    if (move === undefined) return;
    this.#onward = undefined;
    this.#moveAgain(move);
  }

  #mainEnded(attempt: Attempt, end: AttemptEnd): void {
    const { code, reason, goodForMs } = end;
    const next = this.#next;
    this.#main = undefined;
    if (next === undefined) this.#onward = undefined;
    // One that is in speaks for the session: what the other was closed with (`replaced`) is its own doing.
    if (next !== undefined && !this.#closing && (next.in || closeAnswer(code) !== 'stop')) {
      this.#takeOver(next);
      this.#handlers.onLost(attempt);
      if (!next.in) this.#setState('reconnecting', code, reason, 0);
      return;
    }
    this.#endMove();
    next?.close(CLOSED_BY_CLIENT, 'the session ended');
    this.#handlers.onLost(attempt);
    if (this.#closing) {
      this.#closed(code, reason);
      return;
    }
    const failure = end.failure ?? TOKEN_CLOSES.get(code);
    const otherToken = end.token !== undefined && TOKEN_CLOSES.has(code) && this.#options.tokens.renewable;
    if (otherToken && end.token !== undefined) this.#refused = { token: end.token, code };
    const then = this.#policy.ended(code, goodForMs, otherToken);
    const retryInMs = then.kind === 'retry' ? then.delayMs : undefined;
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
