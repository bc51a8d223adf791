import type { MarketState } from '@tapecast/market-state';
import type { Logger } from '@tapecast/service-kit';
import type { LogReader, LogRecord, TickLog } from '@tapecast/tick-log';
import { UpdateBatchReader } from '@tapecast/wire';
import type { GatewayLimits } from '../limits.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { REPLAY_LIMITS, type ReplayLimits } from '../replay/limits.ts';
import { TradeIndex } from '../replay/trade-index.ts';
import type { WindowDisk } from '../replay/window-disk.ts';
import { type FilledPartition, WindowFilling } from '../replay/window-filling.ts';
import { EpochOrder } from './epoch-order.ts';
import type { StateSources } from './instrument-state.ts';
import type { Instruments, KnownInstrument } from './instruments.ts';
import { noCounts, type PartitionCounts } from './partition-ledger.ts';
import type { SourceClocks } from './source-clocks.ts';
import { TurnBudget } from './turn-budget.ts';
import { UpdateWindow } from './update-window.ts';

export interface FeedOptions {
  log: TickLog;
  state: Pick<MarketState, 'record'>;
  clocks: SourceClocks;
  limits: GatewayLimits;
  /** Default `REPLAY_LIMITS`. */
  replay?: ReplayLimits;
  /** Where the window's records are kept beside memory. Closed by the feed. */
  disk?: WindowDisk | undefined;
  metrics: GatewayMetrics;
  logger: Logger;
  nowMs: () => number;
}

interface Partition extends FilledPartition {
  epochs: EpochOrder;
  /** Where the reader begins. */
  start: number;
  askedForEpoch: boolean;
  reachedEnd: boolean;
  /** How far behind the log's end the last record was, by the log's time; 0 at the end. */
  behindMs: number;
  /** Unix ms of the last delivery. */
  heardAtMs: number;
  /** Unix ms at which the log last said that all was read; 0: not yet. */
  readToEndAtMs: number;
  /** What became of its records, and of what is in them. */
  counts: PartitionCounts;
  /** One a partition: it remembers the epoch. */
  batch: UpdateBatchReader<KnownInstrument>;
}

/** First bytes of a record that can't be read, for the log line. */
const SHOWN_BYTES = 32;

/**
 * Reads all of md.updates by own positions: keeps the raw records of the window, notes clocks and instruments
 * from their index, and decodes only what is held.
 */
export class UpdateFeed {
  readonly #options: FeedOptions;
  #partitions: Partition[] = [];
  #instruments: Instruments | undefined;
  #reader: LogReader | undefined;
  #filling: WindowFilling | undefined;
  readonly #turn: TurnBudget;
  /** Time spent in taking records, all together. */
  takenMs = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#turn = new TurnBudget(options.limits.readTurnMs);
  }

  /** Finds where to begin and begins. The instruments are those that records are given to. */
  async start(instruments: Instruments): Promise<void> {
    const { log, limits, replay = REPLAY_LIMITS, disk, logger, nowMs } = this.#options;
    this.#instruments = instruments;
    const offsets = await log.offsets('md.updates');
    const bytes =
      disk === undefined ? limits.replayWindowBytes : Math.min(limits.replayWindowBytes, replay.memoryBytes);
    const bounds = { ms: limits.replayWindowMs, bytes: bytes / log.partitions };
    const noted = Math.ceil(replay.noted / log.partitions);
    this.#partitions = await Promise.all(
      offsets.map(async ({ oldest, end }, partition) => {
        const start = Math.max(
          oldest,
          Math.min(await this.#checkpointAt(partition), end) - limits.recordsBeforeCheckpoint,
        );
        return {
          window: new UpdateWindow(start, bounds),
          trades: new TradeIndex<KnownInstrument>(start, noted),
          filled: false,
          epochs: new EpochOrder(),
          start,
          askedForEpoch: false,
          reachedEnd: start >= end,
          behindMs: 0,
          heardAtMs: 0,
          readToEndAtMs: 0,
          counts: noCounts(),
          batch: new UpdateBatchReader({
            names: instruments.names,
            wants: ({ held }: KnownInstrument) => held !== undefined,
            tellsNew: true,
            tellsTrades: true,
          }),
        };
      }),
    );
    this.#reader = await log.read({
      topic: 'md.updates',
      from: (partition) => this.#at(partition).start,
      onRecords: (partition, records, end) => this.#take(partition, records, end),
      onGap: ({ partition, from, to }) => {
        this.#at(partition).window.restartAt(to);
        this.#recheck(partition);
        this.#options.metrics.logGaps.inc(to - from);
        this.#at(partition).counts.records.lost += to - from;
        this.#options.logger.warn({ event: 'log_gap', partition, from, to });
      },
      onEnd: (partition) => {
        const at = this.#at(partition);
        at.reachedEnd = true;
        at.readToEndAtMs = nowMs();
        at.behindMs = 0;
      },
    });
    const partitions = this.#partitions;
    this.#filling = new WindowFilling({
      log,
      instruments,
      partitions,
      disk,
      bounds,
      limits: replay,
      noted,
      logger,
      nowMs,
    });
    // Owned here: it never rejects, and ends with `close`.
    void this.#filling.run();
  }

  /** What a joining instrument reads. */
  sources(partition: number): Pick<StateSources, 'window' | 'epochs' | 'readToEndAtMs' | 'counts'> {
    const at = this.#at(partition);
    return { window: at.window, epochs: at.epochs, readToEndAtMs: () => at.readToEndAtMs, counts: at.counts };
  }

  /** What is kept of a partition, for replays. */
  kept(partition: number): FilledPartition {
    return this.#at(partition);
  }

  /** What became of the records and of what is in them, by partition. */
  get counts(): PartitionCounts[] {
    return this.#partitions.map(({ counts }) => counts);
  }

  /** Lets go what is noted of records that are gone. */
  sweep(): void {
    this.#partitions.forEach(({ window, trades }, partition) => {
      trades.dropBelow(this.#options.disk?.start(partition, window.start) ?? window.start);
    });
  }

  /** Partitions whose window is read as far back as it goes. */
  get filledPartitions(): number {
    return this.#partitions.filter(({ filled }) => filled).length;
  }

  /** Records that are noted as holding trades of an instrument. */
  get notedRecords(): number {
    return this.#partitions.reduce((sum, { trades }) => sum + trades.entries, 0);
  }

  /** Next offset to be read. */
  position(partition: number): number {
    return this.#reader?.position(partition) ?? this.#at(partition).start;
  }

  get windowBytes(): number {
    return this.#partitions.reduce((sum, { window }) => sum + window.bytes, 0);
  }

  /** The most that a partition was behind the log's end. */
  get behindMs(): number {
    return this.#partitions.reduce((most, { behindMs }) => Math.max(most, behindMs), 0);
  }

  /** Why this gateway is not ready, '' when it is. A log that does not answer is not its fault. */
  notReady(): string {
    const started = this.#partitions.filter(({ reachedEnd }) => reachedEnd).length;
    if (this.#partitions.length === 0) return 'the log is not open yet';
    if (started < this.#partitions.length) {
      return `${started} of ${this.#partitions.length} partitions of md.updates are read to their end`;
    }
    const nowMs = this.#options.nowMs();
    const { behindMsMax } = this.#options.limits;
    const behind = this.#partitions.findIndex((at) => at.behindMs > behindMsMax && nowMs - at.heardAtMs <= behindMsMax);
    return behind < 0 ? '' : `partition ${behind} of md.updates is ${this.#at(behind).behindMs} ms behind its end`;
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader?.close(), this.#filling?.close()]);
    await this.#options.disk?.close();
  }

  /** The position up to which the store has everything; 0 where it can't be told: then the log is read from its oldest. */
  async #checkpointAt(partition: number): Promise<number> {
    try {
      return (await this.#options.state.record(partition))?.updatesNext ?? 0;
    } catch (error) {
      this.#options.logger.warn({ event: 'checkpoint_unavailable', partition, error: String(error) });
      return 0;
    }
  }

  /** What is left of a turn's time is for others: the reader waits with what it has more. */
  #take(partition: number, records: readonly LogRecord[], end: number): Promise<void> | undefined {
    const last = records.at(-1);
    if (last === undefined) return undefined;
    this.#turn.begin();
    const begunAtMs = performance.now();
    const at = this.#at(partition);
    const nowMs = this.#options.nowMs();
    let bytes = 0;
    for (const record of records) {
      this.#takeRecord(partition, at, record, nowMs);
      bytes += record.value.length;
    }
    this.#options.metrics.records.inc(records.length);
    at.heardAtMs = nowMs;
    at.behindMs = last.offset + 1 >= end ? 0 : Math.max(0, nowMs - last.appendedAtMs);
    if (last.offset + 1 >= end) {
      at.reachedEnd = true;
      at.readToEndAtMs = nowMs;
    }
    this.takenMs += performance.now() - begunAtMs;
    return this.#turn.took(bytes);
  }

  #takeRecord(partition: number, at: Partition, record: LogRecord, nowMs: number): void {
    const { batch } = at;
    const instruments = this.#instruments as Instruments;
    try {
      batch.read(record.value);
      if (batch.newNames.length > 0) {
        for (const name of batch.newNames) instruments.note(name);
        batch.read(record.value);
      }
    } catch (error) {
      this.#options.metrics.recordsUnreadable.inc();
      at.counts.records.unreadable++;
      const bytes = Buffer.from(record.value.subarray(0, SHOWN_BYTES)).toString('hex');
      this.#options.logger.error({
        event: 'record_unreadable',
        partition,
        offset: record.offset,
        bytes,
        error: String(error),
      });
      return;
    }
    at.window.append(record);
    if (at.filled) this.#options.disk?.append(partition, record);
    const { current } = at.epochs;
    if (!at.epochs.take(batch.epoch)) {
      this.#options.metrics.recordsOfLeftEpoch.inc();
      at.counts.records.left_epoch++;
      this.#askForEpoch(partition, at);
      return;
    }
    if (batch.epoch !== current) instruments.epochBegan(partition, batch.epoch);
    at.counts.records.taken++;
    at.counts.ageUs = Math.max(0, nowMs * 1000 - batch.computedAtUs);
    this.#options.clocks.take(partition, batch.clocks, nowMs);
    const { trades } = batch;
    for (let i = 0; i < trades.count; i++) {
      const known = trades.known[i] as KnownInstrument;
      at.trades.note(known, batch.epoch, record.offset, trades.firsts[i] as number, trades.lasts[i] as number);
    }
    // An instrument that an entry before it let go is no longer held.
    for (const entry of batch.entries) entry.known.held?.take(record.offset, batch.epoch, batch.computedAtUs, entry);
  }

  /**
   * A record of an epoch that was left: a worker that does not know yet that it lost the partition, or we took such a
   * worker's epoch for a new one because the log we read begins behind it. The fenced record in the store knows which.
   */
  #askForEpoch(partition: number, at: Partition): void {
    if (at.askedForEpoch) return;
    at.askedForEpoch = true;
    // Owned here: both outcomes end the asking, and the next such record asks again.
    void this.#options.state
      .record(partition)
      .then((record) => {
        if (record === undefined || record.epoch === at.epochs.current) return;
        this.#options.logger.warn({
          event: 'epoch_restored',
          partition,
          epoch: record.epoch,
          taken: at.epochs.current,
        });
        at.epochs.restore(record.epoch);
        this.#instruments?.epochBegan(partition, record.epoch);
        this.#recheck(partition);
      })
      .catch((error: unknown) => {
        this.#options.logger.warn({ event: 'epoch_unknown', partition, error: String(error) });
      })
      .finally(() => {
        at.askedForEpoch = false;
      });
  }

  /** What is held of the partition can't be relied on. */
  #recheck(partition: number): void {
    for (const held of this.#instruments?.held() ?? []) if (held.partition === partition) held.recheck();
  }

  #at(partition: number): Partition {
    const at = this.#partitions[partition];
    if (at === undefined)
      throw new RangeError(`md.updates has ${this.#partitions.length} partitions, and no ${partition}`);
    return at;
  }
}
