import { Backoff } from '../../connection/backoff.ts';
import { pause } from '../../connection/pause.ts';
import { messageOf } from '../../errors.ts';
import { LIMITS } from '../../limits.ts';
import type { TickSink } from '../../sources/venue-source.ts';
import type { Feed, FeedContext } from '../venue.ts';
import { type MarketEvent, SimulatedMarket, SLOT_MS } from './market.ts';

const VENUE = 'simulated';
/** ms between two turns: events are late by this at most. */
const TURN_MS = 10;

export function startSimulatedFeed(context: FeedContext): Feed {
  const feed = new SimulatedFeed(context);
  feed.start();
  return feed;
}

/**
 * Plays the simulated market by wall time, from `speak` on: a standby has nothing to keep, for its market would be another one. What it plays is a function of seed, start and rate; the source is named after
 * them, so two runs with the same three write the same ticks but for `receivedAt`. The source's clock is the market's time.
 */
class SimulatedFeed implements Feed {
  readonly name = VENUE;
  readonly failed: Promise<Error>;
  readonly #context: FeedContext;
  readonly #source: TickSink;
  readonly #market: SimulatedMarket;
  readonly #startMs: number;
  readonly #abort = new AbortController();
  #fail: (error: Error) => void = () => undefined;
  #starting: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** Wall time less market time, ms. */
  #offsetMs = 0;
  #events: MarketEvent[] = [];
  #next = 0;
  #notReady = 'the catalogue is not written yet';
  #speaks = false;
  #listed = false;

  constructor(context: FeedContext) {
    const { config, logger, nowUs } = context;
    this.#context = context;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    const wallMs = Math.floor(nowUs() / 1_000);
    // On the slots' grid: seconds and minutes then begin with a slot.
    this.#startMs = Math.floor((config.startMs === 0 ? wallMs : config.startMs) / SLOT_MS) * SLOT_MS;
    this.#market = new SimulatedMarket({ seed: config.seed, startMs: this.#startMs, rate: config.rate });
    this.#source = context.createSource(VENUE, `${config.seed}-${config.rate}-${this.#startMs}`);
    logger.info({ event: 'simulated_market', seed: config.seed, startMs: this.#startMs, rate: config.rate });
  }

  start(): void {
    this.#starting = this.#run().catch((error: unknown) => {
      this.#fail(error instanceof Error ? error : new Error(messageOf(error)));
    });
  }

  ready() {
    return this.#listed ? { ready: true, reason: '' } : { ready: false, reason: `simulated: ${this.#notReady}` };
  }

  speak(): void {
    this.#speaks = true;
    this.#begin();
  }

  /** Nothing is pushed to us: each turn looks whether there is room. */
  pause(): void {}
  resume(): void {}

  async stop(): Promise<void> {
    this.#abort.abort();
    clearInterval(this.#timer);
    await this.#starting;
  }

  async #run(): Promise<void> {
    const { catalogue, logger, random } = this.#context;
    const { signal } = this.#abort;
    const backoff = new Backoff(LIMITS.restRetryBaseMs, LIMITS.restRetryCapMs, random);
    const entries = this.#market.instruments.map(({ instrument, name, priceDecimals, sizeDecimals }) => ({
      instrument,
      name,
      venue: VENUE,
      priceDecimals,
      sizeDecimals,
    }));
    for (let listed = false; !listed; ) {
      if (signal.aborted) return;
      try {
        await catalogue.putCatalogue(entries);
        listed = true;
      } catch (error) {
        this.#notReady = messageOf(error);
        logger.warn({ event: 'catalogue_failed', reason: this.#notReady });
        await pause(backoff.next(), signal);
      }
    }
    this.#listed = true;
    this.#begin();
  }

  #begin(): void {
    const { config, nowUs } = this.#context;
    if (!this.#speaks || !this.#listed || this.#abort.signal.aborted) return;
    // A market that starts now has wall time, the grid's part of a slot and a slow store included: it catches up.
    this.#offsetMs = config.startMs === 0 ? 0 : Math.floor(nowUs() / 1_000) - this.#startMs;
    this.#events = this.#market.opening();
    this.#turn();
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
  }

  /** Plays what is due. Behind by more than it may play in a turn, it catches up over the next turns, leaving nothing out. */
  #turn(): void {
    const { isFull, nowUs } = this.#context;
    const dueMs = nowUs() / 1_000 - this.#offsetMs;
    for (let slots = 0; !isFull(); ) {
      while (this.#next < this.#events.length) {
        const event = this.#events[this.#next]!;
        if (event.timeMs > dueMs) return;
        this.#next++;
        if (event.tick === undefined) this.#source.clock(event.timeMs, nowUs());
        else this.#source.emit(event.tick, nowUs());
      }
      if (slots++ >= LIMITS.simulatedSlotsPerTurn || this.#market.timeMs > dueMs) return;
      this.#events = this.#market.nextSlot();
      this.#next = 0;
    }
  }
}
