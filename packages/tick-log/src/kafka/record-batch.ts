import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '../limits.ts';
import { readInt64 } from './bytes.ts';
import { crc32c } from './crc32c.ts';

/**
 * Kafka's record batch, format 2 (KIP-98, `DefaultRecordBatch`), both ways. Our own because a batch's last offset must be
 * known even when its last records are not there, and because a record costs a fifth of what it costs in kafkajs.
 */
const HEADER_BYTES = 61;
/** `baseOffset` and `batchLength`, which the length does not count. */
const PREFIX_BYTES = 12;
const CRC_AT = 17;
const CRC_FROM = 21;
const MAGIC = 2;
const CODEC_MASK = 0x07;
const CODEC_ZSTD = 4;
const CONTROL_FLAG = 0x20;
/**
 * Zstd wins bytes from 400 on, but costs its writer some 28 µs and each reader 22, whatever is in the batch, and every gateway is
 * a reader: below this that is more than the bytes are worth. Under load batches grow past it by themselves.
 */
const COMPRESS_FROM_BYTES = 4_096;
/**
 * Compressed at once, on this thread: a batch of 800 bytes takes 27 µs so, of 100 kB 145 µs; through the thread pool it is
 * 140 and 260 µs until the answer, and five and two times the CPU. Level 3 makes it 1 % smaller in twice the time.
 */
const ZSTD_PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };
/** Least that zlib takes as the size of its output; where an output fills it to the last byte, it asks for as much again. */
const OUTPUT_BYTES_MIN = 64;
/** What a frame may claim as its size before it is believed: twice what we write. */
const FRAME_BYTES_MAX = 2 * LIMITS.batchBytesMax;
const ZSTD_MAGIC = 0xfd2fb528;

export interface RecordToWrite {
  key: Uint8Array | undefined;
  value: Uint8Array;
}

export interface BatchIdentity {
  producerId: bigint;
  producerEpoch: number;
  /** Of the first record; the broker finds repetitions and holes by it. */
  baseSequence: number;
}

export interface ReadRecord {
  offset: number;
  key: Uint8Array | undefined;
  value: Uint8Array;
  appendedAtMs: number;
}

export interface ReadBatch {
  baseOffset: number;
  /** Of the batch as it was written, also where compaction took records from its end. */
  lastOffset: number;
  /** Transaction markers: offsets without a record for us. */
  control: boolean;
  records: ReadRecord[];
}

export function encodeRecordBatch(records: readonly RecordToWrite[], identity: BatchIdentity, nowMs: number): Buffer {
  const plain = encodeRecords(records);
  const compressed = plain.length >= COMPRESS_FROM_BYTES ? compress(plain) : plain;
  const smaller = compressed.length < plain.length;
  const body = smaller ? compressed : plain;
  const batch = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - PREFIX_BYTES, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(smaller ? CODEC_ZSTD : 0, CRC_FROM);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(nowMs), 27);
  batch.writeBigInt64BE(BigInt(nowMs), 35);
  batch.writeBigInt64BE(identity.producerId, 43);
  batch.writeInt16BE(identity.producerEpoch, 51);
  batch.writeInt32BE(identity.baseSequence, 53);
  batch.writeInt32BE(records.length, 57);
  batch.set(body, HEADER_BYTES);
  batch.writeUInt32BE(crc32c(batch, CRC_FROM), CRC_AT);
  return batch;
}

/**
 * The batches of a fetch answer. A broker cuts an answer at its byte bound, so the last batch may be a part: it is left
 * out and comes with the next fetch. Throws `CorruptBatch` where the bytes are not what was written.
 */
export function decodeRecordBatches(bytes: Buffer): ReadBatch[] {
  const batches: ReadBatch[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = PREFIX_BYTES + bytes.readInt32BE(at + 8);
    if (length < HEADER_BYTES) throw new CorruptBatch(`a batch of ${length} bytes`);
    if (at + length > bytes.length) break;
    batches.push(decodeBatch(bytes.subarray(at, at + length)));
    at += length;
  }
  return batches;
}

export class CorruptBatch extends Error {
  constructor(what: string) {
    super(`the log answered with ${what}`);
    this.name = 'CorruptBatch';
  }
}

function decodeBatch(batch: Buffer): ReadBatch {
  if (batch.readInt8(16) !== MAGIC)
    throw new CorruptBatch(`record format ${batch.readInt8(16)}; format ${MAGIC} is read here`);
  if (crc32c(batch, CRC_FROM) !== batch.readUInt32BE(CRC_AT)) throw new CorruptBatch('a batch whose checksum is wrong');
  const attributes = batch.readInt16BE(CRC_FROM);
  const baseOffset = readInt64(batch, 0);
  const lastOffset = baseOffset + batch.readInt32BE(23);
  const control = (attributes & CONTROL_FLAG) !== 0;
  if (control) return { baseOffset, lastOffset, control, records: [] };
  const body = decompress(attributes & CODEC_MASK, batch.subarray(HEADER_BYTES));
  // With LogAppendTime the broker writes its time into the batch's newest timestamp; it holds for all its records.
  const appendedAtMs = readInt64(batch, 35);
  const records = decodeRecords(body, batch.readInt32BE(57), baseOffset, appendedAtMs);
  return { baseOffset, lastOffset, control, records };
}

/** Told beforehand, the size stands in the frame, so that a reader takes just the memory it needs. */
function compress(plain: Buffer): Buffer {
  return zstdCompressSync(plain, { params: ZSTD_PARAMS, pledgedSrcSize: plain.length });
}

/**
 * Memory for what a frame holds, by its own word (RFC 8878, 3.1.1.1). Records of the window live in it for minutes: with
 * zlib's own 16 KiB most of it would be kept for nothing.
 */
function outputBytes(frame: Buffer): number {
  if (frame.length < 14 || frame.readUInt32LE(0) !== ZSTD_MAGIC) return constants.Z_DEFAULT_CHUNK;
  const descriptor = frame[4]!;
  const single = (descriptor >> 5) & 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (1 - single) + dictionaryBytes;
  let size: number;
  switch (descriptor >> 6) {
    case 0:
      if (single === 0) return constants.Z_DEFAULT_CHUNK;
      size = frame[at]!;
      break;
    case 1:
      size = frame.readUInt16LE(at) + 256;
      break;
    case 2:
      size = frame.readUInt32LE(at);
      break;
    default:
      return constants.Z_DEFAULT_CHUNK;
  }
  return size > FRAME_BYTES_MAX ? constants.Z_DEFAULT_CHUNK : Math.max(OUTPUT_BYTES_MIN, size + 1);
}

function decompress(codec: number, body: Buffer): Buffer {
  if (codec === 0) return body;
  if (codec === CODEC_ZSTD) return zstdDecompressSync(body, { chunkSize: outputBytes(body) });
  throw new CorruptBatch(`compression ${codec}; 0 (none) and ${CODEC_ZSTD} (zstd) are read here`);
}

function encodeRecords(records: readonly RecordToWrite[]): Buffer {
  let size = 0;
  const lengths: number[] = [];
  records.forEach((record, index) => {
    const length = recordBodyBytes(record, index);
    lengths.push(length);
    size += varintBytes(length) + length;
  });
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  records.forEach(({ key, value }, index) => {
    at = writeVarint(bytes, at, lengths[index]!);
    bytes[at] = 0; // attributes: none are defined
    bytes[at + 1] = 0; // timestamp delta: the broker sets the time
    at = writeVarint(bytes, at + 2, index);
    at = writeVarint(bytes, at, key === undefined ? -1 : key.length);
    if (key !== undefined) bytes.set(key, at);
    at = writeVarint(bytes, at + (key?.length ?? 0), value.length);
    bytes.set(value, at);
    at += value.length;
    bytes[at] = 0; // headers: none
    at += 1;
  });
  return bytes;
}

function recordBodyBytes({ key, value }: RecordToWrite, index: number): number {
  const keyBytes = key === undefined ? varintBytes(-1) : varintBytes(key.length) + key.length;
  return 2 + varintBytes(index) + keyBytes + varintBytes(value.length) + value.length + 1;
}

function decodeRecords(bytes: Buffer, count: number, baseOffset: number, appendedAtMs: number): ReadRecord[] {
  const records: ReadRecord[] = [];
  const cursor = { bytes, at: 0 };
  for (let n = 0; n < count; n += 1) {
    const length = readVarint(cursor);
    const end = cursor.at + length;
    if (length < 0 || end > bytes.length) throw new CorruptBatch('a record that is longer than its batch');
    cursor.at += 1;
    skipVarlong(cursor);
    const offset = baseOffset + readVarint(cursor);
    const key = readBytes(cursor);
    const value = readBytes(cursor);
    records.push({ offset, key, value: value ?? EMPTY, appendedAtMs });
    cursor.at = end; // headers are passed over: we write none
  }
  return records;
}

const EMPTY = new Uint8Array(0);

interface Cursor {
  bytes: Buffer;
  at: number;
}

function readBytes(cursor: Cursor): Uint8Array | undefined {
  const length = readVarint(cursor);
  if (length < 0) return undefined;
  const start = cursor.at;
  cursor.at += length;
  if (cursor.at > cursor.bytes.length) throw new CorruptBatch('a field that is longer than its record');
  return cursor.bytes.subarray(start, cursor.at);
}

/** Zigzag, 32 bits. */
function readVarint(cursor: Cursor): number {
  let raw = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw new CorruptBatch('a batch that ends within a number');
    cursor.at += 1;
    raw |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
  }
  throw new CorruptBatch('a number of more than 32 bits');
}

function skipVarlong(cursor: Cursor): void {
  while ((cursor.bytes[cursor.at] ?? 0) >= 0x80) cursor.at += 1;
  cursor.at += 1;
}

function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let index = at;
  while (rest >= 0x80) {
    bytes[index] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    index += 1;
  }
  bytes[index] = rest;
  return index + 1;
}

function varintBytes(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0;
  return raw === 0 ? 1 : Math.ceil((32 - Math.clz32(raw)) / 7);
}
