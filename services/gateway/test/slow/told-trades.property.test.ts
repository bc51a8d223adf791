import type { DataMessage, TradeMessage } from '@tapecast/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blocksAfter, type Chunk, endOf, type ToldRing } from '../../src/slow/told-ring.ts';
import { ToldTrades } from '../../src/slow/told-trades.ts';

const trade = (first: number, last: number): TradeMessage => ({
  type: 'trade',
  channel: 'trade',
  symbol: 'AAPL$US',
  range: [first, last],
  historySeq: undefined,
  priceDecimals: 2,
  sizeDecimals: 0,
  timestamp: last,
  trade: { id: '', price: last, size: 1, side: undefined, conditions: [] },
});
const state = (last: number): DataMessage => ({ ...trade(last, last), range: undefined, historySeq: last });

/** A block as a client would read it: it says against which number it was made, and up to which it brings. */
function block(from: number, last: number, length: number): Uint8Array {
  const bytes = new Uint8Array(16 + length);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, from);
  view.setUint32(8, last);
  view.setUint32(12, length);
  return bytes;
}

/** A careful client that was away: each difference applies to the state that it has. Keeps what it was told. */
class Reader {
  readonly told: number[] = [];
  readonly holes: [number, number][] = [];
  at: number;
  #base: number | undefined;

  constructor(from: number, hasBase: boolean) {
    this.at = from;
    this.#base = hasBase ? from : undefined;
  }

  /** One piece: the hole if there is one, and a chunk. */
  readSome(ring: ToldRing, withBase: boolean): void {
    const { lost, chunks } = ring.since(this.at, withBase);
    const [chunk] = chunks;
    if (lost !== undefined) {
      expect(lost[0]).toBe(this.at + 1);
      expect(lost[1]).toBeGreaterThanOrEqual(lost[0]);
      this.holes.push([...lost]);
      this.at = lost[1];
      this.#base = chunk === undefined ? this.at : chunk.told ? undefined : numberOf(chunk);
    }
    if (chunk === undefined) return;
    // Who has no state reads the chunk from its base on.
    if (withBase && !chunk.told) this.#base = numberOf(chunk);
    if (chunk.told && (withBase || chunk.baseAt > this.at)) this.#take(chunk.startAt + 1, chunk.baseAt);
    const bytes = blocksAfter(chunk, withBase ? chunk.startAt : this.at);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += 16 + view.getUint32(at + 12)) {
      expect(view.getFloat64(at)).toBe(this.#base);
      this.#take(view.getFloat64(at) + 1, view.getUint32(at + 8));
    }
    expect(this.at).toBe(endOf(chunk));
  }

  #take(first: number, last: number): void {
    for (let number = first; number <= last; number++) if (number > this.at) this.told.push(number);
    if (last > this.at) {
      expect(first).toBeLessThanOrEqual(this.at + 1);
      this.at = last;
    }
    this.#base = last;
  }
}

const numberOf = ({ base }: Chunk): number | undefined => (base as TradeMessage | undefined)?.historySeq;

/** Whoever stopped at any number at which all were told is told the rest, but what he is told to be a hole. */
function check(ring: ToldRing, boundaries: readonly number[]): void {
  for (const from of boundaries) {
    for (const withBase of [false, true]) {
      const reader = new Reader(from, !withBase);
      // In pieces: each begins where the one before ended.
      while (reader.at < ring.last) {
        const before = reader.at;
        reader.readSome(ring, withBase);
        expect(reader.at).toBeGreaterThan(before);
      }
      expect(reader.at).toBe(ring.last);
      const lost = reader.holes.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, i) => first + i),
      );
      expect([...lost, ...reader.told]).toEqual(Array.from({ length: ring.last - from }, (_, i) => from + 1 + i));
      expect(reader.holes.length).toBeLessThanOrEqual(1);
    }
  }
}

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('block' as const),
      ring: fc.nat(2),
      covers: fc.integer({ min: 1, max: 5 }),
      length: fc.nat(900),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('whole' as const),
      ring: fc.nat(2),
      covers: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), ring: fc.nat(2), based: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
);

describe('trades that were told', () => {
  test('whoever was away since any flush is told all after it in order, or a hole and all after that; bytes stay bounded', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1_000, max: 40_000 }), (steps, bytesMax) => {
        let nowMs = 0;
        const store = new ToldTrades({ toldTradesMs: 10_000, toldTradesBytes: bytesMax }, () => nowMs);
        const rings = [0, 1, 2].map((i) => {
          const ring = store.ring(i, 'AAPL$US');
          ring.restart(i, i === 0 ? undefined : state(i));
          return { ring, boundaries: [i] };
        });
        for (const one of steps) {
          if (one.kind === 'wait') {
            nowMs += one.ms;
            store.sweep();
            continue;
          }
          const at = rings[one.ring] as (typeof rings)[0];
          const { last } = at.ring;
          if (one.kind === 'block') {
            at.ring.block(block(last, last + one.covers, one.length), last + one.covers, () =>
              state(last + one.covers),
            );
          } else if (one.kind === 'whole') at.ring.whole(trade(last + 1, last + one.covers));
          else at.ring.restart(last + 3, one.based ? state(last + 3) : undefined);
          at.boundaries.push(at.ring.last);
          expect(store.bytes).toBeLessThanOrEqual(bytesMax);
        }
        for (const { ring, boundaries } of rings) check(ring, boundaries);
        for (const { ring } of rings) ring.close();
        expect(store.bytes).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test('what is younger than the time that is kept is there, and what is much older is not', () => {
    let nowMs = 0;
    const store = new ToldTrades({ toldTradesMs: 30_000, toldTradesBytes: 1e9 }, () => nowMs);
    const ring = store.ring(1, 'AAPL$US');
    ring.restart(0);
    for (let last = 1; last <= 12_000; last++) {
      nowMs += 10;
      ring.block(block(last - 1, last, 5), last, () => state(last));
      if (last % 25 === 0) store.sweep();
    }
    const young = new Reader(9_000, true);
    while (young.at < 12_000) young.readSome(ring, false);
    expect(young.told).toHaveLength(3_000);
    const old = new Reader(0, true);
    while (old.at < 12_000) old.readSome(ring, false);
    expect(old.holes).toHaveLength(1);
    // Chunks go as wholes: an eighth of the time more, and the look that lets them go.
    expect(old.told.length).toBeLessThan(3_000 * 1.15);
    nowMs += 120_000;
    for (let i = 0; i < 3; i++) store.sweep();
    expect(store.bytes).toBeLessThan(8_192 + 16 * 500);
  });
});
