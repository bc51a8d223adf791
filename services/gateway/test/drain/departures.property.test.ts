import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DepartureReason, Departures, type Leaver } from '../../src/drain/departures.ts';

const SLOT_MS = 100;

interface World {
  told: Map<number, number>;
  ended: Map<number, number>;
  left: number;
  closed: number;
}

class TestLeaver implements Leaver {
  readonly id: number;
  readonly world: World;
  readonly helloTold: boolean;
  leaving: DepartureReason | undefined;
  closedAtMs = Number.POSITIVE_INFINITY;
  readonly client: Leaver['client'];

  constructor(id: number, world: World, helloTold: boolean, now: () => number) {
    this.id = id;
    this.world = world;
    this.helloTold = helloTold;
    const closed = (): boolean => now() >= this.closedAtMs;
    this.client = {
      get closed() {
        return closed();
      },
      tell: (message, nowUs) => {
        expect(message).toMatchObject({ code: 'moving', url: 'wss://edge/v1/stream' });
        expect(world.told.has(id)).toBe(false);
        world.told.set(id, nowUs / 1000);
      },
    };
  }
}

test('sends each client away once, never faster than the rate, and closes who stays', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 0, max: 2_000 }),
      // Of each client: whether it was told hello, and when it leaves by itself after it was told; undefined: never.
      fc.array(fc.record({ hello: fc.boolean(), leavesAfter: fc.option(fc.nat(3_000), { nil: undefined }) }), {
        maxLength: 120,
      }),
      // Between two steps: a busy loop is late.
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 }),
      (perSecond, afterMs, clients, pauses) => {
        let now = 1_700_000_000_000;
        const world: World = { told: new Map(), ended: new Map(), left: 0, closed: 0 };
        const all = clients.map(({ hello }, id) => new TestLeaver(id, world, hello, () => now));
        const spent: number[] = [];
        const departures = new Departures(all, now, {
          reason: 'drain',
          perSecond,
          slotMs: SLOT_MS,
          afterMs,
          url: 'wss://edge/v1/stream',
          metrics: {
            told: () => spent.push(now),
            gone: (_, how) => {
              if (how === 'left') world.left++;
              else world.closed++;
            },
          },
          end: (leaver) => {
            expect(world.ended.has(leaver.id)).toBe(false);
            world.ended.set(leaver.id, now);
            leaver.closedAtMs = now;
          },
        });
        for (let step = 0; !departures.done; step++) {
          expect(step).toBeLessThan(100_000);
          now += pauses[step % pauses.length] as number;
          departures.step(now * 1000);
          for (const [id, at] of world.told) {
            const { leavesAfter } = clients[id] as (typeof clients)[number];
            const leaver = all[id] as TestLeaver;
            if (leavesAfter !== undefined) leaver.closedAtMs = Math.min(leaver.closedAtMs, at + leavesAfter);
          }
        }
        const burst = Math.max(1, (perSecond * SLOT_MS) / 1000);
        for (let from = 0; from < spent.length; from++)
          for (let to = from; to < spent.length; to++) {
            const seconds = ((spent[to] as number) - (spent[from] as number)) / 1000;
            expect(to - from + 1).toBeLessThanOrEqual(Math.floor(burst + seconds * perSecond + 1e-6));
          }
        expect(spent.length).toBe(all.length);
        expect(world.left + world.closed).toBe(all.length);
        for (const { id, helloTold } of all) {
          const told = world.told.get(id);
          const ended = world.ended.get(id);
          expect(told !== undefined).toBe(helloTold);
          if (told !== undefined && ended !== undefined) expect(ended - told).toBeGreaterThanOrEqual(afterMs);
        }
      },
    ),
    { numRuns: 60 },
  );
});
