import type { Tick } from '@tapecast/market';
import { describe, expect, it } from 'vitest';
import { EMPTY_END, type LogEnd } from '../../../src/lead/log-end.ts';
import { LIMITS } from '../../../src/limits.ts';
import { KeptEvents, nameOf } from '../../../src/venues/itick/kept-events.ts';
import type { TradeEvent } from '../../../src/venues/itick/messages.ts';
import { parseItickSymbols } from '../../../src/venues/itick/symbols.ts';

const SYMBOL = parseItickSymbols(['AAPL$US']).symbols[0]!;
const SECOND = 1_000_000;
const NOW = 1_763_700_000 * SECOND;

/** The trade of a second: its size names it. */
function trade(second: number, size = second): TradeEvent {
  return {
    type: 'trade',
    symbol: SYMBOL,
    tick: {
      instrument: SYMBOL.instrument,
      exchangeTimeUs: NOW + second * SECOND,
      priceDecimals: 2,
      sizeDecimals: 0,
      body: { kind: 'trade', id: '', price: 100, size, side: undefined, conditions: [], counts: 7 },
    },
  };
}

const at = (second: number): number => NOW + second * SECOND;

/** A log whose last trades are these, received when they happened. */
function logOf(trades: readonly TradeEvent[], heardUntil: number): LogEnd {
  const ticks: Tick[] = trades.map(({ tick }) => ({
    ...tick,
    source: 'itick/s',
    sourceSeq: 1,
    receivedAtUs: tick.exchangeTimeUs!,
  }));
  return {
    lastTradeId: () => undefined,
    recentTrades: () => ticks,
    lastReceivedAtUs: () => ticks.at(-1)?.receivedAtUs,
    receivedAtUs: at(heardUntil),
  };
}

function keptOf(seconds: readonly number[]): KeptEvents {
  const kept = new KeptEvents(LIMITS);
  for (const second of seconds) kept.keep(trade(second), at(second));
  return kept;
}

const sizes = (events: readonly { event: { tick: { body: unknown } } }[]): number[] =>
  events.map(({ event }) => (event.tick.body as { size: number }).size);

describe('what a standby of a venue without ids tells when it begins to speak', () => {
  it('is all that it has where nobody spoke before, and no gap', () => {
    const { tell, skip, gap } = keptOf([1, 2]).continue(EMPTY_END, SYMBOL.instrument, at(0), at(3));
    expect([sizes(tell), skip, gap]).toEqual([[1, 2], [], undefined]);
  });

  it('is what follows the place at which both agree, and no gap', () => {
    const log = logOf([trade(0), trade(1), trade(2), trade(3)], 3);
    const { tell, skip, gap } = keptOf([1, 2, 3, 4, 5]).continue(log, SYMBOL.instrument, at(-60), at(6));
    expect([sizes(tell), skip, gap]).toEqual([[4, 5], [], undefined]);
  });

  it('leaves out what the log has and it still has to get', () => {
    const log = logOf([trade(1), trade(2), trade(3)], 3);
    const { tell, skip, gap } = keptOf([1, 2]).continue(log, SYMBOL.instrument, at(-60), at(4));
    expect([sizes(tell), skip, gap]).toEqual([[], [nameOf(trade(3).tick).name], undefined]);
  });

  it('is nothing of a quiet instrument, whose trades are older than what is kept, and no gap', () => {
    const log = logOf([trade(-300)], 3);
    const { tell, skip, gap } = keptOf([]).continue(log, SYMBOL.instrument, at(-600), at(4));
    expect([sizes(tell), skip, gap]).toEqual([[], [], undefined]);
  });

  it('has a gap from what was heard last to its subscription, where it was not there', () => {
    const log = logOf([trade(1), trade(2)], 3);
    const later = keptOf([]).continue(log, SYMBOL.instrument, undefined, at(9));
    expect(later.gap).toEqual({ fromMs: at(2) / 1_000, untilMs: undefined });
    const since = keptOf([8]).continue(log, SYMBOL.instrument, at(7), at(9));
    expect([sizes(since.tell), since.gap]).toEqual([[8], { fromMs: at(2) / 1_000, untilMs: at(7) / 1_000 }]);
  });

  it('has a gap where the place can’t be told for equal trades', () => {
    const same = (): TradeEvent => trade(1, 7);
    const log = logOf([same(), same(), same()], 2);
    const kept = new KeptEvents(LIMITS);
    for (const receivedAt of [1, 2]) kept.keep(same(), at(receivedAt));
    const { gap } = kept.continue(log, SYMBOL.instrument, at(-60), at(3));
    expect(gap?.fromMs).toBe(at(1) / 1_000);
  });

  it('keeps trades for ten seconds', () => {
    const { tell } = keptOf([1, 5, 14, 15]).continue(EMPTY_END, SYMBOL.instrument, at(0), at(15));
    expect(sizes(tell)).toEqual([5, 14, 15]);
  });
});
