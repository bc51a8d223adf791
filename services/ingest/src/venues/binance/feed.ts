import { Backoff } from '../../connection/backoff.ts';
import { pause } from '../../connection/pause.ts';
import { RateBudget } from '../../connection/rate-budget.ts';
import { IngestError, messageOf } from '../../errors.ts';
import { FaultLog } from '../../fault-log.ts';
import type { LogEnd } from '../../lead/log-end.ts';
import { LIMITS } from '../../limits.ts';
import { PingClock, readPingTime } from '../../sources/ping-clock.ts';
import type { TickSink } from '../../sources/venue-source.ts';
import type { Feed, FeedContext } from '../venue.ts';
import { BookKeeper } from './book-keeper.ts';
import { InstrumentStatus } from './instrument-status.ts';
import {
  type BadReason,
  type BinanceSymbol,
  type QuoteEvent,
  routesOf,
  STREAM_KINDS,
  type StreamRoute,
  streamName,
  type TradeEvent,
} from './messages.ts';
import { MissedTrades } from './missed-trades.ts';
import { RenewedConnection } from './renewed-connection.ts';
import { BinanceRest } from './rest.ts';
import type { MarketEvent } from './stream-connection.ts';
import { ATTEMPTS_PER_5_MINUTES, STREAMS_PER_CONNECTION_MAX } from './subscriptions.ts';
import { loadSymbols } from './symbols.ts';
import { TradeLane } from './trade-lane.ts';

const VENUE = 'binance';
const CLOCK_TICK_MS = 1_000;
/** Share of a connection's age over which the renewals of many are spread. */
const RENEWAL_SPREAD = 0.1;

/** What the feed keeps of one pair. */
interface Pair {
  symbol: BinanceSymbol;
  trades: TradeLane;
  /** The last quote that came. */
  quote: { event: QuoteEvent; receivedAtUs: number } | undefined;
  /** Update id of the last difference that came while another spoke for the venue. */
  unspokenId: number | undefined;
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
  readonly #source: TickSink;
  readonly #rest: BinanceRest;
  readonly #books: BookKeeper;
  readonly #missed: MissedTrades;
  readonly #faults: FaultLog;
  readonly #clock = new PingClock();
  readonly #pairs = new Map<string, Pair>();
  readonly #connections = new Map<RenewedConnection, readonly BinanceSymbol[]>();
  readonly #abort = new AbortController();
  #fail: (error: Error) => void = () => undefined;
  #clockTimer: NodeJS.Timeout | undefined;
  #starting: Promise<void> = Promise.resolve();
  #numbers = 0;
  #notReady = 'reading exchangeInfo';
  #paused = false;
  /** What the log had when we began to speak for the venue; undefined: another does, and nothing is told. */
  #end: LogEnd | undefined;
  readonly #catchUps = new Set<NodeJS.Timeout>();

  constructor(context: FeedContext) {
    const { config, limits, logger, metrics, random, nowUs } = context;
    this.#context = context;
    this.#source = context.createSource(VENUE);
    this.#faults = new FaultLog(logger);
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.#rest = new BinanceRest({
      baseUrl: config.binanceRest,
      nowMs: Date.now,
      circuit: context.circuits?.rest,
      onOutcome: (outcome) => metrics.restCalls.inc({ venue: VENUE, outcome }),
    });
    this.#missed = new MissedTrades({
      fetch: (symbol, fromId, signal) => this.#rest.historicalTrades(symbol, fromId, signal),
      limits,
      faults: this.#faults,
      random,
      signal: this.#abort.signal,
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
    if (this.#connections.size === 0) return { ready: false, reason: `binance: ${this.#notReady}` };
    const down = [...this.#connections.keys()].filter((connection) => !connection.subscribed);
    if (down.length === 0) return { ready: true, reason: '' };
    return {
      ready: false,
      reason: `binance: ${down.length} of ${this.#connections.size} connections not subscribed: ${down[0]!.downReason}`,
    };
  }

  speak(end: LogEnd): void {
    this.#end = end;
    for (const pair of this.#pairs.values()) this.#speakFor(pair, end);
    for (const [connection, part] of this.#connections) if (connection.subscribed) this.#follow(part);
  }

  pause(): void {
    this.#paused = true;
    for (const connection of this.#connections.keys()) connection.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const connection of this.#connections.keys()) connection.resume();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    clearInterval(this.#clockTimer);
    for (const timer of this.#catchUps) clearTimeout(timer);
    for (const connection of this.#connections.keys()) connection.stop();
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
      const pair = this.#makePair(symbol);
      this.#pairs.set(symbol.symbol, pair);
      if (this.#end !== undefined) this.#speakFor(pair, this.#end);
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
        onSubscribed: () => {
          this.#context.circuits?.stream.succeeded();
          this.#onSubscribed(part);
        },
        onDown: (reason) => {
          this.#context.circuits?.stream.failed();
          this.#onDown(part, reason);
        },
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
      this.#connections.set(connection, part);
      if (this.#paused) connection.pause();
      connection.start();
    }
    logger.info({ event: 'binance_connecting', pairs: symbols.length, connections: this.#connections.size });
  }

  #makePair(symbol: BinanceSymbol): Pair {
    const { limits, metrics, nowUs } = this.#context;
    const { instrument } = symbol;
    const pair: Pair = {
      symbol,
      quote: undefined,
      unspokenId: undefined,
      status: new InstrumentStatus(),
      trades: new TradeLane({
        limits,
        nowUs,
        emit: (event, receivedAtUs) => this.#emitTrade(event, receivedAtUs),
        fetch: (from, to) => this.#missed.get(symbol, from, to),
        onMissing: (from, to) => {
          const missing = to - from + 1;
          metrics.tradesMissing.inc({ venue: VENUE }, missing);
          this.#faults.warn('trade_hole', () => ({ instrument, from, to, missing }));
          this.#tellOnce(pair, `trades ${from} to ${to} (${missing}) were not received`);
        },
        onDuplicate: (tradeId) => {
          metrics.tradesDuplicate.inc({ venue: VENUE });
          this.#faults.warn('trade_duplicate', () => ({ instrument, tradeId }));
        },
        onRestarted: (before, now) => {
          this.#faults.warn('trade_ids_restarted', () => ({ instrument, before, now }));
          this.#tellOnce(pair, `the venue counts trades anew from ${now}`);
        },
        onFetched: (from, to, trades) => {
          metrics.tradesFetched.inc({ venue: VENUE }, trades);
          this.#faults.warn('trades_fetched', () => ({ instrument, from, to, trades }));
        },
      }),
    };
    return pair;
  }

  /** Tells what the log lacks of a pair, and how it stands. */
  #speakFor(pair: Pair, end: LogEnd): void {
    pair.trades.speak(end.lastTradeId(pair.symbol.instrument));
    if (pair.quote !== undefined) this.#source.emit(pair.quote.event.tick, pair.quote.receivedAtUs);
    this.#tellStatus(pair);
  }

  #onSubscribed(part: readonly BinanceSymbol[]): void {
    this.#countConnections();
    this.#context.logger.info({ event: 'binance_subscribed', pairs: part.length });
    if (this.#end !== undefined) this.#follow(part);
  }

  /** The pairs' streams are subscribed, and told: books begin, and what was traded before the first trade comes is asked for. */
  #follow(part: readonly BinanceSymbol[]): void {
    for (const symbol of part) this.#books.follow(symbol);
    const timer = setTimeout(() => {
      this.#catchUps.delete(timer);
      for (const symbol of part) this.#pair(symbol).trades.catchUp();
    }, this.#context.limits.catchUpAfterMs);
    this.#catchUps.add(timer);
  }

  #positionOf(event: MarketEvent): number | undefined {
    const pair = this.#pair(event.symbol);
    if (event.type === 'diff') return this.#end === undefined ? pair.unspokenId : this.#books.position(event.symbol);
    return event.type === 'trade' ? pair.trades.last : pair.quote?.event.lastId;
  }

  #onDown(part: readonly BinanceSymbol[], reason: string): void {
    this.#countConnections();
    this.#context.metrics.disconnections.inc({ venue: VENUE });
    for (const symbol of part) {
      const pair = this.#pair(symbol);
      pair.trades.reconnected();
      pair.status.down(`the connection to the venue is down: ${reason}`);
      this.#tellStatus(pair);
      if (this.#end !== undefined) this.#books.disconnected(symbol);
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
    switch (event.type) {
      case 'trade':
        pair.trades.take(event, receivedAtUs);
        return;
      case 'quote':
        pair.quote = { event, receivedAtUs };
        this.#guard(event, frame, () => this.#source.emit(event.tick, receivedAtUs));
        return;
      case 'diff':
        // A book begins with a snapshot when we begin to speak.
        if (this.#end === undefined) pair.unspokenId = event.lastId;
        else this.#guard(event, frame, () => this.#books.onDiff(event, receivedAtUs));
    }
  }

  #emitTrade(event: TradeEvent, receivedAtUs: number): void {
    this.#guard(event, undefined, () => this.#source.emit(event.tick, receivedAtUs));
  }

  /** The codec has bounds of its own. What it refuses is one bad frame, never the end of the process. */
  #guard(event: MarketEvent, frame: Buffer | undefined, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      const kind = event.type === 'diff' ? 'depth@100ms' : event.type === 'quote' ? 'bookTicker' : 'trade';
      this.#onBad('not_encodable', messageOf(error), frame, { kind, symbol: event.symbol });
    }
  }

  #onBad(reason: BadReason, detail: string, frame: Buffer | undefined, route: StreamRoute | undefined): void {
    this.#context.metrics.framesBad.inc({ venue: VENUE, reason });
    this.#faults.warn(`bad_frame_${reason}`, () => ({
      detail,
      stream: route === undefined ? undefined : streamName(route.symbol.symbol, route.kind),
      bytes: frame?.length,
      frame: frame?.subarray(0, LIMITS.badFrameLogBytes).toString('utf8'),
    }));
    if (route?.kind === 'depth@100ms' && this.#end !== undefined) this.#books.onBadDiff(route.symbol, reason);
  }

  #tellStatus(pair: Pair): void {
    // What is not told is not to count as told.
    if (this.#end === undefined) return;
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
    const subscribed = [...this.#connections.keys()].filter((connection) => connection.subscribed).length;
    this.#context.metrics.connections.labels(VENUE).set(subscribed);
  }

  /** Every symbol of an event comes from a route, and every route from `#pairs`. */
  #pair(symbol: BinanceSymbol): Pair {
    return this.#pairs.get(symbol.symbol)!;
  }
}
