import { rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ClassicLevel } from 'classic-level';
import type { RecordStoreLogger } from './contract.ts';
import { faultOf } from './disk-fault.ts';
import { RecordStoreError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { levelAt } from './segment.ts';
import { storeError } from './store-folder.ts';

export interface TableStoreOptions {
  /** A folder of its own. It is made; one process at a time has it open. */
  path: string;
  logger?: RecordStoreLogger;
}

export interface TableChange {
  key: string;
  /** Undefined: it goes. */
  value: Uint8Array | undefined;
}

/**
 * Values by their keys on this machine's disk: what is written replaces what was there. It outlives a kill of the process
 * (not a loss of power: nothing is synced). How large it gets is its owner's: it holds what was written and not removed.
 * What is found is what there was after one of the last writes: the last ones may be missing where the files were harmed.
 * One value that is not what was written, or a write that is missing in between, is enough, and all is thrown away at open.
 */
export interface TableStore {
  /** Everything, as it was when it was opened, by key. */
  readonly found: ReadonlyMap<string, Uint8Array>;
  /** What was found at open was broken and thrown away. The reason is in the log. */
  readonly rebuilt: boolean;
  /** All or nothing, in the order of the calls. Rejects with `RecordStoreError`: then nothing more may be written. */
  write(changes: readonly TableChange[]): Promise<void>;
  close(): Promise<void>;
}

const CHECKSUM_BYTES = 4;
/**
 * Each write leaves a mark with its number. LevelDB passes over a broken piece of its log without a word, and goes on with
 * what is behind it: a mark that is missing between others tells that.
 */
const MARK = '\u0000';

/** Rejects with `RecordStoreError`: locked, disk_full, unavailable. */
export async function openTableStore({ path, logger }: TableStoreOptions): Promise<TableStore> {
  try {
    const db = levelAt(path, LIMITS.writeBufferBytesMax);
    try {
      await db.open();
      const { found, marks } = await contentOf(db);
      return new LevelTableStore({ db, path, found, marks, rebuilt: false });
    } catch (error) {
      const fault = faultOf(error);
      await db.close().catch(() => {}); // It was not open, or is not of use.
      if (fault.code !== 'unavailable') throw error;
      logger?.warn({ event: 'table_store_rebuilt', path, reason: fault.text });
    }
    await rm(path, { recursive: true, force: true });
    const made = levelAt(path, LIMITS.writeBufferBytesMax);
    await made.open();
    return new LevelTableStore({ db: made, path, found: new Map(), marks: [], rebuilt: true });
  } catch (error) {
    throw storeError(error, `the table store in ${path} can't be opened`);
  }
}

async function contentOf(db: Level): Promise<Pick<Opened, 'found' | 'marks'>> {
  const found = new Map<string, Uint8Array>();
  const marks: number[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const [key, stored] of db.iterator()) {
    const value = stored.subarray(CHECKSUM_BYTES);
    const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
    if (stored.byteLength < CHECKSUM_BYTES || view.getUint32(0) !== checksumOf(key, value))
      throw new Error('a value is not what was written');
    const text = decoder.decode(key);
    if (text.startsWith(MARK)) marks.push(Number(text.slice(MARK.length)));
    else found.set(text, value);
  }
  marks.sort((a, b) => a - b);
  if (marks.some((mark, i) => mark !== (marks[0] as number) + i)) throw new Error('a write in between is missing');
  if (marks.length === 0 && found.size > 0) throw new Error('its writes are missing');
  return { found, marks };
}

/** Of the key too: LevelDB keeps both in its blocks, whose own checksums it does not look at. */
const checksumOf = (key: Uint8Array, value: Uint8Array): number => crc32(value, crc32(key));

type Level = ClassicLevel<Uint8Array, Uint8Array>;

interface Opened {
  db: Level;
  path: string;
  found: ReadonlyMap<string, Uint8Array>;
  /** Numbers of the last writes, without a hole. */
  marks: readonly number[];
  rebuilt: boolean;
}

const NO_BYTES = new Uint8Array();

function withChecksum(key: Uint8Array, value: Uint8Array): Uint8Array {
  const stored = new Uint8Array(CHECKSUM_BYTES + value.byteLength);
  new DataView(stored.buffer).setUint32(0, checksumOf(key, value));
  stored.set(value, CHECKSUM_BYTES);
  return stored;
}

class LevelTableStore implements TableStore {
  readonly rebuilt: boolean;
  readonly #db: Level;
  readonly #path: string;
  #found: ReadonlyMap<string, Uint8Array>;
  #oldestMark: number;
  #nextMark: number;
  /** Never rejects. */
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor({ db, path, found, marks, rebuilt }: Opened) {
    this.#db = db;
    this.#path = path;
    this.#found = found;
    this.#oldestMark = marks[0] ?? 0;
    this.#nextMark = (marks.at(-1) ?? -1) + 1;
    this.rebuilt = rebuilt;
  }

  get found(): ReadonlyMap<string, Uint8Array> {
    return this.#found;
  }

  write(changes: readonly TableChange[]): Promise<void> {
    if (this.#closed) return Promise.reject(new RecordStoreError('closed', 'the table store was closed'));
    // It was of the opening; kept, it would be the owner's memory twice.
    this.#found = new Map();
    const done = this.#tail.then(() => this.#write(changes));
    this.#tail = done.catch(() => {}); // The caller has it; the next in turn must not fail for it.
    return done;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    await this.#db.close();
  }

  async #write(changes: readonly TableChange[]): Promise<void> {
    const batch = this.#db.batch();
    for (const { key: text, value } of changes) {
      const key = Buffer.from(text);
      if (value === undefined) batch.del(key);
      else batch.put(key, withChecksum(key, value));
    }
    const mark = Buffer.from(`${MARK}${this.#nextMark++}`);
    batch.put(mark, withChecksum(mark, NO_BYTES));
    while (this.#nextMark - this.#oldestMark > LIMITS.marksMax) batch.del(Buffer.from(`${MARK}${this.#oldestMark++}`));
    try {
      await batch.write();
    } catch (error) {
      throw storeError(error, `the table store in ${this.#path} can't be written`);
    }
  }
}
