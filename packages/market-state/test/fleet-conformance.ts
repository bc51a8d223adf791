import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet, FleetMember } from '../src/index.ts';

const member = (id: string, more: Partial<FleetMember> = {}): FleetMember => ({
  id,
  cost: 1.5,
  connections: 7,
  leaving: false,
  ...more,
});
const byId = (all: readonly FleetMember[]): FleetMember[] => [...all].sort((a, b) => (a.id < b.id ? -1 : 1));

/** What every fleet does. Each call of `open` gives one that nobody else has members in. */
export function fleetConformance(open: () => Promise<Fleet>): void {
  describe('a fleet', () => {
    let fleet: Fleet;
    beforeAll(async () => {
      fleet = await open();
    });
    afterAll(() => fleet?.close());

    it('gives all that are there, as each said last, and no more once one has left', async () => {
      expect(await fleet.announce(member('a'), 10_000)).toEqual([member('a')]);
      await fleet.announce(member('b', { cost: 0, leaving: true }), 10_000);
      const all = await fleet.announce(member('a', { cost: 1234.25, connections: 0 }), 10_000);
      expect(byId(all)).toEqual([
        member('a', { cost: 1234.25, connections: 0 }),
        member('b', { cost: 0, leaving: true }),
      ]);
      await fleet.leave('b');
      await fleet.leave('nobody');
      expect(await fleet.announce(member('c'), 10_000)).toHaveLength(2);
      await fleet.leave('c');
    });

    it('forgets who has not said anything for its time', async () => {
      await fleet.announce(member('short'), 30);
      const deadline = performance.now() + 5_000;
      for (;;) {
        const all = await fleet.announce(member('a'), 10_000);
        if (!all.some(({ id }) => id === 'short')) return;
        if (performance.now() > deadline) throw new Error(`still there: ${JSON.stringify(all)}`);
        await delay(5);
      }
    });

    it('refuses what is no member', async () => {
      for (const wrong of [member(''), member('x', { cost: Number.NaN }), member('x', { connections: -1 })])
        await expect(fleet.announce(wrong, 1_000)).rejects.toMatchObject({ code: 'invalid' });
      await expect(fleet.announce(member('x'), 0)).rejects.toMatchObject({ code: 'invalid' });
    });

    it('takes no more than it has room for', async () => {
      const others = await open();
      // Each is told of all that are there: so many at once wait for each other.
      for (let from = 0; from < 1_000; from += 50)
        await Promise.all(Array.from({ length: 50 }, (_, i) => others.announce(member(`m${from + i}`), 60_000)));
      await expect(others.announce(member('more'), 60_000)).rejects.toMatchObject({ code: 'overloaded' });
      expect(await others.announce(member('m7', { cost: 9 }), 60_000)).toHaveLength(1_000);
      await others.close();
    });
  });
}
