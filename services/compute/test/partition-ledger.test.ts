import { createRegistry } from '@tapecast/service-kit';
import { expect, it } from 'vitest';
import { noCounts } from '../src/folds/partition-fold.ts';
import { PartitionLedger, registerLedger } from '../src/partition-ledger.ts';

it('adds up what became of each partition’s ticks and what was given, over folds that begin anew, and says where each stands', async () => {
  const ledger = new PartitionLedger();
  const registry = createRegistry();
  const stand = { partition: 3, ticksNext: 120, updatesNext: 40, ageUs: 2_500 };
  registerLedger(registry, ledger, () => [stand, { ...stand, partition: 4, ageUs: undefined }]);
  const first = {
    ...noCounts(),
    folded: 10,
    duplicates: 2,
    updates: 14,
    rejected: { ...noCounts().rejected, fold_failed: 1 },
  };
  ledger.add(3, noCounts(), first);
  ledger.add(3, first, { ...first, folded: 15, missing: 4 });
  // Another epoch's fold counts from 0.
  ledger.add(3, noCounts(), { ...noCounts(), folded: 1, updates: 1 });
  ledger.add(5, noCounts(), { ...noCounts(), clocks: 7 });
  ledger.gave(3, 12, 2);
  ledger.gave(3, 2, 1);
  const text = await registry.metrics();
  const value = (name: string, labels: string): number =>
    Number(new RegExp(`^tapecast_compute_${name}\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1]);
  const ticks = (partition: number, outcome: string): number =>
    value('partition_ticks_total', `partition="${partition}",outcome="${outcome}"`);
  expect([ticks(3, 'folded'), ticks(3, 'duplicate'), ticks(3, 'missing'), ticks(3, 'rejected')]).toEqual([16, 2, 4, 1]);
  expect([ticks(5, 'clock'), ticks(5, 'folded')]).toEqual([7, 0]);
  expect([
    value('partition_updates_total', 'partition="3"'),
    value('partition_updates_total', 'partition="5"'),
  ]).toEqual([15, 0]);
  expect([
    value('partition_given_total', 'partition="3",what="updates"'),
    value('partition_given_total', 'partition="3",what="records"'),
    value('partition_given_total', 'partition="5",what="updates"'),
    value('partition_offset', 'partition="3",topic="md.ticks"'),
    value('partition_offset', 'partition="4",topic="md.updates"'),
  ]).toEqual([14, 3, 0, 120, 40]);
  expect(text).toContain('tapecast_compute_data_age_seconds{partition="3"} 0.0025');
  expect(text).not.toContain('tapecast_compute_data_age_seconds{partition="4"}');
});
