import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '@tapecast/service-kit';
import type { LogReader, LogRecord, TickLog } from '@tapecast/tick-log';
import { UpdateBatchReader, WireError } from '@tapecast/wire';
import { EpochOrder } from '../subscriptions/epoch-order.ts';
import type { Instruments, KnownInstrument } from '../subscriptions/instruments.ts';
import { UpdateWindow, type WindowBounds } from '../subscriptions/update-window.ts';
import type { ReplayLimits } from './limits.ts';
import { TradeIndex } from './trade-index.ts';
import type { WindowDisk } from './window-disk.ts';

/** A partition whose newest records are read live, and whose older ones are read behind that. */
export interface FilledPartition {
  readonly window: UpdateWindow;
  /** Replaced by an index of all that is kept, when that was read. */
  trades: TradeIndex<KnownInstrument>;
  /** From then on what is read live follows on disk what was read here. */
  filled: boolean;
  /** Of what is read live. */
  readonly epochs: EpochOrder;
}

export interface FillingOptions {
  log: TickLog;
  instruments: Instruments;
  partitions: readonly FilledPartition[];
  disk: WindowDisk | undefined;
  /** Of the memory of a partition. */
  bounds: WindowBounds;
  limits: Pick<ReplayLimits, 'recordsAtOnce'>;
  noted: number;
  logger: Logger;
  nowMs: () => number;
}

interface Filling {
  partition: number;
  at: FilledPartition;
  index: TradeIndex<KnownInstrument>;
  epochs: EpochOrder;
  batch: UpdateBatchReader<KnownInstrument>;
  /** Next offset that is to be indexed. */
  position: number;
  /** Without a disk: what memory gets. */
  older: UpdateWindow | undefined;
  done: boolean;
}

/**
 * Fills the window of a gateway that has just begun: with what its disk has from before, then with what the log has between
 * that and the live reader's beginning. Nobody waits for it; until it is through the window reaches back as far as was read
 * live. A partition that can't be filled stays so.
 */
export class WindowFilling {
  readonly #options: FillingOptions;
  readonly #closed = new AbortController();
  #reader: LogReader | undefined;

  constructor(options: FillingOptions) {
    this.#options = options;
  }

  /** Resolves when all is filled, or can't be. Never rejects. */
  async run(): Promise<void> {
    const { log, nowMs, bounds, logger, disk } = this.#options;
    const beganMs = performance.now();
    try {
      const since = await log.offsetsAt('md.updates', nowMs() - bounds.ms);
      const fillings = this.#options.partitions.map((at, partition) =>
        this.#begin(at, partition, since[partition] ?? 0),
      );
      if (disk !== undefined) for (const filling of fillings) await this.#fromDisk(filling, disk);
      await this.#fromLog(fillings, disk);
      const records = fillings.reduce((sum, { index }) => sum + index.entries, 0);
      logger.info({ event: 'window_filled', ms: Math.round(performance.now() - beganMs), noted: records });
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      logger.warn({ event: 'window_not_filled', error: String(error) });
    } finally {
      // What could not be filled goes on from what was read live.
      for (const [partition, at] of this.#options.partitions.entries()) this.#release(partition, at);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#reader?.close();
  }

  #begin(at: FilledPartition, partition: number, since: number): Filling {
    const { disk, bounds, instruments, noted } = this.#options;
    const stored = disk?.bounds(partition);
    // What is on disk is of use where the log goes on from its end, or from before it.
    const position = stored !== undefined && stored.next >= since ? stored.oldest : Math.min(since, at.window.start);
    const room = Math.max(0, bounds.bytes - at.window.bytes);
    return {
      partition,
      at,
      index: new TradeIndex(position, noted),
      epochs: new EpochOrder(),
      batch: new UpdateBatchReader<KnownInstrument>({
        names: instruments.names,
        wants: () => false,
        tellsNew: true,
        tellsTrades: true,
      }),
      position,
      older: disk === undefined ? new UpdateWindow(position, { ...bounds, bytes: room }) : undefined,
      done: false,
    };
  }

  async #fromDisk(filling: Filling, disk: WindowDisk): Promise<void> {
    const { partition, at } = filling;
    for await (const records of disk.stored(partition, filling.position, at.window.start)) {
      if (this.#closed.signal.aborted) return;
      for (const { offset, appendedAtMs, value } of records) {
        if (offset >= at.window.start) break;
        this.#index(filling, { offset, appendedAtMs, value, key: undefined });
      }
      await nextTurn();
    }
    // Behind the last one there is a hole, or what it ended with: the log has what follows.
    filling.position = Math.max(filling.position, Math.min(disk.bounds(partition)?.next ?? 0, at.window.start));
  }

  /** One reader for all: readers are shared by threads, so each of them makes the same ones. */
  async #fromLog(fillings: readonly Filling[], disk: WindowDisk | undefined): Promise<void> {
    const { log } = this.#options;
    let left = fillings.length;
    let through: () => void = () => {};
    let failed: (error: unknown) => void = () => {};
    const all = new Promise<void>((resolve, reject) => {
      through = resolve;
      failed = reject;
    });
    const finish = (filling: Filling): Promise<void> | undefined => {
      if (filling.done) return undefined;
      filling.done = true;
      return this.#finish(filling).then(() => {
        if (--left === 0) through();
      }, failed);
    };
    // Awaited below; it may reject before.
    all.catch(() => {});
    this.#closed.signal.addEventListener('abort', () => failed(new Error('the window was closed')));
    this.#closed.signal.throwIfAborted();
    this.#reader = await log.read({
      topic: 'md.updates',
      from: (partition) => (fillings[partition] as Filling).position,
      onRecords: async (partition, records) => {
        const filling = fillings[partition] as Filling;
        if (filling.done) return;
        const older = records.filter(({ offset }) => offset >= filling.position && offset < filling.at.window.start);
        for (const record of older) this.#index(filling, record);
        if (disk !== undefined && older.length > 0) await disk.fill(partition, older).catch(failed);
        if ((records.at(-1)?.offset ?? 0) + 1 >= filling.at.window.start) await finish(filling);
      },
      onGap: ({ partition, to }) => {
        const filling = fillings[partition] as Filling;
        filling.position = Math.max(filling.position, to);
      },
      // Owned by `all`: it resolves or rejects with it.
      onEnd: (partition) => void finish(fillings[partition] as Filling),
    });
    try {
      await all;
    } finally {
      await this.#reader.close();
    }
  }

  /** Adds what was read live meanwhile, and takes the place of its index. */
  async #finish(filling: Filling): Promise<void> {
    const { at, older } = filling;
    const { recordsAtOnce } = this.#options.limits;
    for (let more = true; more; ) {
      more = false;
      let records = 0;
      for (const record of at.window.from(filling.position)) {
        this.#index(filling, record, false);
        if (++records < recordsAtOnce) continue;
        more = true;
        break;
      }
      // What is read from here to the end of this turn, there is none: the last round is the one without a pause.
      if (more) await nextTurn();
      if (this.#closed.signal.aborted) return;
    }
    if (older !== undefined) at.window.prepend(older);
    at.trades = filling.index;
    this.#release(filling.partition, at);
  }

  #release(partition: number, at: FilledPartition): void {
    if (at.filled || this.#closed.signal.aborted) return;
    at.filled = true;
    const { disk } = this.#options;
    if (disk === undefined) return;
    // Offsets that are there already are passed over.
    for (const record of at.window.from(at.window.start)) disk.append(partition, record);
  }

  #index(filling: Filling, record: LogRecord, keep = true): void {
    const { batch, epochs, index } = filling;
    filling.position = record.offset + 1;
    try {
      batch.read(record.value);
      if (batch.newNames.length > 0) {
        for (const name of batch.newNames) this.#options.instruments.note(name);
        batch.read(record.value);
      }
    } catch (error) {
      // The live reader tells of such records; here it is only not of use.
      if (error instanceof WireError) return;
      throw error;
    }
    if (keep) filling.older?.append(record);
    if (!epochs.take(batch.epoch)) return;
    const { trades } = batch;
    for (let i = 0; i < trades.count; i++)
      index.note(
        trades.known[i] as KnownInstrument,
        batch.epoch,
        record.offset,
        trades.firsts[i] as number,
        trades.lasts[i] as number,
      );
  }
}
