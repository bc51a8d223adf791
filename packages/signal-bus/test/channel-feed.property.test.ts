import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChannelFeed, type Signal } from '../src/channel-feed.ts';
import { SIGNALS_KEPT } from '../src/limits.ts';

/**
 * A store that keeps the newest signals, a connection that may lose any of them, readings that may be late by some signals,
 * and failovers that take the store back by some signals, which their publisher may put back.
 */
type Step =
  | { kind: 'publish'; arrives: boolean }
  | { kind: 'read' }
  | { kind: 'failover'; loses: number; putBack: boolean }
  | { kind: 'forget' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('publish' as const), arrives: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'read' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('failover' as const),
      loses: fc.nat(4),
      putBack: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'forget' as const }) },
);

it('gives every signal that the store still has once, whatever was lost on the way', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.array(step, { maxLength: 60 }), (before, steps) => {
      let store: Signal[] = [];
      let published = 0;
      const put = (id: string): Signal => {
        const before = store.at(-1);
        const signal = { number: (before?.number ?? 0) + 1, id, previous: before?.id ?? '', payload: new Uint8Array() };
        store = [...store, signal].slice(-SIGNALS_KEPT);
        return signal;
      };
      const publish = (): Signal => put(`s${published++}`);
      for (let i = 0; i < before; i += 1) publish();
      const given: string[] = [];
      const feed = new ChannelFeed(store);
      const baseline = new Set(store.map(({ id }) => id));
      const take = (signals: readonly Signal[]): void => void given.push(...signals.map(({ id }) => id));
      const read = (): void => {
        for (let tries = 0; feed.misses(store.at(-1)) && tries < 3; tries += 1) take(feed.kept(store));
      };
      const owed: string[] = [];
      for (const what of steps) {
        if (what.kind === 'publish') {
          const signal = publish();
          if (what.arrives) take(feed.arrived(signal));
        } else if (what.kind === 'read') read();
        else if (what.kind === 'forget') {
          // Idle for as long as it is kept: looked at in between.
          read();
          store = [];
        } else {
          const lost = store.splice(Math.max(0, store.length - what.loses));
          if (what.putBack) for (const { id } of lost) take(feed.arrived(put(id)));
          else for (const { id } of lost) owed.push(id);
        }
      }
      read();
      expect(new Set(given).size).toBe(given.length);
      expect(given.filter((id) => baseline.has(id))).toEqual([]);
      expect(feed.behind).toBe(false);
      const everything = Array.from({ length: published - before }, (_, i) => `s${i + before}`);
      // What a failover lost for good can't be had, unless it had arrived before.
      const due = everything.filter((id) => !owed.includes(id));
      expect(due.filter((id) => !given.includes(id))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

it('gives what arrives in order at once, and counts what is gone for good', () => {
  const feed = new ChannelFeed([]);
  const signal = (number: number): Signal => ({
    number,
    id: `s${number}`,
    previous: number === 1 ? '' : `s${number - 1}`,
    payload: new Uint8Array(),
  });
  expect(feed.arrived(signal(1))).toHaveLength(1);
  expect(feed.arrived(signal(1))).toHaveLength(0);
  expect(feed.arrived(signal(4))).toHaveLength(0);
  expect(feed.behind).toBe(true);
  // The store keeps no more than these: 2 and 3 were pushed out.
  expect(feed.kept([signal(4), signal(5)]).map(({ number }) => number)).toEqual([4, 5]);
  expect(feed.lost).toBe(2);
  expect(feed.misses({ id: 's5' })).toBe(false);
  expect(feed.misses({ id: 'other' })).toBe(true);
  expect(feed.misses(undefined)).toBe(false);
});
