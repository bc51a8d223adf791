import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits.ts';
import { TradeIds } from '../../../src/venues/binance/trade-ids.ts';

describe('trade ids', () => {
  it('go on by one, wherever they begin', () => {
    const ids = new TradeIds();
    expect([100, 101, 102].map((id) => ids.take(id).kind)).toEqual(['next', 'next', 'next']);
  });

  it('name the hole before a trade that skipped some', () => {
    const ids = new TradeIds();
    ids.take(1);
    expect(ids.take(5)).toEqual({ kind: 'hole', from: 2, to: 4 });
    expect(ids.take(6).kind).toBe('next');
  });

  it('refuse doubled and older ones within a connection', () => {
    const ids = new TradeIds();
    ids.take(LIMITS.tradeIdRewindMax * 3);
    expect(ids.take(LIMITS.tradeIdRewindMax * 3).kind).toBe('duplicate');
    expect(ids.take(1).kind).toBe('duplicate');
  });

  it('remember the last one over a reconnect: the span that was missed, or the doubles', () => {
    const ids = new TradeIds();
    ids.take(10);
    ids.reconnected();
    expect(ids.take(14)).toEqual({ kind: 'hole', from: 11, to: 13 });
    ids.reconnected();
    expect([13, 14, 15].map((id) => ids.take(id).kind)).toEqual(['duplicate', 'duplicate', 'next']);
  });

  it('begin anew only on a new connection, far below', () => {
    const ids = new TradeIds();
    ids.take(LIMITS.tradeIdRewindMax + 10);
    ids.reconnected();
    expect(ids.take(5)).toEqual({ kind: 'restarted', before: LIMITS.tradeIdRewindMax + 10 });
    expect(ids.take(6).kind).toBe('next');
  });
});
