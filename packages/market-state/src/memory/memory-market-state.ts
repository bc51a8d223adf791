import type { Interval } from '@tapecast/market';
import {
  BARS_KEPT,
  type CatalogueEntry,
  type Checkpoint,
  type FinalBar,
  type InstrumentRecord,
  type KnownRecord,
  type MarketState,
  type PartitionRecord,
} from '../contract.ts';
import { MarketStateError } from '../errors.ts';
import { checkCheckpoint, checkPartition } from '../validation.ts';

/** The embedded default: lives as long as the process. Bytes are copied in and out, as a network would. */
export function openMemoryMarketState(): MarketState {
  return new MemoryMarketState();
}

interface Partition {
  fence: number;
  record: PartitionRecord | undefined;
  instruments: Map<string, InstrumentRecord>;
  /** By instrument and interval; oldest first. */
  bars: Map<string, FinalBar[]>;
}

class MemoryMarketState implements MarketState {
  readonly #partitions = new Map<number, Partition>();
  readonly #catalogue = new Map<string, CatalogueEntry>();
  #catalogueVersion = 0;
  #closed = false;

  async acquire(partition: number): Promise<{ fence: number; record: PartitionRecord | undefined }> {
    const held = this.#partition(partition);
    held.fence += 1;
    return { fence: held.fence, record: structuredClone(held.record) };
  }

  async instruments(partition: number): Promise<InstrumentRecord[]> {
    return [...this.#partition(partition).instruments.values()].map(copyInstrument);
  }

  async checkpoint(
    partition: number,
    fence: number,
    checkpoint: Checkpoint,
    standsOn?: readonly KnownRecord[],
  ): Promise<'written' | 'fenced'> {
    const held = this.#partition(partition);
    checkCheckpoint(checkpoint);
    if (fence < held.fence) return 'fenced';
    if (held.record?.epoch === checkpoint.record.epoch && held.record.ticksNext > checkpoint.record.ticksNext) {
      return 'fenced';
    }
    if (standsOn !== undefined && !standsOn.some((known) => isRecord(known, held.record))) {
      throw new MarketStateError('superseded', `partition ${partition}: what the checkpoint stands on is not there`);
    }
    held.fence = fence;
    for (const bar of checkpoint.bars) keepBar(held.bars, bar);
    for (const instrument of checkpoint.instruments) {
      held.instruments.set(instrument.instrument, copyInstrument(instrument));
    }
    held.record = structuredClone(checkpoint.record);
    return 'written';
  }

  async clear(partition: number, fence: number): Promise<'written' | 'fenced'> {
    const held = this.#partition(partition);
    if (fence < held.fence) return 'fenced';
    held.fence = fence;
    held.instruments.clear();
    held.record = undefined;
    return 'written';
  }

  async record(partition: number): Promise<PartitionRecord | undefined> {
    return structuredClone(this.#partition(partition).record);
  }

  async snapshot(
    partition: number,
    instrument: string,
  ): Promise<{ view: Uint8Array; updatesNext: number } | undefined> {
    const found = this.#partition(partition).instruments.get(instrument);
    return found && { view: found.view.slice(), updatesNext: found.updatesNext };
  }

  async bars(
    partition: number,
    instrument: string,
    interval: Interval,
    range: { fromMs: number; toMs: number; limit: number },
  ): Promise<Uint8Array[]> {
    const kept = this.#partition(partition).bars.get(barsKey(instrument, interval)) ?? [];
    if (range.limit < 1) return [];
    return kept
      .filter((bar) => bar.startMs >= range.fromMs && bar.startMs <= range.toMs)
      .slice(-range.limit)
      .map((bar) => bar.update.slice());
  }

  async putCatalogue(entries: readonly CatalogueEntry[]): Promise<void> {
    this.#checkOpen();
    let changed = false;
    for (const entry of entries) {
      const before = this.#catalogue.get(entry.instrument);
      if (before !== undefined && JSON.stringify(before) === JSON.stringify(entry)) continue;
      this.#catalogue.set(entry.instrument, { ...entry });
      changed = true;
    }
    if (changed) this.#catalogueVersion += 1;
  }

  async catalogue(): Promise<{ version: number; entries: CatalogueEntry[] }> {
    this.#checkOpen();
    return { version: this.#catalogueVersion, entries: [...this.#catalogue.values()].map((entry) => ({ ...entry })) };
  }

  async catalogueVersion(): Promise<number> {
    this.#checkOpen();
    return this.#catalogueVersion;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #partition(partition: number): Partition {
    this.#checkOpen();
    checkPartition(partition);
    let held = this.#partitions.get(partition);
    if (held === undefined) {
      held = { fence: 0, record: undefined, instruments: new Map(), bars: new Map() };
      this.#partitions.set(partition, held);
    }
    return held;
  }

  #checkOpen(): void {
    if (this.#closed) throw new MarketStateError('closed', 'the market state was closed');
  }
}

const isRecord = (known: KnownRecord, record: PartitionRecord | undefined): boolean =>
  known === 'none' ? record === undefined : known.epoch === record?.epoch && known.ticksNext === record.ticksNext;

function copyInstrument(record: InstrumentRecord): InstrumentRecord {
  return { ...record, view: record.view.slice(), fold: record.fold.slice() };
}

const barsKey = (instrument: string, interval: Interval): string => `${instrument} ${interval}`;

function keepBar(all: Map<string, FinalBar[]>, bar: FinalBar): void {
  const key = barsKey(bar.instrument, bar.interval);
  let kept = all.get(key);
  if (kept === undefined) {
    kept = [];
    all.set(key, kept);
  }
  const copy = { ...bar, update: bar.update.slice() };
  // Bars come nearly always in order: look from the end.
  let at = kept.length;
  while (at > 0 && kept[at - 1]!.startMs >= bar.startMs) at -= 1;
  kept.splice(at, kept[at]?.startMs === bar.startMs ? 1 : 0, copy);
  if (kept.length > BARS_KEPT) kept.splice(0, kept.length - BARS_KEPT);
}
