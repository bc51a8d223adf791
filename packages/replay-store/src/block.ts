import { crc32 } from 'node:zlib';
import type { StoredRecord } from './contract.ts';
import { LIMITS } from './limits.ts';

/** Records of one partition that follow each other without a hole: what is written, checked and read as one. */
export interface Block {
  partition: number;
  first: number;
  count: number;
  /** The highest `appendedAtMs` of its records. */
  newestMs: number;
  /** Of `data`. */
  bytes: number;
  checksum: number;
}

/** Of each record in the data: appendedAtMs, then the value's length. */
const RECORD_HEAD_BYTES = 12;
const ENTRY_BYTES = 36;

/** Gathers the records of a block. */
export class BlockWriter {
  readonly partition: number;
  readonly first: number;
  #records: { appendedAtMs: number; value: Uint8Array }[] = [];
  #bytes = 0;

  constructor(partition: number, first: number) {
    this.partition = partition;
    this.first = first;
  }

  get next(): number {
    return this.first + this.#records.length;
  }

  get full(): boolean {
    return this.#bytes >= LIMITS.blockBytesMax;
  }

  add(appendedAtMs: number, value: Uint8Array): void {
    this.#records.push({ appendedAtMs, value });
    this.#bytes += RECORD_HEAD_BYTES + value.byteLength;
  }

  done(): { block: Block; data: Uint8Array } {
    const data = new Uint8Array(this.#bytes);
    const view = new DataView(data.buffer);
    let at = 0;
    let newestMs = 0;
    for (const { appendedAtMs, value } of this.#records) {
      view.setFloat64(at, appendedAtMs);
      view.setUint32(at + 8, value.byteLength);
      data.set(value, at + RECORD_HEAD_BYTES);
      at += RECORD_HEAD_BYTES + value.byteLength;
      newestMs = Math.max(newestMs, appendedAtMs);
    }
    const { partition, first } = this;
    const count = this.#records.length;
    return { block: { partition, first, count, newestMs, bytes: data.byteLength, checksum: crc32(data) }, data };
  }
}

/** Its records from `from` on; undefined where the data is not what was written. They share its memory. */
export function recordsOf(block: Block, data: Uint8Array, from: number): StoredRecord[] | undefined {
  if (data.byteLength !== block.bytes || crc32(data) !== block.checksum) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const records: StoredRecord[] = [];
  let at = 0;
  // The checksum vouches for the lengths.
  for (let offset = block.first; offset < block.first + block.count; offset++) {
    const start = at + RECORD_HEAD_BYTES;
    const end = start + view.getUint32(at + 8);
    if (offset >= from) records.push({ offset, appendedAtMs: view.getFloat64(at), value: data.subarray(start, end) });
    at = end;
  }
  return records;
}

/** The block's entry in the index on disk. */
export function encodeEntry(block: Block): Uint8Array {
  const entry = new Uint8Array(ENTRY_BYTES);
  const view = new DataView(entry.buffer);
  view.setUint32(0, block.partition);
  view.setFloat64(4, block.first);
  view.setUint32(12, block.count);
  view.setFloat64(16, block.newestMs);
  view.setUint32(24, block.bytes);
  view.setUint32(28, block.checksum);
  view.setUint32(ENTRY_BYTES - 4, crc32(entry.subarray(0, ENTRY_BYTES - 4)));
  return entry;
}

/** Undefined where the bytes are not what was written. */
export function decodeEntry(entry: Uint8Array): Block | undefined {
  if (entry.byteLength !== ENTRY_BYTES) return undefined;
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  if (view.getUint32(ENTRY_BYTES - 4) !== crc32(entry.subarray(0, ENTRY_BYTES - 4))) return undefined;
  return {
    partition: view.getUint32(0),
    first: view.getFloat64(4),
    count: view.getUint32(12),
    newestMs: view.getFloat64(16),
    bytes: view.getUint32(24),
    checksum: view.getUint32(28),
  };
}
