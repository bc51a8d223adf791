import { expect, it } from 'vitest';
import { openMemorySessionStore } from '../../src/index.ts';
import { session, sessionStoreConformance, write } from '../session-store-conformance.ts';

sessionStoreConformance('memory', async () => openMemorySessionStore());

it('keeps so many characters of all sessions, and lets go those written longest ago', async () => {
  const store = openMemorySessionStore(() => 0, 1_000);
  const subscriptions = Array.from({ length: 20 }, (_, i) => ({ symbol: `S${i}$US`, channel: 'trade', intervalMs: 0 }));
  const big = session({ subscriptions });
  const has = async (id: string): Promise<boolean> =>
    (await store.take(id, { secretHash: 'hash-1', subject: 'customer-1' }, { gateway: 'g1', connection: 'c1' }, 1)) !==
    undefined;
  // Some 200 characters each.
  for (const id of ['a', 'b', 'c', 'd']) await store.write([write(id, { session: big })]);
  await store.write([write('a', { session: big })]);
  await store.write([write('e', { session: big }), write('f', { session: big })]);
  const kept: string[] = [];
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) if (await has(id)) kept.push(id);
  expect(kept).toEqual(['a', 'd', 'e', 'f']);
  // What was written anew counts once.
  for (let i = 0; i < 100; i++) await store.write([write('f', { session: big })]);
  expect(await has('d')).toBe(true);
  await store.close();
});
