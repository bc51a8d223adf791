import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Handover, type NamedTrade, type Switch } from '../../../src/venues/itick/handover.ts';

const LIMITS = { handoverQuietMs: 1_000, handoverMsMax: 30_000, handoverTradesMax: 512 };
const LOOK_MS = 100;

interface Delivery {
  atMs: number;
  trade: number;
}

/** One symbol's trades as the venue makes them: many equal, several of one time. */
const market = fc
  .array(
    fc.record({
      stepMs: fc.constantFrom(0, 0, 0, 1, 40, 300, 2_500),
      // Few prices: equal trades follow each other, as a quarter of SPY's do.
      price: fc.constantFrom(1, 1, 2),
      oldDelayMs: fc.integer({ min: 1, max: 400 }),
      freshDelayMs: fc.integer({ min: 1, max: 400 }),
    }),
    { minLength: 1, maxLength: 120, size: 'max' },
  )
  .map((steps) => {
    let timeMs = 0;
    const old: Delivery[] = [];
    const fresh: Delivery[] = [];
    const trades = steps.map(({ stepMs, price, oldDelayMs, freshDelayMs }, trade) => {
      timeMs += stepMs;
      // A connection keeps its order.
      old.push({ trade, atMs: Math.max(timeMs + oldDelayMs, old.at(-1)?.atMs ?? 0) });
      fresh.push({ trade, atMs: Math.max(timeMs + freshDelayMs, fresh.at(-1)?.atMs ?? 0) });
      return { name: `${timeMs} ${price}`, timeUs: timeMs * 1_000 };
    });
    return { trades, old, fresh, endMs: timeMs + 6_000 };
  });

/** What is told when the new connection is subscribed at one time, and the old one ends at another, if at all. */
function play(
  { trades, old, fresh, endMs }: { trades: NamedTrade[]; old: Delivery[]; fresh: Delivery[]; endMs: number },
  subscribedAtMs: number,
  oldEndsAtMs: number | undefined,
): { told: number[]; proven: boolean | undefined } {
  const handover = new Handover<number>(LIMITS);
  const told: number[] = [];
  let speaker: 'old' | 'fresh' = 'old';
  let proven: boolean | undefined;
  let skip: string[] = [];
  const change = (place: Switch<number>): void => {
    speaker = 'fresh';
    proven = place.proven;
    skip = place.skip;
    told.push(...place.tell);
  };
  const events = [
    ...old
      .filter(({ atMs }) => atMs < (oldEndsAtMs ?? Infinity))
      .map((delivery) => ({ ...delivery, from: 'old' as const })),
    ...fresh.filter(({ atMs }) => atMs >= subscribedAtMs).map((delivery) => ({ ...delivery, from: 'fresh' as const })),
  ].sort((a, b) => a.atMs - b.atMs);
  let next = 0;
  let subscribed = false;
  for (let nowMs = 0; nowMs <= endMs; nowMs += 1) {
    if (!subscribed && nowMs >= subscribedAtMs) {
      handover.subscribed(nowMs);
      subscribed = true;
    }
    for (; events[next] !== undefined && events[next]!.atMs <= nowMs; next++) {
      const { from, trade } = events[next]!;
      const name = trades[trade]!;
      if (from === 'old') {
        if (speaker !== 'old') continue;
        handover.old(name, nowMs);
        told.push(trade);
      } else if (speaker === 'old') {
        handover.fresh(name, trade, nowMs);
      } else if (name.name === skip[0]) {
        skip.shift();
      } else {
        // What is not proven may be wrong, and was said to be.
        if (proven === true) expect(skip).toEqual([]);
        skip = [];
        told.push(trade);
      }
    }
    if (speaker !== 'old') continue;
    if (oldEndsAtMs !== undefined && nowMs >= oldEndsAtMs) change(handover.oldEnded());
    else if (subscribed && nowMs % LOOK_MS === 0) {
      const place = handover.decide(nowMs);
      if (place !== undefined) change(place);
    }
  }
  return { told, proven };
}

it('a proven change loses no trade and doubles none, however equal the trades and uneven the delays', () => {
  let changed = 0;
  fc.assert(
    fc.property(market, fc.integer({ min: 0, max: 3_000 }), (given, subscribedAtMs) => {
      const { told, proven } = play(given, subscribedAtMs, undefined);
      // All come to a rest: each finds its place by then.
      expect(proven).toBe(true);
      changed++;
      const words = (list: readonly number[]): string[] => list.map((trade) => given.trades[trade]!.name);
      expect(words(told)).toEqual(given.trades.map(({ name }) => name));
    }),
    { numRuns: 300 },
  );
  expect(changed).toBe(300);
});

it('where the old connection ends first, what is proven is whole, and else it is said', () => {
  const outcomes = { proven: 0, unproven: 0 };
  fc.assert(
    fc.property(market, fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 3_000 }), (given, at, after) => {
      const endsAtMs = at + after;
      if (endsAtMs >= given.endMs) return;
      const { told, proven } = play(given, at, endsAtMs);
      outcomes[proven === true ? 'proven' : 'unproven']++;
      if (proven !== true) return;
      const words = (list: readonly number[]): string[] => list.map((trade) => given.trades[trade]!.name);
      expect(words(told)).toEqual(given.trades.map(({ name }) => name));
    }),
    { numRuns: 300 },
  );
  expect(outcomes.proven).toBeGreaterThan(0);
});

it('changes after its time all the same where both never agree, and says so', () => {
  const handover = new Handover<number>(LIMITS);
  handover.subscribed(0);
  for (let nowMs = 0; nowMs < LIMITS.handoverMsMax; nowMs += 500) {
    handover.old({ name: `old ${nowMs}`, timeUs: nowMs }, nowMs);
    handover.fresh({ name: `fresh ${nowMs}`, timeUs: nowMs }, nowMs, nowMs);
    expect(handover.decide(nowMs)).toBeUndefined();
  }
  expect(handover.decide(LIMITS.handoverMsMax)).toEqual({ tell: [], skip: [], proven: false });
});

it('keeps no more trades than its bound, and then waits for a quiet moment', () => {
  const handover = new Handover<number>(LIMITS);
  handover.subscribed(0);
  for (let i = 0; i < 5_000; i++) {
    handover.old({ name: `${i}`, timeUs: i }, i);
    handover.fresh({ name: `${i}`, timeUs: i }, i, i);
  }
  expect(handover.decide(5_000)).toBeUndefined();
  expect(handover.decide(6_000)).toEqual({ tell: [], skip: [], proven: true });
});
