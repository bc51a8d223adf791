import type { LogRecord, PartitionBatch } from '../contract.ts';
import { appended, type TopicLog } from './topic-log.ts';

/**
 * Where a memory log keeps one topic beside memory, so that another process can go on with it. A `RecordStore` is one. What
 * `append` resolved with is there after a kill.
 */
export interface LogJournal {
  append(
    batches: readonly { partition: number; offset: number; appendedAtMs: number; values: readonly Uint8Array[] }[],
  ): Promise<void>;
  /** Oldest first, from that offset on; [] at the end. */
  read(
    partition: number,
    from: number,
    bytesMax: number,
  ): Promise<readonly { offset: number; appendedAtMs: number; value: Uint8Array }[]>;
  /** Nothing is missing from `oldest` to `next`. */
  bounds(partition: number): { oldest: number; next: number } | undefined;
}

/** Before a record's value stands the length of its key + 1, or 0 where it has none. */
const KEY_LENGTH_BYTES = 4;

const RESTORED_BYTES_AT_ONCE = 4 * 1024 * 1024;

/** Writes ahead: a record is in the journal before a reader has it, so that no other process gives its number to another. */
export class TopicJournal {
  readonly #journal: LogJournal;
  readonly #onLost: (error: Error) => void;
  #lost = false;
  /** Sends of several producers take their turns, for offsets are given out here. Never rejects. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(journal: LogJournal, onLost: (error: Error) => void) {
    this.#journal = journal;
    this.#onLost = onLost;
  }

  /** Gives a topic that has nothing yet what the journal has. */
  async restore(topic: TopicLog): Promise<void> {
    for (const [partition, log] of topic.partitions.entries()) {
      const bounds = this.#journal.bounds(partition);
      if (bounds === undefined) continue;
      log.restore(bounds.oldest);
      while (log.end < bounds.next) {
        const records = await this.#journal.read(partition, log.end, RESTORED_BYTES_AT_ONCE);
        // Broken meanwhile: what is behind it can't be told apart from what was before.
        if (records[0]?.offset !== log.end) throw new RangeError(`the journal lacks record ${log.end} of ${partition}`);
        for (const stored of records) {
          if (stored.offset !== log.end) break;
          topic.append({ partition, records: [fromJournal(stored)] }, stored.appendedAtMs);
        }
      }
    }
  }

  append(topic: TopicLog, batches: readonly PartitionBatch[]): Promise<Map<number, number>> {
    const done = this.#tail.then(() => this.#append(topic, batches));
    this.#tail = done.catch(() => {}); // The caller has it; the next in turn must not fail for it.
    return done;
  }

  async #append(topic: TopicLog, batches: readonly PartitionBatch[]): Promise<Map<number, number>> {
    const appendedAtMs = topic.nowMs;
    if (!this.#lost) {
      try {
        await this.#journal.append(offsetsOf(topic, batches).map(([batch, at]) => journalled(batch, at, appendedAtMs)));
      } catch (error) {
        this.#lost = true;
        this.#onLost(error as Error);
      }
    }
    return appended(topic, batches, appendedAtMs);
  }
}

/** Each batch with the offset that its first record will have. */
function offsetsOf(topic: TopicLog, batches: readonly PartitionBatch[]): [PartitionBatch, number][] {
  const ends = new Map<number, number>();
  return batches.map((batch) => {
    const at = ends.get(batch.partition) ?? topic.partition(batch.partition).end;
    ends.set(batch.partition, at + batch.records.length);
    return [batch, at];
  });
}

function journalled(
  { partition, records }: PartitionBatch,
  offset: number,
  appendedAtMs: number,
): { partition: number; offset: number; appendedAtMs: number; values: Uint8Array[] } {
  const values = records.map(({ key, value }) => {
    const keyBytes = key?.byteLength ?? 0;
    const bytes = new Uint8Array(KEY_LENGTH_BYTES + keyBytes + value.byteLength);
    new DataView(bytes.buffer).setUint32(0, key === undefined ? 0 : keyBytes + 1);
    if (key !== undefined) bytes.set(key, KEY_LENGTH_BYTES);
    bytes.set(value, KEY_LENGTH_BYTES + keyBytes);
    return bytes;
  });
  return { partition, offset, appendedAtMs, values };
}

/** Throws RangeError where the bytes are none of `journalled`. */
function fromJournal(stored: { offset: number; appendedAtMs: number; value: Uint8Array }): LogRecord {
  const { offset, appendedAtMs, value: bytes } = stored;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const valueAt = KEY_LENGTH_BYTES + Math.max(0, length - 1);
  if (valueAt > bytes.byteLength) throw new RangeError(`the key of record ${offset} ends outside of it`);
  const key = length === 0 ? undefined : bytes.subarray(KEY_LENGTH_BYTES, valueAt);
  return { offset, appendedAtMs, key, value: bytes.subarray(valueAt) };
}
