import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BinanceSymbol } from '../../../src/venues/binance/messages.ts';
import { lastOf, Overlap } from '../../../src/venues/binance/overlap.ts';
import type { MarketEvent } from '../../../src/venues/binance/stream-connection.ts';

const symbol = { symbol: 'BTCUSDT' } as BinanceSymbol;
const NO_FRAME = Buffer.alloc(0);
// Only the numbers count here.
const tick = {} as never;

/** What the venue sends: trades one by one, diffs of some updates each, quotes with holes in their numbers. */
function recording(kind: MarketEvent['type'], steps: readonly number[]): MarketEvent[] {
  let last = 100;
  return steps.map((step): MarketEvent => {
    const firstId = last + 1;
    if (kind === 'trade') return { type: 'trade', symbol, tradeId: ++last, tick };
    last += step;
    return kind === 'diff'
      ? { type: 'diff', symbol, firstId, lastId: last, tick }
      : { type: 'quote', symbol, lastId: last, tick };
  });
}

/** Takes what comes, as the feed does; a number at or below the last would be a double. */
function target() {
  const taken: MarketEvent[] = [];
  return {
    taken,
    positionOf: () => (taken.length === 0 ? undefined : lastOf(taken.at(-1)!)),
    take: (event: MarketEvent) => void taken.push(event),
  };
}

describe('two connections that carry the same stream', () => {
  it('each event is taken once and in order, wherever the new one begins and however they lag', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<MarketEvent['type'][]>('trade', 'quote', 'diff'),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 40 }),
        fc.nat(39),
        fc.nat(39),
        fc.infiniteStream(fc.boolean()),
        (kind, steps, before, first, whichFirst) => {
          const events = recording(kind as MarketEvent['type'], steps);
          const feed = target();
          // Some came before there was a new connection.
          let old = Math.min(before, events.length);
          for (const event of events.slice(0, old)) feed.take(event);
          // It was subscribed at some moment: the old one lags behind it by any amount.
          let fresh = Math.min(first, events.length);
          const overlap = new Overlap(feed);
          while (old < events.length || fresh < events.length) {
            const oldNow = fresh >= events.length || (old < events.length && whichFirst.next().value === true);
            if (oldNow) overlap.fromOld(events[old++]!, 1, NO_FRAME);
            else overlap.fromNew(events[fresh++]!, 1, NO_FRAME);
          }
          // Quotes have nothing to tell a hole by: an older one that comes late is left out.
          if (kind !== 'quote') expect(feed.taken).toEqual(events);
          else expect(feed.taken.at(-1)).toBe(events.at(-1));
          const numbers = feed.taken.map(lastOf);
          expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
          expect(overlap.waiting).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('an end of the old one at any moment loses only what neither has', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constant(1), { minLength: 1, maxLength: 40 }),
        fc.nat(39),
        fc.nat(39),
        fc.nat(39),
        fc.infiniteStream(fc.boolean()),
        (steps, before, first, cutAt, whichFirst) => {
          const events = recording('trade', steps);
          const feed = target();
          let old = Math.min(before, events.length);
          for (const event of events.slice(0, old)) feed.take(event);
          const from = Math.min(first, events.length);
          let fresh = from;
          const overlap = new Overlap(feed);
          while (old < Math.min(cutAt, events.length) && fresh < events.length) {
            if (whichFirst.next().value === true) overlap.fromOld(events[old++]!, 1, NO_FRAME);
            else overlap.fromNew(events[fresh++]!, 1, NO_FRAME);
          }
          overlap.end();
          for (; fresh < events.length; fresh++) {
            if (lastOf(events[fresh]!) > (feed.positionOf() ?? 0)) feed.take(events[fresh]!);
          }
          expect(feed.taken).toEqual(events.filter((_, at) => at < old || at >= from));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('what the new one brought is forgotten with it, and the old one goes on', () => {
    const events = recording('trade', [1, 1, 1, 1]);
    const feed = target();
    const overlap = new Overlap(feed);
    overlap.fromOld(events[0]!, 1, NO_FRAME);
    overlap.fromNew(events[2]!, 1, NO_FRAME);
    expect(overlap.waiting).toBe(1);
    overlap.forget();
    for (const event of events.slice(1)) overlap.fromOld(event, 1, NO_FRAME);
    expect(feed.taken).toEqual(events);
  });
});
