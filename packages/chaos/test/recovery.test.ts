import { expect, test } from 'vitest';
import { type ClientRecord, emptyRecord, streamOf } from '../src/clients/client-record.ts';
import type { SymbolTruth, Truth } from '../src/market/truth.ts';
import { recoveryOf } from '../src/recovery.ts';

const SYMBOL = 'BTCUSDT$BA';

/** Trades 0, 1, 2 … sent every 100 ms from 1,000 on. */
const truth: Truth = new Map([
  [
    SYMBOL,
    {
      trades: Array.from({ length: 100 }, (_, place) => ({
        id: String(place),
        price: 1n,
        size: 1n,
        timeMs: 0,
        sentAtMs: 1_000 + place * 100,
      })),
    } as unknown as SymbolTruth,
  ],
]);

/** A client that has each trade `lateMs` after it was sent; undefined: never. */
function client(name: string, lateMs: (place: number) => number | undefined, intervalMs = 0): ClientRecord {
  const record = emptyRecord(name, intervalMs);
  const { trades } = truth.get(SYMBOL)!;
  for (const [place, { id, sentAtMs }] of trades.entries()) {
    const late = lateMs(place);
    if (late !== undefined)
      streamOf(record, SYMBOL, 'trade').trades.push({
        number: place + 1,
        id,
        price: 1n,
        size: 1n,
        timeMs: 0,
        atMs: sentAtMs + late,
      });
  }
  return record;
}

test('nobody noticed where every trade came within a second, or within a client’s own interval', () => {
  const clients = [client('quick', () => 20), client('slow by right', () => 1_400, 500)];
  expect(recoveryOf(truth, clients, 2_000, 8_000)).toEqual({ allServedMs: 0, byClient: [] });
});

test('the last late trade counts, of the client that had it last, and only what was sent in the time', () => {
  const late = (until: number) => (place: number) => (place >= 10 && place < until ? 10_000 - place * 100 : 20);
  const clients = [client('a', late(30)), client('b', (place) => (place === 50 ? 4_000 : 20)), client('c', () => 20)];
  // Trade 50 is sent at 6,000 and comes at 10,000; a's come at 11,000, all of them.
  expect(recoveryOf(truth, clients, 2_000, 8_000)).toEqual({
    allServedMs: 9_000,
    byClient: [
      ['a', 9_000],
      ['b', 8_000],
    ],
  });
  expect(recoveryOf(truth, clients, 5_000, 8_000)).toEqual({ allServedMs: 5_000, byClient: [['b', 5_000]] });
});

test('a trade that was under way when the next fault began is the next one’s', () => {
  // Trade 65 is sent at 7,500 and would be late from 8,500 on; the next fault begins at 8,000.
  const clients = [client('a', (place) => (place === 65 ? 2_400 : 20))];
  expect(recoveryOf(truth, clients, 2_000, 8_000).allServedMs).toBe(0);
  expect(recoveryOf(truth, clients, 8_000, 10_000).allServedMs).toBe(1_900);
});

test('a trade that never came says unserved until the next one, or to the end', () => {
  const lost = (from: number, to: number) => (place: number) => (place >= from && place < to ? undefined : 20);
  expect(recoveryOf(truth, [client('a', lost(10, 40))], 2_000, 8_000).allServedMs).toBe(3_020);
  expect(recoveryOf(truth, [client('a', lost(10, 100))], 2_000, 8_000).allServedMs).toBe(6_000);
});
