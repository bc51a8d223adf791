import { startBinanceVenue } from '@tapecast/venue-server';
import { afterEach, describe, expect, it } from 'vitest';
import { runIngest, sequenceFaults, until } from '../../ingest-harness.ts';
import { writeRecording } from './synthetic-recording.ts';

const PAIRS = 350;

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

describe('more pairs than one connection may hold', () => {
  it('are spread over several, subscribed at the pace that the venue allows, and arrive whole', async () => {
    const recording = await writeRecording({ steps: 200 });
    running.push(recording.remove);
    const venue = await startBinanceVenue({
      recordings: [recording.path],
      clones: PAIRS - 1,
      cloneSpreadMs: 0,
      speed: 'max',
      paused: true,
    });
    running.push(() => venue.stop());
    const run = await runIngest({
      feed: 'binance',
      binanceWs: venue.wsUrl,
      binanceRest: venue.restUrl,
      clock: 'ping',
    });
    running.push(() => run.close());
    await until('all subscribed', () => run.service.ready().ready, 30_000);
    expect(await run.metric('tapecast_ingest_connections')).toBe(2);
    expect(await run.metric('tapecast_ingest_disconnections_total')).toBe(0);
    await until('all books', async () => (await run.metric('tapecast_ingest_books_synced')) === PAIRS, 30_000);

    venue.start();
    await venue.done;
    const trades = () =>
      run.byPartition.flat().filter(({ body, source }) => body.kind === 'trade' && source.startsWith('binance/'));
    const expected = PAIRS * recording.tradeIds.length;
    await until(
      'every trade',
      async () => (await run.metric('tapecast_ingest_ticks_total', { kind: 'trade', venue: 'binance' })) >= expected,
      60_000,
    );
    await run.service.stop();
    await until('all of it read back', () => trades().length >= expected);
    expect(trades()).toHaveLength(expected);
    expect(sequenceFaults(run.byPartition)).toEqual([]);
    expect(await run.metric('tapecast_ingest_missing_trades_total')).toBe(0);
    expect(await run.metric('tapecast_ingest_book_resyncs_total')).toBe(0);
  });
});
