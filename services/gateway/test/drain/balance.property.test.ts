import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { surplusOf, TurnAwayCredits } from '../../src/drain/balance.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

interface Gateway {
  id: string;
  /** Cost of each of its clients. */
  clients: number[];
}

const memberOf = ({ id, clients }: Gateway) => ({
  id,
  cost: clients.reduce((sum, cost) => sum + cost, 0),
  connections: clients.length,
  leaving: false,
});
/** As an edge does: to the one with the fewest connections of the others. */
const place = (gateways: Gateway[], from: Gateway, cost: number): void => {
  const [least] = gateways.filter((one) => one !== from).sort((a, b) => a.clients.length - b.clients.length);
  least!.clients.push(cost);
};
const round = (gateways: Gateway[]): number => {
  const all = gateways.map(memberOf);
  const sent = gateways.map((gateway) => surplusOf(gateway.id, all, DEFAULT_LIMITS));
  gateways.forEach((gateway, at) => {
    for (let n = 0; n < sent[at]!; n++) place(gateways, gateway, gateway.clients.shift() as number);
  });
  return sent.reduce((sum, count) => sum + count, 0);
};

describe('rebalancing', () => {
  test('comes to rest, with everybody near the mean, wherever clients of one kind were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3_000), { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 1, max: 20 }),
        (counts, cost) => {
          const gateways = counts.map((count, at) => ({ id: `g${at}`, clients: new Array<number>(count).fill(cost) }));
          let rounds = 0;
          while (round(gateways) > 0) expect(++rounds).toBeLessThan(60);
          const costs = gateways.map((gateway) => memberOf(gateway).cost);
          const mean = costs.reduce((sum, one) => sum + one, 0) / costs.length;
          for (const one of costs)
            expect(one).toBeLessThanOrEqual(
              Math.max(mean * DEFAULT_LIMITS.balanceAbove, mean + DEFAULT_LIMITS.balanceCostMin) + cost,
            );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('fills a new gateway beside many, of which none is far above the mean', () => {
    const gateways = Array.from({ length: 11 }, (_, at) => ({
      id: `g${at}`,
      clients: new Array<number>(at === 10 ? 0 : 1_000).fill(10),
    }));
    while (round(gateways) > 0) {
      // Until nobody sends.
    }
    expect(gateways[10]!.clients.length).toBeGreaterThan(400);
  });

  test('sends nobody where there is nowhere to go, or too little to gain', () => {
    const many = { id: 'a', cost: 10_000, connections: 1_000, leaving: false };
    const none = { id: 'b', cost: 0, connections: 0, leaving: false };
    expect(surplusOf('a', [many], DEFAULT_LIMITS)).toBe(0);
    expect(surplusOf('a', [many, { ...none, leaving: true }], DEFAULT_LIMITS)).toBe(0);
    expect(surplusOf('a', [{ ...many, leaving: true }, none], DEFAULT_LIMITS)).toBe(0);
    expect(surplusOf('c', [many, none], DEFAULT_LIMITS)).toBe(0);
    expect(surplusOf('a', [{ ...many, cost: 100, connections: 100 }, none], DEFAULT_LIMITS)).toBe(0);
    expect(surplusOf('a', [many, none], DEFAULT_LIMITS)).toBe(250);
  });

  test('turns away as many as were sent, for a while, and nobody else', () => {
    const credits = new TurnAwayCredits(100);
    expect(credits.take(0)).toBe(false);
    credits.add(0);
    credits.add(50);
    expect([credits.take(60), credits.take(60), credits.take(60)]).toEqual([true, true, false]);
    credits.add(100);
    expect(credits.take(200)).toBe(false);
  });
});
