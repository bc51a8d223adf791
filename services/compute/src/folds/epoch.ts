import { FOLD_VERSION } from '@tapecast/market';
import type { PartitionRecord } from '@tapecast/market-state';

/** Equal epochs mean equal numbers: the pair of topics, the version of the folds, the offset at which they began. */
export const epochOf = (generation: string, startOffset: number): string =>
  `${generation}.${FOLD_VERSION}.${startOffset}`;

/** The offset at which the epoch's fold began. */
export const startOffsetOf = (epoch: string): number => Number.parseInt(epoch.slice(epoch.lastIndexOf('.') + 1), 10);

/** Why a fold does not go on from a checkpoint. */
export type AnewReason = 'no_checkpoint' | 'other_fold' | 'behind_log' | 'log_replaced' | 'unreadable_state';

export type StartPoint =
  | { kind: 'resume'; record: PartitionRecord }
  | { kind: 'anew'; reason: AnewReason; epoch: string; ticksNext: number };

/**
 * Where the fold of a partition starts: at its checkpoint, or at the log's oldest tick in a new epoch.
 *
 * A checkpoint past the log's end means that the log is not the one it was made from (ticks were lost, or the topic was
 * made anew under the same generation). The same offsets then hold other ticks, and an epoch that began at the same
 * offset would claim equal numbers: the fencing number, never used twice, tells them apart.
 */
export function startPoint(
  record: PartitionRecord | undefined,
  log: { generation: string; oldest: number; end: number },
  fence: number,
): StartPoint {
  const anew = (reason: AnewReason, epoch: string): StartPoint => ({
    kind: 'anew',
    reason,
    epoch,
    ticksNext: log.oldest,
  });
  const fresh = epochOf(log.generation, log.oldest);
  if (record === undefined) return anew('no_checkpoint', fresh);
  if (!record.epoch.startsWith(`${log.generation}.${FOLD_VERSION}.`)) return anew('other_fold', fresh);
  if (record.ticksNext > log.end) return anew('log_replaced', `${fresh}r${fence}`);
  if (record.ticksNext < log.oldest) return anew('behind_log', fresh);
  return { kind: 'resume', record };
}
