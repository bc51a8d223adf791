import type { Readiness } from '@tapecast/service-kit';
import { Backoff } from '../../connection/backoff.ts';
import { pause } from '../../connection/pause.ts';
import { messageOf } from '../../errors.ts';
import { FaultLog } from '../../fault-log.ts';
import type { LogEnd } from '../../lead/log-end.ts';
import { PingClock, readPingTime } from '../../sources/ping-clock.ts';
import type { TickSink } from '../../sources/venue-source.ts';
import type { Feed, FeedContext } from '../venue.ts';
import { ClassSockets } from './class-sockets.ts';
import type { ItickConnection, ItickConnectionHandlers } from './connection.ts';
import { Handover, type Switch } from './handover.ts';
import { InstrumentTeller } from './instrument-teller.ts';
import { KeptEvents, nameOf, type Received } from './kept-events.ts';
import type { DepthEvent, ItickBadReason, ItickMarketEvent, QuoteEvent, TradeEvent } from './messages.ts';
import { type ItickOptions, readItickOptions } from './options.ts';
import { ASSET_CLASSES, type AssetClass, type ItickSymbol } from './symbols.ts';

const VENUE = 'itick';
const CLOCK_TICK_MS = 1_000;
/** ms between two looks at symbols that are to change their connection. */
const HANDOVER_LOOK_MS = 100;
/** Symbols that a log line names. */
const NAMED_MAX = 10;

/** A symbol on its way from one connection to another. */
interface Change {
  to: number;
  trades: Handover<Received<TradeEvent>>;
  /** The newest states that the new connection sent: told at the change, since the old one may not have had them. */
  depth: Received<DepthEvent> | undefined;
  quote: Received<QuoteEvent> | undefined;
}

/** What the feed keeps of one instrument. */
interface Follow {
  symbol: ItickSymbol;
  teller: InstrumentTeller;
  /** The one connection whose frames of it are told. */
  speaker: number;
  change: Change | undefined;
  /** Trades that the speaker is still to send and that were told before it spoke. */
  skip: string[];
  /** What came while another spoke for the venue. */
  kept: KeptEvents;
  /** Since when its speaker sends all of it; undefined: it is not subscribed. */
  subscribedAtUs: number | undefined;
}

export function startItickFeed(context: FeedContext): Feed {
  const feed = new ItickFeed(context, readItickOptions(context.config));
  feed.start();
  return feed;
}

/** iTick: the named instruments over a socket or more for each asset class. */
export class ItickFeed implements Feed {
  readonly name = VENUE;
  readonly failed: Promise<Error>;
  readonly #context: FeedContext;
  readonly #options: ItickOptions;
  readonly #source: TickSink;
  readonly #faults: FaultLog;
  readonly #clock = new PingClock();
  readonly #follows = new Map<ItickSymbol, Follow>();
  readonly #classes = new Map<AssetClass, ClassSockets>();
  readonly #abort = new AbortController();
  #fail: (error: Error) => void = () => undefined;
  #clockTimer: NodeJS.Timeout | undefined;
  #handoverTimer: NodeJS.Timeout | undefined;
  #starting: Promise<void> = Promise.resolve();
  #notReady = 'starting';
  #connectionIds = 0;
  #paused = false;
  /** What the log had when we began to speak for the venue; undefined: another does, and nothing is told. */
  #end: LogEnd | undefined;

  constructor(context: FeedContext, options: ItickOptions) {
    this.#context = context;
    this.#options = options;
    this.#source = context.createSource(VENUE);
    this.#faults = new FaultLog(context.logger);
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  start(): void {
    if (this.#context.config.clock === 'wall') this.#startWallClock();
    this.#starting = this.#run().catch((error: unknown) => {
      this.#fail(error instanceof Error ? error : new Error(messageOf(error)));
    });
  }

  ready(): Readiness {
    const connections = this.#connections();
    if (connections.length === 0) return { ready: false, reason: `itick: ${this.#notReady}` };
    const missing = connections.filter((connection) => !connection.subscribed);
    // What the plan refuses is told in logs and statuses; the rest is served.
    const awaited = missing.filter((connection) => !connection.refused);
    if (awaited.length === 0 && missing.length < connections.length) return { ready: true, reason: '' };
    const { downReason } = awaited[0] ?? missing[0]!;
    return {
      ready: false,
      refused: awaited.length === 0,
      reason: `itick: ${missing.length} of ${connections.length} connections not subscribed: ${downReason}`,
    };
  }

  speak(end: LogEnd): void {
    this.#end = end;
    for (const follow of this.#follows.values()) this.#speakFor(follow, end);
  }

  pause(): void {
    this.#paused = true;
    for (const sockets of this.#classes.values()) sockets.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const sockets of this.#classes.values()) sockets.resume();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    clearInterval(this.#clockTimer);
    clearInterval(this.#handoverTimer);
    for (const sockets of this.#classes.values()) sockets.stop();
    await this.#starting;
  }

  /** Lists new instruments in the catalogue, then follows exactly these. Rejects while the store is away. */
  async setSymbols(symbols: readonly ItickSymbol[]): Promise<void> {
    const known = new Map([...this.#follows.keys()].map((symbol) => [symbol.instrument, symbol]));
    const added = symbols.filter(({ instrument }) => !known.has(instrument));
    if (added.length > 0) {
      await this.#context.catalogue.putCatalogue(
        added.map(({ instrument }) => ({
          instrument,
          name: '',
          venue: VENUE,
          priceDecimals: undefined,
          sizeDecimals: undefined,
        })),
      );
    }
    if (this.#abort.signal.aborted) return;
    const wanted = new Set(symbols.map((symbol) => known.get(symbol.instrument) ?? symbol));
    for (const follow of [...this.#follows.values()]) {
      if (wanted.has(follow.symbol)) continue;
      this.#follows.delete(follow.symbol);
      follow.teller.tellState('stale', 'not followed any more');
    }
    for (const symbol of wanted) if (!this.#follows.has(symbol)) this.#follow(symbol);
    for (const assetClass of ASSET_CLASSES) {
      const ofClass = [...wanted].filter((symbol) => symbol.assetClass === assetClass);
      if (ofClass.length > 0 || this.#classes.has(assetClass)) this.#sockets(assetClass).setSymbols(ofClass);
    }
    this.#context.logger.info({
      event: 'itick_following',
      instruments: wanted.size,
      connections: this.#connections().length,
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const { limits, random } = this.#context;
    const backoff = new Backoff(limits.restRetryBaseMs, limits.restRetryCapMs, random);
    while (!signal.aborted) {
      try {
        await this.setSymbols(this.#options.symbols);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#notReady = `the catalogue store is away: ${messageOf(error)}`;
        this.#faults.warn('catalogue_failed', () => ({ reason: messageOf(error) }));
        await pause(backoff.next(), signal);
      }
    }
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

  #follow(symbol: ItickSymbol): void {
    const { metrics, nowUs } = this.#context;
    const follow: Follow = {
      symbol,
      teller: new InstrumentTeller(symbol, {
        source: this.#source,
        metrics,
        nowUs,
        speaks: () => this.#end !== undefined,
      }),
      speaker: -1,
      change: undefined,
      skip: [],
      kept: new KeptEvents(this.#context.limits),
      subscribedAtUs: undefined,
    };
    this.#follows.set(symbol, follow);
    if (this.#end !== undefined) this.#speakFor(follow, this.#end);
  }

  /** Tells what the log lacks of an instrument, the span of what nobody has, and how it stands. */
  #speakFor(follow: Follow, end: LogEnd): void {
    const { metrics, nowUs } = this.#context;
    const { instrument } = follow.symbol;
    const { tell, skip, gap } = follow.kept.continue(end, instrument, follow.subscribedAtUs, nowUs());
    for (const { event, receivedAtUs } of tell) this.#tell(follow, event, receivedAtUs);
    follow.kept = new KeptEvents(this.#context.limits);
    follow.skip.push(...skip);
    if (gap !== undefined) {
      metrics.gapsTold.inc({ venue: VENUE });
      follow.teller.status.notHeard(gap.fromMs, gap.untilMs);
      this.#faults.warn('itick_gap', () => ({ instrument, ...gap }));
    }
    follow.teller.tellStatus();
  }

  #sockets(assetClass: AssetClass): ClassSockets {
    const known = this.#classes.get(assetClass);
    if (known !== undefined) return known;
    const { logger, random, nowUs, limits } = this.#context;
    const sockets = new ClassSockets({
      url: this.#options.url,
      token: this.#options.token,
      types: this.#options.types,
      assetClass,
      nextId: () => this.#connectionIds++,
      othersAccepted: () => this.#connections().some((connection) => connection.accepted),
      handlers: {
        connection: (id) => this.#handlersOf(assetClass, id),
        onAssigned: (symbol, id) => {
          this.#follows.get(symbol)!.speaker = id;
        },
        onReplacing: (symbols, _from, to) => this.#onReplacing(symbols, to),
        onStopped: (id) => {
          this.#clock.onDown(id);
          this.#drop(id);
          this.#countConnections();
        },
      },
      limits,
      logger: logger.child({ assetClass }),
      faults: this.#faults,
      random,
      nowUs,
    });
    this.#classes.set(assetClass, sockets);
    if (this.#paused) sockets.pause();
    return sockets;
  }

  #handlersOf(assetClass: AssetClass, id: number): ItickConnectionHandlers {
    const frames = this.#context.metrics.framesReceived.labels(VENUE);
    return {
      onEvent: (event, receivedAtUs, frame) => this.#onEvent(id, event, receivedAtUs, frame),
      onBad: (reason, detail, excerpt) => this.#onBad(reason, detail, excerpt),
      onPing: (payload, receivedAtUs) => this.#onPing(id, payload, receivedAtUs),
      onFrame: () => frames.inc(),
      onSubscribed: (symbols) => {
        this.#context.circuits?.stream.succeeded();
        this.#onSubscribed(id, symbols);
      },
      onLimit: (symbols, accepted) => this.#onLimit(assetClass, id, symbols, accepted),
      onDown: (reason, refused) => {
        this.#context.circuits?.stream.failed();
        this.#onDown(assetClass, id, reason, refused);
      },
    };
  }

  #onSubscribed(id: number, symbols: readonly ItickSymbol[]): void {
    const nowMs = this.#nowMs();
    for (const symbol of symbols) {
      const follow = this.#follows.get(symbol);
      if (follow === undefined) continue;
      if (follow.change?.to === id) follow.change.trades.subscribed(nowMs);
      if (follow.speaker !== id) continue;
      follow.subscribedAtUs = this.#context.nowUs();
      follow.teller.status.subscribed(nowMs);
      follow.teller.tellStatus();
    }
    this.#countConnections();
    this.#context.logger.info({ event: 'itick_subscribed', connection: id, instruments: symbols.length });
  }

  #onLimit(assetClass: AssetClass, id: number, symbols: readonly ItickSymbol[], accepted: number): void {
    this.#countConnections();
    if (this.#isReplacement(id)) {
      this.#classes.get(assetClass)!.abandon(id);
      return;
    }
    for (const symbol of symbols) {
      const follow = this.#follows.get(symbol);
      if (follow?.speaker !== id) continue;
      follow.teller.status.beyondPlan();
      follow.teller.tellStatus();
    }
    this.#context.logger.error({
      event: 'itick_plan_too_small',
      assetClass,
      accepted,
      refused: symbols.length,
      instruments: symbols.slice(0, NAMED_MAX).map(({ instrument }) => instrument),
      todo: `name fewer symbols in --symbols (the plan took ${accepted} here), or take a larger plan`,
    });
  }

  #onDown(assetClass: AssetClass, id: number, reason: string, refused: boolean): void {
    this.#clock.onDown(id);
    this.#countConnections();
    this.#context.metrics.disconnections.inc({ venue: VENUE });
    if (this.#isReplacement(id)) {
      if (refused) this.#classes.get(assetClass)!.abandon(id);
      else for (const follow of this.#follows.values()) if (follow.change?.to === id) follow.change.trades.lost();
      return;
    }
    const nowMs = this.#nowMs();
    for (const follow of [...this.#follows.values()]) {
      if (follow.speaker !== id) continue;
      if (follow.change !== undefined) {
        this.#finish(follow, follow.change, follow.change.trades.oldEnded());
        continue;
      }
      follow.skip = [];
      follow.subscribedAtUs = undefined;
      follow.teller.status.down(`the connection to the venue is down: ${reason}`, nowMs);
      follow.teller.tellStatus();
    }
  }

  #onPing(id: number, payload: Buffer, receivedAtUs: number): void {
    if (this.#context.config.clock !== 'ping') return;
    const timeMs = readPingTime(payload);
    if (timeMs === undefined) {
      this.#onBad('bad_ping', 'the payload is not Unix ms, though --clock ping says so', payload);
      return;
    }
    const tellMs = this.#clock.onPing(id, timeMs);
    if (tellMs !== undefined) this.#source.clock(tellMs, receivedAtUs);
  }

  #onEvent(id: number, event: ItickMarketEvent, receivedAtUs: number, frame: Buffer): void {
    const follow = this.#follows.get(event.symbol);
    // Not followed any more, and the venue has no unsubscribe.
    if (follow === undefined) return;
    if (follow.speaker !== id) {
      if (follow.change?.to === id) this.#keep(follow.change, { event, receivedAtUs });
      return;
    }
    if (!follow.teller.status.heard) {
      follow.teller.status.hears();
      follow.teller.tellStatus();
    }
    if (event.type === 'trade') {
      if (follow.skip.length > 0 && this.#isTold(follow, event)) return;
      follow.change?.trades.old(nameOf(event.tick), this.#nowMs());
    }
    this.#tell(follow, event, receivedAtUs, frame);
  }

  #tell(follow: Follow, event: ItickMarketEvent, receivedAtUs: number, frame?: Buffer): void {
    if (this.#end === undefined) {
      follow.kept.keep(event, receivedAtUs);
      return;
    }
    try {
      follow.teller.tell(event, receivedAtUs);
    } catch (error) {
      // The codec has bounds of its own. What it refuses is one bad frame, never the end of the process.
      this.#onBad('not_encodable', messageOf(error), frame);
    }
  }

  #onReplacing(symbols: readonly ItickSymbol[], to: number): void {
    for (const symbol of symbols) {
      this.#follows.get(symbol)!.change = {
        to,
        trades: new Handover(this.#context.limits),
        depth: undefined,
        quote: undefined,
      };
    }
    this.#handoverTimer ??= setInterval(() => this.#lookAtChanges(), HANDOVER_LOOK_MS);
  }

  #keep(change: Change, { event, receivedAtUs }: Received<ItickMarketEvent>): void {
    if (event.type === 'trade') change.trades.fresh(nameOf(event.tick), { event, receivedAtUs }, this.#nowMs());
    else if (event.type === 'depth') change.depth = { event, receivedAtUs };
    else if (event.type === 'quote') change.quote = { event, receivedAtUs };
  }

  #lookAtChanges(): void {
    const nowMs = this.#nowMs();
    let changing = 0;
    for (const follow of [...this.#follows.values()]) {
      const { change } = follow;
      if (change === undefined) continue;
      // What is not read says nothing of what was sent.
      const place = this.#paused ? undefined : change.trades.decide(nowMs);
      if (place === undefined) changing++;
      else this.#finish(follow, change, place);
    }
    if (changing > 0) return;
    clearInterval(this.#handoverTimer);
    this.#handoverTimer = undefined;
  }

  #finish(follow: Follow, change: Change, { tell, skip, proven }: Switch<Received<TradeEvent>>): void {
    follow.change = undefined;
    follow.speaker = change.to;
    follow.skip = skip;
    for (const { event, receivedAtUs } of tell) this.#tell(follow, event, receivedAtUs);
    for (const state of [change.depth, change.quote]) {
      if (state !== undefined) this.#tell(follow, state.event, state.receivedAtUs);
    }
    this.#countHandover(follow, proven);
    if (this.#isReplacement(change.to)) return;
    const sockets = this.#classes.get(follow.symbol.assetClass)!;
    sockets.replaced(change.to);
    if (sockets.isAccepted(change.to)) return;
    // The old connection is lost and the new one not there yet.
    for (const each of this.#follows.values()) {
      if (each.speaker !== change.to) continue;
      each.teller.status.down('the connection to the venue is being replaced', this.#nowMs());
      each.teller.tellStatus();
    }
  }

  #countHandover(follow: Follow, proven: boolean): void {
    this.#context.metrics.handovers.inc({ venue: VENUE, outcome: proven ? 'proven' : 'unproven' });
    if (proven) return;
    const atTime = new Date(this.#nowMs()).toISOString();
    follow.teller.tellOnce(`changed to another connection: trades around ${atTime} may be missing or told twice`);
    this.#faults.warn('itick_handover_unproven', () => ({ instrument: follow.symbol.instrument }));
  }

  /** Whether the speaker sends what was told before it spoke. */
  #isTold(follow: Follow, event: TradeEvent): boolean {
    if (nameOf(event.tick).name === follow.skip[0]) {
      follow.skip.shift();
      return true;
    }
    follow.skip = [];
    this.#countHandover(follow, false);
    return false;
  }

  /** Changes to a connection that is no more. */
  #drop(id: number): void {
    for (const follow of this.#follows.values()) if (follow.change?.to === id) follow.change = undefined;
  }

  #isReplacement(id: number): boolean {
    for (const { change } of this.#follows.values()) if (change?.to === id) return true;
    return false;
  }

  #onBad(reason: ItickBadReason, detail: string, excerpt: Buffer | undefined): void {
    const { metrics, limits } = this.#context;
    metrics.framesBad.inc({ venue: VENUE, reason });
    this.#faults.warn(`bad_frame_${reason}`, () => ({
      detail,
      bytes: excerpt?.length,
      frame: excerpt?.subarray(0, limits.badFrameLogBytes).toString('utf8'),
    }));
  }

  #countConnections(): void {
    const connections = this.#connections();
    const { metrics } = this.#context;
    metrics.connections.labels(VENUE).set(connections.filter(({ subscribed }) => subscribed).length);
    const beyond = connections.reduce((sum, { refusedSymbols }) => sum + refusedSymbols, 0);
    metrics.instrumentsRefused.labels(VENUE).set(beyond);
  }

  #connections(): ItickConnection[] {
    return [...this.#classes.values()].flatMap((sockets) => sockets.connections);
  }

  #nowMs(): number {
    return Math.floor(this.#context.nowUs() / 1_000);
  }
}
