import { COUNTS_VOLUME, type Tick } from '@tapecast/market';
import { type ItickFault, type ItickVenue, type ItickVenueOptions, startItickVenue } from '@tapecast/venue-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { IngestConfig } from '../../../src/config.ts';
import { type IngestRun, type RunOptions, runIngest, sequenceFaults, until } from '../../ingest-harness.ts';
import { quotes, trades } from './lean-recording.ts';

const INSTRUMENT = 'IBM$US';
const COUNT = 60;
const ALL = Array.from({ length: COUNT }, (_, n) => 100 + n);

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

interface Setup {
  venue: ItickVenue;
  run: IngestRun;
}

interface Options {
  venue?: Partial<ItickVenueOptions>;
  config?: Partial<IngestConfig>;
  run?: RunOptions;
}

async function setUp(faults: readonly ItickFault[] = [], options: Options = {}): Promise<Setup> {
  const venue = await startItickVenue({
    recordings: [trades(COUNT), quotes(COUNT)],
    speed: 'max',
    paused: true,
    tokens: ['the-key'],
    faults,
    ...options.venue,
  });
  running.push(() => venue.stop());
  const run = await runIngest(
    {
      feed: 'itick',
      itickWs: venue.wsUrl,
      itickToken: 'the-key',
      symbols: [INSTRUMENT],
      clock: 'ping',
      ...options.config,
    },
    options.run,
  );
  running.push(() => run.close());
  return { venue, run };
}

const sizes = (ticks: readonly Tick[]): number[] =>
  ticks.flatMap(({ body }) => (body.kind === 'trade' ? [body.size] : []));
const statuses = (ticks: readonly Tick[]): string[] =>
  ticks.flatMap(({ body }) => (body.kind === 'status' ? [`${body.state} ${body.reason}`.trim()] : []));
const bidOf = ({ body }: Tick): number | undefined => (body.kind === 'bookSnapshot' ? body.bids[0] : undefined);

/** Plays to the end; the last quote is the last of all. */
async function play({ venue, run }: Setup): Promise<Tick[]> {
  await until('subscribed', () => run.service.ready().ready);
  venue.start();
  await venue.done;
  const last = 18_665 + COUNT - 1;
  await until('the last quote', () => run.of(INSTRUMENT).some((tick) => bidOf(tick) === last));
  expect(sequenceFaults(run.byPartition)).toEqual([]);
  return run.of(INSTRUMENT);
}

const bad = ({ run }: Setup, reason: string): Promise<number> =>
  run.metric('tapecast_ingest_bad_frames_total', { venue: 'itick', reason });

describe('the venue server', () => {
  it('is read whole: every trade once and in order, every quote as a book, the clock of its pings', async () => {
    const setup = await setUp();
    const ticks = await play(setup);
    expect(sizes(ticks)).toEqual(ALL);
    expect(ticks.filter((tick) => bidOf(tick) !== undefined)).toHaveLength(COUNT);
    const clocks = setup.run.byPartition
      .flat()
      .flatMap(({ body, source }) => (body.kind === 'clock' && source.startsWith('itick/') ? [body.timeMs] : []));
    expect(clocks.length).toBeGreaterThan(3);
    expect(await setup.run.metric('tapecast_ingest_bad_frames_total')).toBe(0);
    expect(statuses(ticks).at(-1)).toBe('live');
  });
});

/** Faults that cost nothing: all trades, in order. */
describe.each<[string, ItickFault[]]>([
  ['a late answer to the key', [{ fault: 'auth-delay', ms: 100 }]],
  ['an answer with the key in it', [{ fault: 'auth-echo' }]],
  ['`cannot be resolved action`', [{ fault: 'not-resolved', times: 2 }]],
  ['frames in fragments', [{ fault: 'fragment', frames: 10, afterFrames: 5 }]],
  ['lower case', [{ fault: 'spelling', as: 'lower', frames: 10 }]],
  ['`IBM$US`', [{ fault: 'spelling', as: 'dollar', frames: 10 }]],
  ['`IBM.US`', [{ fault: 'spelling', as: 'dot', frames: 10 }]],
  ['`I_BM`', [{ fault: 'spelling', as: 'underscore', frames: 10 }]],
  ['no region', [{ fault: 'spelling', as: 'no-region', frames: 10 }]],
  ['numbers as text', [{ fault: 'string-numbers', frames: 10 }]],
  ['a stall', [{ fault: 'stall', ms: 200, afterFrames: 10 }]],
  ['a depth not in order', [{ fault: 'unsorted-depth', frames: 5, stream: '@depth' }]],
  [
    'k-lines in every shape',
    (['nested', 'flat', 'bare'] as const).map((shape) => ({ fault: 'kline', shape, afterFrames: 5 })),
  ],
])('%s', (_name, faults) => {
  it('costs nothing', async () => {
    const setup = await setUp(faults, { run: { limits: { unresolvedWaitMs: 10 } } });
    const ticks = await play(setup);
    expect(sizes(ticks)).toEqual(ALL);
    expect(await setup.run.metric('tapecast_ingest_bad_frames_total')).toBe(0);
    expect(await setup.run.metric('tapecast_ingest_disconnections_total')).toBe(0);
    for (const { body } of ticks) {
      if (body.kind !== 'bookSnapshot') continue;
      const { bids, asks } = body;
      expect(bids.filter((_, i) => i % 2 === 0)).toEqual([...bids.filter((_, i) => i % 2 === 0)].sort((a, b) => b - a));
      expect(asks.filter((_, i) => i % 2 === 0)).toEqual([...asks.filter((_, i) => i % 2 === 0)].sort((a, b) => a - b));
    }
    if (_name.startsWith('k-lines'))
      expect(ticks.filter(({ body }) => body.kind === 'bar').length).toBeGreaterThanOrEqual(3);
  });
});

describe('frames that are wrong', () => {
  it('half of a text: refused and counted, the others taken', async () => {
    const setup = await setUp([{ fault: 'truncate', frames: 3, afterFrames: 9, stream: '@tick' }]);
    expect(sizes(await play(setup))).toEqual(ALL.filter((size) => size < 109 || size > 111));
    expect(await bad(setup, 'not_json')).toBe(3);
  });

  it('a repeat is taken twice: the venue numbers nothing, and equal trades are real', async () => {
    const setup = await setUp([{ fault: 'duplicate', frames: 1, afterFrames: 9, stream: '@tick' }]);
    expect(sizes(await play(setup))).toEqual([...ALL.slice(0, 10), 109, ...ALL.slice(10)]);
  });

  it('out of order: taken as they come', async () => {
    const setup = await setUp([{ fault: 'reorder', frames: 3, afterFrames: 9, stream: '@tick' }]);
    expect(sizes(await play(setup))).toEqual([...ALL.slice(0, 9), 111, 110, 109, ...ALL.slice(12)]);
  });

  it('left out: nothing tells', async () => {
    const setup = await setUp([{ fault: 'drop', frames: 1, afterFrames: 9, stream: '@tick' }]);
    expect(sizes(await play(setup))).toEqual(ALL.filter((size) => size !== 109));
  });

  it('of a type that nobody knows, no JSON, and binary: counted by name', async () => {
    const setup = await setUp([
      { fault: 'unknown-type', afterFrames: 5 },
      { fault: 'garbage', afterFrames: 5 },
      { fault: 'garbage', text: '{"code":1}', binary: true, afterFrames: 6 },
    ]);
    expect(sizes(await play(setup))).toEqual(ALL);
    expect(await bad(setup, 'unknown_type')).toBe(1);
    expect(await bad(setup, 'not_json')).toBe(1);
    expect(await bad(setup, 'binary')).toBe(1);
  });

  it('without a time, and after hours: no time of the venue, and volume alone', async () => {
    const setup = await setUp([
      { fault: 'zero-time', frames: 1, stream: '@tick' },
      { fault: 'session', te: 2, frames: 1, stream: '@tick', afterFrames: 1 },
    ]);
    const [first, second] = (await play(setup)).filter(({ body }) => body.kind === 'trade');
    expect(first).toMatchObject({ exchangeTimeUs: undefined });
    expect(second?.body).toMatchObject({ counts: COUNTS_VOLUME, conditions: ['after-hours'] });
  });
});

/** Connections that end: told with the reason, made anew, the span that may be missing told. */
describe.each<[string, ItickFault, RegExp]>([
  ['half of a frame and a cut', { fault: 'half-frame', afterFrames: 20 }, /down: closed with 1006/],
  ['a cut', { fault: 'cut', afterFrames: 20 }, /down: closed with 1006/],
  ['a close', { fault: 'close', code: 1012, reason: 'restart', afterFrames: 20 }, /down: closed with 1012 restart/],
  ['`no action` and a close', { fault: 'unsubscribe-close', afterFrames: 20 }, /down: closed with 1000/],
  ['the cut of a slow consumer', { fault: 'slow-consumer-cut', afterFrames: 20 }, /down: closed with 1006/],
])('%s', (_name, fault, reason) => {
  it('is told, with its reason and what may be missing, and got over', async () => {
    // At a set speed the play waits for nobody: there is a span to be told.
    const setup = await setUp([fault], { venue: { speed: 20 } });
    const { venue, run } = setup;
    await until('subscribed', () => run.service.ready().ready);
    venue.start();
    const told = (): string[] => statuses(run.of(INSTRUMENT));
    await until('told', () => told().some((status) => status.startsWith('stale') && reason.test(status)));
    await until('back', () => /^live trades from .* may be missing/.test(told().at(-1) ?? ''));
    await venue.done;
    expect(sequenceFaults(run.byPartition)).toEqual([]);
    const ticks = run.of(INSTRUMENT);
    const got = sizes(ticks);
    expect(got).toEqual(ALL.filter((size) => got.includes(size)));
    expect(got.length).toBeGreaterThanOrEqual(9);
    expect(await setup.run.metric('tapecast_ingest_disconnections_total')).toBe(1);
  });
});

describe.each<[string, ItickFault]>([
  ['no pongs', { fault: 'no-pongs', ms: 150 }],
  ['the pong of another ping', { fault: 'wrong-pong', times: 3 }],
  ['a long stall', { fault: 'stall', ms: 600 }],
])('%s', (_name, fault) => {
  it('is death, and got over', async () => {
    const setup = await setUp([], { run: { limits: { venuePingMs: 50, venuePongMsMax: 100 } } });
    await until('subscribed', () => setup.run.service.ready().ready);
    setup.venue.inject(fault);
    await until('dead', async () => (await setup.run.metric('tapecast_ingest_disconnections_total')) > 0);
    await until('told', () =>
      statuses(setup.run.of(INSTRUMENT)).some((status) => status.includes('no pong within 100 ms')),
    );
    await until('back', () => setup.run.service.ready().ready);
  });
});

describe('what the venue refuses', () => {
  const reasonOf = ({ run }: Setup): string => run.service.ready().reason;

  it.each<[string, ItickFault, RegExp]>([
    ['the key', { fault: 'auth-fail' }, /the key is refused/],
    ['the key by HTTP', { fault: 'refuse', status: 401 }, /the key is refused \(HTTP 401/],
    ['a further connection by HTTP', { fault: 'refuse', status: 429 }, /a further connection is refused \(HTTP 429/],
    ['every symbol', { fault: 'plan-exceeded', times: 10 }, /the plan has no room/],
  ])('%s: said, and left alone for minutes', async (_name, fault, reason) => {
    const setup = await setUp([fault]);
    await until('said', () => reason.test(reasonOf(setup)));
    expect(setup.run.service.ready().ready).toBe(false);
    expect(await setup.run.metric('tapecast_ingest_disconnections_total')).toBeLessThanOrEqual(1);
  });

  it('no answer to the key: made anew', async () => {
    const setup = await setUp([{ fault: 'auth-silence' }], { run: { limits: { authMsMax: 100 } } });
    expect(sizes(await play(setup))).toEqual(ALL);
  });

  it('no answer to a subscribe: made anew', async () => {
    const setup = await setUp([{ fault: 'subscribe-silence' }], { run: { limits: { subscribeMsMax: 100 } } });
    expect(sizes(await play(setup))).toEqual(ALL);
  });

  it.each(['subscription_fails', 'disconnected'] as const)(
    'a second connection, so that its %s: the first is served, the other told, and neither storms',
    async (surplus) => {
      const setup = await setUp([], {
        venue: { plan: { connections: 1, surplus } },
        config: { symbols: [INSTRUMENT, 'EURUSD$GB'] },
      });
      await until('one served', () => setup.venue.connections().some(({ subscriptions }) => subscriptions.size > 0));
      await until('the other told', () => {
        const told = [INSTRUMENT, 'EURUSD$GB'].map((name) => statuses(setup.run.of(name)).at(-1) ?? '');
        return told.some((status) => /the plan has no room|fewer connections/.test(status));
      });
      await until('ready with one', () => setup.run.service.ready().ready);
      expect(await setup.run.metric('tapecast_ingest_disconnections_total')).toBeLessThanOrEqual(4);
    },
  );
});
