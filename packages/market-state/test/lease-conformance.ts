import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type LeaseAnswer, type LeaseHolder, type Leases, MarketStateError } from '../src/index.ts';

/** What every driver holds. `open` gives leases whose names no other test touches. */
export function leaseConformance(name: string, open: () => Promise<Leases>): void {
  describe(`${name}: leases`, () => {
    it('gives a name to one, and says to the others who has it and for how long', async () => {
      const leases = await open();
      expect(await leases.holder('feed')).toBeUndefined();
      const fence = taken(await leases.acquire('feed', 'one', 10_000));
      expect(await leases.acquire('feed', 'two', 10_000)).toMatchObject({
        outcome: 'held',
        by: { owner: 'one', fence },
      });
      const holder = await leases.holder('feed');
      expect(holder).toMatchObject({ owner: 'one', fence });
      expect(holder!.leftMs).toBeGreaterThan(5_000);
      expect(holder!.leftMs).toBeLessThanOrEqual(10_000);
      expect(taken(await leases.acquire('other', 'two', 10_000))).toBeGreaterThan(0);
      await leases.close();
    });

    it('gives an owner that asks again what it has, also when its time ran out', async () => {
      const leases = await open();
      const fence = taken(await leases.acquire('feed', 'one', 20));
      expect(taken(await leases.acquire('feed', 'one', 20))).toBe(fence);
      await until(async () => (await leases.holder('feed')) === undefined);
      expect(await leases.renew('feed', 'one', fence, 10_000)).toBe('held');
      expect(taken(await leases.acquire('feed', 'one', 10_000))).toBe(fence);
      await leases.close();
    });

    it('moves when it is not renewed, with a higher fence, and the one before has lost it for ever', async () => {
      const leases = await open();
      const first = taken(await leases.acquire('feed', 'one', 50));
      let second: LeaseAnswer;
      do {
        second = await leases.acquire('feed', 'two', 10_000);
      } while (second.outcome !== 'yours');
      expect(second.fence).toBeGreaterThan(first);
      expect(await leases.renew('feed', 'one', first, 10_000)).toBe('lost');
      await leases.release('feed', 'one', first);
      expect(await leases.holder('feed')).toMatchObject({ owner: 'two', fence: second.fence });
      await leases.release('feed', 'two', second.fence);
      expect(await leases.renew('feed', 'one', first, 10_000)).toBe('lost');
      await leases.close();
    });

    it('is free at once when it was given back', async () => {
      const leases = await open();
      const first = taken(await leases.acquire('feed', 'one', 10_000));
      await leases.release('feed', 'one', first);
      expect(await leases.holder('feed')).toBeUndefined();
      expect(taken(await leases.acquire('feed', 'two', 10_000))).toBeGreaterThan(first);
      await leases.close();
    });

    it('is free for who knows that its holder has ended, with a higher fence', async () => {
      const leases = await open();
      const first = taken(await leases.acquire('feed', 'one', 10_000));
      expect(await leases.acquire('feed', 'two', 10_000, 'other')).toMatchObject({ outcome: 'held' });
      const second = taken(await leases.acquire('feed', 'two', 10_000, 'one'));
      expect(second).toBeGreaterThan(first);
      expect(taken(await leases.acquire('feed', 'two', 10_000, 'one'))).toBe(second);
      expect(await leases.renew('feed', 'one', first, 10_000)).toBe('lost');
      await leases.close();
    });

    it('lets one of many have it', async () => {
      const leases = await open();
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, i) => leases.acquire('feed', `owner-${i}`, 10_000)),
      );
      expect(answers.filter(({ outcome }) => outcome === 'yours')).toHaveLength(1);
      await leases.close();
    });

    it('tells a watcher each change once', async () => {
      const leases = await open();
      const seen: (string | undefined)[] = [];
      const watch = leases.watch('feed', (holder: LeaseHolder | undefined) => seen.push(holder?.owner));
      await until(async () => seen.length === 1);
      const first = taken(await leases.acquire('feed', 'one', 10_000));
      await until(async () => seen.length === 2);
      await leases.release('feed', 'one', first);
      await until(async () => seen.length === 3);
      watch.close();
      expect(seen).toEqual([undefined, 'one', undefined]);
      await leases.close();
    });

    it('refuses what can be no lease, and calls after close', async () => {
      const leases = await open();
      await expect(leases.acquire('a}b', 'one', 10)).rejects.toMatchObject({ code: 'invalid' });
      await expect(leases.acquire('feed', '', 10)).rejects.toMatchObject({ code: 'invalid' });
      await expect(leases.acquire('feed', 'one', 0)).rejects.toMatchObject({ code: 'invalid' });
      await leases.close();
      await expect(leases.acquire('feed', 'one', 10)).rejects.toBeInstanceOf(MarketStateError);
    });
  });
}

function taken(answer: LeaseAnswer): number {
  if (answer.outcome !== 'yours') throw new Error(`held by ${answer.by.owner}`);
  return answer.fence;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('not within 15 s');
    await delay(5);
  }
}
