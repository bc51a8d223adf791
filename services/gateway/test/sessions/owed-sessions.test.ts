import { expect, test } from 'vitest';
import { OwedSessions } from '../../src/sessions/owed-sessions.ts';

const stored = (streams: number) => ({
  subject: '',
  secretHash: 'hash',
  connectedSinceMs: 0,
  subscriptions: Array.from({ length: streams }, (_, i) => ({ symbol: `S${i}$US`, channel: 'trade', intervalMs: 0 })),
  positions: [],
});
const [one, two, three] = [{ name: 'one' }, { name: 'two' }, { name: 'three' }];

test('what sessions are owed is kept for a while, and no more than so many streams of all', () => {
  const owed = new OwedSessions<object>({ owedMs: 1_000, owedStreamsMax: 5 });
  const [first, second] = [stored(3), stored(2)];
  owed.keep(one, first, 0);
  owed.keep(two, second, 500);
  owed.keep(three, stored(1), 600);
  expect([one, two, three].map((session) => owed.of(session))).toEqual([first, second, undefined]);
  owed.sweep(999);
  expect(owed.streams).toBe(5);
  owed.sweep(1_000);
  expect(owed.of(one)).toBeUndefined();
  expect(owed.of(two)).toBe(second);
  // The next of its messages: counted once, and its time begins anew.
  owed.keep(two, second, 1_100);
  owed.sweep(1_600);
  expect(owed.of(two)).toBe(second);
  owed.keep(three, stored(3), 1_200);
  expect(owed.streams).toBe(5);
  owed.forget(two);
  owed.forget(two);
  owed.forget(three);
  expect(owed.streams).toBe(0);
});
