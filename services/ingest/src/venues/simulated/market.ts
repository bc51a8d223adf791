import { COUNTS_ALL, type QuoteTick, type Side, type TickBody } from '@tapecast/market';
import { difference } from '../../sources/level-difference.ts';
import type { UnnumberedTick } from '../../sources/tick-source.ts';
import { SimulatedBook } from './book.ts';
import { activity, LocalMinutes } from './day-shape.ts';
import { type SimulatedInstrument, simulatedInstruments } from './instruments.ts';
import { SeededRandom } from './random.ts';

export const SLOT_MS = 100;
const MINUTE_MS = 60_000;

/** Share of a source's messages of the instrument of rank r (1 …): r^-0.8, as dollar volume of US symbols falls. */
const POPULARITY_EXPONENT = -0.8;
/** Of all events; the others change the quote. With TRADE_AGAIN it makes 2.5 quotes a trade. */
const SWEEP_SHARE = 0.26;
/** Chance of another trade in the same millisecond and at the same price. */
const TRADE_AGAIN = 0.38;
/** Chance that a sweep comes from the side that the last one came from. */
const SIDE_STAYS = 0.2;
/** Chance that a quote change moves a price rather than a size. */
const QUOTE_MOVES = 0.08;
/** Chance in a slot with changes that a deeper level changes, too. */
const DEEP_CHANGE = 0.6;
/** Share of the price by which it may leave its anchor before it is drawn back. */
const ANCHOR_RANGE = 0.015;

/** Half of all events come in bursts of one slot; sizes are heavy-tailed. Fano factor of one-second counts 10 to 80. */
const BURST_SHARE = 0.5;
const BURST_LEAST = 4;
const BURST_MOST = 300;
const BURST_EXPONENT = 1.5;
/** Mean of the above: of a Pareto variable cut at BURST_MOST. */
const BURST_MEAN =
  (BURST_EXPONENT * BURST_LEAST - BURST_LEAST ** BURST_EXPONENT * BURST_MOST ** (1 - BURST_EXPONENT)) /
  (BURST_EXPONENT - 1);
/** The mood of an instrument and of the whole market: log-normal, mean 1, forgotten after so many slots. */
const MOOD = { deviation: 0.7, slots: 100 };
const MARKET_MOOD = { deviation: 0.4, slots: 3_000 };
/** A shock to all instruments: once in so many slots, times so much, halved each slot. */
const SHOCK_SLOTS = 900;
const SHOCK_FACTOR = 6;
/** Ticks that one event makes in the mean, depth included; measured over an hour of the default market. */
const TICKS_PER_EVENT = 1.85;

export interface MarketEvent {
  timeMs: number;
  /** Undefined: the source's clock is now `timeMs`. */
  tick: UnnumberedTick | undefined;
}

interface Listed {
  spec: SimulatedInstrument;
  random: SeededRandom;
  book: SimulatedBook;
  weight: number;
  mood: number;
  activity: number;
  /** The price to which it is drawn back. */
  anchor: number;
  lastSide: Side;
  tradeId: number;
  venueSeq: number;
}

/**
 * A market of 199 instruments in the load shape of real feeds: popularity, bursts within 100 ms, the U of the day, quotes
 * to trades, runs of trades at one price. A function of seed, start and rate: the same three give the same events, however
 * it is stepped. It reads no clock.
 */
export class SimulatedMarket {
  readonly #listed: Listed[];
  readonly #random: SeededRandom;
  readonly #minutes = new LocalMinutes();
  readonly #startMs: number;
  readonly #eventsPerSlot: number;
  #slot = 0;
  #mood = 0;
  #shock = 0;

  constructor(options: { seed: number; startMs: number; rate: number }) {
    this.#startMs = options.startMs;
    this.#random = new SeededRandom(options.seed, 0);
    this.#eventsPerSlot = (options.rate / TICKS_PER_EVENT / 1_000) * SLOT_MS;
    const specs = simulatedInstruments();
    const weights = specs.map((_, i) => (i + 1) ** POPULARITY_EXPONENT);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#listed = specs.map((spec, i) => {
      const random = new SeededRandom(options.seed, i + 1);
      return {
        spec,
        random,
        book: new SimulatedBook(random, spec),
        weight: weights[i]! / total,
        mood: random.normal(),
        activity: 1,
        anchor: spec.price,
        lastSide: random.chance(0.5) ? 'buy' : 'sell',
        // Ids rise with the start, so that a later run with the same log does not reuse them.
        tradeId: options.startMs,
        venueSeq: options.startMs,
      };
    });
  }

  /** Time up to which events were made. */
  get timeMs(): number {
    return this.#startMs + this.#slot * SLOT_MS;
  }

  get instruments(): SimulatedInstrument[] {
    return this.#listed.map(({ spec }) => spec);
  }

  /** What a venue tells at the start of a connection: the day so far, and the book. Call once, before the first slot. */
  opening(): MarketEvent[] {
    const timeMs = this.#startMs;
    const events: MarketEvent[] = [{ timeMs, tick: undefined }];
    for (const listed of this.#listed) {
      const { book } = listed;
      const venueSeq = listed.venueSeq;
      events.push(
        this.#event(listed, timeMs, { kind: 'status', state: 'live', reason: '', sinceMs: timeMs }),
        this.#event(listed, timeMs, this.#dayQuote(listed)),
        this.#event(listed, timeMs, {
          kind: 'bookSnapshot',
          bids: book.levels('bid'),
          asks: book.levels('ask'),
          venueSeq,
        }),
      );
    }
    return events;
  }

  /** The events of the next SLOT_MS, in order of time. */
  nextSlot(): MarketEvent[] {
    const slotMs = this.timeMs;
    if (this.#slot === 0 || slotMs % MINUTE_MS < SLOT_MS) this.#readActivity(slotMs);
    this.#mood = drift(this.#mood, MARKET_MOOD.slots, this.#random);
    this.#shock = this.#random.chance(1 / SHOCK_SLOTS) ? SHOCK_FACTOR : this.#shock / 2;
    const market = logNormal(this.#mood, MARKET_MOOD.deviation) * (1 + this.#shock);
    const events: MarketEvent[] = [];
    if (this.#slot > 0 && slotMs % 1_000 < SLOT_MS) events.push({ timeMs: slotMs, tick: undefined });
    for (const listed of this.#listed) {
      const { random } = listed;
      listed.mood = drift(listed.mood, MOOD.slots, random);
      const mean =
        this.#eventsPerSlot * listed.weight * listed.activity * market * logNormal(listed.mood, MOOD.deviation);
      let count = random.poisson(mean * (1 - BURST_SHARE));
      if (random.chance((mean * BURST_SHARE) / BURST_MEAN)) {
        count += Math.round(random.pareto(BURST_EXPONENT, BURST_LEAST, BURST_MOST));
      }
      if (count > 0) this.#instrumentSlot(listed, slotMs, count, events);
    }
    this.#slot++;
    return events.sort((left, right) => left.timeMs - right.timeMs);
  }

  #readActivity(timeMs: number): void {
    for (const listed of this.#listed) {
      const { hours } = listed.spec;
      listed.activity = activity(hours, this.#minutes.of(hours.zone, timeMs));
    }
  }

  #instrumentSlot(listed: Listed, slotMs: number, count: number, events: MarketEvent[]): void {
    const { book, random } = listed;
    const bids = book.levels('bid');
    const asks = book.levels('ask');
    const offsets = Array.from({ length: count }, () => random.below(SLOT_MS - 1)).sort((left, right) => left - right);
    for (const offset of offsets) {
      const timeMs = slotMs + offset;
      if (random.chance(SWEEP_SHARE)) this.#sweep(listed, timeMs, events);
      else this.#changeQuote(listed);
      listed.venueSeq++;
      events.push(this.#event(listed, timeMs, this.#quote(listed)));
    }
    if (random.chance(DEEP_CHANGE)) book.resize(random.chance(0.5) ? 'bid' : 'ask', 1 + random.below(20));
    const changes = { bids: difference(bids, book.levels('bid')), asks: difference(asks, book.levels('ask')) };
    if (changes.bids.length + changes.asks.length === 0) return;
    listed.venueSeq++;
    // At the slot's last millisecond, after every quote of the slot: its top is the last quote.
    events.push(
      this.#event(listed, slotMs + SLOT_MS - 1, { kind: 'bookDelta', ...changes, venueSeq: listed.venueSeq }),
    );
  }

  /** One order that trades: once or several times in one millisecond at one price. */
  #sweep(listed: Listed, timeMs: number, events: MarketEvent[]): void {
    const { book, random, spec } = listed;
    listed.lastSide = random.chance(SIDE_STAYS)
      ? listed.lastSide
      : random.chance(this.#buyShare(listed))
        ? 'buy'
        : 'sell';
    const side: Side = listed.lastSide;
    const price = side === 'buy' ? book.ask : book.bid;
    let traded = 0;
    do {
      const size = spec.lot * Math.max(1, Math.round(random.pareto(1.3, spec.lots * 0.25, spec.lots * 20)));
      traded += size;
      listed.tradeId++;
      events.push(
        this.#event(listed, timeMs, {
          kind: 'trade',
          id: String(listed.tradeId),
          price,
          size,
          side,
          conditions: [],
          counts: COUNTS_ALL,
        }),
      );
    } while (random.chance(TRADE_AGAIN));
    book.trade(side === 'buy' ? 'ask' : 'bid', traded);
  }

  #changeQuote(listed: Listed): void {
    const { book, random, spec } = listed;
    const side = random.chance(0.5) ? 'bid' : 'ask';
    const wide = book.ask - book.bid > spec.tick;
    if (wide && random.chance(0.5)) book.move(side, side === 'bid');
    else if (random.chance(QUOTE_MOVES)) book.move(side, random.chance(this.#buyShare(listed)));
    else book.resize(side, 0);
  }

  /** 0.5 at the anchor; towards it the farther away the price is. */
  #buyShare(listed: Listed): number {
    const away = (listed.book.bid - listed.anchor) / (listed.anchor * ANCHOR_RANGE);
    return 0.5 - 0.35 * Math.max(-1, Math.min(1, away));
  }

  #quote(listed: Listed): QuoteTick {
    const { book, venueSeq } = listed;
    return {
      kind: 'quote',
      bid: book.bid,
      bidSize: book.bidSize,
      ask: book.ask,
      askSize: book.askSize,
      last: undefined,
      open: undefined,
      high: undefined,
      low: undefined,
      prevClose: undefined,
      volume: undefined,
      turnover: undefined,
      venueSeq,
    };
  }

  /** The day before our start, as a venue's own statistics tell it. */
  #dayQuote(listed: Listed): QuoteTick {
    const { random, spec, book } = listed;
    const last = book.bid;
    const step = (share: number): number => Math.max(1, Math.round((last * share) / spec.tick)) * spec.tick;
    const open = last + (random.chance(0.5) ? 1 : -1) * step(0.012 * random.uniform());
    const prevClose = open + (random.chance(0.5) ? 1 : -1) * step(0.008 * random.uniform());
    const high = Math.max(open, last) + step(0.006 * random.uniform());
    const low = Math.min(open, last) - step(0.006 * random.uniform());
    const trades = Math.round(20_000 * listed.weight * (1 + 4 * random.uniform())) + 1;
    const volume = BigInt(trades) * BigInt(spec.lots * spec.lot);
    const turnover = volume * BigInt(Math.round((open + last) / 2));
    return { ...this.#quote(listed), last, open, high, low, prevClose, volume, turnover };
  }

  #event(listed: Listed, timeMs: number, body: TickBody): MarketEvent {
    const { instrument, priceDecimals, sizeDecimals } = listed.spec;
    return { timeMs, tick: { instrument, exchangeTimeUs: timeMs * 1_000, priceDecimals, sizeDecimals, body } };
  }
}

/** One step of a process with mean 0 and variance 1 that forgets itself after so many steps. */
function drift(value: number, steps: number, random: SeededRandom): number {
  const kept = Math.exp(-1 / steps);
  return value * kept + Math.sqrt(1 - kept * kept) * random.normal();
}

const logNormal = (value: number, deviation: number): number => Math.exp(value * deviation - deviation ** 2 / 2);
