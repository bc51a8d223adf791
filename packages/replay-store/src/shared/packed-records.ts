import type { RecordBatch, StoredRecord } from '../contract.ts';

/*
 * A buffer begins with numbers of 64 bits: how many records there are, then for each its partition, offset, appended at and
 * length. The values follow in the same order.
 */
const WORDS_A_RECORD = 4;
const WORD_BYTES = Float64Array.BYTES_PER_ELEMENT;

export interface PartitionRecord extends StoredRecord {
  partition: number;
}

export function packRecords(records: readonly PartitionRecord[]): ArrayBuffer {
  const words = 1 + records.length * WORDS_A_RECORD;
  const head = words * WORD_BYTES;
  const buffer = new ArrayBuffer(records.reduce((sum, { value }) => sum + value.byteLength, head));
  const numbers = new Float64Array(buffer, 0, words);
  const body = new Uint8Array(buffer);
  numbers[0] = records.length;
  let word = 1;
  let at = head;
  for (const { partition, offset, appendedAtMs, value } of records) {
    numbers[word++] = partition;
    numbers[word++] = offset;
    numbers[word++] = appendedAtMs;
    numbers[word++] = value.byteLength;
    body.set(value, at);
    at += value.byteLength;
  }
  return buffer;
}

/** Their values are views of the buffer. */
export function unpackRecords(buffer: ArrayBuffer): PartitionRecord[] {
  const [count = 0] = new Float64Array(buffer, 0, 1);
  const words = 1 + count * WORDS_A_RECORD;
  const numbers = new Float64Array(buffer, 0, words);
  const records: PartitionRecord[] = [];
  let at = words * WORD_BYTES;
  for (let word = 1; word < words; word += WORDS_A_RECORD) {
    const [partition, offset, appendedAtMs, length] = numbers.subarray(word, word + WORDS_A_RECORD) as unknown as [
      number,
      number,
      number,
      number,
    ];
    records.push({ partition, offset, appendedAtMs, value: new Uint8Array(buffer, at, length) });
    at += length;
  }
  return records;
}

/** One batch a record: records of a log have times of their own. */
export const batchesOf = (records: readonly PartitionRecord[]): RecordBatch[] =>
  records.map(({ partition, offset, appendedAtMs, value }) => ({ partition, offset, appendedAtMs, values: [value] }));
