import { startBinanceVenue } from '@tapecast/venue-server';
import { afterEach, describe, expect, it } from 'vitest';
import { normaliseFrame } from '../../../src/venues/binance/normalise.ts';
import { BookOfTicks, type IngestRun, runIngest, sequenceFaults, shortest, until } from '../../ingest-harness.ts';
import { BTCUSDT_PAIR, recordedFrames, recordingsMissing } from '../../recordings.ts';
import { reader, routes } from './both-readings.ts';

interface Diff {
  U: number;
  u: number;
  b: [string, string][];
  a: [string, string][];
}

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.close();
});

describe.skipIf(recordingsMissing !== undefined)(`the BTCUSDT pair through ingest ${recordingsMissing ?? ''}`, () => {
  it('arrives whole at the speed at which it is taken: trades once, quotes in order, books as the oracle has them', async () => {
    const venue = await startBinanceVenue({ recordings: BTCUSDT_PAIR, speed: 'max', paused: true });
    running.push({ close: () => venue.stop() });
    const run: IngestRun = await runIngest({
      feed: 'binance',
      binanceWs: venue.wsUrl,
      binanceRest: venue.restUrl,
      clock: 'ping',
    });
    running.push(run);
    await until('subscribed', () => run.service.ready().ready);
    await until('book in sync', async () => (await run.metric('tapecast_ingest_books_synced')) === 1);
    const startedAt = performance.now();
    venue.start();
    await venue.done;
    const recorded = (await recordedFrames(BTCUSDT_PAIR)).map(
      (text) => JSON.parse(text) as { stream?: string; data?: Record<string, unknown>; lastUpdateId?: number },
    );
    const ofStream = (suffix: string) =>
      recorded.filter(({ stream }) => stream?.endsWith(suffix)).map(({ data }) => data as Record<string, unknown>);
    const trades = ofStream('@trade');
    await until(
      'the last trade',
      () => run.of('BTCUSDT$BA').some(({ body }) => body.kind === 'trade' && body.id === String(trades.at(-1)?.t)),
      60_000,
    );
    await run.service.stop();
    console.info(`pair at max speed: ${recorded.length} frames in ${Math.round(performance.now() - startedAt)} ms`);

    const ticks = run.of('BTCUSDT$BA');
    expect(sequenceFaults(run.byPartition)).toEqual([]);
    expect(ticks.flatMap(({ body }) => (body.kind === 'trade' ? [body.id] : []))).toEqual(
      trades.map(({ t }) => String(t)),
    );
    expect(ticks.flatMap(({ body }) => (body.kind === 'quote' ? [body.venueSeq] : []))).toEqual(
      ofStream('@bookTicker').map(({ u }) => u),
    );
    expect(await run.metric('tapecast_ingest_bad_frames_total')).toBe(0);
    expect(await run.metric('tapecast_ingest_book_resyncs_total', { reason: 'gap' })).toBe(0);
    expectBooks(ticks, recorded, ofStream('@depth@100ms') as unknown as Diff[]);
    // Recorded time: the clock passes the end of the recording within the recording's own seconds.
    const clocks = run.byPartition[0]!.flatMap(({ body, source }) =>
      body.kind === 'clock' && source.startsWith('binance/') ? [body.timeMs] : [],
    );
    expect(clocks.length).toBeGreaterThan(640);
    expect(clocks.every((timeMs, i) => i === 0 || timeMs - clocks[i - 1]! >= 1_000)).toBe(true);
  }, 120_000);

  it('is read from bytes as JSON.parse reads it', async () => {
    let different = 0;
    const frames = await recordedFrames(BTCUSDT_PAIR);
    for (const text of frames) {
      const made = reader.read(Buffer.from(text));
      if (JSON.stringify(made) !== JSON.stringify(normaliseFrame(text, routes))) different++;
    }
    expect(frames.length).toBeGreaterThan(90_000);
    expect(different).toBe(0);
  });

  it('arrives whole over connections that are each replaced before the venue cuts them: nothing lost, doubled, told or read again', async () => {
    const venue = await startBinanceVenue({
      recordings: BTCUSDT_PAIR,
      speed: 45,
      paused: true,
      connectionLifetimeMs: 9_000,
      faults: [{ fault: 'server-shutdown', afterFrames: 60_000, closeAfterMs: 30_000 }],
    });
    running.push({ close: () => venue.stop() });
    const run = await runIngest({
      feed: 'binance',
      binanceWs: venue.wsUrl,
      binanceRest: venue.restUrl,
      binanceRenewAfterMs: 1_500,
      clock: 'ping',
    });
    running.push(run);
    await until('subscribed', () => run.service.ready().ready);
    await until('book in sync', async () => (await run.metric('tapecast_ingest_books_synced')) === 1);
    venue.start();
    await venue.done;
    const recorded = (await recordedFrames(BTCUSDT_PAIR)).map(
      (text) => JSON.parse(text) as { stream?: string; data?: Record<string, unknown>; lastUpdateId?: number },
    );
    const ofStream = (suffix: string) =>
      recorded.filter(({ stream }) => stream?.endsWith(suffix)).map(({ data }) => data as Record<string, unknown>);
    const trades = ofStream('@trade');
    await until(
      'the last trade',
      () => run.of('BTCUSDT$BA').some(({ body }) => body.kind === 'trade' && body.id === String(trades.at(-1)?.t)),
      60_000,
    );
    await run.service.stop();
    const renewals = await run.metric('tapecast_ingest_renewals_total');
    console.info(`pair over ${renewals + 1} connections, one after the other`);
    expect(renewals).toBeGreaterThanOrEqual(3);
    expect(await run.metric('tapecast_ingest_renewals_total', { reason: 'shutdown' })).toBe(1);

    const ticks = run.of('BTCUSDT$BA');
    expect(sequenceFaults(run.byPartition)).toEqual([]);
    expect(ticks.flatMap(({ body }) => (body.kind === 'trade' ? [body.id] : []))).toEqual(
      trades.map(({ t }) => String(t)),
    );
    expect(ticks.flatMap(({ body }) => (body.kind === 'quote' ? [body.venueSeq] : []))).toEqual(
      ofStream('@bookTicker').map(({ u }) => u),
    );
    expectBooks(ticks, recorded, ofStream('@depth@100ms') as unknown as Diff[]);
    const told = ticks.flatMap(({ body }) => (body.kind === 'status' ? [body.state] : []));
    expect(told.filter((state) => state !== 'pending' && state !== 'live')).toEqual([]);
    for (const name of ['missing_trades', 'duplicate_trades', 'book_resyncs', 'disconnections', 'bad_frames'])
      expect([name, await run.metric(`tapecast_ingest_${name}_total`)]).toEqual([name, 0]);
  }, 120_000);
});

/** The official procedure over the recorded frames, against the book made from our ticks, after each diff. */
function expectBooks(
  ticks: ReturnType<IngestRun['of']>,
  recorded: { lastUpdateId?: number; bids?: [string, string][]; asks?: [string, string][] }[],
  diffs: readonly Diff[],
): void {
  const snapshot = recorded.find(({ lastUpdateId }) => lastUpdateId !== undefined)!;
  const oracle = { bids: new Map<string, string>(), asks: new Map<string, string>() };
  const set = (side: Map<string, string>, levels: readonly [string, string][]): void => {
    for (const [price, size] of levels) {
      if (Number(size) === 0) side.delete(shortest(price));
      else side.set(shortest(price), shortest(size));
    }
  };
  set(oracle.bids, snapshot.bids!);
  set(oracle.asks, snapshot.asks!);
  const kept = diffs.filter(({ u }) => u > snapshot.lastUpdateId!);
  const book = new BookOfTicks();
  const bookTicks = ticks.filter(({ body }) => body.kind === 'bookSnapshot' || body.kind === 'bookDelta');
  expect(bookTicks.map(({ body }) => body.kind).filter((kind) => kind === 'bookSnapshot')).toHaveLength(1);
  expect(bookTicks).toHaveLength(kept.length + 1);
  book.apply(bookTicks[0]!);
  let different = 0;
  for (const [i, diff] of kept.entries()) {
    set(oracle.bids, diff.b);
    set(oracle.asks, diff.a);
    book.apply(bookTicks[i + 1]!);
    if (book.venueSeq !== diff.u) different++;
    // Whole books are compared each hundredth time and at the end; their sizes each time.
    if (book.bids.size !== oracle.bids.size || book.asks.size !== oracle.asks.size) different++;
    else if (i % 100 === 0 || i === kept.length - 1) {
      for (const side of ['bids', 'asks'] as const) {
        for (const [price, size] of oracle[side]) if (book[side].get(price) !== size) different++;
      }
    }
  }
  expect(different).toBe(0);
}
