import { setImmediate as turn } from 'node:timers/promises';
import type { Channel, Sequence } from '@tapecast/market';
import fc from 'fast-check';
import { inject, test } from 'vitest';
import { Follower } from '../stand/seam-follower.ts';
import { type Side, SYMBOL, World } from '../stand/seam-world.ts';

/**
 * Snapshot, then live, without a seam: whatever the order in which records, snapshots, doubles, losses, joins and leaves
 * come, every message that a client gets is the oracle's state at the number it names, and the numbers have no hole that
 * was not told.
 */

const CHANNELS: Channel[] = ['trade', 'quote', 'depth@5', 'depth@20', 'kline@1m'];
const ENCODINGS = ['json', 'protobuf', 'json_strings', 'protobuf_zstd', 'protobuf', 'protobuf_zstd'] as const;
/** Clients of the same encoding, which are a cohort when they have the same streams. */
const ALIKE: readonly number[] = [1, 4];
/** More trades than a view remembers. */
const MANY = 60;

type Action =
  | { do: 'update'; sequence: Sequence; value: number; level: number }
  | { do: 'write' }
  | { do: 'writeOther' }
  | { do: 'deliver' }
  | { do: 'double'; back: number }
  | { do: 'checkpoint' }
  | { do: 'loseCheckpoint' }
  | { do: 'answerRead'; late: boolean }
  | { do: 'failRead' }
  | { do: 'timers' }
  | { do: 'loseRecord' }
  | { do: 'newEpoch' }
  | { do: 'join'; client: number; channels: number; interval: number }
  | { do: 'joinAlike'; channels: number; interval: number }
  | { do: 'sweep' }
  | { do: 'pause'; client: number }
  | { do: 'resume'; client: number; parts: number }
  | { do: 'leave'; client: number; channel: number }
  | { do: 'resync'; client: number }
  | { do: 'deliverOther' }
  | { do: 'manyTrades' }
  | { do: 'disconnect'; client: number }
  | { do: 'comeBack'; client: number; side: number; back: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      sequence: fc.constantFrom<Sequence>('trade', 'quote', 'depth', 'kline@1m', 'status'),
      value: fc.integer({ min: 1, max: 50 }),
      level: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'write' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'writeOther' as const }) },
  { weight: 9, arbitrary: fc.constant({ do: 'deliver' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('double' as const), back: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 3, arbitrary: fc.constant({ do: 'checkpoint' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'loseCheckpoint' as const }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('answerRead' as const), late: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'failRead' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'timers' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'loseRecord' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'newEpoch' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      client: fc.nat(5),
      channels: fc.integer({ min: 1, max: 31 }),
      interval: fc.constantFrom(0, 0, 50, 100, 1000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('joinAlike' as const),
      channels: fc.constantFrom(3, 15, 31),
      interval: fc.constantFrom(0, 0, 50, 100),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'sweep' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), client: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('resume' as const),
      client: fc.nat(5),
      parts: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), client: fc.nat(5), channel: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resync' as const), client: fc.nat(5) }) },
  { weight: 7, arbitrary: fc.constant({ do: 'deliverOther' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'manyTrades' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disconnect' as const), client: fc.nat(5) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('comeBack' as const),
      client: fc.nat(5),
      side: fc.nat(1),
      back: fc.constantFrom(0, 0, 0, 1, 3, 100),
    }),
  },
);

function deliverAll(world: World): void {
  for (const side of world.sides) while (side.deliver());
}

async function settle(world: World): Promise<void> {
  for (let i = 0; i < 12; i++) {
    await turn();
    while (world.answerRead(true));
    world.timers();
    for (const side of world.sides) side.sessions.sweep();
  }
  await turn();
}

/** What there is when it begins: nothing, clients of an instrument of which nothing was heard, or those in an epoch that goes on. */
type Beginning = 'nothing' | 'subscribed' | 'subscribed in an epoch';

async function run(beginning: Beginning, actions: readonly Action[]): Promise<void> {
  const world = await World.open();
  const followers = ENCODINGS.map((encoding) => new Follower(world, encoding));
  const follower = (index: number): Follower => followers[index] as Follower;
  if (beginning === 'subscribed in an epoch') world.writeOther();
  deliverAll(world);
  if (beginning !== 'nothing') for (const each of followers) each.send('subscribe', CHANNELS);
  await settle(world);
  const step = async (one: Action): Promise<void> => {
    switch (one.do) {
      case 'update':
        return world.update(one.sequence, one.value, one.level);
      case 'double':
        return world.double(one.back);
      case 'deliver':
        world.sides[0]?.deliver();
        return;
      case 'deliverOther':
        world.sides[1]?.deliver();
        return;
      case 'loseRecord':
        for (const side of world.sides) side.loseRecord();
        return;
      case 'manyTrades':
        for (let i = 1; i <= MANY; i++) world.update('trade', (i % 50) + 1, 1);
        return;
      case 'disconnect':
        return follower(one.client).disconnect();
      case 'comeBack':
        return follower(one.client).comeBack(world.sides[one.side] as Side, one.back);
      case 'answerRead':
        world.answerRead(one.late);
        return;
      case 'join':
        return follower(one.client).send(
          'subscribe',
          CHANNELS.filter((_, i) => (one.channels >> i) & 1),
          one.interval,
        );
      case 'joinAlike':
        for (const index of ALIKE)
          follower(index).send(
            'subscribe',
            CHANNELS.filter((_, i) => (one.channels >> i) & 1),
            one.interval,
          );
        return;
      case 'sweep':
        for (const side of world.sides) {
          side.fanout.sweep();
          side.sessions.sweep();
        }
        return;
      case 'pause':
        return follower(one.client).pause();
      case 'resume':
        return follower(one.client).resume(one.parts);
      case 'leave': {
        const channel = CHANNELS[one.channel] as Channel;
        const { side, session, idle } = follower(one.client);
        const { held } = side.instruments.known(SYMBOL) ?? {};
        if (idle && held !== undefined && session.streamOf(held, channel) !== undefined)
          follower(one.client).send('unsubscribe', [channel]);
        return;
      }
      case 'resync': {
        const { client, idle } = follower(one.client);
        const channels = Array.from(client.streams, ({ channel }) => channel);
        if (channels.length > 0 && idle) follower(one.client).send('resync', channels);
        return;
      }
      default:
        world[one.do]();
    }
  };
  for (const one of actions) {
    await step(one);
    // Some promises run on between two steps, some steps share a turn with the next: both orders must hold.
    if (one.do !== 'update') await Promise.resolve();
    if (one.do === 'answerRead' || one.do === 'timers') await turn();
    for (const each of followers) each.follow();
  }
  for (const each of followers) each.resume(2);
  for (const [i, each] of followers.entries()) each.comeBack(world.sides[i % 2] as Side, 0);
  world.checkpoint();
  deliverAll(world);
  await settle(world);
  for (const each of followers) {
    each.follow();
    each.shown();
  }
  // What was joined in the middle of an outage is live now; one more of everything shows that all go on from there.
  for (const sequence of ['trade', 'quote', 'depth', 'kline@1m'] as const) world.update(sequence, 7, 2);
  world.write();
  deliverAll(world);
  await settle(world);
  world.checkpoint();
  await settle(world);
  for (const each of followers) {
    each.follow();
    each.settled();
  }
  for (const side of world.sides) side.instruments.close();
}

test('every client sees the oracle, number by number, whatever the order of things', async () => {
  const beginning = fc.constantFrom<Beginning>('nothing', 'subscribed', 'subscribed in an epoch');
  const actions = fc.array(action, { minLength: 1, maxLength: 160, size: 'max' });
  await fc.assert(fc.asyncProperty(beginning, actions, run), {
    numRuns: 300 / inject('fewerRuns'),
    // A world takes long to make smaller: what was found by then is told, not that the test took too long.
    interruptAfterTimeLimit: 100_000,
    markInterruptAsFailure: true,
  });
}, 120_000);
