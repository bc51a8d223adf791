import { openMemorySessionStore, type SessionStore, type SessionWrite } from '@tapecast/market-state';
import { createMemorySignalHub } from '@tapecast/signal-bus';
import { afterEach, expect, test } from 'vitest';
import { channelOfGateway } from '../../src/sessions/session-keeper.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient } from '../stand/stream-client.ts';
import { closeAll, connect, openTwo, resumeOf, token } from './coming-back.ts';

let stand: Stand | undefined;
const clients: StreamClient[] = [];

afterEach(async () => {
  await closeAll();
  for (const client of clients.splice(0)) client.close();
  await stand?.stop();
  stand = undefined;
});

/** A store that refuses all while it is away, and keeps what was written together. */
class WatchedStore implements SessionStore {
  away = true;
  readonly written: (readonly SessionWrite[])[] = [];
  readonly #real = openMemorySessionStore();

  take: SessionStore['take'] = (...all) => this.#real.take(...all);
  close: SessionStore['close'] = () => this.#real.close();
  write: SessionStore['write'] = (all) => {
    if (this.away) return Promise.reject(new Error('away'));
    this.written.push(all);
    return this.#real.write(all);
  };
}

/** Clients with so many streams each, in their order. */
async function connected(...streams: number[]): Promise<StreamClient[]> {
  const opened: StreamClient[] = [];
  for (const count of streams) {
    const client = await StreamClient.open((stand as Stand).gateway.port, 'tapecast.v1.json');
    clients.push(client);
    opened.push(client);
    await client.subscribe(1, ['AAPL$US'], ['trade', 'quote', 'depth@5', 'kline@1m'].slice(0, count));
  }
  return opened;
}

test('sessions that end while the store is away are kept within a bound of their streams', async () => {
  const store = new WatchedStore();
  const limits = { endedStreamsMax: 5, sessionWriteMs: 10, sessionRetryMs: 20 };
  stand = await openStand({ sessions: store, config: { limits } });
  for (const client of await connected(2, 4, 3)) {
    client.socket.close(1000);
    await client.closed();
  }
  store.away = false;
  const ended = () => store.written.flat().map(({ session }) => session?.subscriptions.length);
  await expect.poll(ended, { interval: 10 }).toContain(3);
  expect(ended()).toEqual([2, 3]);
  // What was written makes room again.
  const [client] = await connected(4);
  client?.close();
  await expect.poll(ended, { interval: 10 }).toContain(4);
});

test('a write has no more than so many streams, and one session of any size', async () => {
  const store = new WatchedStore();
  const limits = { sessionStreamsPerWrite: 3, sessionWriteMs: 10, sessionRetryMs: 20 };
  stand = await openStand({ sessions: store, config: { limits } });
  await connected(1, 2, 4, 1);
  store.away = false;
  const sizes = () => store.written.map((writes) => writes.map(({ session }) => session?.subscriptions.length ?? 0));
  await expect.poll(() => sizes().flat().length, { interval: 10 }).toBe(4);
  // Tried in whatever order while it was away; no more is begun where three streams are in it.
  for (const write of sizes()) expect(write.slice(0, -1).reduce((sum, streams) => sum + streams, 0)).toBeLessThan(3);
});

test('who hears that its session was taken on before it knows that it has it, is sent away', async () => {
  const store = new WatchedStore();
  store.away = false;
  const hub = createMemorySignalHub();
  const config = { limits: { sessionWriteMs: 10, sessionTakeMs: 10_000 } };
  const { one, other } = await openTwo({ config }, store, hub);
  const first = await connect(one);
  await first.subscribe(1, ['AAPL$US'], ['quote']);
  await expect.poll(() => store.written.length, { interval: 5 }).toBe(1);

  // The answer to the second gateway stays on its way.
  const taker = new Promise<{ gateway: string; answer: () => void }>((resolve) => {
    const { take } = store;
    store.take = async (id, claim, owner, ttlMs) => {
      store.take = take;
      const taken = await take(id, claim, owner, ttlMs);
      await new Promise<void>((answer) => resolve({ gateway: owner.gateway, answer }));
      return taken;
    };
  });
  const second = await connect(other);
  second.send({ action: 'resume', id: 'held', token: token(first), positions: [] });
  const { gateway, answer } = await taker;
  const told = new Promise<void>((resolve) => void hub.open().subscribe(channelOfGateway(gateway), () => resolve()));
  const third = await connect(one);
  expect(await resumeOf(third, token(first))).toMatchObject({ session_resumed: true });
  expect(await first.closed()).toBe(4004);
  await told;
  answer();
  expect(await second.closed()).toBe(4004);
  expect(second.messages.some(({ id }) => id === 'held')).toBe(false);
  await third.subscribe(2, ['AAPL$US'], ['trade']);
  expect(third.closeCode).toBeUndefined();
});
