import { describe, expect, it } from 'vitest';
import { activity, MARKET_HOURS } from '../../../src/venues/simulated/day-shape.ts';
import { simulatedInstruments } from '../../../src/venues/simulated/instruments.ts';
import { type MarketEvent, SimulatedMarket } from '../../../src/venues/simulated/market.ts';
import { BookOfTicks, decimalText } from '../../ingest-harness.ts';

const START_MS = Date.UTC(2026, 10, 20, 15, 0, 0);

function play(seconds: number, options: { seed?: number; startMs?: number; rate?: number } = {}): MarketEvent[] {
  const market = new SimulatedMarket({ seed: 1, startMs: START_MS, rate: 800, ...options });
  const events = market.opening();
  for (let slot = 0; slot < seconds * 10; slot++) events.push(...market.nextSlot());
  return events;
}

/** Long enough for its shape to show, and made once: a shorter play of the same seed is the beginning of it. */
const LONG_SECONDS = 400;
const long = play(LONG_SECONDS);
const firstOf = (seconds: number): MarketEvent[] =>
  long.slice(
    0,
    long.findIndex(({ timeMs }) => timeMs >= START_MS + seconds * 1_000),
  );

describe('the simulated market', () => {
  it('is the same for the same seed, start and rate, and another for others', () => {
    const text = (events: MarketEvent[]): string =>
      JSON.stringify(events, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    const first = text(play(20));
    expect(text(play(20))).toBe(first);
    expect(text(firstOf(20))).toBe(first);
    expect(text(play(20, { seed: 2 }))).not.toBe(first);
    expect(text(play(20, { rate: 801 }))).not.toBe(first);
    expect(text(play(20, { startMs: START_MS + 100 }))).not.toBe(first);
  });

  it('has 199 instruments with every symbol that people are told to try', () => {
    const names = simulatedInstruments().map(({ instrument }) => instrument);
    expect(new Set(names).size).toBe(199);
    expect(names).toEqual(expect.arrayContaining(['AAPL$US', '700$HK', '600519$SH', 'EURUSD$GB', 'BTCUSDT$BA']));
  });

  it('goes forward in time, with a clock each second', () => {
    const events = firstOf(30);
    for (let i = 1; i < events.length; i++) expect(events[i]!.timeMs).toBeGreaterThanOrEqual(events[i - 1]!.timeMs);
    const clocks = events.filter(({ tick }) => tick === undefined).map(({ timeMs }) => timeMs);
    expect(clocks).toEqual(Array.from({ length: 30 }, (_, second) => START_MS + second * 1_000));
  });

  it('opens each instrument with its day and a whole book', () => {
    const opening = new SimulatedMarket({ seed: 1, startMs: START_MS, rate: 800 }).opening();
    for (const { instrument } of simulatedInstruments()) {
      const bodies = opening.flatMap(({ tick }) => (tick?.instrument === instrument ? [tick.body] : []));
      expect(bodies.map(({ kind }) => kind)).toEqual(['status', 'quote', 'bookSnapshot']);
      const quote = bodies.find((body) => body.kind === 'quote')!;
      expect(quote.low!).toBeGreaterThan(0);
      expect(quote.low!).toBeLessThan(Math.min(quote.open!, quote.last!));
      expect(quote.high!).toBeGreaterThan(Math.max(quote.open!, quote.last!));
      expect(quote.prevClose!).toBeGreaterThan(0);
      expect(quote.volume!).toBeGreaterThan(0n);
    }
  });

  it('keeps books of 25 levels a side, not crossed, whose top is the last quote', () => {
    const books = new Map<string, BookOfTicks>();
    const quotes = new Map<string, { bid: string; ask: string; bidSize: string; askSize: string }>();
    let deltas = 0;
    for (const { tick } of firstOf(120)) {
      if (tick === undefined) continue;
      const book = books.get(tick.instrument) ?? new BookOfTicks();
      books.set(tick.instrument, book);
      const { body, priceDecimals, sizeDecimals } = tick;
      if (body.kind === 'quote') {
        expect(body.bid!).toBeLessThan(body.ask!);
        quotes.set(tick.instrument, {
          bid: decimalText(body.bid!, priceDecimals),
          ask: decimalText(body.ask!, priceDecimals),
          bidSize: decimalText(body.bidSize!, sizeDecimals),
          askSize: decimalText(body.askSize!, sizeDecimals),
        });
      }
      book.apply({ ...tick, source: '', sourceSeq: 1, receivedAtUs: 0 });
      if (body.kind !== 'bookDelta') continue;
      deltas++;
      const quote = quotes.get(tick.instrument)!;
      expect(body.venueSeq).toBeGreaterThan(START_MS);
      expect(book.bids.get(quote.bid) ?? quote.bidSize).toBe(quote.bidSize);
      expect(book.asks.get(quote.ask) ?? quote.askSize).toBe(quote.askSize);
    }
    expect(deltas).toBeGreaterThan(1_000);
    for (const [instrument, book] of books) {
      expect(book.bids.size, instrument).toBe(25);
      expect(book.asks.size, instrument).toBe(25);
      const quote = quotes.get(instrument)!;
      expect(Math.max(...[...book.bids.keys()].map(Number)), instrument).toBe(Number(quote.bid));
      expect(Math.min(...[...book.asks.keys()].map(Number)), instrument).toBe(Number(quote.ask));
    }
  });

  it('has the shape of real load', () => {
    const seconds = LONG_SECONDS;
    const counts = new Map<string, number[]>();
    const kinds = { trade: 0, quote: 0 };
    let total = 0;
    let sameMs = 0;
    let samePrice = 0;
    let followers = 0;
    const last = new Map<string, { timeMs: number; price: number }>();
    for (const { tick, timeMs } of long) {
      if (tick === undefined) continue;
      total++;
      const { body, instrument } = tick;
      if (body.kind !== 'trade' && body.kind !== 'quote') continue;
      kinds[body.kind]++;
      const second = Math.floor((timeMs - START_MS) / 1_000);
      const series = counts.get(instrument) ?? Array.from({ length: seconds }, () => 0);
      counts.set(instrument, series);
      series[second] = series[second]! + 1;
      if (body.kind !== 'trade') continue;
      const before = last.get(instrument);
      last.set(instrument, { timeMs, price: body.price });
      if (before === undefined) continue;
      followers++;
      if (before.timeMs === timeMs) sameMs++;
      if (before.price === body.price) samePrice++;
    }
    const mean = (series: number[]): number => series.reduce((sum, value) => sum + value, 0) / series.length;
    const fano = (series: number[]): number =>
      series.reduce((sum, value) => sum + (value - mean(series)) ** 2, 0) / series.length / mean(series);
    const ranked = simulatedInstruments().map(({ instrument }) => counts.get(instrument)!);

    expect(kinds.quote / kinds.trade).toBeGreaterThan(2);
    expect(kinds.quote / kinds.trade).toBeLessThan(3);
    expect(sameMs / followers).toBeGreaterThan(0.19);
    expect(sameMs / followers).toBeLessThan(0.55);
    expect(samePrice / followers).toBeGreaterThan(0.58);
    expect(samePrice / followers).toBeLessThan(0.68);
    for (const series of ranked.slice(0, 10)) expect(fano(series)).toBeGreaterThan(8);
    expect(Math.max(...ranked[3]!) / mean(ranked[3]!)).toBeGreaterThan(10);
    // The first by rank^-0.8: 199 instruments share the rest.
    expect(mean(ranked[0]!)).toBeGreaterThan(4 * mean(ranked[20]!));
    expect(total / seconds).toBeGreaterThan(300);
    expect(total / seconds).toBeLessThan(1_200);
  });

  it('gives equities the U of the day', () => {
    const at = (minute: number): number => activity(MARKET_HOURS.US, minute);
    const halfHour = (from: number): number =>
      Array.from({ length: 30 }, (_, i) => at(from + i)).reduce((a, b) => a + b);
    const halves = Array.from({ length: 13 }, (_, i) => halfHour(570 + i * 30));
    const day = halves.reduce((a, b) => a + b);
    expect(day / 390).toBeCloseTo(1, 1);
    expect(halves[0]! / day).toBeGreaterThan(0.07);
    expect(halves[0]! / day).toBeLessThan(0.12);
    expect(halves[6]! / day).toBeGreaterThan(0.04);
    expect(halves[6]! / day).toBeLessThan(0.065);
    expect(halves[12]! / day).toBeGreaterThan(0.1);
    expect(halves[12]! / day).toBeLessThan(0.15);
    expect(at(0)).toBeLessThan(0.5);
    expect(activity(MARKET_HOURS.ALWAYS, 0)).toBe(1);
  });
});
