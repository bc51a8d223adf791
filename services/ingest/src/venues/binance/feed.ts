import { Backoff } from '../../connection/backoff.ts';
import { pause } from '../../connection/pause.ts';
import { RateBudget } from '../../connection/rate-budget.ts';
import { IngestError, messageOf } from '../../errors.ts';
import { FaultLog } from '../../fault-log.ts';
import { LIMITS } from '../../limits.ts';
import { PingClock, readPingTime } from '../../sources/ping-clock.ts';
import type { TickSource } from '../../sources/tick-source.ts';
import type { Feed, FeedContext } from '../venue.ts';
import { BookKeeper } from './book-keeper.ts';
import { InstrumentStatus } from './instrument-status.ts';
import {
  type BadReason,
  type BinanceSymbol,
  routesOf,
  STREAM_KINDS,
  type StreamRoute,
  streamName,
} from './messages.ts';
import { RenewedConnection } from './renewed-connection.ts';
import { BinanceRest } from './rest.ts';
import type { MarketEvent } from './stream-connection.ts';
import { ATTEMPTS_PER_5_MINUTES, STREAMS_PER_CONNECTION_MAX } from './subscriptions.ts';
import { loadSymbols } from './symbols.ts';
import { TradeIds } from './trade-ids.ts';

const VENUE = 'binance';
const CLOCK_TICK_MS = 1_000;
/** Share of a connection's age over which the renewals of many are spread. */
const RENEWAL_SPREAD = 0.1;

/** What the feed keeps of one pair. */
interface Pair {
  symbol: BinanceSymbol;
  ids: TradeIds;
  /** Update id of the last quote. */
  quoteId: number | undefined;
  status: InstrumentStatus;
}

export function startBinanceFeed(context: FeedContext): Feed {
  const feed = new BinanceFeed(context);
  feed.start();
  return feed;
}

/** Binance spot: the pairs from `exchangeInfo`, their streams over as many connections as they need, their books. */
class BinanceFeed implements Feed {
  readonly name = VENUE;
  readonly failed: Promise<Error>;
  readonly #context: FeedContext;
  readonly #source: TickSource;
  readonly #rest: BinanceRest;
  readonly #books: BookKeeper;
  readonly #faults: FaultLog;
  readonly #clock = new PingClock();
  readonly #pairs = new Map<string, Pair>();
  readonly #connections: RenewedConnection[] = [];
  readonly #abort = new AbortController();
  #fail: (error: Error) => void = () => undefined;
  #clockTimer: NodeJS.Timeout | undefined;
  #starting: Promise<void> = Promise.resolve();
  #numbers = 0;
  #notReady = 'reading exchangeInfo';
  #paused = false;

  constructor(context: FeedContext) {
    const { config, logger, metrics, random, nowUs } = context;
    this.#context = context;
    this.#source = context.createSource(VENUE);
    this.#faults = new FaultLog(logger);
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.#rest = new BinanceRest({
      baseUrl: config.binanceRest,
      nowMs: Date.now,
      onOutcome: (outcome) => metrics.restCalls.inc({ venue: VENUE, outcome }),
    });
    this.#books = new BookKeeper({
      fetchSnapshot: (symbol, signal) => this.#rest.depth(symbol, signal),
      emit: (tick, receivedAtUs) => this.#source.emit(tick, receivedAtUs),
      onSynced: (symbol) => {
        const pair = this.#pair(symbol);
        // The venue answered for this pair over an open connection: that is data, though nobody may trade it now.
        pair.status.flows();
        pair.status.bookSynced();
        this.#tellStatus(pair);
      },
      onLost: (symbol, reason) => {
        const pair = this.#pair(symbol);
        pair.status.bookLost(reason);
        this.#tellStatus(pair);
      },
      logger,
      metrics,
      random,
      nowUs,
      signal: this.#abort.signal,
    });
  }

  start(): void {
    if (this.#context.config.clock === 'wall') this.#startWallClock();
    this.#starting = this.#run().catch((error: unknown) => {
      this.#fail(error instanceof Error ? error : new Error(messageOf(error)));
    });
  }

  ready() {
    if (this.#connections.length === 0) return { ready: false, reason: `binance: ${this.#notReady}` };
    const down = this.#connections.find((connection) => !connection.subscribed);
    if (down === undefined) return { ready: true, reason: '' };
    const count = this.#connections.filter((connection) => !connection.subscribed).length;
    return {
      ready: false,
      reason: `binance: ${count} of ${this.#connections.length} connections not subscribed: ${down.downReason}`,
    };
  }

  pause(): void {
    this.#paused = true;
    for (const connection of this.#connections) connection.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const connection of this.#connections) connection.resume();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    clearInterval(this.#clockTimer);
    for (const connection of this.#connections) connection.stop();
    this.#books.stop();
    await this.#starting;
  }

  #startWallClock(): void {
    const tell = (): void => {
      const nowUs = this.#context.nowUs();
      // While the log is away a later clock tick says the same: those between are left out, not queued.
      if (!this.#context.isFull()) this.#source.clock(Math.floor(nowUs / 1_000), nowUs);
    };
    tell();
    this.#clockTimer = setInterval(tell, CLOCK_TICK_MS);
  }

  /** Reads the pairs until the venue and the store answer, then connects. */
  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const { config, logger, random } = this.#context;
    const backoff = new Backoff(LIMITS.restRetryBaseMs, LIMITS.restRetryCapMs, random);
    while (!signal.aborted) {
      try {
        const symbols = await loadSymbols({ config, rest: this.#rest, logger, faults: this.#faults, signal });
        await this.#context.catalogue.putCatalogue(
          symbols.map(({ instrument, name, priceDecimals, sizeDecimals }) => ({
            instrument,
            name,
            venue: VENUE,
            priceDecimals,
            sizeDecimals,
          })),
        );
        if (!signal.aborted) this.#connect(symbols);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#notReady = messageOf(error);
        this.#faults.warn('catalogue_failed', () => ({ reason: messageOf(error) }));
        const askedMs = error instanceof IngestError ? (error.retryAfterMs ?? 0) : 0;
        await pause(Math.max(askedMs, backoff.next()), signal);
      }
    }
  }

  #connect(symbols: readonly BinanceSymbol[]): void {
    const { config, logger, metrics, random, nowUs } = this.#context;
    for (const symbol of symbols) {
      const pair: Pair = { symbol, ids: new TradeIds(), quoteId: undefined, status: new InstrumentStatus() };
      this.#pairs.set(symbol.symbol, pair);
      this.#tellStatus(pair);
    }
    const attempts = new RateBudget(ATTEMPTS_PER_5_MINUTES, 5 * 60_000, Date.now());
    const frames = metrics.framesReceived.labels(VENUE);
    const perConnection = Math.floor(STREAMS_PER_CONNECTION_MAX / STREAM_KINDS.length);
    for (let at = 0; at < symbols.length; at += perConnection) {
      const part = symbols.slice(at, at + perConnection);
      const routes = routesOf(part);
      // Not all at once, though all are made now: the first is replaced last.
      const early = (at / symbols.length) * RENEWAL_SPREAD;
      const connection = new RenewedConnection({
        url: config.binanceWs,
        routes,
        onEvent: (event, receivedAtUs, frame) => this.#onEvent(event, receivedAtUs, frame),
        onBad: (reason, detail, frame, route) => this.#onBad(reason, detail, frame, route),
        onPing: (number, payload, receivedAtUs) => this.#onPing(number, payload, receivedAtUs),
        onSubscribed: () => this.#onSubscribed(part),
        onDown: (reason) => this.#onDown(part, reason),
        onGone: (number) => this.#clock.onDown(number),
        onRenewed: (reason) => {
          metrics.renewals.inc({ venue: VENUE, reason });
          logger.info({ event: 'binance_renewed', reason, pairs: part.length });
        },
        positionOf: (event) => this.#positionOf(event),
        nextNumber: () => this.#numbers++,
        renewAfterMs: Math.floor(config.binanceRenewAfterMs * (1 - early)),
        onFrame: () => frames.inc(),
        logger,
        random,
        nowUs,
        attemptWaitMs: () => attempts.take(1, Date.now()),
      });
      this.#connections.push(connection);
      if (this.#paused) connection.pause();
      connection.start();
    }
    logger.info({ event: 'binance_connecting', pairs: symbols.length, connections: this.#connections.length });
  }

  #onSubscribed(part: readonly BinanceSymbol[]): void {
    this.#countConnections();
    this.#context.logger.info({ event: 'binance_subscribed', pairs: part.length });
    for (const symbol of part) this.#books.follow(symbol);
  }

  #positionOf(event: MarketEvent): number | undefined {
    if (event.type === 'diff') return this.#books.position(event.symbol);
    const pair = this.#pair(event.symbol);
    return event.type === 'trade' ? pair.ids.last : pair.quoteId;
  }

  #onDown(part: readonly BinanceSymbol[], reason: string): void {
    this.#countConnections();
    this.#context.metrics.disconnections.inc({ venue: VENUE });
    for (const symbol of part) {
      const pair = this.#pair(symbol);
      pair.ids.reconnected();
      pair.status.down(`the connection to the venue is down: ${reason}`);
      this.#tellStatus(pair);
      this.#books.disconnected(symbol);
    }
  }

  #onPing(connection: number, payload: Buffer, receivedAtUs: number): void {
    if (this.#context.config.clock !== 'ping') return;
    const timeMs = readPingTime(payload);
    if (timeMs === undefined) {
      this.#onBad('bad_ping', 'the payload is not Unix ms, though --clock ping says so', payload, undefined);
      return;
    }
    const tellMs = this.#clock.onPing(connection, timeMs);
    if (tellMs !== undefined) this.#source.clock(tellMs, receivedAtUs);
  }

  #onEvent(event: MarketEvent, receivedAtUs: number, frame: Buffer): void {
    const pair = this.#pair(event.symbol);
    if (!pair.status.flowing) {
      pair.status.flows();
      this.#tellStatus(pair);
    }
    try {
      if (event.type === 'quote') pair.quoteId = event.lastId;
      if (event.type === 'diff') this.#books.onDiff(event, receivedAtUs);
      else if (event.type === 'quote' || this.#isNew(pair, event.tradeId)) this.#source.emit(event.tick, receivedAtUs);
    } catch (error) {
      // The codec has bounds of its own. What it refuses is one bad frame, never the end of the process.
      const kind = event.type === 'diff' ? 'depth@100ms' : event.type === 'quote' ? 'bookTicker' : 'trade';
      this.#onBad('not_encodable', messageOf(error), frame, { kind, symbol: event.symbol });
    }
  }

  /** Whether the trade is to be published; tells what is missing before it. */
  #isNew(pair: Pair, tradeId: number): boolean {
    const outcome = pair.ids.take(tradeId);
    if (outcome.kind === 'next') return true;
    const { metrics } = this.#context;
    const { instrument } = pair.symbol;
    switch (outcome.kind) {
      case 'duplicate':
        metrics.tradesDuplicate.inc({ venue: VENUE });
        this.#faults.warn('trade_duplicate', () => ({ instrument, tradeId }));
        return false;
      case 'hole': {
        const missing = outcome.to - outcome.from + 1;
        metrics.tradesMissing.inc({ venue: VENUE }, missing);
        this.#faults.warn('trade_hole', () => ({ instrument, from: outcome.from, to: outcome.to, missing }));
        this.#tellOnce(pair, `trades ${outcome.from} to ${outcome.to} (${missing}) were not received`);
        return true;
      }
      case 'restarted':
        this.#faults.warn('trade_ids_restarted', () => ({ instrument, before: outcome.before, now: tradeId }));
        this.#tellOnce(pair, `the venue counts trades anew from ${tradeId}`);
        return true;
    }
  }

  #onBad(reason: BadReason, detail: string, frame: Buffer, route: StreamRoute | undefined): void {
    this.#context.metrics.framesBad.inc({ venue: VENUE, reason });
    this.#faults.warn(`bad_frame_${reason}`, () => ({
      detail,
      stream: route === undefined ? undefined : streamName(route.symbol.symbol, route.kind),
      bytes: frame.length,
      frame: frame.subarray(0, LIMITS.badFrameLogBytes).toString('utf8'),
    }));
    if (route?.kind === 'depth@100ms') this.#books.onBadDiff(route.symbol, reason);
  }

  #tellStatus(pair: Pair): void {
    const change = pair.status.change();
    if (change !== undefined) this.#emitStatus(pair, change.state, change.reason);
  }

  /** Something that happened and is over: the state stays as it is. */
  #tellOnce(pair: Pair, reason: string): void {
    this.#emitStatus(pair, pair.status.current().state, reason);
  }

  #emitStatus(pair: Pair, state: ReturnType<InstrumentStatus['current']>['state'], reason: string): void {
    const nowUs = this.#context.nowUs();
    const { instrument, priceDecimals, sizeDecimals } = pair.symbol;
    this.#source.emit(
      {
        instrument,
        exchangeTimeUs: undefined,
        priceDecimals: priceDecimals ?? 0,
        sizeDecimals: sizeDecimals ?? 0,
        body: { kind: 'status', state, reason, sinceMs: Math.floor(nowUs / 1_000) },
      },
      nowUs,
    );
  }

  #countConnections(): void {
    const subscribed = this.#connections.filter((connection) => connection.subscribed).length;
    this.#context.metrics.connections.labels(VENUE).set(subscribed);
  }

  /** Every symbol of an event comes from a route, and every route from `#pairs`. */
  #pair(symbol: BinanceSymbol): Pair {
    return this.#pairs.get(symbol.symbol)!;
  }
}
