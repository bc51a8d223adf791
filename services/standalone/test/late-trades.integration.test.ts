import { computeConfig, startCompute } from '@tapecast/compute';
import { ingestSchema, startIngest } from '@tapecast/ingest';
import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { LeanJudge, leanDays, NO_RECORDED_DATA, recorded, scaled } from '@tapecast/testkit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { type ItickFault, openRecording, planItickPlay, startItickVenue } from '@tapecast/venue-server';
import { openUpdateBatch } from '@tapecast/wire';
import { expect, onTestFinished, test } from 'vitest';

const DAY = '20131008';
const FILES = ['trade', 'quote'].map((kind) => recorded(`us_equities/lean/equity_usa_tick_ibm_${DAY}_${kind}.zip`));
/** Frames that come late, newest first: some two minutes of the day each, within what a bar waits for. */
const LATE = [20_000, 40_000, 60_000, 80_000].map((from) => ({ from, frames: 400 }));

test.skipIf(NO_RECORDED_DATA !== undefined)(
  `trades that come minutes late count, and send their final minutes again${NO_RECORDED_DATA === undefined ? '' : ` (skipped: ${NO_RECORDED_DATA})`}`,
  async () => {
    const log = openMemoryTickLog({ partitions: 1 });
    onTestFinished(() => log.close());
    const state = openMemoryMarketState();
    onTestFinished(() => state.close());
    const venue = await startItickVenue({
      recordings: FILES,
      speed: 'max',
      paused: true,
      faults: LATE.map(({ from, frames }): ItickFault => ({ fault: 'reorder', afterFrames: from, frames })),
    });
    onTestFinished(() => venue.stop());
    const judge = new LeanJudge(['IBM$US']);
    await log.read({
      topic: 'md.updates',
      from: () => 'earliest',
      onRecords: (_partition, batch) => {
        for (const { value } of batch)
          for (const entry of openUpdateBatch(value).entries)
            if (judge.wants(entry.instrument))
              for (const update of entry.updates()) judge.take(entry.instrument, update);
      },
      onGap: (gap) => {
        throw new Error(`the memory log lost ${JSON.stringify(gap)}`);
      },
    });
    const logger = createLogger('late-trades-test', 'error');
    const metrics = createRegistry();
    const compute = await startCompute({ config: computeConfig.parse({}), log, state, logger, metrics });
    onTestFinished(async () => {
      await compute.stop();
    });
    const ingest = await startIngest({
      config: ingestSchema.parse({
        feed: 'itick',
        itickWs: venue.wsUrl,
        itickToken: 'any',
        symbols: ['IBM$US'],
        clock: 'ping',
      }),
      log,
      state,
      logger,
      metrics,
    });
    onTestFinished(async () => {
      await ingest.stop();
    });
    await expect.poll(() => ingest.ready().ready).toBe(true);
    venue.start();

    const days = leanDays([await asTheyCome()]);
    await expect.poll(() => judge.isComplete(days), { timeout: 120_000, interval: 100 }).toBe(true);
    const { faults, trades, minutesCompared, revisions } = judge.judge(days);
    expect(faults).toEqual([]);
    expect({ trades, minutesCompared }).toEqual({ trades: 33_381, minutesCompared: days[0]!.minutes.length });
    expect(revisions).toBeGreaterThan(100);
  },
  180_000,
);

/** The day's trades in the order in which the venue sends them: what is first and last of a bar follows from that. */
async function asTheyCome() {
  const opened = await openRecording(FILES[0]!);
  if (opened.format !== 'lean-trade') throw new Error(`read as ${opened.format}`);
  const entries = [...(await planItickPlay(FILES)).entries()];
  for (const { from, frames } of LATE) entries.splice(from, frames, ...entries.slice(from, from + frames).reverse());
  const midnightMs = Date.UTC(2013, 9, 8, 4);
  const rows = entries.flatMap((entry) =>
    entry.type === 'tick'
      ? [
          {
            msOfDay: entry.timeUs / 1000 - midnightMs,
            price: Number(scaled(entry.price, 4)),
            size: Number(entry.size),
            exchange: '',
            conditions: '',
            suspicious: false,
          },
        ]
      : [],
  );
  return { ...opened, rows };
}
