import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InstrumentFoldFactory } from '@tapecast/market';
import type { InstrumentRecord, MarketState, PartitionRecord } from '@tapecast/market-state';
import type { TickLog } from '@tapecast/tick-log';
import { decodeView } from '@tapecast/wire';
import { decodeSavedState } from '../checkpoint/saved-state.ts';
import { type AnewReason, epochOf, startPoint } from '../folds/epoch.ts';
import { type FoldReports, PartitionFold } from '../folds/partition-fold.ts';
import { RESTORE_SLICE } from '../limits.ts';

export interface RestoreOptions {
  log: TickLog;
  state: MarketState;
  factory: InstrumentFoldFactory;
  reports: FoldReports;
}

export interface Restored {
  fence: number;
  fold: PartitionFold;
  /** The partition's end in md.ticks. */
  end: number;
  updatesNext: number;
  /** Why the fold begins a new epoch; undefined when it goes on from its checkpoint. */
  anew: AnewReason | undefined;
  /** What the store's record said. */
  record: PartitionRecord | undefined;
  /** Why the stored state could not be read. */
  unreadable: unknown;
}

/**
 * Takes the partition's next fencing number and makes its fold: from its checkpoint, or anew from the log's oldest tick.
 * Rejects with what the store or the log rejected with; undefined when another worker was faster.
 */
export async function restorePartition(options: RestoreOptions, partition: number): Promise<Restored | undefined> {
  const { log, state, factory, reports } = options;
  const { fence, record } = await state.acquire(partition);
  const [ticks, updates] = await Promise.all([log.offsets('md.ticks'), log.offsets('md.updates')]);
  const { oldest, end } = ticks[partition] as { oldest: number; end: number };
  const start = startPoint(record, { generation: log.generation, oldest, end }, fence);
  let anew = start.kind === 'anew' ? start : undefined;
  let unreadable: unknown;
  if (start.kind === 'resume') {
    const fold = new PartitionFold({ factory, epoch: start.record.epoch, position: start.record, reports });
    const instruments = await state.instruments(partition);
    try {
      await restoreInstruments(fold, instruments);
      return { fence, fold, end, updatesNext: start.record.updatesNext, anew: undefined, record, unreadable };
    } catch (error) {
      unreadable = error;
      anew = { kind: 'anew', reason: 'unreadable_state', epoch: epochOf(log.generation, oldest), ticksNext: oldest };
    }
  }
  // Not both undefined: `start` is one or the other.
  const { epoch, ticksNext, reason } = anew as NonNullable<typeof anew>;
  const updatesNext = (updates[partition] as { end: number }).end;
  const position = { ticksNext, clocks: {}, sources: {} };
  // Stored before anything is folded, so that a crash finds this epoch and not what it replaces.
  const cleared = await state.clear(partition, fence);
  if (cleared === 'fenced') return undefined;
  const beginning = { instruments: [], bars: [], record: { epoch, updatesNext, ...position } };
  const written = await state.checkpoint(partition, fence, beginning, ['none']);
  if (written === 'fenced') return undefined;
  const fold = new PartitionFold({ factory, epoch, position, reports });
  return { fence, fold, end, updatesNext, anew: reason, record, unreadable };
}

async function restoreInstruments(fold: PartitionFold, instruments: readonly InstrumentRecord[]): Promise<void> {
  for (const [i, instrument] of instruments.entries()) {
    const view = decodeView(instrument.view);
    // Left over from an epoch that was given up.
    if (view.epoch !== fold.epoch) continue;
    fold.restore({
      instrument: instrument.instrument,
      view,
      saved: decodeSavedState(instrument.fold),
      ticksNext: instrument.ticksNext,
    });
    if (i % RESTORE_SLICE === RESTORE_SLICE - 1) await nextTurn();
  }
}
