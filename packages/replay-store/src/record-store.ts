import { BlockWriter, recordsOf } from './block.ts';
import type { RecordBatch, RecordBounds, RecordStore, RecordStoreOptions, StoredRecord } from './contract.ts';
import { faultOf } from './disk-fault.ts';
import { RecordStoreError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { PartitionBlocks } from './partition-blocks.ts';
import type { PlacedBlock, Segment } from './segment.ts';
import { type Found, StoreFolder, storeError } from './store-folder.ts';

type Written = ReturnType<BlockWriter['done']>;

/** Opens the store of a folder, which is made where it is missing. Rejects with `RecordStoreError`. */
export async function openRecordStore(options: RecordStoreOptions): Promise<RecordStore> {
  const share = Math.ceil(options.bytesMax / 16);
  const writeBufferBytes = Math.min(LIMITS.writeBufferBytesMax, Math.max(LIMITS.writeBufferBytesMin, share));
  const { path, identity = '', logger } = options;
  const { folder, found } = await StoreFolder.open({ path, identity, writeBufferBytes, logger });
  const store = new LevelRecordStore(options, folder, found);
  const { rebuilt, bytes } = store;
  logger?.info({ event: 'record_store_opened', path, bytes, segments: found.segments.length, rebuilt });
  return store;
}

class LevelRecordStore implements RecordStore {
  readonly rebuilt: boolean;
  readonly counts = { rejected: 0, damaged: 0 };
  readonly #options: RecordStoreOptions;
  readonly #nowMs: () => number;
  readonly #folder: StoreFolder;
  readonly #partitions = new Map<number, PartitionBlocks>();
  /** Oldest first. Only the last is written, if `#writable`. */
  readonly #segments: Segment[];
  /** When each segment was last written, by a clock that does not jump. */
  readonly #writtenAtMs = new Map<Segment, number>();
  #writable: boolean;
  #newestMs: number;
  /** The fault of the last write; undefined after one that went well. */
  #fault: { error: RecordStoreError; untilMs: number } | undefined;
  /** The last of the writes that were asked for. Never rejects. */
  #tail: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: RecordStoreOptions, folder: StoreFolder, found: Found) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#folder = folder;
    this.#segments = found.segments;
    this.#writable = found.segments.length > 0;
    this.rebuilt = found.rebuilt;
    for (const block of found.blocks) this.#adopt(block);
    for (const [partition, below] of found.trims)
      for (const { segment } of this.#blocksOf(partition).restoreTrim(below)) segment.live--;
    this.#newestMs = found.segments.reduce((newest, segment) => Math.max(newest, segment.newestMs), 0);
    for (const segment of found.segments)
      this.#writtenAtMs.set(segment, this.#nowMs() - (this.#newestMs - segment.newestMs));
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  append(batches: readonly RecordBatch[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const batch of batches) check(batch);
      try {
        await this.#append(batches);
      } catch (error) {
        this.counts.rejected++;
        throw error;
      }
    });
  }

  async read(partition: number, from: number, bytesMax: number): Promise<StoredRecord[]> {
    this.#refuseClosed();
    const blocks = this.#partitions.get(partition);
    const records: StoredRecord[] = [];
    let bytes = 0;
    let at = from;
    for (;;) {
      const block = blocks?.at(Math.max(at, blocks.floor(from)));
      if (blocks === undefined || block === undefined) return records;
      const found = await this.#recordsOf(block, blocks.floor(at));
      if (found === undefined) blocks.remove(block);
      for (const record of found ?? []) {
        bytes += record.value.byteLength;
        if (records.length > 0 && bytes > bytesMax) return records;
        records.push(record);
      }
      at = block.first + block.count;
    }
  }

  bounds(partition: number): RecordBounds | undefined {
    return this.#partitions.get(partition)?.bounds;
  }

  partitions(): number[] {
    return [...this.#partitions.keys()].sort((a, b) => a - b);
  }

  trim(partition: number, below: number): Promise<void> {
    return this.#inTurn(async () => {
      const blocks = this.#partitions.get(partition);
      if (blocks === undefined) return;
      const gone = blocks.trim(below);
      for (const { segment } of gone) segment.live--;
      try {
        await this.#folder.writeTrim(partition, Math.min(below, blocks.next));
        await this.#removeEmpty();
      } catch (error) {
        throw storeError(error, `that partition ${partition} is trimmed can't be written`);
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#tail.then(async () => {
      for (const segment of this.#segments) await segment.close();
      await this.#folder.close();
    });
    return this.#closing;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => {}); // The caller has it; the next in turn must not fail for it.
    return done;
  }

  #refuseClosed(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  #adopt(block: PlacedBlock): void {
    if (!this.#blocksOf(block.partition).add(block)) block.segment.live--;
  }

  #blocksOf(partition: number): PartitionBlocks {
    let blocks = this.#partitions.get(partition);
    if (blocks === undefined) {
      blocks = new PartitionBlocks();
      this.#partitions.set(partition, blocks);
    }
    return blocks;
  }

  async #append(batches: readonly RecordBatch[]): Promise<void> {
    for (const write of writesOf(batches, (partition) => this.#partitions.get(partition)?.next ?? 0)) {
      const placed = await this.#write(write);
      for (const block of placed) {
        this.#adopt(block);
        this.#newestMs = Math.max(this.#newestMs, block.newestMs);
      }
      await this.#keepBounds();
    }
  }

  async #write(write: readonly Written[]): Promise<PlacedBlock[]> {
    const fault = this.#fault;
    if (fault !== undefined && this.#nowMs() < fault.untilMs)
      throw new RecordStoreError(fault.error.code, `${fault.error.message}; tried again in a second at the latest`);
    try {
      const segment = await this.#segmentToWrite();
      const placed = await segment.write(write);
      this.#writtenAtMs.set(segment, this.#nowMs());
      if (fault !== undefined)
        this.#options.logger?.info({ event: 'record_store_writes_again', path: this.#options.path });
      this.#fault = undefined;
      return placed;
    } catch (error) {
      // What LevelDB has of the write is not known: nothing is added behind it.
      this.#writable = false;
      const told = storeError(error, `records can't be written to ${this.#options.path}`);
      if (fault === undefined)
        this.#options.logger?.warn({ event: 'record_store_write_failed', code: told.code, error: told.message });
      this.#fault = { error: told, untilMs: this.#nowMs() + LIMITS.retryMs };
      await this.#keepBounds();
      throw told;
    }
  }

  async #segmentToWrite(): Promise<Segment> {
    const { bytesMax, ageMsMax } = this.#options;
    const last = this.#segments.at(-1);
    if (last !== undefined && this.#writable) {
      const full = last.bytes >= bytesMax / LIMITS.segmentsInBytes;
      const spanMs = last.newestMs - last.oldestMs;
      if (!full && !(spanMs >= ageMsMax / LIMITS.segmentsInAge)) return last;
    }
    const created = await this.#folder.createSegment();
    this.#segments.push(created);
    this.#writtenAtMs.set(created, this.#nowMs());
    this.#writable = true;
    return created;
  }

  /** Lets go what is over the bounds. */
  async #keepBounds(): Promise<void> {
    for (;;) {
      const oldest = this.#segments[0];
      if (oldest === undefined || this.#segments.length === 1) return;
      const over = this.bytes > this.#options.bytesMax;
      if (!over && !this.#isTooOld(oldest) && oldest.live > 0) return;
      await this.#removeSegment(oldest);
    }
  }

  /** By the records' own time and by ours: a clock that jumps ahead must not empty the store. */
  #isTooOld(segment: Segment): boolean {
    const { ageMsMax } = this.#options;
    const hereMs = this.#nowMs() - (this.#writtenAtMs.get(segment) ?? 0);
    return this.#newestMs - segment.newestMs > ageMsMax && hereMs > ageMsMax;
  }

  async #removeEmpty(): Promise<void> {
    await this.#keepBounds();
    // One that is written is given back too where it is worth it: an owner who is through with all must not keep the disk.
    const [only] = this.#segments;
    if (this.#segments.length !== 1 || only === undefined || only.live > 0) return;
    if (only.bytes * 2 < this.#options.bytesMax / LIMITS.segmentsInBytes) return;
    this.#writable = false;
    await this.#removeSegment(only);
  }

  async #removeSegment(segment: Segment): Promise<void> {
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    this.#writtenAtMs.delete(segment);
    for (const blocks of this.#partitions.values()) blocks.dropSegments(segment.number);
    try {
      await segment.remove();
    } catch (error) {
      // It is not read any more, and is removed when the store is opened next: it is not counted meanwhile.
      const { text } = faultOf(error);
      this.#options.logger?.warn({ event: 'record_store_segment_stays', path: segment.path, error: text });
    }
  }

  /** Undefined where they can't be read back. */
  async #recordsOf(block: PlacedBlock, from: number): Promise<StoredRecord[] | undefined> {
    let reason = 'it is not what was written';
    try {
      const data = await block.segment.data(block);
      const records = data === undefined ? undefined : recordsOf(block, data, from);
      if (records !== undefined) return records;
    } catch (error) {
      this.#refuseClosed();
      // It went over the bounds while it was asked for.
      if (!this.#segments.includes(block.segment)) return undefined;
      reason = faultOf(error).text;
    }
    this.counts.damaged++;
    const { partition, first, count } = block;
    this.#options.logger?.warn({ event: 'record_store_block_damaged', partition, first, count, reason });
    return undefined;
  }
}

const closedError = (): RecordStoreError => new RecordStoreError('closed', 'the record store was closed');

function check({ partition, offset, values }: RecordBatch): void {
  if (!Number.isInteger(partition) || partition < 0 || partition >= LIMITS.partitionsMax)
    throw new RecordStoreError(
      'invalid',
      `partitions are numbered from 0 to ${LIMITS.partitionsMax - 1}, not ${partition}`,
    );
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(offset + values.length))
    throw new RecordStoreError('invalid', `${offset} is no offset: expected a safe integer from 0 on`);
  const large = values.find(({ byteLength }) => byteLength > LIMITS.valueBytesMax);
  if (large !== undefined)
    throw new RecordStoreError(
      'invalid',
      `a value of ${large.byteLength} bytes: at most ${LIMITS.valueBytesMax} are taken`,
    );
}

/** The blocks of each write. Offsets that are there are passed over. */
function* writesOf(batches: readonly RecordBatch[], nextOf: (partition: number) => number): Generator<Written[]> {
  let write: Written[] = [];
  let bytes = 0;
  const open = new Map<number, BlockWriter>();
  const nexts = new Map<number, number>();
  const end = (writer: BlockWriter): void => {
    const written = writer.done();
    bytes += written.block.bytes;
    write.push(written);
    open.delete(writer.partition);
  };
  for (const { partition, offset, appendedAtMs, values } of batches) {
    let next = nexts.get(partition) ?? nextOf(partition);
    for (let i = 0; i < values.length; i++) {
      const at = offset + i;
      if (at < next) continue;
      let writer = open.get(partition);
      if (writer !== undefined && (writer.full || writer.next !== at)) {
        end(writer);
        writer = undefined;
      }
      if (writer === undefined) {
        if (bytes >= LIMITS.writeBytesMax) {
          yield write;
          write = [];
          bytes = 0;
        }
        writer = new BlockWriter(partition, at);
        open.set(partition, writer);
      }
      writer.add(appendedAtMs, values[i] as Uint8Array);
      next = at + 1;
    }
    nexts.set(partition, next);
  }
  for (const writer of [...open.values()]) end(writer);
  if (write.length > 0) yield write;
}
