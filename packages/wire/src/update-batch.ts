import type { Sequence, Update } from '@tapecast/market';
import protobuf from 'protobufjs/minimal.js';
import { log } from './log-schema.ts';
import { count } from './safe-integer.ts';
import { sequenceName, sequenceNumber } from './schema-names.ts';
import { putUpdate } from './update-codec.ts';
import { UpdateBatchReader } from './update-reader.ts';

export interface SourceClock {
  /** Venue and ingest session. */
  source: string;
  timeMs: number;
}

/** What one record of `md.updates` says besides the updates. */
export interface UpdateBatchHead {
  epoch: string;
  /** Offset in md.ticks after the last tick that is folded into this batch. */
  ticksNext: number;
  /** Unix microseconds. */
  computedAtUs: number;
  /** Clocks of the sources that moved. */
  clocks: SourceClock[];
}

export interface UpdateBatch extends UpdateBatchHead {
  /** By instrument, in the order in which the fold emitted them. */
  updates: Map<string, Update[]>;
}

/** The numbers first..last of one sequence, all of them in the entry. */
export interface SequenceSpan {
  sequence: Sequence;
  first: number;
  last: number;
}

/** What a batch has of one instrument. */
export interface BatchEntry {
  readonly instrument: string;
  readonly ranges: readonly SequenceSpan[];
  /** The updates as they stand in the record. */
  readonly bytes: Uint8Array;
  /** Whether there is an update of the sequence. */
  has(sequence: Sequence): boolean;
  /** Whether all of its numbers are at or below those of `seqs`. */
  isWithin(seqs: Readonly<Record<Sequence, number>>): boolean;
  /** Decodes the updates: each call anew. Throws WireError. */
  updates(): Update[];
}

/** A batch whose index is read and whose updates are still bytes: they share the memory of the record. */
export interface OpenBatch extends UpdateBatchHead {
  entries: BatchEntry[];
}

export function encodeUpdateBatch(batch: UpdateBatch): Uint8Array {
  const index: log.v1.UpdateIndex.$Properties[] = [];
  const payload = protobuf.Writer.create();
  for (const [instrument, updates] of batch.updates) {
    const offset = payload.len;
    log.v1.UpdateList.encode({ updates: updates.map(putUpdate) }, payload);
    index.push({ instrument, offset, length: payload.len - offset, ranges: spans(updates) });
  }
  return log.v1.UpdateBatch.encode({
    epoch: batch.epoch,
    ticksNext: count(batch.ticksNext, 'ticks_next'),
    computedAtUs: count(batch.computedAtUs, 'computed_at_us'),
    clocks: batch.clocks.map(({ source, timeMs }) => ({ source, timeMs: count(timeMs, 'time_ms') })),
    index,
    payload: payload.finish(),
  }).finish();
}

/** All entries of a batch: for those who hold every instrument. Others read with an UpdateBatchReader. */
export function openUpdateBatch(bytes: Uint8Array): OpenBatch {
  const reader = new UpdateBatchReader<undefined>(undefined);
  reader.read(bytes);
  const { epoch, ticksNext, computedAtUs, clocks, entries } = reader;
  return { epoch, ticksNext, computedAtUs, clocks, entries };
}

/** One span for each run of numbers without a hole: a fold gives one a sequence. */
function spans(updates: readonly Update[]): log.v1.SequenceRange.$Properties[] {
  const result: { sequence: number; first: number; last: number }[] = [];
  for (const { sequence, first, last } of updates) {
    const number = sequenceNumber(sequence);
    const open = result.findLast((span) => span.sequence === number);
    if (open !== undefined && open.last + 1 === first) open.last = last;
    else result.push({ sequence: number, first, last });
  }
  return result;
}

export function takeSpan(range: log.v1.SequenceRange.$Properties): SequenceSpan {
  return {
    sequence: sequenceName(range.sequence),
    first: count(range.first ?? 0, 'first'),
    last: count(range.last ?? 0, 'last'),
  };
}
