import type { Tick, Update } from '@tapecast/market';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ClientRecord, streamOf } from '../src/clients/client-record.ts';
import { Random } from '../src/random.ts';
import type { FindingKind } from '../src/verify/findings.ts';
import { verify } from '../src/verify/verify.ts';
import { contentOf, INSTRUMENT, type SmallWorld, smallWorld } from './small-world.ts';

const SEED = Number(process.env.TAPECAST_SEED ?? 20_261_121);

/** What a defect may change: copies of what a run left behind. */
interface Copies {
  ticks: Tick[];
  updates: Update[][];
  client: ClientRecord;
}

/** `find` gives places that the defect can be at; one is drawn. */
type Plant = [defect: string, found: FindingKind, plant: (copies: Copies, random: Random) => void];

const place = <T>(random: Random, list: readonly T[], fits: (each: T) => boolean): number => {
  const places = list.flatMap((each, index) => (fits(each) ? [index] : []));
  // The last ones are left alone: that they are missing is another defect.
  return random.pick(places.slice(1, -2));
};

const flatPlace = (random: Random, updates: readonly Update[][], sequence: string): [number, number] => {
  const places = updates.flatMap((record, at) =>
    record.flatMap((update, within) => (update.sequence === sequence ? [[at, within] as [number, number]] : [])),
  );
  return random.pick(places.slice(1, -2));
};

type Body<Kind extends Update['body']['kind']> = Extract<Update['body'], { kind: Kind }>;

/** Changes an update of this kind, which is the world's own: a copy takes its place. */
function change<Kind extends Update['body']['kind']>(
  updates: Update[][],
  [at, within]: [number, number],
  kind: Kind,
  how: (body: Body<Kind>) => Partial<Body<Kind>>,
): void {
  const update = updates[at]![within]!;
  if (update.body.kind !== kind) throw new Error(`${update.body.kind} is no ${kind}`);
  const body = update.body as Body<Kind>;
  updates[at]![within] = { ...update, body: { ...body, ...how(body) } };
}

const trades = ({ client }: Copies) => streamOf(client, INSTRUMENT, 'trade').trades;
const states = ({ client }: Copies, channel: string) => streamOf(client, INSTRUMENT, channel).states;

const PLANTS: Plant[] = [
  [
    'a tick that never came to the log',
    'lost',
    ({ ticks }, random) => {
      ticks.splice(
        place(random, ticks, () => true),
        1,
      );
    },
  ],
  [
    'a trade that the log of ticks has with another price',
    'wrong',
    ({ ticks }, random) => {
      const at = place(random, ticks, ({ body }) => body.kind === 'trade');
      const tick = ticks[at]!;
      ticks[at] = { ...tick, body: { ...tick.body, price: 1 } as Tick['body'] };
    },
  ],
  [
    'a trade of an ingest whose fence is behind',
    'lost',
    ({ ticks }, random) => {
      const at = place(random, ticks, ({ body }) => body.kind === 'trade');
      for (let before = 0; before < at; before++) ticks[before] = { ...ticks[before]!, source: 'binance/t#2' };
      for (let after = at + 1; after < ticks.length; after++)
        ticks[after] = { ...ticks[after]!, source: 'binance/t#2', sourceSeq: after };
    },
  ],
  [
    'a dropped update',
    'lost',
    ({ updates }, random) => {
      const [at, within] = flatPlace(random, updates, random.pick(['trade', 'quote', 'depth', 'kline@1m']));
      updates[at]!.splice(within, 1);
    },
  ],
  [
    'a swapped pair of trades',
    'outOfOrder',
    ({ updates }, random) => {
      const [first, second] = twoTrades(updates, random);
      const [a, b] = [updates[first[0]]![first[1]]!, updates[second[0]]![second[1]]!];
      updates[first[0]]![first[1]] = { ...a, body: b.body, timestampUs: b.timestampUs };
      updates[second[0]]![second[1]] = { ...b, body: a.body, timestampUs: a.timestampUs };
    },
  ],
  [
    'a trade told again under a new number',
    'doubled',
    ({ updates }, random) => {
      const [first, second] = twoTrades(updates, random);
      const [a, b] = [updates[first[0]]![first[1]]!, updates[second[0]]![second[1]]!];
      updates[second[0]]![second[1]] = { ...b, body: a.body, timestampUs: a.timestampUs };
    },
  ],
  [
    'a number that comes again with another content',
    'wrong',
    ({ updates }, random) => {
      const [at, within] = flatPlace(random, updates, 'quote');
      const copy = updates[at]!.map((update) => ({ ...update }));
      updates.push(copy);
      change(updates, [updates.length - 1, within], 'quote', ({ bid = 0 }) => ({ bid: bid + 1 }));
    },
  ],
  [
    'a wrong sum of the day',
    'wrong',
    ({ updates }, random) => {
      const places = updates.flatMap((record, at) =>
        record.flatMap(({ body }, within): [number, number][] =>
          body.kind === 'quote' && body.turnover !== undefined ? [[at, within]] : [],
        ),
      );
      change(updates, random.pick(places), 'quote', ({ turnover = 0n }) => ({ turnover: turnover + 1n }));
    },
  ],
  [
    'a wrong volume of a bar',
    'wrong',
    ({ updates }, random) => {
      change(updates, flatPlace(random, updates, 'kline@1m'), 'kline', ({ volume }) => ({ volume: volume + 1n }));
    },
  ],
  [
    'a wrong level of the book',
    'wrong',
    ({ updates }, random) => {
      // Above the best: past the 50 best nothing is published.
      change(updates, flatPlace(random, updates, 'depth'), 'depth', ({ bids }) => ({
        bids: [...bids, 900_000_000, 77],
      }));
    },
  ],
  [
    'a trade that the client was not told',
    'lost',
    (copies, random) => {
      trades(copies).splice(
        place(random, trades(copies), () => true),
        1,
      );
    },
  ],
  [
    'a doubled trade at the client',
    'doubled',
    (copies, random) => {
      const at = place(random, trades(copies), () => true);
      trades(copies).splice(at + 1, 0, trades(copies)[at]!);
    },
  ],
  [
    'a swapped pair at the client',
    'outOfOrder',
    (copies, random) => {
      const list = trades(copies);
      const at = place(random, list, () => true);
      [list[at], list[at + 1]] = [list[at + 1]!, list[at]!];
    },
  ],
  [
    'a price at the client that is another',
    'wrong',
    (copies, random) => {
      const at = place(random, trades(copies), () => true);
      trades(copies)[at] = { ...trades(copies)[at]!, price: 1n };
    },
  ],
  [
    'a state at the client that never was',
    'wrong',
    (copies, random) => {
      const list = states(copies, random.pick(['quote', 'depth@20', 'kline@1m']));
      list[3 * random.int(0, list.length / 3 - 2) + 1] = 1;
    },
  ],
  [
    'a client whose last state is an old one',
    'lost',
    (copies, random) => {
      states(copies, random.pick(['quote', 'kline@1m'])).splice(-3);
    },
  ],
  [
    'a hole that the client was told',
    'announced',
    (copies, random) => {
      const at = place(random, trades(copies), () => true);
      const { number, atMs } = trades(copies).splice(at, 1)[0]!;
      streamOf(copies.client, INSTRUMENT, 'trade').gaps.push({ reason: 'announced', lost: [number, number], atMs });
    },
  ],
  [
    'a gap that the client found by itself',
    'lost',
    ({ client }) => {
      streamOf(client, INSTRUMENT, 'quote').gaps.push({ reason: 'range', lost: [3, 4], atMs: 1 });
    },
  ],
];

/** Neighbouring trades, neither the first nor the last: places of their updates. */
function twoTrades(updates: readonly Update[][], random: Random): [[number, number], [number, number]] {
  const places = updates.flatMap((record, at) =>
    record.flatMap((update, within) => (update.sequence === 'trade' ? [[at, within] as [number, number]] : [])),
  );
  const at = random.int(1, places.length - 4);
  return [places[at]!, places[at + 1]!];
}

describe(`the verifier (seed ${SEED})`, () => {
  let world: SmallWorld;
  beforeAll(async () => {
    world = await smallWorld(SEED);
  });

  const copies = (): Copies => ({
    ticks: [...world.ticks],
    updates: world.updates.map((record) => [...record]),
    client: structuredClone(world.client),
  });
  const judged = ({ ticks, updates, client }: Copies) =>
    verify(world.truth, contentOf({ ticks, updates }), [client], 5);

  test('finds nothing where all is right, and says what it compared', () => {
    const { findings, compared } = judged(copies());
    expect(findings.examples).toEqual([]);
    expect(findings.clean).toBe(true);
    const trueTrades = world.truth.get(INSTRUMENT)!.trades.length;
    expect(trueTrades).toBeGreaterThan(40);
    expect(compared).toMatchObject({ trades: trueTrades, clientTrades: trueTrades, ticks: world.ticks.length });
    for (const [what, count] of Object.entries(compared)) expect(count, what).toBeGreaterThan(30);
  });

  test('takes what came twice, equal, for one: as after a takeover', () => {
    const copy = copies();
    copy.updates.splice(20, 0, ...copy.updates.slice(10, 20));
    copy.ticks.splice(20, 0, ...copy.ticks.slice(10, 20));
    const { findings, repeated } = judged(copy);
    expect(findings.examples).toEqual([]);
    expect(repeated.ticks).toBe(10);
    expect(repeated.updates).toBeGreaterThan(10);
  });

  test.each(PLANTS)('finds %s: %s', (_, kind, plant) => {
    for (let round = 0; round < 2; round++) {
      const copy = copies();
      plant(copy, new Random(SEED + round));
      const { findings } = judged(copy);
      expect(findings.counts[kind], `round ${round}`).toBeGreaterThan(0);
    }
  });
});
