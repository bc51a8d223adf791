import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { SoakClient } from './stand/soak-client.ts';
import type { SoakLook } from './stand/soak-gateway.ts';
import { FLOODED, SOAK_CHANNELS, type SoakChannel } from './stand/soak-market.ts';
import { SYMBOLS as ALL_SYMBOLS } from './stand/stand.ts';

/** Minutes that it takes; the share of the suite is a quarter of one. */
const MINUTES = Number(process.env.TAPECAST_TEST_SOAK_MINUTES ?? 0.25);
const SEED = Number(process.env.TAPECAST_TEST_SOAK_SEED ?? Date.now() % 1_000_000_007);

const PROTOCOLS = ['tapecast.v1.json', 'tapecast.v1.protobuf', 'tapecast.v1.protobuf.zstd'];
const SYMBOLS = ALL_SYMBOLS.filter((symbol) => symbol !== FLOODED);
const SLOW_CONSUMER = 4101;
const INTERVALS_MS = [0, 50, 100, 250, 500, 1000];
/** Good clients of each subprotocol: some of them have the same streams, so that there are cohorts. */
const GOOD_OF_EACH = 8;
const TRANSIENT_MAX = 60;
const SLOW_MAX = 6;
const ACTION_MS = 25;
const LOOK_MS = 2_500;
/** The gateway's unread bytes, its rings and windows are all bounded far below; what is left is the allocator's. */
const GROWTH_BYTES_MAX = 48 * 1024 * 1024;

const children: ChildProcess[] = [];
const clients = new Set<SoakClient>();
afterEach(() => {
  for (const client of clients) client.end();
  clients.clear();
  for (const child of children.splice(0)) child.kill();
});

/** Dice of a seed: the same ones each time (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

async function startGateway(): Promise<{ port: number; ask: <T>(question: string) => Promise<T> }> {
  const path = fileURLToPath(new URL('./stand/soak-gateway.ts', import.meta.url));
  const execArgv = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc'];
  const child = fork(path, [], { execArgv });
  children.push(child);
  const waiting = new Map<string, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  const ask = <T>(question: string): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.set(question, { resolve, reject });
      if (question !== 'ready') child.send(question);
    });
  child.on('message', ({ question, value }: { question: string; value: never }) =>
    waiting.get(question)?.resolve(value),
  );
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the gateway ended with ${code}`));
  });
  await ask('ready');
  return { port: await ask<number>('port'), ask };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

test('clients come, change, stop reading and go at random: memory stays flat, and every good client is complete', {
  timeout: MINUTES * 60_000 + 120_000,
}, async () => {
  process.stdout.write(`soak of ${MINUTES} min, seed ${SEED}\n`);
  const roll = dice(SEED);
  const one = <T>(of: readonly T[]): T => of[roll(of.length)] as T;
  const some = <T>(of: readonly T[]): T[] => {
    const chosen = of.filter(() => roll(2) === 0);
    return chosen.length > 0 ? chosen : [one(of)];
  };
  const { port, ask } = await startGateway();
  const open = (protocol: string): SoakClient => {
    const client = new SoakClient(port, protocol);
    clients.add(client);
    return client;
  };
  /** The answer of each comes later, or with its end: whoever is waited for is waited for below. */
  const asked = (client: SoakClient, action: string, symbols: readonly string[], channels: readonly SoakChannel[]) =>
    client.ask(action, symbols, channels, one(INTERVALS_MS));

  const good: SoakClient[] = [];
  for (const protocol of PROTOCOLS) {
    for (let i = 0; i < GOOD_OF_EACH; i++) {
      const client = open(protocol);
      good.push(client);
      await client.hello;
      // Half of them are alike.
      if (i % 2 === 0) await client.ask('subscribe', SYMBOLS, SOAK_CHANNELS, i % 4 === 0 ? 0 : 100);
      else await asked(client, 'subscribe', some(SYMBOLS), some(SOAK_CHANNELS));
    }
  }
  const transient: SoakClient[] = [];
  const slow = new Map<SoakClient, number>();
  const counts = { opened: 0, slow: 0, cameBack: 0, closedSlow: 0, changes: 0 };
  const actions: (() => void)[] = [
    () => {
      const client = open(one(PROTOCOLS));
      counts.opened++;
      transient.push(client);
      void client.hello.then(() => asked(client, 'subscribe', some(SYMBOLS), some(SOAK_CHANNELS)));
      while (transient.length > TRANSIENT_MAX) transient.shift()?.end();
    },
    () => transient.splice(roll(transient.length), 1)[0]?.end(),
    () => {
      counts.changes++;
      void asked(one(good), 'subscribe', some(SYMBOLS), some(SOAK_CHANNELS));
    },
    () => {
      counts.changes++;
      void asked(one(good), one(['unsubscribe', 'resync']), [one(SYMBOLS)], SOAK_CHANNELS);
    },
    () => {
      const client = one(transient.length > 0 ? transient : good);
      if (good.includes(client) || slow.size >= SLOW_MAX || client.at.size === 0) return;
      transient.splice(transient.indexOf(client), 1);
      counts.slow++;
      // What it asks for still comes; then it reads nothing any more.
      void client.ask('subscribe', [FLOODED], ['trade']).then(() => client.socket.pause());
      slow.set(client, Date.now() + 500 + roll(30_000));
    },
  ];
  const looks: SoakLook[] = [];
  const endAt = Date.now() + MINUTES * 60_000;
  let lookAt = Date.now() + LOOK_MS;
  for (let now = Date.now(); now < endAt; now = Date.now()) {
    one(actions)();
    for (const [client, until] of slow) {
      if (now < until) continue;
      slow.delete(client);
      client.socket.resume();
      void client.ask('unsubscribe', [FLOODED], ['trade']);
      counts.cameBack++;
      transient.push(client);
    }
    for (const client of clients) {
      expect(client.fault).toBeUndefined();
      if (client.closeCode === undefined) continue;
      clients.delete(client);
      if (client.closeCode === SLOW_CONSUMER) counts.closedSlow++;
      const at = transient.indexOf(client);
      if (at >= 0) transient.splice(at, 1);
    }
    for (const client of good) expect(client.closeCode).toBeUndefined();
    if (now >= lookAt) {
      lookAt = now + LOOK_MS;
      looks.push(await ask<SoakLook>('look'));
    }
    await pause(ACTION_MS);
  }
  await ask('still');
  for (const client of slow.keys()) client.socket.resume();
  const last = await ask<SoakLook>('look');
  looks.push(last);
  const behind = (client: SoakClient): string[] =>
    [...client.at].flatMap(([key, { seq }]) => {
      const [symbol, channel] = key.split(' ') as [string, SoakChannel];
      const told = last.seqs[symbol]?.[channel === 'depth@20' ? 'depth' : channel];
      return seq === told ? [] : [`${key} is at ${seq} of ${told}`];
    });
  for (const client of good) {
    await expect.poll(() => behind(client)).toEqual([]);
    expect(client.fault).toBeUndefined();
    expect(client.lost, 'trades lost to a good client').toBe(0);
  }
  const messages = good.reduce((sum, client) => sum + client.messages, 0);
  const { metrics } = last;
  const rss = looks.map(({ rssBytes }) => rssBytes);
  const heap = looks.map(({ heapBytes }) => heapBytes);
  const third = Math.ceil(looks.length / 3);
  const growth = (of: readonly number[]): number => median(of.slice(-third)) - median(of.slice(third, 2 * third));
  process.stdout.write(
    `${JSON.stringify(counts)}, good clients' messages ${messages}, merged spells ${metrics.tapecast_gateway_slow_spells_total}, ` +
      `caught up ${metrics.tapecast_gateway_slow_caught_up_total}, compressed frames ${metrics.tapecast_gateway_compressed_frames_total}, ` +
      `RSS MiB ${mib(rss[0] as number)} to ${mib(rss.at(-1) as number)}, most ${mib(Math.max(...rss))}, growth of the last third ${mib(growth(rss))}, ` +
      `heap MiB ${mib(heap[0] as number)} to ${mib(heap.at(-1) as number)}, growth ${mib(growth(heap))}\n`,
  );
  expect(messages).toBeGreaterThan(1_000);
  expect(growth(rss)).toBeLessThan(GROWTH_BYTES_MAX);
  expect(growth(heap)).toBeLessThan(GROWTH_BYTES_MAX / 4);
});
