import type { Sequence, Update } from '@tapecast/market';
import { close, open, putCount, putNumber, putText, putVarint, UNIT_BYTES_MAX } from './byte-writer.ts';
import { BATCH_SCRATCH_BYTES_MAX } from './limits.ts';
import { sequenceNumber } from './schema-names.ts';
import { putUpdate, updateBytesAtMost } from './update-encoder.ts';
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
  /** Decodes the updates: each call anew. Throws WireError. */
  updates(): Update[];
}

/** A batch whose index is read and whose updates are still bytes: they share the memory of the record. */
export interface OpenBatch extends UpdateBatchHead {
  entries: BatchEntry[];
}

/** Memory that a batch is put together in: it is grown to the largest one and used again. */
class Scratch {
  bytes = new Uint8Array(64 * 1024);
  used = 0;

  /** Makes room for `more` bytes after those that are used. */
  reserve(more: number): void {
    const need = this.used + more;
    if (need <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(need, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
  }

  /** A batch that is far larger than others must not be kept for it. */
  empty(): void {
    this.used = 0;
    if (this.bytes.length > BATCH_SCRATCH_BYTES_MAX) this.bytes = new Uint8Array(64 * 1024);
  }
}

const payload = new Scratch();
const head = new Scratch();
/** Of the list at hand, by its runs: the number of the sequence, first and last. */
const runs: number[] = [];

/** Of numbers, tags and lengths beside texts: of the head, an entry of the index, a clock, a range. */
const FIXED_BYTES_MAX = 48;

/** The record of `md.updates`, byte for byte as the generated encoder writes it. Throws WireError. */
export function encodeUpdateBatch(batch: UpdateBatch): Uint8Array {
  payload.empty();
  head.empty();
  head.reserve(FIXED_BYTES_MAX + UNIT_BYTES_MAX * batch.epoch.length);
  let at = putText(head.bytes, 0, 10, batch.epoch);
  at = putCount(head.bytes, at, 16, batch.ticksNext, 'ticks_next');
  head.used = putCount(head.bytes, at, 24, batch.computedAtUs, 'computed_at_us');
  for (const { source, timeMs } of batch.clocks) {
    head.reserve(FIXED_BYTES_MAX + UNIT_BYTES_MAX * source.length);
    const start = open(head.bytes, head.used, 34);
    const end = putText(head.bytes, start, 10, source);
    head.used = close(head.bytes, start, putCount(head.bytes, end, 16, timeMs, 'time_ms'));
  }
  for (const [instrument, updates] of batch.updates) putEntry(instrument, updates);
  return joined();
}

function putEntry(instrument: string, updates: readonly Update[]): void {
  const offset = payload.used;
  runs.length = 0;
  for (const update of updates) {
    payload.reserve(updateBytesAtMost(update) + FIXED_BYTES_MAX);
    const start = open(payload.bytes, payload.used, 10);
    payload.used = close(payload.bytes, start, putUpdate(payload.bytes, start, update));
    addToRuns(sequenceNumber(update.sequence), update.first, update.last);
  }
  head.reserve(FIXED_BYTES_MAX * (1 + runs.length / 3) + UNIT_BYTES_MAX * instrument.length);
  const { bytes } = head;
  const start = open(bytes, head.used, 42);
  let at = putText(bytes, start, 10, instrument);
  at = putNumber(bytes, at, 16, offset);
  at = putNumber(bytes, at, 24, payload.used - offset);
  for (let i = 0; i < runs.length; i += 3) {
    const range = open(bytes, at, 34);
    at = putNumber(bytes, range, 8, runs[i]!);
    at = putNumber(bytes, at, 16, runs[i + 1]!);
    at = close(bytes, range, putNumber(bytes, at, 24, runs[i + 2]!));
  }
  head.used = close(bytes, start, at);
}

/** One run for each stretch of numbers without a hole: a fold gives one a sequence. */
function addToRuns(sequence: number, first: number, last: number): void {
  for (let i = runs.length - 3; i >= 0; i -= 3) {
    if (runs[i] !== sequence) continue;
    if (runs[i + 2]! + 1 !== first) break;
    runs[i + 2] = last;
    return;
  }
  runs.push(sequence, first, last);
}

function joined(): Uint8Array {
  if (payload.used === 0) return head.bytes.slice(0, head.used);
  head.reserve(FIXED_BYTES_MAX);
  const at = putVarint(head.bytes, putVarint(head.bytes, head.used, 50), payload.used);
  const record = new Uint8Array(at + payload.used);
  record.set(head.bytes.subarray(0, at));
  record.set(payload.bytes.subarray(0, payload.used), at);
  return record;
}

/** All entries of a batch: for those who hold every instrument. Others read with an UpdateBatchReader. */
export function openUpdateBatch(bytes: Uint8Array): OpenBatch {
  const reader = new UpdateBatchReader<undefined>(undefined);
  reader.read(bytes);
  const { epoch, ticksNext, computedAtUs, clocks, entries } = reader;
  return { epoch, ticksNext, computedAtUs, clocks, entries };
}
