import type { LogGap, LogRecord } from '../contract.ts';

/** What a reader tells of one partition. */
export type FeedEvent =
  | { kind: 'records'; partition: number; records: readonly LogRecord[]; end: number }
  | { kind: 'gap'; gap: LogGap }
  | { kind: 'end'; partition: number; end: number };

/*
 * A buffer begins with numbers of 64 bits: the readers' round, how many events there are, and the events one after the other:
 *
 *     records: 0, partition, end, first offset, count, then for each record: appended at, length of its key (-1: none), length
 *     gap:     1, partition, from, to
 *     end:     2, partition, end
 *
 * Keys and values follow, each record's key before its value, in the order of the records.
 */
const RECORDS = 0;
const GAP = 1;
const END = 2;
const HEAD_WORDS = 2;
const WORDS_A_RECORD = 3;
const WORDS = { records: 5, gap: 4, end: 3 } as const;

/** Puts what a reader was given into memory that other threads can read: the one copy that is made of a record for all of them. */
export function packEvents(round: number, events: readonly FeedEvent[]): SharedArrayBuffer {
  let words = HEAD_WORDS;
  let bytes = 0;
  for (const event of events) {
    words += WORDS[event.kind];
    if (event.kind !== 'records') continue;
    words += event.records.length * WORDS_A_RECORD;
    for (const { key, value } of event.records) bytes += (key?.byteLength ?? 0) + value.byteLength;
  }
  const head = words * Float64Array.BYTES_PER_ELEMENT;
  const buffer = new SharedArrayBuffer(head + bytes);
  const numbers = new Float64Array(buffer, 0, words);
  const body = new Uint8Array(buffer);
  numbers[0] = round;
  numbers[1] = events.length;
  let at = HEAD_WORDS;
  let end = head;
  for (const event of events) {
    if (event.kind === 'gap') {
      numbers.set([GAP, event.gap.partition, event.gap.from, event.gap.to], at);
      at += WORDS.gap;
      continue;
    }
    if (event.kind === 'end') {
      numbers.set([END, event.partition, event.end], at);
      at += WORDS.end;
      continue;
    }
    const { records } = event;
    numbers.set([RECORDS, event.partition, event.end, records[0]?.offset ?? 0, records.length], at);
    at += WORDS.records;
    for (const { key, value, appendedAtMs } of records) {
      numbers[at++] = appendedAtMs;
      numbers[at++] = key === undefined ? -1 : key.byteLength;
      numbers[at++] = value.byteLength;
      if (key !== undefined) {
        body.set(key, end);
        end += key.byteLength;
      }
      body.set(value, end);
      end += value.byteLength;
    }
  }
  return buffer;
}

export const roundOf = (buffer: SharedArrayBuffer): number => new Float64Array(buffer, 0, 1)[0] as number;

/** Reads them again. The records' bytes are those of the buffer: it lives as long as one of them. */
export function* unpackEvents(buffer: SharedArrayBuffer): Generator<FeedEvent> {
  const numbers = new Float64Array(buffer, 0, Math.floor(buffer.byteLength / Float64Array.BYTES_PER_ELEMENT));
  const events = number(numbers, 1);
  let body = wordsOf(numbers, events) * Float64Array.BYTES_PER_ELEMENT;
  let at = HEAD_WORDS;
  for (let n = 0; n < events; n++) {
    const kind = number(numbers, at);
    const partition = number(numbers, at + 1);
    if (kind === GAP) {
      yield { kind: 'gap', gap: { partition, from: number(numbers, at + 2), to: number(numbers, at + 3) } };
      at += WORDS.gap;
      continue;
    }
    const end = number(numbers, at + 2);
    if (kind === END) {
      yield { kind: 'end', partition, end };
      at += WORDS.end;
      continue;
    }
    const first = number(numbers, at + 3);
    const count = number(numbers, at + 4);
    at += WORDS.records;
    const records: LogRecord[] = [];
    for (let i = 0; i < count; i++) {
      const keyLength = number(numbers, at + 1);
      const length = number(numbers, at + 2);
      const key = keyLength < 0 ? undefined : Buffer.from(buffer, body, keyLength);
      body += Math.max(0, keyLength);
      records.push({
        offset: first + i,
        key,
        value: Buffer.from(buffer, body, length),
        appendedAtMs: number(numbers, at),
      });
      body += length;
      at += WORDS_A_RECORD;
    }
    yield { kind: 'records', partition, records, end };
  }
}

function wordsOf(numbers: Float64Array, events: number): number {
  let at = HEAD_WORDS;
  for (let n = 0; n < events; n++) {
    const kind = number(numbers, at);
    if (kind === RECORDS) at += WORDS.records + number(numbers, at + 4) * WORDS_A_RECORD;
    else at += kind === GAP ? WORDS.gap : WORDS.end;
  }
  return at;
}

const number = (numbers: Float64Array, at: number): number => numbers[at] as number;
