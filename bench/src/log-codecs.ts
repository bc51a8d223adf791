import type { Update } from '@tapecast/market';
import { BTCUSDT_PAIR, NO_RECORDED_DATA } from '@tapecast/testkit';
import { decodeTick, encodeTick, encodeUpdateBatch, openUpdateBatch } from '@tapecast/wire';
import { log } from '@tapecast/wire/log-schema';
import type { BenchResult } from './bench.ts';
import { medians, updateBatches, updatesIn } from './log-records.ts';
import { recordedTicks } from './recorded-ticks.ts';

const ROUNDS = 11;
const BATCHES = { instruments: 34, ticks: 130, batches: 400 };

/** What a decoder or encoder by hand saves: nanoseconds each, beside the generated code's, which gives less (messages, not our types). */
export async function run(): Promise<BenchResult> {
  if (NO_RECORDED_DATA !== undefined) throw new Error(NO_RECORDED_DATA);
  const ticks = await recordedTicks(BTCUSDT_PAIR);
  const batches = updateBatches(ticks, BATCHES);
  const records = batches.map(encodeUpdateBatch);
  const lists = records.flatMap((record) => openUpdateBatch(record).entries.map(({ bytes }) => bytes));
  const tickValues = ticks.map(decodeTick);
  const tickMessages = ticks.map((bytes) => log.v1.Tick.decode(bytes));
  const listMessages = lists.map((bytes) => log.v1.UpdateList.decode(bytes));
  const updates = updatesIn(batches);
  const seconds = medians(ROUNDS, {
    tickDecodeGenerated: () => sum(ticks, (bytes) => log.v1.Tick.decode(bytes).sourceSeq),
    tickDecode: () => sum(ticks, (bytes) => decodeTick(bytes).sourceSeq),
    tickEncodeGenerated: () => sum(tickMessages, (message) => log.v1.Tick.encode(message).finish().length),
    tickEncode: () => sum(tickValues, (tick) => encodeTick(tick).length),
    updateDecodeGenerated: () => sum(lists, (bytes) => log.v1.UpdateList.decode(bytes).updates.length),
    updateDecode: () => sum(records, decodeAll),
    updateEncodeGenerated: () => sum(listMessages, (message) => log.v1.UpdateList.encode(message).finish().length),
    updateEncode: () => sum(batches, (batch) => encodeUpdateBatch(batch).length),
  });
  const row = (what: string, count: number, ours: string, generated: string): Record<string, unknown> => ({
    what,
    count,
    ns: Math.round(((seconds[ours] as number) * 1e9) / count),
    generatedNs: Math.round(((seconds[generated] as number) * 1e9) / count),
    ratio: Math.round(((seconds[generated] as number) / (seconds[ours] as number)) * 100) / 100,
  });
  return {
    name: 'log-codecs',
    conditions: {
      recordings: BTCUSDT_PAIR.map((path) => path.slice(path.lastIndexOf('/') + 1)),
      batches: BATCHES,
      kinds: kindsOf(batches.flatMap((batch) => [...batch.updates.values()].flat())),
      rounds: ROUNDS,
      time: 'process CPU time, collector included; both ways in each round',
      updates:
        'ours with index and record, into and from the types of the market; generated: the lists alone, into and from its messages',
    },
    rows: [
      row('tick, bytes to value', ticks.length, 'tickDecode', 'tickDecodeGenerated'),
      row('tick, value to bytes', ticks.length, 'tickEncode', 'tickEncodeGenerated'),
      row('update, record to value', updates, 'updateDecode', 'updateDecodeGenerated'),
      row('update, value to record', updates, 'updateEncode', 'updateEncodeGenerated'),
    ],
  };
}

function decodeAll(record: Uint8Array): number {
  let count = 0;
  for (const entry of openUpdateBatch(record).entries) count += entry.updates().length;
  return count;
}

/** Of all, so that none is left out by the compiler. */
function sum<T>(all: readonly T[], of: (one: T) => number): void {
  let total = 0;
  for (const one of all) total += of(one);
  if (!(total > 0)) throw new Error('nothing was made');
}

function kindsOf(updates: readonly Update[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const { body } of updates) kinds[body.kind] = (kinds[body.kind] ?? 0) + 1;
  return kinds;
}
