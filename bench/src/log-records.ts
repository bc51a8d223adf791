import { PartitionFold, PendingUpdates } from '@tapecast/compute';
import { createInstrumentFolds, type Tick, type Update } from '@tapecast/market';
import { decodeTick, type UpdateBatch } from '@tapecast/wire';

export interface BatchesOptions {
  /** Of a partition. */
  instruments: number;
  /** Ticks folded into one batch. */
  ticks: number;
  batches: number;
}

const START = { ticksNext: 0, clocks: {}, sources: {} };
const quiet = {
  hole: () => {},
  failed: (_instrument: string, _offset: number, error: unknown) => {
    throw error;
  },
};

/**
 * What compute writes of one partition: the recording under many names, each begun elsewhere in it, folded by the
 * partition's own fold, a flush of so many ticks a batch.
 */
export function updateBatches(ticks: readonly Uint8Array[], options: BatchesOptions): UpdateBatch[] {
  const events = ticks.map(decodeTick).filter(({ body }) => body.kind !== 'clock');
  const names = Array.from({ length: options.instruments }, (_, i) => (i === 0 ? 'BTCUSDT$BA' : `BTCUSDT-${i}$BA`));
  const fold = new PartitionFold({
    factory: createInstrumentFolds(),
    epoch: 'bench.1.0',
    position: START,
    reports: quiet,
  });
  const batches: UpdateBatch[] = [];
  let offset = 0;
  let round = 0;
  while (batches.length < options.batches) {
    const pending = new PendingUpdates(fold.epoch, offset);
    for (let i = 0; i < options.ticks; i++, offset++) {
      const who = offset % names.length;
      if (who === 0) round++;
      const at = (round + Math.floor((who * events.length) / names.length)) % events.length;
      const tick: Tick = { ...(events[at] as Tick), instrument: names[who] as string, sourceSeq: offset + 1 };
      fold.fold(offset, tick, pending);
    }
    pending.seal();
    if (pending.count === 0) continue;
    batches.push({
      epoch: pending.epoch,
      ticksNext: offset,
      computedAtUs: 1_723_161_666_000_000 + offset,
      clocks: [],
      updates: pending.updates as Map<string, Update[]>,
    });
  }
  return batches;
}

export function updatesIn(batches: readonly UpdateBatch[]): number {
  let count = 0;
  for (const { updates } of batches) for (const list of updates.values()) count += list.length;
  return count;
}

/** CPU seconds of the median round of each way; all ways run in each round, one after the other. */
export function medians(rounds: number, ways: Readonly<Record<string, () => void>>): Record<string, number> {
  const warmUp = 3;
  const times = Object.entries(ways).map(([name, work]) => ({ name, work, seconds: [] as number[] }));
  for (let i = 0; i < rounds + warmUp; i++) {
    for (const { work, seconds } of times) {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      if (i >= warmUp) seconds.push((user + system) / 1e6);
    }
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;
  return Object.fromEntries(times.map(({ name, seconds }) => [name, median(seconds)]));
}
