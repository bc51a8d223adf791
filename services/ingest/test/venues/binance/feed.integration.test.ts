import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tick } from '@tapecast/market';
import { createLogger, type Logger } from '@tapecast/service-kit';
import { type BinanceVenue, type BinanceVenueOptions, type Fault, startBinanceVenue } from '@tapecast/venue-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { IngestConfig } from '../../../src/config.ts';
import {
  BookOfTicks,
  type IngestRun,
  type RunOptions,
  runIngest,
  sequenceFaults,
  until,
} from '../../ingest-harness.ts';
import { bidsAfter, type SyntheticRecording, writeRecording } from './synthetic-recording.ts';

const INSTRUMENT = 'BTCUSDT$BA';
const STEPS = 200;

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

interface Setup {
  venue: BinanceVenue;
  run: IngestRun;
  recording: SyntheticRecording;
}

async function setUp(
  faults: readonly Fault[] = [],
  options: {
    venue?: Partial<BinanceVenueOptions>;
    snapshot?: boolean;
    config?: Partial<IngestConfig>;
    run?: RunOptions;
  } = {},
): Promise<Setup> {
  const recording = await writeRecording({ steps: STEPS, ...(options.snapshot === false ? { snapshot: false } : {}) });
  running.push(recording.remove);
  const venue = await startBinanceVenue({
    recordings: [recording.path],
    speed: 4,
    paused: true,
    faults,
    ...options.venue,
  });
  running.push(() => venue.stop());
  const run = await runIngest(
    { feed: 'binance', binanceWs: venue.wsUrl, binanceRest: venue.restUrl, clock: 'ping', ...options.config },
    options.run,
  );
  running.push(() => run.close());
  return { venue, run, recording };
}

const tradeIds = (ticks: readonly Tick[]): string[] =>
  ticks.flatMap(({ body }) => (body.kind === 'trade' ? [body.id] : []));
const statuses = (ticks: readonly Tick[]): string[] =>
  ticks.flatMap(({ body }) => (body.kind === 'status' ? [`${body.state} ${body.reason}`.trim()] : []));
const inSync = (run: IngestRun) => async () => (await run.metric('tapecast_ingest_books_synced')) === 1;
const bookOf = (ticks: readonly Tick[]): BookOfTicks => {
  const book = new BookOfTicks();
  for (const tick of ticks) book.apply(tick);
  return book;
};

async function play({ venue, run, recording }: Setup): Promise<Tick[]> {
  await until('subscribed', () => run.service.ready().ready);
  venue.start();
  await venue.done;
  await until('the last quote', () =>
    run.of(INSTRUMENT).some(({ body }) => body.kind === 'quote' && body.venueSeq === recording.lastUpdateId),
  );
  await until('the last trade', () => tradeIds(run.of(INSTRUMENT)).at(-1) === recording.tradeIds.at(-1));
  await until('the book at the end', () => bookOf(run.of(INSTRUMENT)).venueSeq === recording.lastUpdateId);
  expect(sequenceFaults(run.byPartition)).toEqual([]);
  return run.of(INSTRUMENT);
}

describe('a venue that behaves', () => {
  it('gives the catalogue before the first tick, and every frame once', async () => {
    const setup = await setUp();
    await until('subscribed', () => setup.run.service.ready().ready);
    expect((await setup.run.state.catalogue()).entries.find(({ instrument }) => instrument === INSTRUMENT)).toEqual({
      instrument: INSTRUMENT,
      name: 'BTC / USDT',
      venue: 'binance',
      priceDecimals: 2,
      sizeDecimals: 5,
    });
    const ticks = await play(setup);
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
    expect(statuses(ticks).at(-1)).toBe('live');
    const clocks = setup.run.byPartition.map((partition) =>
      partition.flatMap(({ body, source }) =>
        body.kind === 'clock' && source.startsWith('binance/') ? [body.timeMs] : [],
      ),
    );
    expect(clocks[0]!.length).toBeGreaterThanOrEqual(1);
    for (const times of clocks) expect(times).toEqual(clocks[0]);
  });
});

describe('a venue that misbehaves', () => {
  it('a dropped diff: the book is lost, said to be, read again, and right at the end', async () => {
    const setup = await setUp([{ fault: 'drop', stream: '@depth', frames: 1, afterFrames: 50 }]);
    const ticks = await play(setup);
    expect(await setup.run.metric('tapecast_ingest_book_resyncs_total', { reason: 'gap' })).toBe(1);
    expect(ticks.filter(({ body }) => body.kind === 'bookSnapshot')).toHaveLength(2);
    expect(statuses(ticks).some((text) => text.startsWith('stale depth is being read again'))).toBe(true);
    expect(statuses(ticks).at(-1)).toBe('live');
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
  });

  it('a bad level in a diff: nothing of it is taken, and the book is read again', async () => {
    const text = JSON.stringify({
      stream: 'btcusdt@depth@100ms',
      data: {
        e: 'depthUpdate',
        E: 1,
        s: 'BTCUSDT',
        U: 1,
        u: 1,
        b: [
          ['98.00', '7.00'],
          ['97.00', '1e-9'],
        ],
        a: [],
      },
    });
    const setup = await setUp([{ fault: 'garbage', text, afterFrames: 60 }]);
    const ticks = await play(setup);
    expect(await setup.run.metric('tapecast_ingest_bad_frames_total', { reason: 'exponent' })).toBe(1);
    expect(await setup.run.metric('tapecast_ingest_book_resyncs_total', { reason: 'bad_frame' })).toBe(1);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
  });

  it('garbage of all sorts is counted by reason, and costs nothing else', async () => {
    const garbage: [string, string, boolean?][] = [
      ['not json at all', 'not_json'],
      ['{"what":1}', 'unknown_event'],
      ['\u0000\u0001', 'binary', true],
      [
        `{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","t":1,"p":"${'9'.repeat(40)}","q":"1","T":1,"m":true}}`,
        'out_of_range',
      ],
      [
        '{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"NaN","B":"1","a":"1","A":"1"}}',
        'not_a_number',
      ],
      [`{"pad":"${'x'.repeat(1_100_000)}"}`, 'too_large'],
    ];
    const setup = await setUp(
      garbage.map(([text, , binary], i) => ({
        fault: 'garbage',
        text,
        binary: binary ?? false,
        afterFrames: 20 + i * 20,
      })),
    );
    const ticks = await play(setup);
    for (const [, reason] of garbage) {
      expect(await setup.run.metric('tapecast_ingest_bad_frames_total', { reason }), reason).toBe(1);
    }
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
  });

  it('doubled frames arrive once', async () => {
    const setup = await setUp([{ fault: 'duplicate', frames: 90, afterFrames: 60 }]);
    const ticks = await play(setup);
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
    expect(await setup.run.metric('tapecast_ingest_duplicate_trades_total')).toBe(30);
    expect(await setup.run.metric('tapecast_ingest_book_resyncs_total')).toBe(0);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
  });

  it('dropped trades are had from REST, in their place', async () => {
    const setup = await setUp([{ fault: 'drop', stream: '@trade', frames: 3, afterFrames: 20 }]);
    const ticks = await play(setup);
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
    expect(await setup.run.metric('tapecast_ingest_fetched_trades_total')).toBe(3);
    expect(await setup.run.metric('tapecast_ingest_missing_trades_total')).toBe(0);
    expect(statuses(ticks).filter((text) => text.includes('not received'))).toEqual([]);
  });

  it('dropped trades that REST refuses are told with their span', async () => {
    const setup = await setUp([{ fault: 'drop', stream: '@trade', frames: 3, afterFrames: 20 }], {
      run: { limits: { fillMsMax: 0 } },
    });
    await until('in sync', inSync(setup.run));
    setup.venue.inject({ fault: 'rest-status', status: 503, requests: 5 });
    const ticks = await play(setup);
    const missing = setup.recording.tradeIds.slice(20, 23);
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds.filter((id) => !missing.includes(id)));
    expect(statuses(ticks)).toContain(`live trades ${missing[0]} to ${missing[2]} (3) were not received`);
    expect(await setup.run.metric('tapecast_ingest_missing_trades_total')).toBe(3);
  });

  it('reordered diffs and trades: trades are told in their order, the book is read again', async () => {
    const setup = await setUp([
      { fault: 'reorder', stream: '@trade', frames: 4, afterFrames: 30 },
      { fault: 'reorder', stream: '@depth', frames: 4, afterFrames: 60 },
    ]);
    const ticks = await play(setup);
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
  });

  it('a cut: stale with the reason, live again, what was missed had from REST, the book read again', async () => {
    const setup = await setUp([{ fault: 'cut', stream: '@trade', afterFrames: 40 }], { venue: { speed: 2 } });
    const ticks = await play(setup);
    const told = statuses(ticks);
    const stale = told.findIndex((text) => text.startsWith('stale the connection to the venue is down'));
    expect(stale).toBeGreaterThan(-1);
    expect(told.at(-1)).toMatch(/^live/);
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
    expect(await setup.run.metric('tapecast_ingest_missing_trades_total')).toBe(0);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
  });

  it('snapshots refused for a while: trades and quotes go on, depth comes later', async () => {
    const setup = await setUp([{ fault: 'snapshot-delay', ms: 1, requests: 1 }], { venue: { speed: 2 } });
    // The first request is exchangeInfo; what comes after are snapshots.
    await until('subscribed', () => setup.run.service.ready().ready);
    await until('in sync', inSync(setup.run));
    setup.venue.inject({ fault: 'rest-status', status: 503, requests: 3 });
    setup.venue.inject({ fault: 'drop', stream: '@depth', frames: 1, afterFrames: 20 });
    const ticks = await play(setup);
    expect(await setup.run.metric('tapecast_ingest_rest_calls_total', { outcome: 'refused' })).toBe(3);
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
  });
});

describe('a connection that is to end', () => {
  /** Nobody was told of anything, and nothing was read again. */
  const expectNothingHappened = async ({ run, recording }: Setup, ticks: readonly Tick[]): Promise<void> => {
    expect(tradeIds(ticks)).toEqual(recording.tradeIds);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
    expect(ticks.filter(({ body }) => body.kind === 'bookSnapshot')).toHaveLength(1);
    const quotes = ticks.flatMap(({ body }) => (body.kind === 'quote' ? [body.venueSeq ?? 0] : []));
    expect(quotes).toEqual([...new Set(quotes)].sort((left, right) => left - right));
    expect(statuses(ticks).filter((text) => text.startsWith('stale'))).toEqual([]);
    for (const name of ['missing_trades', 'duplicate_trades', 'book_resyncs', 'disconnections'])
      expect([name, await run.metric(`tapecast_ingest_${name}_total`)]).toEqual([name, 0]);
  };

  it('its age: another carries on before the venue cuts it, and nobody sees a thing', async () => {
    const setup = await setUp([], {
      // 200 steps of 10 ms last 4 s, more than a connection's time and the overlap with the next.
      venue: { speed: 0.5, connectionLifetimeMs: 10_000 },
      config: { binanceRenewAfterMs: 1_000 },
    });
    const ticks = await play(setup);
    await expectNothingHappened(setup, ticks);
    expect(await setup.run.metric('tapecast_ingest_renewals_total', { reason: 'age' })).toBeGreaterThanOrEqual(1);
  });

  it('serverShutdown: the same, at once', async () => {
    const setup = await setUp([{ fault: 'server-shutdown', stream: '@trade', afterFrames: 40, closeAfterMs: 60_000 }], {
      venue: { speed: 4 },
    });
    const ticks = await play(setup);
    await expectNothingHappened(setup, ticks);
    await until('the old one let go', async () => (await setup.run.metric('tapecast_ingest_renewals_total')) === 1);
    expect(await setup.run.metric('tapecast_ingest_renewals_total', { reason: 'shutdown' })).toBe(1);
  });

  it.each([0, 500])('serverShutdown, and the end %d ms later: what was missed is had from REST', async (ms) => {
    const setup = await setUp([{ fault: 'server-shutdown', stream: '@trade', afterFrames: 40, closeAfterMs: ms }], {
      venue: { speed: 2 },
    });
    const ticks = await play(setup);
    expect(tradeIds(ticks)).toEqual(setup.recording.tradeIds);
    expect(await setup.run.metric('tapecast_ingest_missing_trades_total')).toBe(0);
    expect(statuses(ticks).at(-1)).toMatch(/^live/);
    expect(bookOf(ticks).bids).toEqual(bidsAfter(STEPS));
  });
});

describe('a venue without all that we need', () => {
  it('no snapshot at all: trades and quotes whole, no book, live with depth pending', async () => {
    const { venue, run, recording } = await setUp([], { snapshot: false });
    await until('subscribed', () => run.service.ready().ready);
    venue.start();
    await venue.done;
    await until('the last trade', () => tradeIds(run.of(INSTRUMENT)).at(-1) === recording.tradeIds.at(-1));
    const ticks = run.of(INSTRUMENT);
    expect(tradeIds(ticks)).toEqual(recording.tradeIds);
    expect(ticks.some(({ body }) => body.kind === 'bookSnapshot' || body.kind === 'bookDelta')).toBe(false);
    expect(statuses(ticks).at(-1)).toMatch(/^live depth pending: .*503/);
  });

  it('unknown pairs are left out; the others go on', async () => {
    const { run } = await setUp([], { config: { symbols: ['BTCUSDT', 'NOSUCH'] } });
    await until('subscribed', () => run.service.ready().ready);
    expect((await run.state.catalogue()).entries.map(({ instrument }) => instrument).sort()).toEqual([
      INSTRUMENT,
      'TEST$XX',
    ]);
  });

  it.each([
    ['451 Unavailable For Legal Reasons', /HTTP 451 .*does not serve the country of this address/],
    ['429 Too Many Requests', /HTTP 429 .*asked too often/],
  ])('streams refused with %s: said in words, and tried again as late as the venue asks', async (status, words) => {
    const recording = await writeRecording({ steps: 1 });
    running.push(recording.remove);
    const venue = await startBinanceVenue({ recordings: [recording.path], paused: true });
    running.push(() => venue.stop());
    let upgrades = 0;
    const refusing = createServer();
    refusing.on('upgrade', (_request, socket) => {
      upgrades++;
      socket.end(`HTTP/1.1 ${status}\r\nretry-after: 600\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    running.push(async () => void refusing.close());
    const binanceWs = `ws://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const told: Record<string, unknown>[] = [];
    const logger = createLogger('ingest', 'silent');
    logger.warn = ((fields: Record<string, unknown>) => told.push(fields)) as Logger['warn'];
    logger.child = (() => logger) as unknown as Logger['child'];
    const run = await runIngest({ feed: 'binance', binanceWs, binanceRest: venue.restUrl, clock: 'ping' }, { logger });
    running.push(() => run.close());
    await until('a reason', () => words.test(run.service.ready().reason));
    expect(run.service.ready().ready).toBe(false);
    expect(upgrades).toBe(1);
    expect(told.filter(({ event }) => event === 'venue_unreachable')).toMatchObject([{ retryInMs: 600_000 }]);
  });

  it('a venue that is down: not ready, with the reason, and up all the same', async () => {
    const run = await runIngest({ feed: 'binance', binanceWs: 'ws://127.0.0.1:9', binanceRest: 'http://127.0.0.1:9' });
    running.push(() => run.close());
    await until('a reason', () => /ECONNREFUSED|fetch|bad port/i.test(run.service.ready().reason));
    expect(run.service.ready().ready).toBe(false);
    await until('the test instrument', () => run.of('TEST$XX').length > 0);
    // The clock of a live venue is wall time, connected or not: bars end on time.
    await until('a clock', () =>
      run.byPartition.every((ticks) =>
        ticks.some(
          ({ body, source }) =>
            body.kind === 'clock' && source.startsWith('binance/') && Math.abs(body.timeMs - Date.now()) < 10_000,
        ),
      ),
    );
  });
});

describe('a log that is away', () => {
  it('stops the reading when the buffer is full, and loses nothing', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const setup = await setUp([], {
      venue: { speed: 'max' },
      run: { gate, limits: { bufferBytesMax: 8_000, flushBytesMax: 2_000 } },
    });
    const { venue, run, recording } = setup;
    await until('in sync', inSync(run));
    venue.start();
    await until('paused', async () => (await run.metric('tapecast_ingest_reading_paused')) === 1);
    expect(run.service.ready()).toEqual({
      ready: false,
      reason: 'ingest: the log does not take ticks, reading is paused',
    });
    expect(await run.metric('tapecast_ingest_frames_total')).toBeLessThan(STEPS * 3);
    expect(run.byPartition.flat()).toHaveLength(0);
    open();
    await until('the last trade', () => tradeIds(run.of(INSTRUMENT)).at(-1) === recording.tradeIds.at(-1));
    await until('the last trade', () => tradeIds(run.of(INSTRUMENT)).at(-1) === recording.tradeIds.at(-1));
    await until('the book at the end', () => bookOf(run.of(INSTRUMENT)).venueSeq === recording.lastUpdateId);
    expect(tradeIds(run.of(INSTRUMENT))).toEqual(recording.tradeIds);
    expect(bookOf(run.of(INSTRUMENT)).bids).toEqual(bidsAfter(STEPS));
    expect(await run.metric('tapecast_ingest_missing_trades_total')).toBe(0);
    expect(await run.metric('tapecast_ingest_reading_pauses_total')).toBeGreaterThan(0);
    expect(sequenceFaults(run.byPartition)).toEqual([]);
  });

  it('a connection whose time comes meanwhile is replaced after, and loses nothing', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const setup = await setUp([], {
      venue: { speed: 'max' },
      config: { binanceRenewAfterMs: 1_000 },
      run: { gate, limits: { bufferBytesMax: 8_000, flushBytesMax: 2_000 } },
    });
    const { venue, run, recording } = setup;
    await until('in sync', inSync(run));
    const startedAt = performance.now();
    venue.start();
    await until('paused', async () => (await run.metric('tapecast_ingest_reading_paused')) === 1);
    await until('its time', () => performance.now() - startedAt > 1_200);
    expect(await run.metric('tapecast_ingest_renewals_total')).toBe(0);
    open();
    await until('the last trade', () => tradeIds(run.of(INSTRUMENT)).at(-1) === recording.tradeIds.at(-1));
    await until('the book at the end', () => bookOf(run.of(INSTRUMENT)).venueSeq === recording.lastUpdateId);
    await until('the change', async () => (await run.metric('tapecast_ingest_renewals_total')) > 0);
    expect(tradeIds(run.of(INSTRUMENT))).toEqual(recording.tradeIds);
    expect(bookOf(run.of(INSTRUMENT)).bids).toEqual(bidsAfter(STEPS));
    for (const name of ['missing_trades', 'book_resyncs', 'disconnections'])
      expect([name, await run.metric(`tapecast_ingest_${name}_total`)]).toEqual([name, 0]);
  });
});
