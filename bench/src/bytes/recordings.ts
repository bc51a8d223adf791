import {
  BinanceFrameReader,
  type ItickEvent,
  ItickNormaliser,
  ItickSymbols,
  parseItickSymbols,
  routesOf,
} from '@tapecast/ingest';
import { createInstrumentFold, type Levels, parseDecimal, scaleTo, type Tick, type Update } from '@tapecast/market';
import { BTCUSDT_PAIR, recorded } from '@tapecast/testkit';
import { itickFrameText, openRecording, planItickPlay } from '@tapecast/venue-server';

/** An update as the fold made it, and when the recorder got what it was made of: Unix microseconds. */
export interface TimedUpdate {
  readonly timeUs: number;
  readonly update: Update;
}

/** Everything that the real folds make of one instrument's recording. */
export interface RecordedUpdates {
  readonly instrument: string;
  readonly updates: readonly TimedUpdate[];
}

type UnnumberedTick = Omit<Tick, 'source' | 'sourceSeq' | 'receivedAtUs'>;

const CLOCK_US = 1_000_000;
/** The BTCUSDT recordings' clock is so far behind the venue's. */
const BINANCE_BEHIND_US = 1_270_000;
const PRICE_DECIMALS = 2;
const SIZE_DECIMALS = 5;
const VENUE_DECIMALS = 8;

/** Folds ticks with their source's clock, which moves once a second as ingest's does. */
class Folding {
  readonly #instrument: string;
  readonly #source: string;
  readonly #aheadUs: number;
  readonly #fold;
  readonly updates: TimedUpdate[] = [];
  #clockUs = 0;
  #timeUs = 0;
  #sourceSeq = 0;

  constructor(instrument: string, venue: string, aheadUs: number) {
    this.#instrument = instrument;
    this.#source = `${venue}/00000000`;
    this.#aheadUs = aheadUs;
    this.#fold = createInstrumentFold(instrument);
  }

  take(tick: UnnumberedTick, timeUs: number): void {
    this.#timeUs = timeUs;
    if (timeUs >= this.#clockUs + CLOCK_US) {
      this.#clockUs = timeUs - (timeUs % CLOCK_US);
      this.#fold.clock(this.#clockMs, this.#emit, timeUs);
    }
    const whole: Tick = { ...tick, source: this.#source, sourceSeq: ++this.#sourceSeq, receivedAtUs: timeUs };
    const refused = this.#fold.apply(whole, this.#clockMs, this.#emit);
    if (refused !== undefined) throw new Error(`a recorded tick was refused: ${refused}`);
  }

  get #clockMs(): number {
    return Math.floor((this.#clockUs + this.#aheadUs) / 1000);
  }

  done(): RecordedUpdates {
    return { instrument: this.#instrument, updates: this.updates };
  }

  readonly #emit = (update: Update): void => {
    this.updates.push({ timeUs: this.#timeUs, update });
  };
}

/** BTCUSDT: quotes, trades and differences of the book, 11 minutes. */
export async function binanceUpdates(): Promise<RecordedUpdates> {
  const instrument = 'BTCUSDT$BA';
  const symbol = {
    symbol: 'BTCUSDT',
    instrument,
    name: 'BTC / USDT',
    priceDecimals: PRICE_DECIMALS,
    sizeDecimals: SIZE_DECIMALS,
  };
  const reader = new BinanceFrameReader(routesOf([symbol]));
  const folding = new Folding(instrument, 'binance', BINANCE_BEHIND_US);
  let includedId = 0;
  for (const path of BTCUSDT_PAIR) {
    const recording = await openRecording(path);
    if (recording.format !== 'raw-lines') throw new Error(`${path} has no frames`);
    for (let i = 0; i < recording.frames.length; i++) {
      const frame = recording.frames.bytes(i);
      const timeUs = recording.frames.timeUs(i);
      if (frame.toString('latin1', 0, 10) !== '{"stream":') {
        const reply = JSON.parse(frame.toString('latin1')) as SnapshotReply; // As the venue documents it.
        includedId = reply.lastUpdateId;
        folding.take(bookSnapshot(instrument, reply), timeUs);
        continue;
      }
      const event = reader.read(frame);
      if (!('tick' in event)) throw new Error(`a recorded frame was refused: ${frame}`);
      if (event.type === 'diff' && (includedId === 0 || event.lastId <= includedId)) continue;
      folding.take(event.tick, timeUs);
    }
  }
  return folding.done();
}

interface SnapshotReply {
  lastUpdateId: number;
  bids: [string, string][];
  asks: [string, string][];
}

function bookSnapshot(instrument: string, { bids, asks }: SnapshotReply): UnnumberedTick {
  const body = {
    kind: 'bookSnapshot',
    bids: levels(bids),
    asks: levels(asks),
    venueSeq: undefined,
  } as const;
  return {
    instrument,
    exchangeTimeUs: undefined,
    priceDecimals: PRICE_DECIMALS,
    sizeDecimals: SIZE_DECIMALS,
    body,
  };
}

function levels(texts: [string, string][]): Levels {
  return texts.flatMap(([price, size]) => [units(price, PRICE_DECIMALS), units(size, SIZE_DECIMALS)]);
}

function units(text: string, decimals: number): number {
  const decimal = parseDecimal(text, VENUE_DECIMALS);
  const scaled = 'error' in decimal ? undefined : scaleTo(decimal.units, decimal.decimals, decimals);
  if (scaled === undefined) throw new Error(`${text} is no number of a book`);
  return scaled;
}

function quoteOf({ tick, top }: Extract<ItickEvent, { type: 'depth' }>): UnnumberedTick {
  const day = { last: undefined, open: undefined, high: undefined, low: undefined, prevClose: undefined };
  const body = { kind: 'quote', ...top, ...day, volume: undefined, turnover: undefined, venueSeq: undefined } as const;
  return { ...tick, body };
}

const LEAN: Readonly<Record<string, readonly string[]>> = {
  EURUSD$GB: ['forex_metals/lean/forex_fxcm_tick_eurusd_20140507_quote.zip'],
  IBM$US: ['trade', 'quote'].map((kind) => `us_equities/lean/equity_usa_tick_ibm_20131007_${kind}.zip`),
  BAC$US: ['trade', 'quote'].map((kind) => `us_equities/lean/equity_usa_tick_bac_20131007_${kind}.zip`),
};

/** A day of quotes of EURUSD, of quotes and trades of IBM and BAC, in iTick's words. */
export async function leanUpdates(instrument: string): Promise<RecordedUpdates> {
  const files = LEAN[instrument];
  if (files === undefined) throw new Error(`there is no recording of ${instrument}`);
  const symbols = new ItickSymbols(parseItickSymbols([instrument]).symbols);
  const normaliser = new ItickNormaliser(() => symbols);
  const folding = new Folding(instrument, 'itick', 0);
  for (const entry of (await planItickPlay(files.map(recorded))).entries()) {
    const event = normaliser.normalise(Buffer.from(itickFrameText(entry, {})));
    if (!('tick' in event)) throw new Error(`a recorded frame was refused: ${JSON.stringify(event)}`);
    folding.take(event.tick, entry.timeUs);
    // Levels without a size make no book: ingest tells the best of them as a quote.
    if (event.type === 'depth' && event.sizeless) folding.take(quoteOf(event), entry.timeUs);
  }
  return folding.done();
}
