import type { Sequence, Update } from '@tapecast/market';
import protobuf from 'protobufjs/minimal.js';
import { log } from './log-schema.ts';
import { count } from './safe-integer.ts';
import { sequenceName, sequenceNumber } from './schema-names.ts';
import { putUpdate, takeUpdate } from './update-codec.ts';
import { decoding, WireError } from './wire-error.ts';

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

/** Reads the index only: what nobody asks for is never decoded. */
export function openUpdateBatch(bytes: Uint8Array): OpenBatch {
  return decoding('an update batch', () => {
    const message = log.v1.UpdateBatch.decode(bytes);
    const payload = message.payload;
    return {
      epoch: message.epoch,
      ticksNext: count(message.ticksNext, 'ticks_next'),
      computedAtUs: count(message.computedAtUs, 'computed_at_us'),
      clocks: message.clocks.map((clock) => ({
        source: clock.source ?? '',
        timeMs: count(clock.timeMs ?? 0, 'time_ms'),
      })),
      entries: message.index.map((entry) => new Entry(entry as log.v1.UpdateIndex, payload)),
    };
  });
}

class Entry implements BatchEntry {
  readonly instrument: string;
  readonly ranges: readonly SequenceSpan[];
  readonly #bytes: Uint8Array;

  constructor(entry: log.v1.UpdateIndex, payload: Uint8Array) {
    const end = entry.offset + entry.length;
    if (end > payload.length) {
      throw new WireError('inconsistent', `the index names bytes up to ${end} of a payload of ${payload.length}`);
    }
    this.instrument = entry.instrument;
    this.ranges = entry.ranges.map(takeSpan);
    this.#bytes = payload.subarray(entry.offset, end);
  }

  updates(): Update[] {
    return decoding(`the updates of ${this.instrument}`, () =>
      log.v1.UpdateList.decode(this.#bytes).updates.map((update) => takeUpdate(update as log.v1.Update)),
    );
  }
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
