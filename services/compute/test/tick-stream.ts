import { COUNTS_ALL, type Levels, type Tick, type TickBody } from '@tapecast/market';

/** mulberry32: a test prints its seed, and the seed gives the stream. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One record of md.ticks; undefined is one of which nothing can be read. */
export type StreamRecord = Tick | undefined;

/** Busy ones first: a quiet instrument goes over several checkpoints without a tick. */
const INSTRUMENTS: Record<string, string[]> = {
  binance: ['BTCUSDT$BA', 'ETHUSDT$BA', 'XRPUSDT$BA', 'SOLUSDT$BA', 'ADAUSDT$BA', 'LTCUSDT$BA'],
  simulated: ['AAPL$US', '700$HK', 'IBM$US', 'EURUSD$GB', '600519$SH'],
};

/**
 * A stream as a partition could hold it: two venues, sessions that change, trades, quotes, books, statuses, clocks that
 * step over seconds, minutes and days, times ahead and behind, decimals that rise, doubles, holes and corrupt records.
 */
export function tickStream(seed: number, length: number): StreamRecord[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const upTo = (max: number): number => Math.floor(next() * max);
  const byPopularity = (list: readonly string[]): string => list[Math.floor(next() ** 4 * list.length)] as string;
  const venues = Object.keys(INSTRUMENTS);
  const clocks: Record<string, number> = Object.fromEntries(venues.map((venue) => [venue, 1_723_161_500_000]));
  const sessions: Record<string, number> = Object.fromEntries(venues.map((venue) => [venue, 1]));
  const seqs: Record<string, number> = {};
  const sent: Tick[] = [];
  const stream: StreamRecord[] = [];

  const levels = (count: number, from: number, step: number, zeros: boolean): Levels => {
    const flat: Levels = [];
    for (let i = 0; i < count; i++) flat.push(from + step * upTo(400), zeros && next() < 0.3 ? 0 : 1 + upTo(5_000));
    return flat;
  };
  const body = (): TickBody => {
    const roll = next();
    if (roll < 0.4)
      return {
        kind: 'trade',
        id: String(upTo(1e9)),
        price: 60_000 + upTo(400),
        size: 1 + upTo(1_000),
        side: pick(['buy', 'sell', undefined]),
        conditions: [],
        counts: next() < 0.9 ? COUNTS_ALL : upTo(8),
      };
    if (roll < 0.6)
      return {
        kind: 'quote',
        bid: 60_000 + upTo(300),
        bidSize: upTo(500),
        ask: next() < 0.1 ? undefined : 60_001 + upTo(300),
        askSize: upTo(500),
        last: undefined,
        open: undefined,
        high: undefined,
        low: undefined,
        prevClose: next() < 0.05 ? 59_000 + upTo(100) : undefined,
        volume: next() < 0.03 ? BigInt(upTo(1e9)) : undefined,
        turnover: undefined,
        venueSeq: undefined,
      };
    if (roll < 0.9)
      return {
        kind: 'bookDelta',
        bids: levels(upTo(5), 59_900, 1, true),
        asks: levels(upTo(5), 60_020, 1, true),
        venueSeq: undefined,
      };
    if (roll < 0.96)
      return {
        kind: 'bookSnapshot',
        bids: levels(upTo(120), 59_900, 1, false),
        asks: levels(upTo(120), 60_020, 1, false),
        venueSeq: undefined,
      };
    return { kind: 'status', state: pick(['live', 'stale', 'halted']), reason: 'test', sinceMs: upTo(1e6) };
  };

  while (stream.length < length) {
    const roll = next();
    if (roll < 0.01) {
      stream.push(undefined);
      continue;
    }
    if (roll < 0.05 && sent.length > 0) {
      // A send that was written twice: the last few ticks once more.
      for (const tick of sent.slice(-1 - upTo(6))) stream.push(tick);
      continue;
    }
    const venue = pick(venues);
    if (roll < 0.055) sessions[venue] = (sessions[venue] as number) + 1;
    const source = `${venue}/session-${sessions[venue]}`;
    seqs[source] = (seqs[source] ?? 0) + (roll < 0.065 ? 1 + upTo(5) : 1);
    const clockMs = clocks[venue] as number;
    const clockTick = roll < 0.25;
    if (clockTick) {
      const leap = next();
      const stepMs = leap < 0.02 ? 86_400_000 : leap < 0.1 ? 45_000 : leap < 0.15 ? -2_000 : leap < 0.2 ? 0 : 1_000;
      clocks[venue] = clockMs + stepMs;
    }
    const offsetMs = pick([0, 0, 0, -500, 300, -70_000, 900, 20_000]);
    const tick: Tick = {
      instrument: clockTick ? '' : byPopularity(INSTRUMENTS[venue] as string[]),
      source,
      sourceSeq: seqs[source] as number,
      exchangeTimeUs: clockTick || next() < 0.2 ? undefined : (clockMs + offsetMs) * 1_000,
      receivedAtUs: 1_800_000_000_000_000 + stream.length,
      priceDecimals: next() < 0.02 ? 3 : 2,
      sizeDecimals: 4,
      body: clockTick ? { kind: 'clock', timeMs: clocks[venue] as number } : body(),
    };
    sent.push(tick);
    stream.push(tick);
  }
  return stream.slice(0, length);
}
