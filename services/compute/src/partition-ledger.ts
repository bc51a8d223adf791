import { Counter, Gauge, type Registry } from '@tapecast/service-kit';
import { type FoldCounts, noCounts } from './folds/partition-fold.ts';

/** What became of a partition's ticks, and of the numbers that its sources gave: `missing` ones never came. */
const OUTCOMES = ['folded', 'clock', 'duplicate', 'fenced', 'skipped', 'corrupt', 'missing', 'rejected'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** What left: updates folded, of these the ones that the log has acknowledged, and the records that they went in. */
const LEFT = ['updates', 'given', 'records'] as const;

type Row = Record<Outcome | (typeof LEFT)[number], number>;

/** Where a held partition stands. */
export interface PartitionStand {
  readonly partition: number;
  /** Offset in md.ticks after the last tick folded. */
  readonly ticksNext: number;
  /** Offset in md.updates after the last record that the log acknowledged. */
  readonly updatesNext: number;
  /** How old what it hands on is, from ingest's having it; undefined before the first. */
  readonly ageUs: number | undefined;
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, one) => all + one, 0);

const rowOf = (counts: FoldCounts): Row => ({
  folded: counts.folded,
  clock: counts.clocks,
  duplicate: counts.duplicates,
  fenced: counts.fenced,
  skipped: counts.skipped,
  corrupt: counts.corrupt,
  missing: counts.missing,
  rejected: sum(counts.rejected),
  updates: counts.updates,
  given: 0,
  records: 0,
});

const emptyRow = (): Row => rowOf(noCounts());

/** What this worker took of each partition that it ever had, dropped of it and why, and gave. */
export class PartitionLedger {
  readonly rows = new Map<number, Row>();

  add(partition: number, before: FoldCounts, now: FoldCounts): void {
    const had = rowOf(before);
    const has = rowOf(now);
    const row = this.row(partition);
    for (const key of [...OUTCOMES, 'updates'] as const) row[key] += has[key] - had[key];
  }

  /** The log has them. */
  gave(partition: number, updates: number, records: number): void {
    const row = this.row(partition);
    row.given += updates;
    row.records += records;
  }

  private row(partition: number): Row {
    let row = this.rows.get(partition);
    if (row === undefined) {
      row = emptyRow();
      this.rows.set(partition, row);
    }
    return row;
  }
}

export function registerLedger(
  registry: Registry,
  ledger: PartitionLedger,
  held: () => Iterable<PartitionStand>,
): void {
  const registers = [registry];
  new Counter({
    name: 'tapecast_compute_partition_ticks_total',
    help: 'Ticks by partition and what became of them; missing: never came, by the numbers of their sources; rejected: refused by a fold',
    labelNames: ['partition', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [partition, row] of ledger.rows)
        for (const outcome of OUTCOMES) this.inc({ partition, outcome }, row[outcome]);
    },
  });
  new Counter({
    name: 'tapecast_compute_partition_updates_total',
    help: 'Updates folded, by partition',
    labelNames: ['partition'],
    registers,
    collect() {
      this.reset();
      for (const [partition, { updates }] of ledger.rows) this.inc({ partition }, updates);
    },
  });
  new Counter({
    name: 'tapecast_compute_partition_given_total',
    help: 'What the log has acknowledged, by partition: updates, and the records of md.updates that they went in',
    labelNames: ['partition', 'what'],
    registers,
    collect() {
      this.reset();
      for (const [partition, { given, records }] of ledger.rows) {
        this.inc({ partition, what: 'updates' }, given);
        this.inc({ partition, what: 'records' }, records);
      }
    },
  });
  new Gauge({
    name: 'tapecast_compute_partition_offset',
    help: 'Of held partitions: offset in md.ticks after the last tick folded, in md.updates after the last record acknowledged',
    labelNames: ['partition', 'topic'],
    registers,
    collect() {
      this.reset();
      for (const { partition, ticksNext, updatesNext } of held()) {
        this.set({ partition, topic: 'md.ticks' }, ticksNext);
        this.set({ partition, topic: 'md.updates' }, updatesNext);
      }
    },
  });
  new Gauge({
    name: 'tapecast_compute_data_age_seconds',
    help: "From ingest's having a tick to the acknowledgement of what it made: of the oldest that waits, else of the last flush, by held partition",
    labelNames: ['partition'],
    registers,
    collect() {
      this.reset();
      for (const { partition, ageUs } of held()) if (ageUs !== undefined) this.set({ partition }, ageUs / 1e6);
    },
  });
}
