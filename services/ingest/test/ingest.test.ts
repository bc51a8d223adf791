import type { Tick } from '@tapecast/market';
import { afterEach, describe, expect, it } from 'vitest';
import { BookOfTicks, type IngestRun, runIngest, sequenceFaults, until } from './ingest-harness.ts';

const running: IngestRun[] = [];
afterEach(async () => {
  for (const run of running.splice(0)) await run.close();
});

const start = async (options: Parameters<typeof runIngest>[0]): Promise<IngestRun> => {
  const run = await runIngest(options);
  running.push(run);
  return run;
};

const simulated = (ticks: readonly Tick[]): Tick[] => ticks.filter(({ source }) => source.startsWith('simulated/'));

describe('the simulated feed', () => {
  it('is ready at once, with 200 instruments in the catalogue and a quote of each', async () => {
    const run = await start({ feed: 'simulated' });
    await until('ready', () => run.service.ready().ready);
    expect((await run.state.catalogue()).entries).toHaveLength(200);
    await until('a quote of each', () => {
      const quoted = run.byPartition.flat().filter(({ body }) => body.kind === 'quote');
      return new Set(quoted.map(({ instrument }) => instrument)).size === 200;
    });
    expect(sequenceFaults(run.byPartition)).toEqual([]);
  });

  it('writes the same ticks for the same seed and start, but for the time of receiving', async () => {
    const runs = [];
    for (let i = 0; i < 2; i++) {
      const run = await start({ feed: 'simulated', seed: 7, startMs: 1_763_700_000_000, rate: 3_000 });
      await until('some ticks', () => run.byPartition.every((ticks) => simulated(ticks).length > 500));
      await run.service.stop();
      runs.push(run.byPartition.map((ticks) => simulated(ticks).map((tick) => ({ ...tick, receivedAtUs: 0 }))));
    }
    for (const [partition, ticks] of runs[0]!.entries()) {
      const common = Math.min(ticks.length, runs[1]![partition]!.length);
      expect(common).toBeGreaterThan(500);
      expect(runs[1]![partition]!.slice(0, common)).toEqual(ticks.slice(0, common));
    }
  });
});

describe('the test instrument', () => {
  it('trades, quotes and changes its book of 5 levels and more every second', async () => {
    const run = await start({ feed: 'simulated' });
    const bodies = (kind: string): Tick[] => run.of('TEST$XX').filter(({ body }) => body.kind === kind);
    await until('three seconds of it', () => bodies('trade').length >= 3);
    expect(bodies('quote').length).toBeGreaterThanOrEqual(3);
    expect(bodies('bookDelta').length).toBeGreaterThanOrEqual(2);
    const seconds = bodies('trade').map(({ exchangeTimeUs }) => exchangeTimeUs! / 1_000_000);
    expect(seconds.every((second, i) => i === 0 || second === seconds[i - 1]! + 1)).toBe(true);
    const book = new BookOfTicks();
    for (const tick of run.of('TEST$XX')) book.apply(tick);
    expect(Math.min(book.bids.size, book.asks.size)).toBeGreaterThanOrEqual(5);
    const clocks = run.byPartition[0]!.filter(
      ({ source, body }) => source.startsWith('test/') && body.kind === 'clock',
    );
    expect(clocks.length).toBeGreaterThanOrEqual(3);
  });
});

describe('stopping', () => {
  it('publishes what was taken, and can be asked twice', async () => {
    const run = await start({ feed: 'simulated', rate: 20_000 });
    await until('ready', () => run.service.ready().ready);
    await until('some ticks', () => run.byPartition.flat().length > 5_000);
    await Promise.all([run.service.stop(), run.service.stop()]);
    expect(run.service.ready()).toEqual({ ready: false, reason: 'ingest: stopping' });
    const taken = await run.metric('tapecast_ingest_ticks_total');
    await until('all that was taken', () => run.byPartition.flat().length === taken);
    expect(sequenceFaults(run.byPartition)).toEqual([]);
  });
});
