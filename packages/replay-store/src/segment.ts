import { rm } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { type Block, decodeEntry, encodeEntry } from './block.ts';
import { faultOf } from './disk-fault.ts';
import { LIMITS } from './limits.ts';

type Level = ClassicLevel<Uint8Array, Uint8Array>;

const FORMAT = 1;
/** First byte of a key. The number of the block follows, high byte first: LevelDB then only ever appends. */
const ENTRY = 1;
const DATA = 2;
const IDENTITY_KEY = new Uint8Array([0]);
const ENCODINGS = { keyEncoding: 'view', valueEncoding: 'view' } as const;

/** A block and where its data lies. */
export interface PlacedBlock extends Block {
  segment: Segment;
  /** Of the block within its segment. */
  number: number;
}

export type OpenedSegment =
  | { segment: Segment; blocks: PlacedBlock[] }
  /** It is of another identity or format, or can't be read: nothing of it is of use. */
  | { segment: undefined; reason: string; foreign: boolean };

/**
 * A stretch of the store's time in a LevelDB of its own. Old records go with their whole segment: deleting them one by one
 * would make LevelDB rewrite all it has again and again, where keys that only rise are written once and moved.
 */
export class Segment {
  readonly number: number;
  readonly path: string;
  readonly #db: Level;
  /** Reads and writes under way: LevelDB must not be closed under them. */
  readonly #busy = new Set<Promise<unknown>>();
  #lastBlock: number;
  /** Counted as the store's bound counts. */
  bytes = 0;
  oldestMs = Number.POSITIVE_INFINITY;
  newestMs = 0;
  /** Blocks that are still needed. */
  live = 0;

  private constructor(number: number, path: string, db: Level, lastBlock: number) {
    this.number = number;
    this.path = path;
    this.#db = db;
    this.#lastBlock = lastBlock;
  }

  /** Rejects as LevelDB does. */
  static async create(number: number, path: string, identity: string, writeBufferBytes: number): Promise<Segment> {
    const db = levelAt(path, writeBufferBytes);
    await db.open();
    await db.put(IDENTITY_KEY, identityBytes(identity));
    return new Segment(number, path, db, 0);
  }

  /** Rejects where waiting or room may help; what is broken for good is an answer. */
  static async open(number: number, path: string, identity: string, writeBufferBytes: number): Promise<OpenedSegment> {
    const db = levelAt(path, writeBufferBytes);
    try {
      await db.open();
    } catch (error) {
      const fault = faultOf(error);
      if (fault.code === 'locked' || fault.code === 'disk_full') throw error;
      return { segment: undefined, reason: fault.text, foreign: false };
    }
    try {
      const written = await db.get(IDENTITY_KEY);
      if (written === undefined || Buffer.compare(written, identityBytes(identity)) !== 0) {
        await db.close();
        return { segment: undefined, reason: 'it is of another log or format', foreign: written !== undefined };
      }
      return await Segment.#scanned(new Segment(number, path, db, 0));
    } catch (error) {
      await db.close().catch(() => {}); // It can't be read: that it can't be closed says nothing more.
      return { segment: undefined, reason: faultOf(error).text, foreign: false };
    }
  }

  static async #scanned(segment: Segment): Promise<OpenedSegment> {
    const blocks: PlacedBlock[] = [];
    let broken = 0;
    for await (const [key, value] of segment.#db.iterator({ gte: keyOf(ENTRY, 0), lt: keyOf(DATA, 0) })) {
      const number = numberOf(key);
      segment.#lastBlock = Math.max(segment.#lastBlock, number);
      const block = decodeEntry(value);
      if (block === undefined || block.partition >= LIMITS.partitionsMax) broken++;
      else blocks.push({ ...block, segment, number });
    }
    if (broken > 0 && blocks.length === 0) {
      await segment.close();
      return { segment: undefined, reason: 'no entry of its index is what was written', foreign: false };
    }
    for (const block of blocks) segment.#count(block);
    return { segment, blocks };
  }

  /** All or nothing. Rejects as LevelDB does; then nothing more may be written to it. */
  async write(written: readonly { block: Block; data: Uint8Array }[]): Promise<PlacedBlock[]> {
    const placed = written.map(({ block }) => ({ ...block, segment: this, number: ++this.#lastBlock }));
    const batch = this.#db.batch();
    placed.forEach((block, i) => {
      batch.put(keyOf(ENTRY, block.number), encodeEntry(block), ENCODINGS);
      batch.put(keyOf(DATA, block.number), (written[i] as { data: Uint8Array }).data, ENCODINGS);
    });
    await this.#while(batch.write());
    for (const block of placed) this.#count(block);
    return placed;
  }

  /** Undefined where it is not there. */
  data(block: PlacedBlock): Promise<Uint8Array | undefined> {
    return this.#while(this.#db.get(keyOf(DATA, block.number), { fillCache: false }));
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#busy]);
    await this.#db.close();
  }

  /** Closes it and gives its disk back. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { recursive: true, force: true });
  }

  #count(block: Block): void {
    this.bytes += block.bytes + LIMITS.blockOverheadBytes;
    this.oldestMs = Math.min(this.oldestMs, block.newestMs);
    this.newestMs = Math.max(this.newestMs, block.newestMs);
    this.live++;
  }

  async #while<T>(work: Promise<T>): Promise<T> {
    this.#busy.add(work);
    try {
      return await work;
    } finally {
      this.#busy.delete(work);
    }
  }
}

/** A small LevelDB with the same settings, for what the store says of itself. */
export function levelAt(path: string, writeBufferSize: number): Level {
  return new ClassicLevel<Uint8Array, Uint8Array>(path, {
    ...ENCODINGS,
    // What is kept is packed already, or read again within minutes.
    compression: false,
    cacheSize: LIMITS.cacheBytes,
    maxOpenFiles: LIMITS.openFilesMax,
    writeBufferSize,
  });
}

const identityBytes = (identity: string): Uint8Array => Buffer.from(`${FORMAT} ${identity}`);

function keyOf(kind: number, number: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = kind;
  new DataView(key.buffer).setUint32(1, number);
  return key;
}

const numberOf = (key: Uint8Array): number =>
  key.byteLength === 5 ? new DataView(key.buffer, key.byteOffset, 5).getUint32(1) : 0;
