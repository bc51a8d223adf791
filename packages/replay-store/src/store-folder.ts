import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import type { RecordStoreLogger } from './contract.ts';
import { faultOf } from './disk-fault.ts';
import { RecordStoreError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { levelAt, type PlacedBlock, Segment } from './segment.ts';

const SEGMENT = /^segment-(\d{8})$/;

export interface FolderOptions {
  path: string;
  identity: string;
  writeBufferBytes: number;
  logger: RecordStoreLogger | undefined;
}

/** What was found in a folder when it was opened. */
export interface Found {
  segments: Segment[];
  blocks: PlacedBlock[];
  /** By partition: offsets below were given up by the owner. */
  trims: Map<number, number>;
  /** Something was broken and is thrown away. */
  rebuilt: boolean;
}

/**
 * The folder of a store: `head`, a LevelDB whose lock is that of the whole folder and which holds how far each partition
 * is trimmed, and the segments.
 */
export class StoreFolder {
  readonly #options: FolderOptions;
  readonly #head: ClassicLevel<Uint8Array, Uint8Array>;
  #lastSegment = 0;

  private constructor(options: FolderOptions, head: ClassicLevel<Uint8Array, Uint8Array>) {
    this.#options = options;
    this.#head = head;
  }

  /** Rejects with `RecordStoreError`: locked, disk_full, unavailable. */
  static async open(options: FolderOptions): Promise<{ folder: StoreFolder; found: Found }> {
    let rebuilt = false;
    try {
      await mkdir(options.path, { recursive: true });
      const path = join(options.path, 'head');
      let head = levelAt(path, LIMITS.writeBufferBytesMin);
      const trims = new Map<number, number>();
      try {
        await head.open();
        for await (const [key, value] of head.iterator()) readTrim(key, value, trims);
      } catch (error) {
        const fault = faultOf(error);
        if (fault.code !== 'unavailable') throw error;
        await head.close().catch(() => {}); // It was not open, or is not of use.
        options.logger?.warn({ event: 'record_store_rebuilt', path, reason: fault.text });
        rebuilt = true;
        trims.clear();
        await rm(path, { recursive: true, force: true });
        head = levelAt(path, LIMITS.writeBufferBytesMin);
        await head.open();
      }
      const folder = new StoreFolder(options, head);
      try {
        const found = await folder.#segments();
        // Of another identity: its offsets were others.
        if (found.foreign) trims.clear();
        return { folder, found: { ...found, trims, rebuilt: rebuilt || found.rebuilt } };
      } catch (error) {
        await head.close();
        throw error;
      }
    } catch (error) {
      throw storeError(error, `the record store in ${options.path} can't be opened`);
    }
  }

  /** Rejects as LevelDB does. */
  createSegment(): Promise<Segment> {
    const { identity, writeBufferBytes } = this.#options;
    const number = ++this.#lastSegment;
    return Segment.create(number, this.#pathOf(number), identity, writeBufferBytes);
  }

  async writeTrim(partition: number, below: number): Promise<void> {
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, partition);
    const value = new Uint8Array(8);
    new DataView(value.buffer).setFloat64(0, below);
    await this.#head.put(key, value);
  }

  async close(): Promise<void> {
    await this.#head.close();
  }

  async #segments(): Promise<{ segments: Segment[]; blocks: PlacedBlock[]; rebuilt: boolean; foreign: boolean }> {
    const { path, identity, writeBufferBytes, logger } = this.#options;
    const numbers = (await readdir(path))
      .map((name) => Number(SEGMENT.exec(name)?.[1] ?? 0))
      .filter((number) => number > 0)
      .sort((a, b) => a - b);
    const segments: Segment[] = [];
    const blocks: PlacedBlock[] = [];
    let rebuilt = false;
    let anyForeign = false;
    try {
      for (const number of numbers) {
        this.#lastSegment = number;
        const opened = await Segment.open(number, this.#pathOf(number), identity, writeBufferBytes);
        if (opened.segment !== undefined) {
          segments.push(opened.segment);
          blocks.push(...opened.blocks);
          continue;
        }
        const { reason, foreign } = opened;
        anyForeign ||= foreign;
        rebuilt ||= !foreign;
        const event = foreign ? 'record_store_emptied' : 'record_store_rebuilt';
        logger?.warn({ event, path: this.#pathOf(number), reason });
        await rm(this.#pathOf(number), { recursive: true, force: true });
      }
    } catch (error) {
      for (const segment of segments) await segment.close();
      throw error;
    }
    return { segments, blocks, rebuilt, foreign: anyForeign };
  }

  #pathOf(number: number): string {
    return join(this.#options.path, `segment-${String(number).padStart(8, '0')}`);
  }
}

export function storeError(error: unknown, what: string): RecordStoreError {
  if (error instanceof RecordStoreError) return error;
  const { code, text } = faultOf(error);
  const advice = {
    locked: 'another process has it open',
    disk_full: 'the disk is full',
    unavailable: 'the disk fails',
  };
  return new RecordStoreError(code, `${what}: ${advice[code]} (${text})`, { cause: error });
}

function readTrim(key: Uint8Array, value: Uint8Array, trims: Map<number, number>): void {
  if (key.byteLength !== 4 || value.byteLength !== 8) return;
  const partition = new DataView(key.buffer, key.byteOffset, 4).getUint32(0);
  const below = new DataView(value.buffer, value.byteOffset, 8).getFloat64(0);
  if (partition < LIMITS.partitionsMax && Number.isSafeInteger(below) && below >= 0) trims.set(partition, below);
}
