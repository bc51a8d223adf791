import { Counter, type Registry } from '@tapecast/service-kit';
import type { FoldCounts } from './folds/partition-fold.ts';

/** What became of a partition's ticks, and of the numbers that its sources gave: `missing` ones never came. */
const OUTCOMES = ['folded', 'clock', 'duplicate', 'fenced', 'skipped', 'corrupt', 'missing', 'rejected'] as const;
type Outcome = (typeof OUTCOMES)[number];

type Row = Record<Outcome, number> & { updates: number };

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
});

/** What this worker took of each partition that it ever had, dropped of it and why, and gave. */
export class PartitionLedger {
  readonly rows = new Map<number, Row>();

  add(partition: number, before: FoldCounts, now: FoldCounts): void {
    const had = rowOf(before);
    const has = rowOf(now);
    let row = this.rows.get(partition);
    if (row === undefined) {
      row = rowOf(before);
      for (const key of [...OUTCOMES, 'updates'] as const) row[key] = 0;
      this.rows.set(partition, row);
    }
    for (const key of [...OUTCOMES, 'updates'] as const) row[key] += has[key] - had[key];
  }
}

export function registerLedger(registry: Registry, ledger: PartitionLedger): void {
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
}
