import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '@tapecast/service-kit';
import type { LogRecord } from '@tapecast/tick-log';
import { type BatchEntry, NameTable, UpdateBatchReader, WireError } from '@tapecast/wire';
import type { UpdateWindow } from '../subscriptions/update-window.ts';
import type { WindowDisk } from './window-disk.ts';

export interface CatchUpOptions {
  window: (partition: number) => UpdateWindow;
  disk: Pick<WindowDisk, 'read'>;
  /** Records of memory that are gone through in one go. */
  recordsAtOnce: number;
  logger: Logger;
}

/** Called in order, with the entries of the instrument that are at `from` or above. */
export type TakeEntry = (epoch: string, entry: BatchEntry) => void;

interface Joiner {
  readonly from: number;
  readonly take: TakeEntry;
  /** Something from `from` on is not to be had. */
  missed: boolean;
}

interface Pass {
  joiners: Map<string, Joiner[]>;
  ended: Promise<number | undefined>;
}

/**
 * Reads what only the disk has of the window for instruments whose checkpoint is older than what memory has: checkpoints are up to half a
 * minute apart where many full books change, or older where the store could not be written, and a partition's part of memory may be
 * seconds. All that wait for a partition are served by one reading of it, from the lowest of their positions that is there to the
 * newest record; one partition at a time.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  /** By partition: who is served by the next reading. */
  readonly #next = new Map<number, Pass>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Resolves with the offset from which memory has the rest; undefined where something in between can't be read. */
  async read(partition: number, symbol: string, from: number, take: TakeEntry): Promise<number | undefined> {
    const pass = this.#next.get(partition) ?? this.#begin(partition);
    const joiner: Joiner = { from, take, missed: false };
    const others = pass.joiners.get(symbol);
    if (others === undefined) pass.joiners.set(symbol, [joiner]);
    else others.push(joiner);
    const next = await pass.ended;
    return joiner.missed ? undefined : next;
  }

  #begin(partition: number): Pass {
    const joiners = new Map<string, Joiner[]>();
    const ended = this.#running
      // Whoever asks in the same turn comes along.
      .then(() => nextTurn())
      .then(() => {
        this.#next.delete(partition);
        return this.#pass(partition, joiners);
      });
    const pass = { joiners, ended };
    this.#next.set(partition, pass);
    this.#running = ended;
    return pass;
  }

  /** Never rejects. */
  async #pass(partition: number, joiners: Map<string, Joiner[]>): Promise<number | undefined> {
    const names = new NameTable<Joiner[]>();
    for (const [symbol, own] of joiners) names.set(symbol, own);
    const batch = new UpdateBatchReader({ names, wants: () => true, tellsNew: false });
    const window = this.#options.window(partition);
    const all = [...joiners.values()].flat().sort((a, b) => a.from - b.from);
    let at = all[0]?.from ?? window.start;
    try {
      for (;;) {
        const fromDisk = at < window.start;
        const records = fromDisk ? await this.#options.disk.read(partition, at) : this.#ofMemory(window, at);
        if (fromDisk && records.length === 0) {
          // The others need not wait with those whose checkpoints are older than the disk.
          for (const joiner of all) joiner.missed ||= joiner.from <= at;
          const next = all.find(({ missed }) => !missed);
          if (next === undefined) return undefined;
          at = next.from;
          continue;
        }
        for (const { offset, value } of records) {
          at = offset + 1;
          if (!readable(batch, value)) continue;
          for (const entry of batch.entries)
            for (const { from, take, missed } of entry.known) if (offset >= from && !missed) take(batch.epoch, entry);
        }
        if (!fromDisk && records.length < this.#options.recordsAtOnce) return at;
        await nextTurn();
      }
    } catch (error) {
      this.#options.logger.warn({ event: 'window_not_read', partition, offset: at, error: String(error) });
      return undefined;
    }
  }

  #ofMemory(window: UpdateWindow, at: number): Pick<LogRecord, 'offset' | 'value'>[] {
    const records: LogRecord[] = [];
    for (const record of window.from(at)) {
      records.push(record);
      if (records.length === this.#options.recordsAtOnce) break;
    }
    return records;
  }
}

/** The live reader has told of those that are not. */
function readable(batch: UpdateBatchReader<Joiner[]>, value: Uint8Array): boolean {
  try {
    batch.read(value);
    return true;
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
}
