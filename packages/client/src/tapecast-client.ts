import type { Channel, SubscriptionResult, SuccessMessage } from '@tapecast/wire';
import { TapecastError } from './client-error.ts';
import type { Protocol } from './connection.ts';
import { loadDecompress } from './decompress.ts';
import type { ClientEvents, ConnectionState, StateEvent } from './events.ts';
import { Link } from './link.ts';
import { type Listener, Listeners } from './listeners.ts';
import type { BookView } from './local-book.ts';
import type { Answer, RequestBody } from './requests.ts';
import { type TokenSource, Tokens } from './token-source.ts';
import { Upkeep } from './upkeep.ts';
import type { WebSocketConstructor } from './web-socket.ts';

export interface TapecastClientOptions {
  /** `wss://<edge>/v1/stream`. */
  url: string;
  /**
   * Default `protobuf.zstd`: differences, compressed where that pays; `protobuf` where a gateway does not know it. `protobuf`:
   * the same, never compressed. `json` costs more and tells less (no times of arrival, no numbers of the history).
   */
  protocol?: Protocol;
  /**
   * Who the program is: a token, or a function that gives the newest one. Only a function lets the client renew: it is asked
   * for each connection and, a while before the token expires, for the next. Without a token the client is anonymous.
   */
  token?: TokenSource;
  /**
   * `message` (default): the token goes in the first message, where no proxy's log sees it. `query`: in the address as
   * `?token=`, which saves a round trip; renewals go as messages in any case.
   */
  tokenIn?: 'message' | 'query';
  /** Default: the environment's own `WebSocket` (browsers, Node 22). */
  webSocket?: WebSocketConstructor;
  /** Numbers in [0, 1) for the jitter of reconnects. Default `Math.random`. */
  random?: () => number;
  /** Milliseconds of a clock that moves on, and not with the wall's. Default `performance.now`. */
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
  readonly #upkeep: Upkeep;
  readonly #random: () => number;
  readonly #now: () => number;
  #link: Link | undefined;
  #closed = false;

  constructor(options: TapecastClientOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    // The wall clock may be set: to a client that goes by it a good connection would look dead.
    this.#now = options.now ?? (() => performance.now());
    this.#upkeep = new Upkeep({
      emit: (name, event) => this.#listeners.emit(name, event),
      // Only what the link gave comes back here.
      settled: (connection) => this.#link?.settled(connection),
      random: this.#random,
      now: this.#now,
    });
  }

  /** `idle` until `connect` is called. */
  get state(): ConnectionState | 'idle' {
    return this.#closed ? 'closed' : (this.#link?.state ?? 'idle');
  }

  /** Returns a function that takes the listener away again. */
  on<K extends keyof ClientEvents>(name: K, listener: Listener<ClientEvents[K]>): () => void {
    return this.#listeners.on(name, listener);
  }

  /** Connects, and stays connected until `close` or until the gateway says not to come back. */
  connect(): void {
    if (this.#link !== undefined || this.#closed) return;
    const { url, protocol = 'protobuf.zstd', token, tokenIn = 'message' } = this.#options;
    checkAddress(url);
    const upkeep = this.#upkeep;
    this.#link = new Link(
      {
        url,
        protocol,
        loadDecompress,
        tokens: new Tokens(token),
        tokenInQuery: tokenIn === 'query',
        webSocket: webSocketOf(this.#options),
        random: this.#random,
        now: this.#now,
      },
      {
        onMessage: (message, times, from) => upkeep.message(message, times, from),
        onOpen: (attempt, moving) => upkeep.opened(attempt, moving),
        onBaseless: (symbol, channel, from) => upkeep.baseless(symbol, channel, from),
        onLimits: (limits) => upkeep.limits(limits),
        onTakenAway: (results) => upkeep.takenAway(results),
        onLost: (attempt) => upkeep.lost(attempt),
        onState: (event) => this.#stateChanged(event),
        onSeqHole: (from) => upkeep.lostMessages(from),
        onFault: (error) => this.#listeners.emit('fault', { error }),
        onAuth: (event) => this.#listeners.emit('auth', event),
        onAuthFailed: (event) => this.#listeners.emit('authFailed', event),
      },
    );
    this.#link.start();
  }

  /**
   * Subscribes each symbol to each channel; each succeeds or fails by itself. The promise waits for a connection where there
   * is none. Rejects with TapecastError.
   *
   * `intervalMs`: 0 tells each update as it comes (the default), more merges those of so long, trades never. Asked for again,
   * a subscription takes the new interval without a hole. A gateway rounds up what it does not offer; each result says what
   * counts, and that is asked for after a reconnect.
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
    return this.#upkeep.subscriptions.book(symbol, channel);
  }

  /** Ends for good. Requests that wait are rejected. */
  close(): void {
    if (this.#closed) return;
    if (this.#link !== undefined) this.#link.close();
    else this.#stateChanged({ state: 'closed', code: 1000, reason: 'closed by the client', retryInMs: undefined });
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
    if (this.#closed) throw closedError('the client is closed');
    return this.#upkeep.requests.ask(body);
  }

  #stateChanged(event: StateEvent): void {
    if (event.state === 'closed') {
      this.#closed = true;
      this.#upkeep.end();
    }
    this.#listeners.emit('state', event);
    if (event.state === 'closed') this.#upkeep.requests.fail(closedError(`${event.code} ${event.reason}`));
  }
}

function webSocketOf({ webSocket }: TapecastClientOptions): WebSocketConstructor {
  const found = webSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined);
  if (found !== undefined) return found;
  throw new TapecastError(
    'bad_call',
    'There is no WebSocket here. Pass one as the option webSocket, such as that of the package ws',
  );
}

/** The text is not told: it may have a token in it. */
function checkAddress(url: string): void {
  if (URL.canParse(url) && /^(wss?|https?):$/.test(new URL(url).protocol)) return;
  throw new TapecastError('bad_call', 'The option url is no address of a gateway, expected wss://<edge>/v1/stream');
}

function names(list: readonly string[]): string[] {
  if (list.length === 0)
    throw new TapecastError('bad_call', 'A list of symbols or channels is empty. Name at least one');
  return [...list];
}

function closedError(why: string): TapecastError {
  return new TapecastError('closed', `There is no connection and none will be made: ${why}`);
}
