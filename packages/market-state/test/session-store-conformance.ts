import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MarketStateError, type SessionStore, type SessionWrite, type StoredSession } from '../src/index.ts';

const SINCE = 1_700_000_000_000;
const TTL_MS = 60_000;

export const session = (more: Partial<StoredSession> = {}): StoredSession => ({
  subject: 'customer-1',
  secretHash: 'hash-1',
  connectedSinceMs: SINCE,
  subscriptions: [
    { symbol: 'AAPL$US', channel: 'trade', intervalMs: 0 },
    { symbol: 'AAPL$US', channel: 'quote', intervalMs: 100 },
    { symbol: '700$HK', channel: 'trade', intervalMs: 0 },
  ],
  positions: [],
  ...more,
});

const by = (connection: string, gateway = 'g1') => ({ gateway, connection });
const CLAIM = { secretHash: 'hash-1', subject: 'customer-1' };

export const write = (id: string, more: Partial<SessionWrite> = {}): SessionWrite => ({
  id,
  owner: by('c1'),
  generation: 1,
  ttlMs: TTL_MS,
  session: session(),
  ...more,
});

/** What every driver holds. */
export function sessionStoreConformance(name: string, open: () => Promise<SessionStore>): void {
  describe(`${name}: sessions`, () => {
    it('gives a session back to who has its secret and its subject, as it was written', async () => {
      const store = await open();
      const id = randomUUID();
      const positions = [{ symbol: 'AAPL$US', channel: 'trade', epoch: 'e', seq: Number.MAX_SAFE_INTEGER }];
      expect(await store.write([write(id, { session: session({ positions }) })])).toEqual(['written']);
      expect(await store.take(id, { ...CLAIM, secretHash: 'hash-2' }, by('c2'), TTL_MS)).toBeUndefined();
      expect(await store.take(id, { ...CLAIM, subject: '' }, by('c2'), TTL_MS)).toBeUndefined();
      expect(await store.take(randomUUID(), CLAIM, by('c2'), TTL_MS)).toBeUndefined();
      const taken = await store.take(id, CLAIM, by('c2', 'g2'), TTL_MS);
      expect(taken).toMatchObject({ generation: 2, before: by('c1') });
      expect(taken?.session.positions).toEqual(positions);
      expect(taken?.session).toMatchObject({ ...CLAIM, connectedSinceMs: SINCE });
      expect(sorted(taken?.session)).toEqual(sorted(session()));
      await store.close();
    });

    it('refuses the writes of who had it before, and answers a take that comes twice alike', async () => {
      const store = await open();
      const id = randomUUID();
      await store.write([write(id)]);
      const first = await store.take(id, CLAIM, by('c2'), TTL_MS);
      expect(await store.take(id, CLAIM, by('c2'), TTL_MS)).toEqual(first);
      expect(await store.write([write(id)])).toEqual(['replaced']);
      expect(await store.write([write(id, { session: undefined })])).toEqual(['replaced']);
      expect(await store.write([write(id, { owner: by('c3'), generation: 2 })])).toEqual(['replaced']);
      const subscriptions = [{ symbol: 'B$US', channel: 'quote', intervalMs: 50 }];
      const mine = { owner: by('c2'), generation: 2 };
      expect(await store.write([write(id, { ...mine, session: session({ subscriptions }) })])).toEqual(['written']);
      const next = await store.take(id, CLAIM, by('c4', 'g4'), TTL_MS);
      expect(next).toMatchObject({ generation: 3, before: by('c2'), session: { subscriptions } });
      await store.close();
    });

    it('lets one of many that take it have it', async () => {
      const store = await open();
      const id = randomUUID();
      await store.write([write(id)]);
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, i) => store.take(id, CLAIM, by(`c${10 + i}`), TTL_MS)),
      );
      expect(new Set(taken.map((one) => one?.generation)).size).toBe(8);
      const outcomes = await store.write(
        taken.map((one, i) => write(id, { owner: by(`c${10 + i}`), generation: one!.generation })),
      );
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
      expect(taken[outcomes.indexOf('written')]?.generation).toBe(9);
      await store.close();
    });

    it('begins a session anew that it lost, and takes the word of who knows of a later take', async () => {
      const store = await open();
      const [lost, behind] = [randomUUID(), randomUUID()];
      expect(await store.write([write(lost, { generation: 4, session: undefined })])).toEqual(['absent']);
      expect(await store.write([write(lost, { generation: 4 })])).toEqual(['written']);
      expect((await store.take(lost, CLAIM, by('c2'), TTL_MS))?.generation).toBe(5);
      await store.write([write(behind)]);
      const later = { owner: by('c9'), generation: 2 };
      expect(await store.write([write(behind, { ...later, session: undefined })])).toEqual(['absent']);
      expect(await store.write([write(behind, later)])).toEqual(['written']);
      expect(await store.write([write(behind)])).toEqual(['replaced']);
      await store.close();
    });

    it('writes many at once, each by itself and answered in its place', async () => {
      const store = await open();
      const ids = Array.from({ length: 300 }, () => randomUUID());
      expect(new Set(await store.write(ids.map((id) => write(id))))).toEqual(new Set(['written']));
      for (const id of ids.slice(0, 3)) await store.take(id, CLAIM, by('c2'), TTL_MS);
      const outcomes = await store.write([
        ...ids.map((id) => write(id, { session: undefined })),
        write(randomUUID(), { session: undefined }),
      ]);
      expect(outcomes.slice(0, 3)).toEqual(['replaced', 'replaced', 'replaced']);
      expect(outcomes.slice(3, 300)).toEqual(new Array(297).fill('written'));
      expect(outcomes[300]).toBe('absent');
      expect(await store.write([])).toEqual([]);
      await store.close();
    });

    it('answers takes that come together each by itself', async () => {
      const store = await open();
      const ids = Array.from({ length: 300 }, () => randomUUID());
      await store.write(ids.map((id) => write(id, { session: session({ connectedSinceMs: ids.indexOf(id) + 1 }) })));
      const wrong = { ...CLAIM, secretHash: 'another' };
      const [taken, refused, unknown, second] = await Promise.all([
        Promise.all(ids.map((id) => store.take(id, CLAIM, by('c2'), TTL_MS))),
        store.take(ids[0] as string, wrong, by('c3'), TTL_MS),
        store.take(randomUUID(), CLAIM, by('c4'), TTL_MS),
        store.take(ids[1] as string, CLAIM, by('c5'), TTL_MS),
      ]);
      expect(taken.map((one) => one?.session.connectedSinceMs)).toEqual(ids.map((_, i) => i + 1));
      expect(new Set(taken.map((one) => one?.generation))).toEqual(new Set([2]));
      expect([refused, unknown]).toEqual([undefined, undefined]);
      expect(second).toMatchObject({ generation: 3, before: by('c2') });
      await store.close();
    });

    it('forgets a session when its time is over', async () => {
      const store = await open();
      const id = randomUUID();
      await store.write([write(id, { ttlMs: 1 })]);
      await expect.poll(() => store.take(id, CLAIM, by('c2'), 1)).toBeUndefined();
      await store.close();
    });

    it('refuses what can not be a session, and calls after close', async () => {
      const store = await open();
      const bad: Partial<SessionWrite>[] = [
        { id: '' },
        { id: 'a b' },
        { id: 'x'.repeat(129) },
        { owner: by('') },
        { owner: by('c', 'a{b}') },
        { generation: 0 },
        { ttlMs: 0 },
        { ttlMs: 1.5 },
        { session: session({ secretHash: '' }) },
        { session: session({ subscriptions: [{ symbol: 'x'.repeat(2_100_000), channel: 'trade', intervalMs: 0 }] }) },
      ];
      for (const one of bad)
        await expect(store.write([write('id', one)]), JSON.stringify(one).slice(0, 80)).rejects.toMatchObject({
          code: 'invalid',
        });
      await store.close();
      await store.close();
      await expect(store.write([write('id')])).rejects.toBeInstanceOf(MarketStateError);
      await expect(store.take('id', CLAIM, by('c'), 1)).rejects.toMatchObject({ code: 'closed', retryable: false });
    });
  });
}

const sorted = (one: StoredSession | undefined): string[] =>
  (one?.subscriptions ?? []).map(({ symbol, channel, intervalMs }) => `${symbol} ${channel} ${intervalMs}`).toSorted();
