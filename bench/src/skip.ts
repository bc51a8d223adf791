import { BTCUSDT_PAIR, NO_RECORDED_DATA } from '@tapecast/testkit';
import { encodeUpdateBatch, NameTable, UpdateBatchReader } from '@tapecast/wire';
import { log } from '@tapecast/wire/log-schema';
import type { BenchResult } from './bench.ts';
import { medians, updateBatches, updatesIn } from './log-records.ts';
import { recordedTicks } from './recorded-ticks.ts';

const ROUNDS = 15;
const INSTRUMENTS = 34;
/** At 20,000 ticks/s over 6 partitions a flush of 4 ms takes 13 ticks of each; behind, hundreds. */
const TICKS_A_BATCH = [1, 13, 130, 1_000];
const TICKS = 130_000;
const GOAL_US = 0.2;

interface Known {
  held: boolean;
}

/** The whole index made into objects by the generated decoder, and each name looked up. */
function byObjects(records: readonly Uint8Array[], known: ReadonlyMap<string, Known>): number {
  let held = 0;
  for (const record of records) {
    const batch = log.v1.UpdateBatch.decode(record);
    const entries = batch.index.map(({ instrument = '', offset, length, ranges }) => ({
      instrument: instrument as string,
      ranges: (ranges ?? []).map(({ sequence, first, last }) => ({ sequence, first, last })),
      bytes: batch.payload.subarray(offset ?? 0, (offset ?? 0) + (length ?? 0)),
    }));
    for (const entry of entries) if (known.get(entry.instrument)?.held === true) held++;
  }
  return held;
}

/** In one piece of memory, as the records of a fetch are. */
function sideBySide(records: readonly Uint8Array[]): Uint8Array[] {
  const all = Buffer.concat(records);
  let at = 0;
  return records.map(({ length }) => {
    at += length;
    return all.subarray(at - length, at);
  });
}

/** What an update costs a gateway none of whose clients hold it, from the record's bytes on. */
export async function run(): Promise<BenchResult> {
  if (NO_RECORDED_DATA !== undefined) throw new Error(NO_RECORDED_DATA);
  const ticks = await recordedTicks(BTCUSDT_PAIR);
  const rows: Record<string, unknown>[] = [];
  for (const ticksABatch of TICKS_A_BATCH) {
    const options = { instruments: INSTRUMENTS, ticks: ticksABatch, batches: Math.floor(TICKS / ticksABatch) };
    const batches = updateBatches(ticks, options);
    const updates = updatesIn(batches);
    const entries = batches.reduce((sum, batch) => sum + batch.updates.size, 0);
    const records = sideBySide(batches.map(encodeUpdateBatch));
    const known = new Map<string, Known>();
    const names = new NameTable<Known>();
    for (const { updates: lists } of batches) {
      for (const name of lists.keys()) {
        const value = known.get(name) ?? { held: false };
        known.set(name, value);
        names.set(name, value);
      }
    }
    const reader = new UpdateBatchReader({ names, wants: ({ held }: Known) => held, tellsNew: true });
    const byBytes = (): void => {
      let wanted = 0;
      for (const record of records) {
        reader.read(record);
        wanted += reader.entries.length + reader.newNames.length;
      }
      if (wanted !== 0) throw new Error('an entry was wanted that nobody holds');
    };
    // As a gateway reads: with the numbers of the trades of each record.
    const telling = new UpdateBatchReader({
      names,
      wants: ({ held }: Known) => held,
      tellsNew: true,
      tellsTrades: true,
    });
    const byBytesWithTrades = (): void => {
      const index = new Map<Known, { lasts: Uint32Array; used: number }>();
      let trades = 0;
      for (const record of records) {
        telling.read(record);
        const { count, known: of, lasts } = telling.trades;
        for (let i = 0; i < count; i++) {
          const one = of[i] as Known;
          let noted = index.get(one);
          if (noted === undefined) {
            noted = { lasts: new Uint32Array(TICKS), used: 0 };
            index.set(one, noted);
          }
          noted.lasts[noted.used++] = lasts[i] as number;
        }
        trades += count;
      }
      if (trades === 0) throw new Error('no trade was found');
    };
    const seconds = medians(ROUNDS, {
      objects: () => {
        if (byObjects(records, known) !== 0) throw new Error('an entry was wanted that nobody holds');
      },
      bytes: byBytes,
      trades: byBytesWithTrades,
    });
    const us = (of: string): number => round(((seconds[of] as number) * 1e6) / updates, 4);
    rows.push({
      ticksARecord: ticksABatch,
      records: records.length,
      entriesARecord: round(entries / records.length, 1),
      updatesARecord: round(updates / records.length, 1),
      bytesARecord: round(records.reduce((sum, { length }) => sum + length, 0) / records.length),
      usAnUpdateByObjects: us('objects'),
      usAnUpdate: us('bytes'),
      usAnUpdateWithTrades: us('trades'),
      usAnEntry: round(((seconds.bytes as number) * 1e6) / entries, 4),
      ratio: round((seconds.objects as number) / (seconds.bytes as number), 1),
      goal: `${us('bytes') <= GOAL_US ? 'met' : 'not met'}: at most ${GOAL_US} us`,
    });
  }
  return {
    name: 'skip',
    conditions: {
      recordings: BTCUSDT_PAIR.map((path) => path.slice(path.lastIndexOf('/') + 1)),
      instruments: INSTRUMENTS,
      held: 0,
      rounds: ROUNDS,
      time: 'process CPU time, collector included; from the decompressed record; both ways in each round',
    },
    rows,
  };
}

const round = (value: number, digits = 0): number => Number(value.toFixed(digits));
