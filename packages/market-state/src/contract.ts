import type { Interval } from '@tapecast/market';

/** An instrument as a feed declares it. Decimals from the venue's tick and lot size; undefined where it gives none. */
export interface CatalogueEntry {
  instrument: string;
  /** What a person reads: 'Bitcoin / Tether'. '' where unknown. */
  name: string;
  /** The venue that feeds it: 'binance', 'simulated'. */
  venue: string;
  priceDecimals: number | undefined;
  sizeDecimals: number | undefined;
}

/** The record of a partition: written last in a checkpoint, so all it speaks of is there. */
export interface PartitionRecord {
  epoch: string;
  /** Offset in md.ticks from which a takeover folds. */
  ticksNext: number;
  /** Offset in md.updates after the last record that the checkpoint includes. */
  updatesNext: number;
  /** Clock of each source, Unix ms. */
  clocks: Record<string, number>;
  /** Last source_seq of each source. */
  sources: Record<string, number>;
}

/** What tells a partition's record from any other of it; `none` where there is no record. */
export type KnownRecord = Pick<PartitionRecord, 'epoch' | 'ticksNext'> | 'none';

/** State of one instrument. `view` is an encoded InstrumentView (the gateways' hot snapshot), `fold` the rest, for compute only. */
export interface InstrumentRecord {
  instrument: string;
  view: Uint8Array;
  fold: Uint8Array;
  /** The instrument skips ticks below this offset after a takeover. */
  ticksNext: number;
  /** Every update above the view's numbers is in md.updates at this offset or later. */
  updatesNext: number;
}

/** A final bar: an encoded Update with a kline body. Written again when revised. */
export interface FinalBar {
  instrument: string;
  interval: Interval;
  startMs: number;
  update: Uint8Array;
}

export interface Checkpoint {
  /** The instruments that changed since the last one. */
  instruments: readonly InstrumentRecord[];
  bars: readonly FinalBar[];
  record: PartitionRecord;
}

/** Final bars kept of each (instrument, interval). */
export const BARS_KEPT = 500;

/**
 * What outlives a process: checkpoints, hot snapshots, bars, the catalogue. Redis Cluster or memory; one conformance suite.
 * Every call rejects with `MarketStateError` (code 'unavailable', retryable) while the store is away, within `callTimeoutMs`.
 */
export interface MarketState {
  /**
   * Takes the partition's next fencing number and reads its record. From then on checkpoints with a lower number are refused.
   * `undefined` when no checkpoint was ever written. A number counts only at the `MarketState` that took it.
   */
  acquire(partition: number): Promise<{ fence: number; record: PartitionRecord | undefined }>;
  /**
   * Every instrument of the partition, as last checkpointed. Rejects with code 'superseded' when a failover took the
   * partition back behind the record that `acquire` gave: acquire again, else ticks between the two would be skipped.
   */
  instruments(partition: number): Promise<InstrumentRecord[]>;
  /**
   * Writes first the bars, then the instruments, then the partition's record, refusing a fence below the partition's, and
   * a record behind (same epoch, lower `ticksNext`) the one that is there. A failover may lose the end of it, never the
   * middle: a promoted replica holds a prefix. One at a time a partition. After a rejection some of it may be written:
   * the next checkpoint contains these instruments and bars again.
   *
   * It has only what changed since an earlier one, so it is worth something only on top of that: `standsOn` are the
   * records of which the partition must have one when the first of it is written (the last that was acknowledged, and
   * those whose write ended in an error since). Rejects with code 'superseded' when it has another, and also when a
   * failover under way lost a part of this very checkpoint: acquire again, and fold from what is there. Without
   * `standsOn` it stands on whatever is there.
   */
  checkpoint(
    partition: number,
    fence: number,
    checkpoint: Checkpoint,
    standsOn?: readonly KnownRecord[],
  ): Promise<'written' | 'fenced'>;
  /** Forgets all instruments, bars excepted, and the record of a partition: a fold starts anew. Fenced like a checkpoint. */
  clear(partition: number, fence: number): Promise<'written' | 'fenced'>;
  /** The partition's record without taking a fence: where a gateway starts to read. */
  record(partition: number): Promise<PartitionRecord | undefined>;
  /** The hot snapshot of one instrument. `partition` is that of the instrument. */
  snapshot(partition: number, instrument: string): Promise<{ view: Uint8Array; updatesNext: number } | undefined>;
  /** Final bars, oldest first, startMs within [fromMs, toMs], the newest `limit` of them. */
  bars(
    partition: number,
    instrument: string,
    interval: Interval,
    range: { fromMs: number; toMs: number; limit: number },
  ): Promise<Uint8Array[]>;
  /** Adds or replaces entries. */
  putCatalogue(entries: readonly CatalogueEntry[]): Promise<void>;
  /** All entries, and a number that rises with each change. */
  catalogue(): Promise<{ version: number; entries: CatalogueEntry[] }>;
  catalogueVersion(): Promise<number>;
  close(): Promise<void>;
}
