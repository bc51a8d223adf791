import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits.ts';
import type { BinanceSymbol, TradeEvent } from '../../../src/venues/binance/messages.ts';
import { TradeLane } from '../../../src/venues/binance/trade-lane.ts';

const SYMBOL: BinanceSymbol = {
  symbol: 'BTCUSDT',
  instrument: 'BTCUSDT$BA',
  name: '',
  priceDecimals: 2,
  sizeDecimals: 5,
};

const trade = (tradeId: number): TradeEvent => ({
  type: 'trade',
  symbol: SYMBOL,
  tradeId,
  tick: {
    instrument: SYMBOL.instrument,
    exchangeTimeUs: tradeId,
    priceDecimals: 2,
    sizeDecimals: 5,
    body: { kind: 'trade', id: String(tradeId), price: 1, size: 1, side: undefined, conditions: [], counts: 7 },
  },
});

/** A lane whose venue answers when told, with the trades in `had`. */
function setUp(had: (id: number) => boolean, limits: Partial<typeof LIMITS> = {}) {
  const told: number[] = [];
  const missing: [number, number][] = [];
  const asked: { from: number; to: number | undefined; answer: (newest: number) => void }[] = [];
  const lane = new TradeLane({
    limits: { ...LIMITS, ...limits },
    emit: ({ tradeId }) => told.push(tradeId),
    fetch: (from, to) =>
      new Promise((resolve) => {
        asked.push({
          from,
          to,
          answer: (newest) => {
            const trades: TradeEvent[] = [];
            for (let id = from; id <= Math.min(to ?? newest, newest); id++) if (had(id)) trades.push(trade(id));
            resolve(trades);
          },
        });
      }),
    onMissing: (from, to) => missing.push([from, to]),
    onDuplicate: () => undefined,
    onRestarted: () => undefined,
    onFetched: () => undefined,
    nowUs: () => 1,
  });
  /** All questions so far, and those that the answers bring. */
  const settle = async (newest: number): Promise<void> => {
    while (asked.length > 0) {
      asked.shift()!.answer(newest);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { lane, told, missing, asked, settle };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a lane of trades', () => {
  it('tells what comes in order, and asks for what was left out before it goes on', async () => {
    const { lane, told, missing, asked, settle } = setUp(() => true);
    lane.speak(undefined);
    for (const id of [5, 6, 9, 10]) lane.take(trade(id), id);
    expect(told).toEqual([5, 6]);
    expect(asked).toMatchObject([{ from: 7, to: 8 }]);
    await settle(10);
    expect(told).toEqual(range(5, 10));
    expect(missing).toEqual([]);
  });

  it('goes on where the log ends: what it has is left out, what nobody has is asked for', async () => {
    const { lane, told, settle } = setUp(() => true);
    for (const id of range(20, 30)) lane.take(trade(id), id);
    expect(told).toEqual([]);
    lane.speak(24);
    expect(told).toEqual(range(25, 30));
    const behind = setUp(() => true);
    for (const id of range(20, 30)) behind.lane.take(trade(id), id);
    behind.lane.speak(10);
    await behind.settle(30);
    expect(behind.told).toEqual(range(11, 30));
    await settle(30);
  });

  it('that is behind the log waits until it has passed it', () => {
    const { lane, told } = setUp(() => true);
    for (const id of range(1, 5)) lane.take(trade(id), id);
    lane.speak(8);
    for (const id of range(6, 10)) lane.take(trade(id), id);
    expect(told).toEqual([9, 10]);
  });

  it('asks once for what a quiet pair traded before a connection began, and not where trades came', async () => {
    const { lane, told, asked, settle } = setUp(() => true);
    lane.speak(4);
    lane.catchUp();
    expect(asked).toMatchObject([{ from: 5, to: undefined }]);
    lane.take(trade(7), 7);
    await settle(7);
    expect(told).toEqual([5, 6, 7]);
    lane.take(trade(8), 8);
    lane.reconnected();
    lane.take(trade(9), 9);
    lane.catchUp();
    expect(asked).toEqual([]);
    expect(told).toEqual([5, 6, 7, 8, 9]);
  });

  it('does not let trades wait without bound', async () => {
    const { lane, told, missing, settle } = setUp(() => true, { fillWaitingMax: 3 } as never);
    lane.speak(undefined);
    for (const id of [1, ...range(5, 9)]) lane.take(trade(id), id);
    expect(told).toEqual([1, ...range(5, 9)]);
    expect(missing).toEqual([[2, 4]]);
    await settle(9);
    expect(told).toEqual([1, ...range(5, 9)]);
  });

  it('forgets what waited when the venue counts anew', async () => {
    const { lane, told, settle } = setUp(() => true);
    lane.speak(undefined);
    lane.take(trade(5_000_000), 1);
    lane.take(trade(5_000_003), 2);
    lane.reconnected();
    lane.take(trade(10), 3);
    lane.take(trade(11), 4);
    await settle(5_000_003);
    expect(told).toEqual([5_000_000, 5_000_003, 10, 11]);
  });

  it('any trades lost, doubled or late, two speakers, any answers: each id once, in order, or told as missing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('come', 'lose', 'double', 'cut', 'catch-up', 'answer'), { maxLength: 120 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 10 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        async (steps, neverHad, spokenAt, logHas) => {
          const lacks = new Set(neverHad);
          const { lane, told, missing, asked, settle } = setUp((id) => !lacks.has(id));
          let id = 0;
          let from: number | undefined;
          for (const [at, step] of steps.entries()) {
            if (at === spokenAt) {
              // Who spoke before had told at most what has happened.
              from = Math.min(logHas, id);
              lane.speak(from === 0 ? undefined : from);
            }
            if (step === 'come') lane.take(trade(++id), at);
            else if (step === 'lose') id++;
            else if (step === 'double' && id > 0) lane.take(trade(id), at);
            else if (step === 'cut') lane.reconnected();
            else if (step === 'catch-up') lane.catchUp();
            else if (step === 'answer' && asked.length > 0) {
              asked.shift()!.answer(id);
              await new Promise((resolve) => setImmediate(resolve));
            }
          }
          if (from === undefined) return;
          lane.take(trade(++id), steps.length);
          await settle(id);
          expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
          const first = from === 0 ? told[0]! : from + 1;
          const accounted = new Set([...told, ...missing.flatMap(([a, b]) => range(a, b))]);
          expect(range(first, id).filter((each) => !accounted.has(each))).toEqual([]);
          // What the venue has is never told as missing, and nothing is told twice over.
          expect(missing.flatMap(([a, b]) => range(a, b)).filter((each) => !lacks.has(each))).toEqual([]);
          expect(told.length + missing.flatMap(([a, b]) => range(a, b)).length).toBe(id - first + 1);
        },
      ),
      { numRuns: 300 },
    );
  });
});
