import type { FinalBar, InstrumentRecord, KnownRecord, PartitionRecord } from '../contract.ts';
import { MarketStateError } from '../errors.ts';
import { CHUNK_BYTES_MAX, CHUNK_ITEMS_MAX } from '../limits.ts';

/** A view's value begins with ticksNext and updatesNext as doubles, which are exact for every offset we can count. */
const HEADER_BYTES = 16;

export function packView(record: InstrumentRecord): Buffer {
  const packed = Buffer.allocUnsafe(HEADER_BYTES + record.view.length);
  packed.writeDoubleLE(record.ticksNext, 0);
  packed.writeDoubleLE(record.updatesNext, 8);
  packed.set(record.view, HEADER_BYTES);
  return packed;
}

export function unpackView(packed: Buffer): { ticksNext: number; updatesNext: number; view: Uint8Array } {
  return {
    ticksNext: packed.readDoubleLE(0),
    updatesNext: packed.readDoubleLE(8),
    view: packed.subarray(HEADER_BYTES),
  };
}

/** Members of a sorted set are unique: the start in front keeps two bars of equal bytes apart. */
const BAR_HEADER_BYTES = 8;

export function packBar(bar: FinalBar): Buffer {
  const packed = Buffer.allocUnsafe(BAR_HEADER_BYTES + bar.update.length);
  packed.writeDoubleLE(bar.startMs, 0);
  packed.set(bar.update, BAR_HEADER_BYTES);
  return packed;
}

export function unpackBar(packed: Buffer): Uint8Array {
  return packed.subarray(BAR_HEADER_BYTES);
}

export function packRecord(record: PartitionRecord): string {
  return JSON.stringify(record);
}

export function unpackRecord(text: string): PartitionRecord {
  try {
    // Written by `packRecord` and nothing else.
    return JSON.parse(text) as PartitionRecord;
  } catch (error) {
    throw new MarketStateError('failed', `a partition's record in Redis is not JSON: ${text.slice(0, 80)}`, {
      cause: error,
    });
  }
}

/** As the scripts compare it with a partition's `epoch` and `ticks_next`. */
export function packKnown(standsOn: readonly KnownRecord[] | undefined): string {
  if (standsOn === undefined) return '';
  return JSON.stringify(standsOn.map((known) => (known === 'none' ? '' : `${known.epoch} ${known.ticksNext}`)));
}

/** Cuts into pieces of CHUNK_BYTES_MAX and CHUNK_ITEMS_MAX, in order; a larger item is a piece by itself. */
export function* chunks<T>(items: readonly T[], bytesOf: (item: T) => number): Generator<T[]> {
  let chunk: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    if (chunk.length > 0 && (bytes + size > CHUNK_BYTES_MAX || chunk.length === CHUNK_ITEMS_MAX)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(item);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
