import { Counter, Gauge, type Registry } from '@tapecast/service-kit';
import type { PartitionBatch } from '@tapecast/tick-log';

/**
 * - `taken`: numbered by a source, and handed to the publisher.
 * - `found`: on disk at the start, left by an earlier process.
 * - `given`: acknowledged by the log.
 * - `lost`: put on disk, and could not be read back.
 * - `discarded`: not sent, because another ingest had taken over and told it.
 */
const OUTCOMES = ['taken', 'found', 'given', 'lost', 'discarded'] as const;

type Row = Record<(typeof OUTCOMES)[number], number> & {
  /** What was taken or found and is neither given nor dropped. */
  waiting: number;
  /** Monotonic ms since which the oldest of it waits, at the earliest. */
  sinceMs: number;
  /** ms from the first tick of the last batch to its acknowledgement; undefined before the first. */
  ageMs: number | undefined;
  /** Offset after the last record that the log acknowledged. */
  offset: number | undefined;
};

/** A batch, and since when its first tick waits: monotonic ms. */
export interface WaitingBatch extends PartitionBatch {
  readonly sinceMs: number;
}

/** What this process took for each partition, what became of it, and how old it was. */
export class PartitionLedger {
  readonly #rows: Row[] = [];

  /** Of one partition; made when it is first asked for. */
  row(partition: number): Row {
    for (let missing = this.#rows.length; missing <= partition; missing++) this.#rows.push(emptyRow());
    return this.#rows[partition]!;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  found(partition: number, ticks: number): void {
    const row = this.row(partition);
    row.found += ticks;
    this.#wait(row, ticks);
  }

  /** The log has them. `offsets` are those of the batches' first records. */
  gave(batches: readonly WaitingBatch[], offsets: ReadonlyMap<number, number>): void {
    const nowMs = performance.now();
    for (const { partition, records, sinceMs } of batches) {
      const row = this.row(partition);
      row.given += records.length;
      row.waiting -= records.length;
      row.ageMs = nowMs - sinceMs;
      // What waits behind it came later: this is a bound of its age.
      row.sinceMs = sinceMs;
      const first = offsets.get(partition);
      if (first !== undefined) row.offset = first + records.length;
    }
  }

  lost(partition: number, ticks: number): void {
    const row = this.row(partition);
    row.lost += ticks;
    row.waiting -= ticks;
  }

  discardAll(): void {
    for (const row of this.#rows) {
      row.discarded += row.waiting;
      row.waiting = 0;
    }
  }

  #wait(row: Row, ticks: number): void {
    if (row.waiting === 0) row.sinceMs = performance.now();
    row.waiting += ticks;
  }
}

const emptyRow = (): Row => ({
  taken: 0,
  found: 0,
  given: 0,
  lost: 0,
  discarded: 0,
  waiting: 0,
  sinceMs: 0,
  ageMs: undefined,
  offset: undefined,
});

export function registerLedger(registry: Registry, ledger: PartitionLedger): void {
  const registers = [registry];
  new Counter({
    name: 'tapecast_ingest_partition_ticks_total',
    help: 'Ticks by partition: taken (numbered here), found (on disk at the start), given (acknowledged by the log), lost (by the disk), discarded (told by who has taken over). Taken and found, less the others, wait',
    labelNames: ['partition', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [partition, row] of ledger.rows.entries())
        for (const outcome of OUTCOMES) this.inc({ partition, outcome }, row[outcome]);
    },
  });
  new Gauge({
    name: 'tapecast_ingest_partition_offset',
    help: 'Offset in md.ticks after the last record of this process that the log acknowledged, by partition',
    labelNames: ['partition'],
    registers,
    collect() {
      for (const [partition, { offset }] of ledger.rows.entries())
        if (offset !== undefined) this.set({ partition }, offset);
    },
  });
  new Gauge({
    name: 'tapecast_ingest_data_age_seconds',
    help: "From a tick's arrival to the log's acknowledgement: of the oldest that waits, else of the last flush, by partition",
    labelNames: ['partition'],
    registers,
    collect() {
      const nowMs = performance.now();
      for (const [partition, { waiting, sinceMs, ageMs }] of ledger.rows.entries()) {
        const ms = waiting > 0 ? nowMs - sinceMs : ageMs;
        if (ms !== undefined) this.set({ partition }, ms / 1_000);
      }
    },
  });
}
