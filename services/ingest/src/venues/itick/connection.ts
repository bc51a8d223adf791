import type { Logger } from '@tapecast/service-kit';
import { ReconnectingSocket, type SocketEnd } from '../../connection/reconnecting-socket.ts';
import type { FaultLog } from '../../fault-log.ts';
import type { IngestLimits } from '../../limits.ts';
import type { NowUs } from '../../sources/wall-clock.ts';
import type { ItickBadReason, ItickMarketEvent, ReplyEvent } from './messages.ts';
import { ItickNormaliser } from './normalise.ts';
import { addressOf } from './options.ts';
import { type AssetClass, type ItickSymbol, ItickSymbols } from './symbols.ts';

/** The venue's documented bound, by symbol whatever its types. */
export const SYMBOLS_PER_CONNECTION_MAX = 500;
/** Symbols named in one subscribe. The venue documents no bound; an answer stands for the whole message. */
const SYMBOLS_PER_MESSAGE = 100;
/** Times that a subscribe is sent again after `cannot be resolved action`. */
const UNRESOLVED_MAX = 3;
/** ms after reading went on in which an end is still the cut of a slow consumer: what the venue had sent is read first. */
const SLOW_CUT_MS = 5_000;
/** Connections in a row that ended soon after they opened: the venue does not want this one. */
const SHORT_LIVED_MAX = 3;

/** Why a connection is not tried again for a long while. */
type Refusal = 'key' | 'plan' | 'short_lived';

export interface ItickConnectionHandlers {
  onEvent(event: ItickMarketEvent, receivedAtUs: number, frame: Buffer): void;
  onBad(reason: ItickBadReason, detail: string, excerpt: Buffer | undefined): void;
  onPing(payload: Buffer, receivedAtUs: number): void;
  onFrame(): void;
  /** The venue took these. */
  onSubscribed(symbols: readonly ItickSymbol[]): void;
  /** The plan has no room for these; the connection goes on with the others, so many. */
  onLimit(symbols: readonly ItickSymbol[], accepted: number): void;
  /** `refused`: by the key or the plan, and not tried again for a long while. */
  onDown(reason: string, refused: boolean): void;
}

export interface ItickConnectionOptions {
  /** Base address; the asset class is added to its path. */
  url: string;
  assetClass: AssetClass;
  token: string;
  /** `tick,quote,depth`. */
  types: string;
  handlers: ItickConnectionHandlers;
  /** Whether another connection with this key is authenticated now: a refusal is then of the plan, not of the key. */
  othersAccepted: () => boolean;
  limits: IngestLimits;
  logger: Logger;
  faults: FaultLog;
  random: () => number;
  nowUs: NowUs;
}

type Phase = 'down' | 'authenticating' | 'accepted';

/**
 * One socket of an asset class: waits for the answer to the key, subscribes its symbols one message after the other, keeps
 * the venue's own ping, and hands on what comes. The venue has no unsubscribe: symbols are only ever added.
 *
 * | what the venue does | then |
 * |---|---|
 * | no auth reply in time | made anew after the backoff |
 * | `auth failed`, HTTP 401 or 403 | the key, or a connection more than the plan has: tried again after `refusedFirstWaitMs`, then `refusedWaitMs` |
 * | HTTP 429 | the plan; the same |
 * | `exceeding the maximum subscription limit` | the message in halves, until it is known what fits; the rest is told |
 * | `cannot be resolved action` | sent again, three times; then made anew |
 * | no pong in 10 s | dead, made anew |
 * | ends it soon after it opened, three times in a row | tried again after `shortLivedWaitMs` |
 */
export class ItickConnection {
  readonly #options: ItickConnectionOptions;
  readonly #socket: ReconnectingSocket;
  readonly #normaliser: ItickNormaliser;
  /** All that it is to have. */
  readonly #wanted = new Set<ItickSymbol>();
  readonly #accepted = new Set<ItickSymbol>();
  readonly #beyondPlan = new Set<ItickSymbol>();
  #symbols = new ItickSymbols([]);
  #send: ((text: string) => void) | undefined;
  #phase: Phase = 'down';
  #queue: ItickSymbol[][] = [];
  #inFlight: ItickSymbol[] | undefined;
  #unresolved = 0;
  #openedAtMs = 0;
  /** Of the last refusal. */
  #waitMs = 0;
  #delivered = false;
  #shortLived = 0;
  #authFailed = false;
  /** Refusals in a row. */
  #refusals = 0;
  #refusal: Refusal | undefined;
  #downReason = 'not connected yet';
  #paused = false;
  #resumedAtMs = Number.NEGATIVE_INFINITY;
  #pingParams: string | undefined;
  #replyTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #pongTimer: NodeJS.Timeout | undefined;

  constructor(options: ItickConnectionOptions, symbols: readonly ItickSymbol[]) {
    this.#options = options;
    this.#normaliser = new ItickNormaliser(() => this.#symbols);
    this.#want(symbols);
    this.#socket = new ReconnectingSocket({
      url: addressOf(options.url, options.assetClass),
      headers: { token: options.token },
      logger: options.logger,
      random: options.random,
      nowUs: options.nowUs,
      mask: (text) => this.#safe(text),
      // While the log does not keep up, a new connection would not be read either: the venue would cut it again.
      attemptWaitMs: () => (this.#paused ? 1_000 : 0),
      proven: () => this.#delivered,
      retryAfterMs: (ended) => this.#retryAfterMs(ended),
      handlers: {
        onOpen: (send) => this.#onOpen(send),
        onFrame: (frame, isBinary, receivedAtUs) => this.#onFrame(frame, isBinary, receivedAtUs),
        onPing: (payload, receivedAtUs) => options.handlers.onPing(payload, receivedAtUs),
        onDown: (reason, wasOpen) => this.#onDown(reason, wasOpen),
      },
    });
  }

  get wanted(): ReadonlySet<ItickSymbol> {
    return this.#wanted;
  }

  get accepted(): boolean {
    return this.#phase === 'accepted';
  }

  /** Every symbol was answered, and one at least was taken. */
  get subscribed(): boolean {
    return this.accepted && this.#queue.length === 0 && this.#inFlight === undefined && this.#accepted.size > 0;
  }

  /** Why it is not subscribed. */
  get downReason(): string {
    if (this.#phase === 'authenticating') return 'waiting for the answer to the key';
    if (!this.accepted) return this.#downReason;
    if (this.#beyondPlan.size > 0) return 'the plan has no room for any of the symbols';
    return 'waiting for the answer to subscribe';
  }

  /** Whether the venue has refused it, or all that it asked for. */
  get refused(): boolean {
    return this.#refusal !== undefined || (this.accepted && this.#accepted.size === 0 && this.#beyondPlan.size > 0);
  }

  /** Symbols that the plan has no room for. */
  get refusedSymbols(): number {
    return this.#beyondPlan.size;
  }

  start(): void {
    this.#socket.start();
  }

  /** Further symbols, over the connection that there is. */
  add(symbols: readonly ItickSymbol[]): void {
    const added = symbols.filter((symbol) => !this.#wanted.has(symbol));
    this.#want(added);
    if (!this.accepted) return;
    this.#enqueue(added);
    this.#subscribeNext();
  }

  pause(): void {
    this.#paused = true;
    // What is not read can't be a pong.
    clearTimeout(this.#pongTimer);
    clearTimeout(this.#replyTimer);
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#resumedAtMs = performance.now();
    this.#socket.resume();
    if (this.#pingParams !== undefined) this.#awaitPong();
    if (this.#phase === 'authenticating') this.#awaitAuth();
    else if (this.#inFlight !== undefined) this.#awaitSubscribe();
  }

  stop(): void {
    this.#clear();
    this.#socket.stop();
    this.#phase = 'down';
    this.#downReason = 'stopped';
  }

  #want(symbols: readonly ItickSymbol[]): void {
    for (const symbol of symbols) this.#wanted.add(symbol);
    this.#symbols = new ItickSymbols([...this.#wanted]);
  }

  #onOpen(send: (text: string) => void): void {
    this.#send = send;
    this.#phase = 'authenticating';
    this.#openedAtMs = performance.now();
    this.#delivered = false;
    this.#awaitAuth();
  }

  #onAuthenticated(): void {
    clearTimeout(this.#replyTimer);
    this.#phase = 'accepted';
    this.#refusal = undefined;
    this.#refusals = 0;
    this.#unresolved = 0;
    this.#accepted.clear();
    this.#beyondPlan.clear();
    this.#queue = [];
    this.#enqueue([...this.#wanted]);
    this.#subscribeNext();
    this.#pingTimer = setInterval(() => this.#ping(), this.#options.limits.venuePingMs);
  }

  #enqueue(symbols: readonly ItickSymbol[]): void {
    for (let at = 0; at < symbols.length; at += SYMBOLS_PER_MESSAGE) {
      this.#queue.push(symbols.slice(at, at + SYMBOLS_PER_MESSAGE));
    }
  }

  /** One message at a time: the answer names nothing but the order. */
  #subscribeNext(): void {
    if (this.#inFlight !== undefined) return;
    const symbols = this.#queue.shift();
    if (symbols === undefined) return;
    this.#inFlight = symbols;
    this.#send?.(
      JSON.stringify({
        ac: 'subscribe',
        params: symbols.map(({ instrument }) => instrument).join(','),
        types: this.#options.types,
      }),
    );
    this.#awaitSubscribe();
  }

  #onFrame(frame: Buffer, isBinary: boolean, receivedAtUs: number): void {
    const { handlers, limits } = this.#options;
    handlers.onFrame();
    if (isBinary) {
      this.#bad('binary', 'the venue sends text', frame);
      return;
    }
    if (frame.length > limits.frameBytesMax) {
      this.#bad('too_large', `${frame.length} bytes`, frame);
      return;
    }
    const event = this.#normaliser.normalise(frame);
    switch (event.type) {
      case 'bad':
        this.#bad(event.reason, event.detail, frame);
        return;
      case 'ignored':
        return;
      case 'reply':
        this.#onReply(event);
        return;
      case 'pong':
        this.#onPong(event.params);
        return;
      default:
        this.#delivered = true;
        handlers.onEvent(event, receivedAtUs, frame);
    }
  }

  /** The auth reply may echo the key: of what comes before the key was taken, or has it, no byte is shown. */
  #bad(reason: ItickBadReason, detail: string, frame: Buffer): void {
    const shown = this.accepted && !frame.includes('params') && !frame.includes(this.#options.token);
    this.#options.handlers.onBad(reason, shown ? detail : '', shown ? frame : undefined);
  }

  #onReply({ action, ok, msg }: ReplyEvent): void {
    if (action === 'auth') {
      if (!ok) this.#refused(`the venue refused the key: ${this.#safe(msg)}`);
      else if (this.#phase === 'authenticating') this.#onAuthenticated();
      return;
    }
    if (action !== 'subscribe') {
      this.#options.faults.warn('venue_said', () => ({ action: this.#safe(action), ok, msg: this.#safe(msg) }));
      return;
    }
    const symbols = this.#inFlight;
    if (symbols === undefined) return;
    clearTimeout(this.#replyTimer);
    this.#inFlight = undefined;
    if (ok) {
      for (const symbol of symbols) this.#accepted.add(symbol);
      this.#options.handlers.onSubscribed(symbols);
    } else if (msg.includes('maximum subscription limit')) {
      this.#onLimit(symbols);
    } else {
      this.#sendAgain(symbols, msg);
      return;
    }
    this.#unresolved = 0;
    this.#subscribeNext();
  }

  /** A message is taken whole or not at all: in halves it shows how much the plan takes. */
  #onLimit(symbols: readonly ItickSymbol[]): void {
    if (symbols.length > 1) {
      const half = symbols.length >> 1;
      this.#queue.unshift(symbols.slice(0, half), symbols.slice(half));
      return;
    }
    // Not one more fits: what waits has no room either.
    const beyond = [...symbols, ...this.#queue.flat()];
    this.#queue = [];
    for (const symbol of beyond) this.#beyondPlan.add(symbol);
    this.#options.handlers.onLimit(beyond, this.#accepted.size);
  }

  #sendAgain(symbols: ItickSymbol[], msg: string): void {
    const { unresolvedWaitMs } = this.#options.limits;
    this.#unresolved++;
    if (this.#unresolved > UNRESOLVED_MAX) {
      this.#socket.reconnect(`the venue refused a subscribe: ${this.#safe(msg)}`);
      return;
    }
    this.#options.faults.warn('subscribe_refused', () => ({ msg: this.#safe(msg), sendAgainInMs: unresolvedWaitMs }));
    this.#queue.unshift(symbols);
    this.#retryTimer = setTimeout(() => this.#subscribeNext(), unresolvedWaitMs);
  }

  #refused(reason: string): void {
    this.#authFailed = true;
    this.#socket.reconnect(reason);
  }

  #ping(): void {
    if (this.#pingParams !== undefined || this.#paused) return;
    this.#pingParams = String(Date.now());
    this.#socket.ping();
    this.#send?.(JSON.stringify({ ac: 'ping', params: this.#pingParams }));
    this.#awaitPong();
  }

  #onPong(params: string): void {
    if (params !== this.#pingParams) {
      this.#options.faults.warn('wrong_pong', () => ({ expected: this.#pingParams, params: params.slice(0, 40) }));
      return;
    }
    this.#pingParams = undefined;
    clearTimeout(this.#pongTimer);
  }

  #awaitPong(): void {
    const { venuePongMsMax } = this.#options.limits;
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => this.#socket.reconnect(`no pong within ${venuePongMsMax} ms`), venuePongMsMax);
  }

  #awaitAuth(): void {
    const { authMsMax } = this.#options.limits;
    this.#deadline(authMsMax, `no answer to the key within ${authMsMax} ms`);
  }

  #awaitSubscribe(): void {
    const { subscribeMsMax } = this.#options.limits;
    this.#deadline(subscribeMsMax, `no answer to subscribe within ${subscribeMsMax} ms`);
  }

  #deadline(ms: number, reason: string): void {
    clearTimeout(this.#replyTimer);
    if (!this.#paused) this.#replyTimer = setTimeout(() => this.#socket.reconnect(reason), ms);
  }

  /** Called as the connection ends, before `onDown`. */
  #retryAfterMs({ wasOpen, httpStatus }: SocketEnd): number {
    const { limits, othersAccepted } = this.#options;
    const refused = this.#authFailed || httpStatus === 401 || httpStatus === 403;
    this.#authFailed = false;
    if (httpStatus === 429) this.#refusal = 'plan';
    else if (refused) this.#refusal = othersAccepted() ? 'plan' : 'key';
    else {
      if (wasOpen)
        this.#shortLived = performance.now() - this.#openedAtMs < limits.shortLivedMs ? this.#shortLived + 1 : 0;
      this.#refusal = wasOpen && this.#shortLived >= SHORT_LIVED_MAX ? 'short_lived' : undefined;
    }
    if (this.#refusal === undefined) return 0;
    if (this.#refusal === 'short_lived') this.#waitMs = limits.shortLivedWaitMs;
    else this.#waitMs = this.#refusals++ === 0 ? limits.refusedFirstWaitMs : limits.refusedWaitMs;
    return this.#waitMs;
  }

  #onDown(ended: string, wasOpen: boolean): void {
    const reason = wasOpen || this.#refusal !== undefined ? ended : this.#unreachable(ended);
    const slow = this.#paused || performance.now() - this.#resumedAtMs < SLOW_CUT_MS;
    this.#clear();
    this.#phase = 'down';
    this.#send = undefined;
    this.#accepted.clear();
    this.#beyondPlan.clear();
    this.#downReason = this.#describe(reason, slow);
    this.#options.handlers.onDown(this.#downReason, this.#refusal !== undefined);
    if (this.#refusal !== undefined) this.#logRefusal(this.#refusal, reason);
  }

  #unreachable(reason: string): string {
    const address = addressOf(this.#options.url, this.#options.assetClass);
    return `${address} can't be reached (${reason}): check the network, its DNS and --itick-ws`;
  }

  #describe(reason: string, slow: boolean): string {
    switch (this.#refusal) {
      case 'key':
        return `the key is refused (${reason}): check the token and that the plan has ${this.#options.assetClass}`;
      case 'plan':
        return `a further connection is refused (${reason}): the plan has fewer connections than these symbols need`;
      case 'short_lived':
        return `the venue ends each connection soon after it opens (${reason}): another program may use the key, or the plan has fewer connections`;
      default:
        return slow ? `${reason}, as reading was paused: the venue cuts slow consumers` : reason;
    }
  }

  #logRefusal(refusal: Refusal, reason: string): void {
    const { logger, assetClass } = this.#options;
    logger.error({
      event: `itick_${refusal}_refused`,
      assetClass,
      reason,
      retryInMs: this.#waitMs,
      todo:
        refusal === 'key'
          ? 'check --token or --token-file, and that the plan includes this asset class'
          : refusal === 'plan'
            ? 'name fewer symbols or asset classes in --symbols, or take a plan with more connections'
            : 'stop other programs with this key, or take a plan with more connections',
    });
  }

  /** What the venue says goes into logs and statuses: never with the key in it. */
  #safe(text: string): string {
    const { token } = this.#options;
    return (token === '' ? text : text.replaceAll(token, '[key]')).slice(0, 200);
  }

  #clear(): void {
    clearTimeout(this.#replyTimer);
    clearTimeout(this.#retryTimer);
    clearInterval(this.#pingTimer);
    clearTimeout(this.#pongTimer);
    this.#pingParams = undefined;
    this.#queue = [];
    this.#inFlight = undefined;
  }
}
