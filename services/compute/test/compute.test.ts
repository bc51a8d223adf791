import { FOLD_VERSION } from '@tapecast/market';
import { type MarketState, openMemoryMarketState, type PartitionRecord } from '@tapecast/market-state';
import { openMemoryTickLog, type TickLog } from '@tapecast/tick-log';
import { decodeUpdate, decodeView } from '@tapecast/wire';
import { describe, expect, it } from 'vitest';
import {
  append,
  foldOf,
  ready,
  Severable,
  startWorker,
  streamsOf,
  UpdatesReader,
  undisturbed,
  until,
} from './harness.ts';
import type { StreamRecord } from './tick-stream.ts';

const PARTITIONS = 4;
const LENGTH = 1_500;

/** Generation, version of the folds, offset at which they began. */
const epochOf = (offset: number): string => `test.${FOLD_VERSION}.${offset}`;

const newLog = () => openMemoryTickLog({ partitions: PARTITIONS, generation: 'test' });

describe('compute on the memory drivers', () => {
  const streams = streamsOf(1, PARTITIONS, LENGTH);
  let expected: string | undefined;
  const reference = async (): Promise<string> => {
    expected ??= await undisturbed(streams);
    return expected;
  };

  it('gives the same updates when a second worker joins and the first leaves', async () => {
    const log = newLog();
    const state = openMemoryMarketState();
    const ticks = await log.producer('md.ticks');
    const reader = await UpdatesReader.open(log);
    const first = await startWorker(log, state);
    await append(ticks, streams, 0, 500);
    const second = await startWorker(log, state);
    await append(ticks, streams, 500, 1_000);
    await Promise.all([ready(first), ready(second)]);
    expect(await second.metric('partitions')).toBe(PARTITIONS / 2);
    await first.service.stop();
    await append(ticks, streams, 1_000, LENGTH + 1);
    expect(await reader.finished(streams)).toBe(await reference());
    await second.service.stop();
  });

  it('gives the same updates when a worker is killed in the middle', async () => {
    const log = newLog();
    const state = openMemoryMarketState();
    const ticks = await log.producer('md.ticks');
    const reader = await UpdatesReader.open(log);
    const doomed = new Severable(log, state);
    const first = await startWorker(doomed.log, doomed.state);
    await append(ticks, streams, 0, 400);
    await until('a checkpoint', async () => (await state.record(0))?.ticksNext !== 0);
    await append(ticks, streams, 400, 900);
    await until('more was folded than is stored', () => (reader.ticksNext.get(0) ?? 0) > 400);
    await doomed.kill();
    const second = await startWorker(log, state);
    await append(ticks, streams, 900, LENGTH + 1);
    expect(await reader.finished(streams)).toBe(await reference());
    expect(await second.metric('restored_instruments_total')).toBeGreaterThan(0);
    await first.service.stop();
    await second.service.stop();
  });

  it('takes up everything from an orderly stop', async () => {
    const log = newLog();
    const state = openMemoryMarketState();
    const ticks = await log.producer('md.ticks');
    const reader = await UpdatesReader.open(log);
    await append(ticks, streams, 0, 700);
    const first = await startWorker(log, state, { checkpointIntervalMs: 60_000 });
    await until(
      'all are folded',
      async () => (await first.metric('lag_ticks')) === 0 && (await first.metric('ticks_total')) > 0,
    );
    await first.service.stop();
    for (let partition = 0; partition < PARTITIONS; partition++)
      expect((await state.record(partition))?.ticksNext).toBe(700);
    const second = await startWorker(log, state);
    await append(ticks, streams, 700, LENGTH + 1);
    expect(await reader.finished(streams)).toBe(await reference());
    expect(reader.updates.doubles).toBe(0);
    await second.service.stop();
  });

  it('stores views that are exactly the updates in the log up to their numbers, and all final bars', async () => {
    const log = newLog();
    const state = openMemoryMarketState();
    const reader = await UpdatesReader.open(log);
    await append(await log.producer('md.ticks'), streams, 0, LENGTH + 1);
    const worker = await startWorker(log, state);
    const dump = await reader.finished(streams);
    await worker.service.stop();
    const lines = new Map(
      dump.split('\n\n').map((section) => {
        const [key, ...updates] = section.split('\n');
        return [key, updates];
      }),
    );
    let bars = 0;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (const record of await state.instruments(partition)) {
        const view = decodeView(record.view);
        for (const [sequence, seq] of Object.entries(view.seqs)) {
          const updates = lines.get(`${partition} ${view.epoch} ${record.instrument} ${sequence}`) ?? [];
          expect(seq).toBe(updates.length);
        }
        const finals = new Map<number, unknown>();
        for (const line of lines.get(`${partition} ${view.epoch} ${record.instrument} kline@1m`) ?? []) {
          const { body } = JSON.parse(line) as { body: { startMs: number; final: boolean; revision: number } };
          if (body.final) finals.set(body.startMs, body.revision);
        }
        const stored = await state.bars(partition, record.instrument, '1m', { fromMs: 0, toMs: 2e12, limit: 500 });
        const storedBars = stored.map((bytes) => decodeUpdate(bytes).body).filter((body) => body.kind === 'kline');
        expect(new Map(storedBars.map(({ startMs, revision }) => [startMs, revision]))).toEqual(
          new Map([...finals].sort(([a], [b]) => a - b).slice(-500)),
        );
        bars += stored.length;
      }
    }
    expect(bars).toBeGreaterThan(20);
  });

  it('folds and publishes on while the store is away, and stores the newest state when it is back', async () => {
    const log = newLog();
    const state = openMemoryMarketState();
    const ticks = await log.producer('md.ticks');
    const reader = await UpdatesReader.open(log);
    const cut = new Severable(log, state);
    const worker = await startWorker(cut.log, cut.state);
    await append(ticks, streams, 0, 300);
    await until('a first checkpoint', async () => ((await state.record(0))?.ticksNext ?? 0) > 0);
    cut.storeAway = true;
    await append(ticks, streams, 300, LENGTH + 1);
    expect(await reader.finished(streams)).toBe(await reference());
    await until('a checkpoint failed', async () => (await worker.metric('checkpoints_total', 'failed')) > 0);
    cut.storeAway = false;
    await until('all of it is stored', async () => (await state.record(0))?.ticksNext === LENGTH + 1);
    expect(worker.service.ready().ready).toBe(true);
    await worker.service.stop();
  });

  it('keeps its partitions through a rebalance while the store is away', async () => {
    const log = newLog();
    const state = openMemoryMarketState();
    const ticks = await log.producer('md.ticks');
    const reader = await UpdatesReader.open(log);
    const cut = new Severable(log, state);
    const worker = await startWorker(cut.log, cut.state);
    await append(ticks, streams, 0, 300);
    await until('folding', async () => (await worker.metric('ticks_total')) > 0);
    cut.storeAway = true;
    // A member that comes and goes: everything is taken away and given back twice.
    const other = await log.join({
      topic: 'md.ticks',
      groupId: 'tapecast-compute',
      onAssigned: () => new Promise<number>(() => {}),
      onRevoked: () => {},
      onRecords: () => {},
      onGap: () => {},
    });
    await other.close();
    await append(ticks, streams, 300, LENGTH + 1);
    expect(await reader.finished(streams)).toBe(await reference());
    cut.storeAway = false;
    await worker.service.stop();
    expect((await state.record(0))?.ticksNext).toBe(LENGTH + 1);
  });

  it('drops a partition whose checkpoint is refused and makes it again from what is stored', async () => {
    const log = newLog();
    const state = openMemoryMarketState();
    const ticks = await log.producer('md.ticks');
    const reader = await UpdatesReader.open(log);
    const worker = await startWorker(log, state);
    await append(ticks, streams, 0, 600);
    await until('a first checkpoint', async () => ((await state.record(1))?.ticksNext ?? 0) > 0);
    await state.acquire(1);
    await append(ticks, streams, 600, 1_000);
    await until('it was refused', async () => (await worker.metric('checkpoints_total', 'refused')) > 0);
    await append(ticks, streams, 1_000, LENGTH + 1);
    expect(await reader.finished(streams)).toBe(await reference());
    await until('it stores again', async () => (await state.record(1))?.ticksNext === LENGTH + 1);
    await worker.service.stop();
  });

  it('begins again from what the store has when a failover lost its last checkpoint', async () => {
    const log = newLog();
    const state = openMemoryMarketState();
    const ticks = await log.producer('md.ticks');
    const reader = await UpdatesReader.open(log);
    let fence = 0;
    const watched: MarketState = {
      ...new Severable(log, state).state,
      checkpoint: (partition, mine, checkpoint, standsOn) => {
        if (partition === 1) fence = mine;
        return state.checkpoint(partition, mine, checkpoint, standsOn);
      },
    };
    const worker = await startWorker(log, watched);
    await append(ticks, streams, 0, 400);
    await until('a checkpoint', async () => ((await state.record(1))?.ticksNext ?? 0) > 0);
    const [record, instruments] = await Promise.all([state.record(1), state.instruments(1)]);
    const kept = record as PartitionRecord;
    await append(ticks, streams, 400, 900);
    await until('a later one', async () => ((await state.record(1))?.ticksNext ?? 0) > kept.ticksNext);
    // In one turn of the loop: nobody sees the store in between.
    const lost = [state.clear(1, fence), state.checkpoint(1, fence, { instruments, bars: [], record: kept })];
    expect(await Promise.all(lost)).toEqual(['written', 'written']);
    await append(ticks, streams, 900, 1_000);
    await until('it was noticed', async () => (await worker.metric('checkpoints_total', 'refused')) > 0);
    await append(ticks, streams, 1_000, LENGTH + 1);
    expect(await reader.finished(streams)).toBe(await reference());
    await until('it stores again', async () => (await state.record(1))?.ticksNext === LENGTH + 1);
    await worker.service.stop();
  });

  it('begins a new epoch in place where ticks are lost while it reads, and stores that epoch alone', async () => {
    const log = openMemoryTickLog({ partitions: 1, generation: 'test' });
    const state = openMemoryMarketState();
    const one = streams.slice(0, 1);
    const lossy: TickLog = {
      ...new Severable(log, state).log,
      join: (options) =>
        log.join({
          ...options,
          onRecords: async (partition, records, end) => {
            await options.onRecords(
              partition,
              records.filter(({ offset }) => offset < 400),
              end,
            );
            if (records.some(({ offset }) => offset === 400)) options.onGap({ partition, from: 400, to: 500 });
            await options.onRecords(
              partition,
              records.filter(({ offset }) => offset >= 500),
              end,
            );
          },
        }),
    };
    await append(await log.producer('md.ticks'), one, 0, LENGTH + 1);
    const reader = await UpdatesReader.open(log);
    const worker = await startWorker(lossy, state);
    const dump = await reader.finished(one);
    expect(dump).toBe(
      foldOf(
        streams[0] ?? [],
        [
          { epoch: epochOf(0), from: 0, to: 400 },
          { epoch: epochOf(500), from: 500, to: LENGTH + 1 },
        ],
        '0',
      ),
    );
    await worker.service.stop();
    expect(await worker.metric('lost_total')).toBe(100);
    expect(await state.record(0)).toMatchObject({ epoch: epochOf(500), ticksNext: LENGTH + 1 });
    for (const { view } of await state.instruments(0)) expect(decodeView(view).epoch).toBe(epochOf(500));
  });

  it('begins a new epoch at the oldest tick when the log has lost what came after the checkpoint', async () => {
    let nowMs = 1e12;
    const log = openMemoryTickLog({
      partitions: 1,
      generation: 'test',
      retentionMs: { 'md.ticks': 1_000 },
      now: () => nowMs,
    });
    const state = openMemoryMarketState();
    const ticks = await log.producer('md.ticks');
    const one = streams.slice(0, 1);
    await append(ticks, one, 0, 300);
    const first = await startWorker(log, state);
    await until('stored', async () => (await state.record(0))?.ticksNext === 300);
    await first.service.stop();
    await append(ticks, one, 300, 700);
    nowMs += 10_000;
    await append(ticks, one, 700, LENGTH + 1);
    const oldest = (await log.offsets('md.ticks'))[0]?.oldest as number;
    expect(oldest).toBeGreaterThan(300);
    const reader = await UpdatesReader.open(log);
    const second = await startWorker(log, state);
    await reader.finished(one);
    await second.service.stop();
    expect(reader.epochs).toContain(epochOf(oldest));
    expect((await state.record(0))?.epoch).toBe(epochOf(oldest));
    expect(await second.metric('epochs_begun_total', 'behind_log')).toBe(1);
    for (const { view } of await state.instruments(0)) expect(decodeView(view).epoch).toBe(epochOf(oldest));
  });

  it('begins an epoch of its own when the log ends before the checkpoint', async () => {
    const state = openMemoryMarketState();
    const one = streams.slice(0, 1);
    const before = openMemoryTickLog({ partitions: 1, generation: 'test' });
    await append(await before.producer('md.ticks'), one, 0, LENGTH + 1);
    const first = await startWorker(before, state);
    await until('stored', async () => (await state.record(0))?.ticksNext === LENGTH + 1);
    await first.service.stop();
    const replaced = openMemoryTickLog({ partitions: 1, generation: 'test' });
    await append(await replaced.producer('md.ticks'), one, 0, 200);
    const reader = await UpdatesReader.open(replaced);
    const second = await startWorker(replaced, state);
    await until('told', () => reader.epochs.size > 0);
    await second.service.stop();
    expect([...reader.epochs][0]).toMatch(new RegExp(`^test\\.${FOLD_VERSION}\\.0r\\d+$`));
    expect(await second.metric('epochs_begun_total', 'log_replaced')).toBe(1);
  });

  it('counts what it can not read, what comes twice and what never came', async () => {
    const log = newLog();
    const reader = await UpdatesReader.open(log);
    await append(await log.producer('md.ticks'), streams, 0, LENGTH + 1);
    const worker = await startWorker(log, openMemoryMarketState());
    await reader.finished(streams);
    const corrupt = streams.flat().filter((tick) => tick === undefined).length;
    await until('counted', async () => (await worker.metric('ticks_total', 'corrupt')) === corrupt);
    expect(await worker.metric('ticks_total', 'duplicate')).toBeGreaterThan(0);
    expect(await worker.metric('source_missing_total')).toBeGreaterThan(0);
    await worker.service.stop();
  });

  it('tells the clock on when nothing else happens', async () => {
    const log = openMemoryTickLog({ partitions: 1, generation: 'test' });
    const reader = await UpdatesReader.open(log);
    const worker = await startWorker(log, openMemoryMarketState());
    const clock = streams[0]?.at(-1) as NonNullable<StreamRecord>;
    const ticks = await log.producer('md.ticks');
    await append(ticks, [[clock]], 0, 1);
    await until('told', () => reader.ticksNext.get(0) === 1);
    await worker.service.stop();
  });
});
