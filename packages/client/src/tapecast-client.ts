import {
  type Channel,
  type ControlMessage,
  type DataMessage,
  ERROR_CODES,
  type HelloMessage,
  isData,
  parseChannel,
  type SubscriptionResult,
  type SuccessMessage,
} from '@tapecast/wire';
import { TapecastError } from './client-error.ts';
import { Connection, type Protocol } from './connection.ts';
import type { FrameTimes } from './data-events.ts';
import type { ClientEvents, ConnectionState } from './events.ts';
import { PAIRS_PER_MESSAGE, RESUBSCRIBE_AFTER_MS, SYMBOLS_PER_MESSAGE } from './limits.ts';
import { type Listener, Listeners } from './listeners.ts';
import type { BookView } from './local-book.ts';
import { ReconnectPolicy } from './reconnect-policy.ts';
import { type Answer, type RequestBody, Requests } from './requests.ts';
import { groupWanted, type MessageBounds, type Refusal, refusals } from './resubscribe.ts';
import { Subscriptions, type Wanted } from './subscriptions.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/** WebSocket's own code of an orderly end. */
const CLOSED_BY_CLIENT = 1000;

export interface TapecastClientOptions {
  /** `wss://<edge>/v1/stream`. */
  url: string;
  /** Default `protobuf`. `json` costs more and tells less (no times of arrival, no numbers of the history). */
  protocol?: Protocol;
  /** Sent as `?token=`. */
  token?: string;
  /** Default: the environment's own `WebSocket` (browsers, Node 22). */
  webSocket?: WebSocketConstructor;
  /** Numbers in [0, 1) for the jitter of reconnects. Default `Math.random`. */
  random?: () => number;
  /** Milliseconds of a clock that moves on. Default `Date.now`. */
  now?: () => number;
}

/**
 * A client that keeps its subscriptions through lost connections and says when something is missing.
 *
 *     const client = new TapecastClient({ url: 'ws://127.0.0.1:8080/v1/stream' });
 *     client.on('trade', ({ symbol, price, size, range }) => { … });
 *     client.on('gap', ({ symbol, channel, lost, reason }) => { … });
 *     client.connect();
 *     const results = await client.subscribe(['AAPL$US', '700$HK'], ['trade', 'quote']);
 *
 * Prices, sizes and sums are exact decimal texts, never numbers.
 */
export class TapecastClient {
  readonly #options: TapecastClientOptions;
  readonly #listeners = new Listeners<ClientEvents>();
  readonly #requests = new Requests();
  readonly #subscriptions: Subscriptions;
  readonly #policy: ReconnectPolicy;
  readonly #now: () => number;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #connection: Connection | undefined;
  #state: ConnectionState | 'idle' = 'idle';
  #closing = false;
  #bounds: MessageBounds = { symbols: SYMBOLS_PER_MESSAGE, pairs: PAIRS_PER_MESSAGE };
  readonly #toResync: Wanted[] = [];

  constructor(options: TapecastClientOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#policy = new ReconnectPolicy(options.random ?? Math.random);
    this.#subscriptions = new Subscriptions(
      (name, event) => this.#listeners.emit(name, event),
      (wanted) => this.#resyncSoon(wanted),
    );
  }

  /** `idle` until `connect` is called. */
  get state(): ConnectionState | 'idle' {
    return this.#state;
  }

  /** Returns a function that takes the listener away again. */
  on<K extends keyof ClientEvents>(name: K, listener: Listener<ClientEvents[K]>): () => void {
    return this.#listeners.on(name, listener);
  }

  /** Connects, and stays connected until `close` or until the gateway says not to come back. */
  connect(): void {
    if (this.#state !== 'idle') return;
    this.#open();
    this.#setState('connecting');
  }

  /**
   * Subscribes each symbol to each channel; each succeeds or fails by itself. The promise waits for a connection where there
   * is none. Rejects with TapecastError.
   */
  async subscribe(
    symbols: readonly string[],
    channels: readonly string[],
    options: { intervalMs?: number } = {},
  ): Promise<SubscriptionResult[]> {
    const intervalMs = options.intervalMs ?? 0;
    const answer = await this.#ask({
      action: 'subscribe',
      symbols: names(symbols),
      channels: names(channels),
      intervalMs,
    });
    return answer.results ?? [];
  }

  /** Without channels: all of the symbols'. */
  async unsubscribe(symbols: readonly string[], channels?: readonly string[]): Promise<SubscriptionResult[]> {
    const answer = await this.#ask({
      action: 'unsubscribe',
      symbols: names(symbols),
      channels: channels && names(channels),
    });
    return answer.results ?? [];
  }

  /** Asks for whole states. The client does so by itself where a gap shows. */
  async resync(symbols: readonly string[], channels?: readonly string[]): Promise<SubscriptionResult[]> {
    const answer = await this.#ask({
      action: 'resync',
      symbols: names(symbols),
      channels: channels && names(channels),
    });
    return answer.results ?? [];
  }

  /** What the gateway says is subscribed on this connection. */
  async querySubscriptions(): Promise<NonNullable<SuccessMessage['subscriptions']>> {
    const answer = await this.#ask({ action: 'query_subscribe' });
    return answer.subscriptions ?? [];
  }

  /** Milliseconds there and back. */
  async ping(): Promise<number> {
    const sentAt = this.#now();
    await this.#request({ action: 'ping' });
    return this.#now() - sentAt;
  }

  /** The book as it is now; undefined where the channel is not subscribed. */
  book(symbol: string, channel: Channel = 'depth@20'): BookView | undefined {
    return this.#subscriptions.book(symbol, channel);
  }

  /** Ends for good. Requests that wait are rejected. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#closing = true;
    if (this.#connection !== undefined) this.#connection.close(CLOSED_BY_CLIENT, 'closed by the client');
    else this.#closed(CLOSED_BY_CLIENT, 'closed by the client');
  }

  async #ask(body: RequestBody): Promise<SuccessMessage> {
    const answer = await this.#request(body);
    if (answer.type === 'success') return answer;
    if (answer.type === 'error') {
      const { code, msg, temporary } = answer;
      throw new TapecastError('refused', msg, { answerCode: code, retryable: temporary });
    }
    throw new TapecastError('refused', `The gateway answered ${body.action} with ${answer.type}`);
  }

  async #request(body: RequestBody): Promise<Answer> {
    if (this.#state === 'closed') throw closedError('the client is closed');
    return this.#requests.ask(body);
  }

  #open(): void {
    const {
      url,
      protocol = 'protobuf',
      token,
      webSocket = globalThis.WebSocket as WebSocketConstructor | undefined,
    } = this.#options;
    if (webSocket === undefined) {
      throw new TapecastError(
        'bad_call',
        'There is no WebSocket here. Pass one as the option webSocket, such as that of the package ws',
      );
    }
    this.#connection = new Connection(
      { webSocket, url, protocol, token, now: this.#now },
      {
        onMessage: (message, times) => this.#message(message, times),
        onStale: (stale) => this.#setState(stale ? 'stale' : 'open'),
        onSeqHole: () => this.#subscriptions.connectionLostMessages(),
        onFault: (error) => this.#listeners.emit('fault', { error }),
        onEnd: (code, reason, goodForMs) => this.#ended(code, reason, goodForMs),
      },
    );
  }

  #opened(): void {
    this.#setState('open');
    this.#subscribeAgain(this.#subscriptions.wanted());
    // After them: what the application asked meanwhile stands as the last word.
    this.#requests.connectionOpened((message) => this.#connection?.send(message));
  }

  #ended(code: number, reason: string, goodForMs: number | undefined): void {
    this.#connection = undefined;
    this.#subscriptions.connectionEnded();
    this.#requests.connectionEnded();
    this.#clearTimers();
    if (this.#closing) {
      this.#closed(code, reason);
      return;
    }
    const next = this.#policy.ended(code, goodForMs);
    if (next.kind === 'stop') {
      this.#closed(code, reason);
      return;
    }
    this.#setState('reconnecting', code, reason, next.delayMs);
    this.#later(next.delayMs, () => this.#open());
  }

  #closed(code: number, reason: string): void {
    this.#clearTimers();
    this.#setState('closed', code, reason);
    this.#requests.fail(closedError(`${code} ${reason}`));
  }

  #message(message: ControlMessage | DataMessage, times: FrameTimes): void {
    if (isData(message)) {
      this.#subscriptions.data(message, times);
      return;
    }
    switch (message.type) {
      case 'success':
        this.#applyResults(message);
        this.#requests.settle(message.id, message);
        return;
      case 'error':
      case 'pong':
        this.#requests.settle(message.id, message);
        return;
      case 'status':
        this.#listeners.emit('status', message);
        return;
      case 'notice':
        if (message.code === 'hole') this.#subscriptions.hole(message);
        this.#listeners.emit('notice', message);
        return;
      case 'hello':
        this.#bounds = {
          symbols: limitOf(message, 'symbols_per_message', SYMBOLS_PER_MESSAGE),
          pairs: limitOf(message, 'pairs_per_message', PAIRS_PER_MESSAGE),
        };
        this.#opened();
        return;
      case 'heartbeat':
        return;
    }
  }

  #applyResults({ action, results = [] }: SuccessMessage): void {
    for (const result of results) {
      if (action === 'subscribe' && result.ok) this.#subscriptions.granted(result);
      else if (action === 'unsubscribe' && result.ok) this.#subscriptions.dropped(result.symbol, result.channel);
      else if (action === 'resync' && result.ok) this.#subscriptions.resynced(result);
      else if (action === 'resync') this.#subscriptions.resyncFailed(result.symbol, result.channel);
    }
  }

  /** All that are asked for in one go, by a frame or a hole of the connection, make few messages. */
  #resyncSoon(wanted: Wanted): void {
    this.#toResync.push(wanted);
    if (this.#toResync.length > 1) return;
    queueMicrotask(() => {
      const groups = groupWanted(this.#toResync.splice(0), this.#bounds);
      if (this.#connection === undefined) return; // The next connection begins with whole states.
      for (const { symbols, channels } of groups) {
        this.#requests.tell({ action: 'resync', symbols, channels }, (answer) => {
          if (answer.type !== 'error') return;
          for (const symbol of symbols)
            for (const channel of channels) this.#subscriptions.resyncFailed(symbol, channel);
        });
      }
    });
  }

  /** What was held before is asked for again; what is refused then is told, or asked again later where that may help. */
  #subscribeAgain(wanted: readonly Wanted[]): void {
    for (const { symbols, channels, intervalMs } of groupWanted(wanted, this.#bounds)) {
      this.#requests.tell({ action: 'subscribe', symbols, channels, intervalMs }, (answer) => {
        for (const refused of refusals(answer, symbols, channels)) this.#refused({ ...refused, intervalMs });
      });
    }
  }

  #refused({
    symbol,
    channel,
    code,
    msg,
    retryAfterMs = RESUBSCRIBE_AFTER_MS,
    intervalMs,
  }: Refusal & { intervalMs: number }): void {
    const known = parseChannel(channel);
    if (ERROR_CODES[code as keyof typeof ERROR_CODES]?.temporary === true && typeof known === 'string') {
      this.#later(retryAfterMs, () => this.#subscribeAgain([{ symbol, channel: known, intervalMs }]));
      return;
    }
    this.#subscriptions.dropped(symbol, channel);
    this.#listeners.emit('rejected', { symbol, channel, code, msg });
  }

  #later(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #setState(state: ConnectionState, code?: number, reason = '', retryInMs?: number): void {
    this.#state = state;
    this.#listeners.emit('state', { state, code, reason, retryInMs });
  }
}

function limitOf({ limits }: HelloMessage, name: string, most: number): number {
  const limit = limits[name];
  return typeof limit === 'number' && limit > 0 ? Math.min(limit, most) : most;
}

function names(list: readonly string[]): string[] {
  if (list.length === 0)
    throw new TapecastError('bad_call', 'A list of symbols or channels is empty. Name at least one');
  return [...list];
}

function closedError(why: string): TapecastError {
  return new TapecastError('closed', `There is no connection and none will be made: ${why}`);
}
