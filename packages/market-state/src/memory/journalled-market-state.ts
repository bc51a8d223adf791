import { deserialize, serialize } from 'node:v8';
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
import { openMemoryMarketState } from './memory-market-state.ts';

/** Where a memory store keeps itself beside memory, so that another process can go on with it. A `TableStore` is one. */
export interface StateJournal {
  /** All that was written and not removed, when it was opened. */
  readonly found: ReadonlyMap<string, Uint8Array>;
  /** All or nothing; what it resolved with is there after a kill. */
  write(changes: readonly { key: string; value: Uint8Array | undefined }[]): Promise<void>;
}

type Change = { key: string; value: Uint8Array | undefined };

/**
 * The memory store, gone on with from a journal. `onLost` is told when the journal did not take a change: nothing more is
 * written to it, and the store goes on in memory. Rejects where the journal holds what was never written to it.
 */
export async function openJournalledMarketState(
  journal: StateJournal,
  onLost: (error: Error) => void,
): Promise<MarketState> {
  const state = new JournalledMarketState(openMemoryMarketState(), journal, onLost);
  await state.restore();
  return state;
}

class JournalledMarketState implements MarketState {
  readonly #state: MarketState;
  readonly #journal: StateJournal;
  readonly #onLost: (error: Error) => void;
  /** Starts of the bars that are in the journal, oldest first, by partition, instrument and interval. */
  readonly #bars = new Map<string, number[]>();
  #lost = false;

  constructor(state: MarketState, journal: StateJournal, onLost: (error: Error) => void) {
    this.#state = state;
    this.#journal = journal;
    this.#onLost = onLost;
  }

  async restore(): Promise<void> {
    const partitions = new Map<
      number,
      { instruments: InstrumentRecord[]; bars: FinalBar[]; record?: PartitionRecord }
    >();
    const of = (partition: number) => {
      const found = partitions.get(partition) ?? { instruments: [], bars: [] };
      partitions.set(partition, found);
      return found;
    };
    const catalogue: CatalogueEntry[] = [];
    for (const [key, value] of this.#journal.found) {
      const [kind, partition] = key.split(' ', 2) as [string, string];
      const kept = of(Number(partition));
      if (kind === 'record') kept.record = deserialize(value) as PartitionRecord;
      else if (kind === 'instrument') kept.instruments.push(deserialize(value) as InstrumentRecord);
      else if (kind === 'bar') kept.bars.push(deserialize(value) as FinalBar);
      else if (kind === 'catalogue') catalogue.push(deserialize(value) as CatalogueEntry);
    }
    for (const [partition, { instruments, bars, record }] of partitions) {
      bars.sort((a, b) => a.startMs - b.startMs);
      for (const bar of bars) this.#startsOf(partition, bar).push(bar.startMs);
      const { fence } = await this.#state.acquire(partition);
      // Bars outlive what else there is of a partition.
      const empty = { epoch: 'cleared', ticksNext: 0, updatesNext: 0, clocks: {}, sources: {} };
      await this.#state.checkpoint(partition, fence, { instruments, bars, record: record ?? empty });
      if (record === undefined) await this.#state.clear(partition, fence);
    }
    await this.#state.putCatalogue(catalogue);
  }

  acquire(partition: number): Promise<{ fence: number; record: PartitionRecord | undefined }> {
    return this.#state.acquire(partition);
  }

  instruments(partition: number): Promise<InstrumentRecord[]> {
    return this.#state.instruments(partition);
  }

  async checkpoint(
    partition: number,
    fence: number,
    checkpoint: Checkpoint,
    standsOn?: readonly KnownRecord[],
  ): Promise<'written' | 'fenced'> {
    const outcome = await this.#state.checkpoint(partition, fence, checkpoint, standsOn);
    if (outcome === 'fenced') return outcome;
    const changes: Change[] = [];
    for (const bar of checkpoint.bars) this.#keepBar(partition, bar, changes);
    for (const record of checkpoint.instruments)
      changes.push({ key: instrumentKey(partition, record.instrument), value: serialize(record) });
    changes.push({ key: recordKey(partition), value: serialize(checkpoint.record) });
    await this.#write(changes);
    return outcome;
  }

  async clear(partition: number, fence: number): Promise<'written' | 'fenced'> {
    const instruments = await this.#state.instruments(partition);
    const outcome = await this.#state.clear(partition, fence);
    if (outcome === 'fenced') return outcome;
    const keys = [recordKey(partition), ...instruments.map(({ instrument }) => instrumentKey(partition, instrument))];
    await this.#write(keys.map((key) => ({ key, value: undefined })));
    return outcome;
  }

  record(partition: number): Promise<PartitionRecord | undefined> {
    return this.#state.record(partition);
  }

  snapshot(partition: number, instrument: string): Promise<{ view: Uint8Array; updatesNext: number } | undefined> {
    return this.#state.snapshot(partition, instrument);
  }

  bars(
    partition: number,
    instrument: string,
    interval: Interval,
    range: { fromMs: number; toMs: number; limit: number },
  ): Promise<Uint8Array[]> {
    return this.#state.bars(partition, instrument, interval, range);
  }

  async putCatalogue(entries: readonly CatalogueEntry[]): Promise<void> {
    const before = await this.catalogueVersion();
    await this.#state.putCatalogue(entries);
    if ((await this.catalogueVersion()) === before) return;
    await this.#write(entries.map((entry) => ({ key: `catalogue 0 ${entry.instrument}`, value: serialize(entry) })));
  }

  catalogue(): Promise<{ version: number; entries: CatalogueEntry[] }> {
    return this.#state.catalogue();
  }

  catalogueVersion(): Promise<number> {
    return this.#state.catalogueVersion();
  }

  close(): Promise<void> {
    return this.#state.close();
  }

  #keepBar(partition: number, bar: FinalBar, changes: Change[]): void {
    changes.push({ key: barKey(partition, bar, bar.startMs), value: serialize(bar) });
    const starts = this.#startsOf(partition, bar);
    // Bars come nearly always in order: look from the end.
    let at = starts.length;
    while (at > 0 && (starts[at - 1] as number) >= bar.startMs) at--;
    if (starts[at] !== bar.startMs) starts.splice(at, 0, bar.startMs);
    if (starts.length <= BARS_KEPT) return;
    for (const startMs of starts.splice(0, starts.length - BARS_KEPT))
      changes.push({ key: barKey(partition, bar, startMs), value: undefined });
  }

  #startsOf(partition: number, { instrument, interval }: FinalBar): number[] {
    const key = `${partition} ${instrument} ${interval}`;
    const starts = this.#bars.get(key) ?? [];
    this.#bars.set(key, starts);
    return starts;
  }

  async #write(changes: readonly Change[]): Promise<void> {
    if (this.#lost) return;
    try {
      await this.#journal.write(changes);
    } catch (error) {
      this.#lost = true;
      this.#onLost(error as Error);
    }
  }
}

const recordKey = (partition: number): string => `record ${partition}`;
const instrumentKey = (partition: number, instrument: string): string => `instrument ${partition} ${instrument}`;
const barKey = (partition: number, { instrument, interval }: FinalBar, startMs: number): string =>
  `bar ${partition} ${instrument} ${interval} ${startMs}`;
