import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StreamGroup } from '../../src/fanout/stream-group.ts';
import type { TradeHistory } from '../../src/replay/trade-history.ts';
import { TradeReplays } from '../../src/sessions/trade-replays.ts';

const LIMITS = { sharedReplayMs: 1_000, sharedReplayTradesMax: 1_000, replayReadsAtOnce: 1, replayReadMs: 5_000 };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A stream whose state remembers no trade that anybody asks for. */
const group = {
  number: 1,
  instrument: { symbol: 'AAPL$US', view: { epoch: 'test.1.1', trades: [{ seq: 1_000 }] } },
} as unknown as StreamGroup;

function replaysOf(trades: TradeHistory['trades']): TradeReplays {
  const history = { oldest: () => 1, trades } as Partial<TradeHistory> as TradeHistory;
  return new TradeReplays(history, LIMITS, Date.now);
}

const afterMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('trades that wait for their turn to be read are not late for as long as others are read', async () => {
  const replays = replaysOf(async (_symbol, _epoch, first) => {
    await afterMs(LIMITS.replayReadMs - 1_000);
    return { first, trades: [] };
  });
  const readings = [1, 2, 3, 4, 5].map(async (from) => replays.pieces(group, from, 900));
  const read = Promise.all(readings);
  await vi.advanceTimersByTimeAsync(5 * LIMITS.replayReadMs);
  await expect(read).resolves.toEqual([[], [], [], [], []]);
});

test('trades are late once nothing was read for too long', async () => {
  let reads = 0;
  const replays = replaysOf(async (_symbol, _epoch, first) => {
    if (++reads > 1) await new Promise(() => {});
    return { first, trades: [] };
  });
  const readings = [1, 2, 3].map(async (from) => replays.pieces(group, from, 900));
  const ends = Promise.allSettled(readings);
  await vi.advanceTimersByTimeAsync(LIMITS.replayReadMs + 10);
  expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
});
