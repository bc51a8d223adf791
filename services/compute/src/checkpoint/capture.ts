import type { InstrumentRecord, PartitionRecord } from '@tapecast/market-state';
import { encodeView } from '@tapecast/wire';
import type { FoldedInstrument, FoldPosition, PartitionFold } from '../folds/partition-fold.ts';
import { CAPTURE_SLICE_MS } from '../limits.ts';
import { encodeSavedState } from './saved-state.ts';

/** Runs `run` when the fold's state is on its way to md.updates, and resolves with the offset after it when it is there. */
export type Cutter = (run: () => void) => Promise<number | undefined>;

export interface Capture {
  record: PartitionRecord;
  instruments: InstrumentRecord[];
  /** To be given back to the fold when the capture is not stored. */
  entries: FoldedInstrument[];
}

/**
 * Copies the changed instruments of a partition for a checkpoint while folding goes on.
 *
 * Each turn is a cut (Publisher.cut): nothing is folded between the state that is copied and the last update handed to
 * the log, and the copy is used only when the log has acknowledged that. A turn takes CAPTURE_SLICE_MS, so many changed
 * instruments take several; each is copied as of its own turn and says so by its own `ticksNext` and `updatesNext`. The
 * record has the first turn's position: an instrument that is not in this checkpoint did not change before it, and one
 * copied later skips the ticks in between after a takeover, as it must when a checkpoint was written only in part.
 */
export async function captureChanged(
  fold: PartitionFold,
  cut: Cutter,
  onTurn: (durationMs: number, bytes: number) => void,
  turnMs = CAPTURE_SLICE_MS,
): Promise<Capture | undefined> {
  let position: FoldPosition | undefined;
  let changed: FoldedInstrument[] = [];
  let next = 0;
  let firstUpdatesNext = 0;
  const instruments: InstrumentRecord[] = [];
  do {
    const first = position === undefined;
    const turn: Omit<InstrumentRecord, 'updatesNext'>[] = [];
    const updatesNext = await cut(() => {
      const startedAt = performance.now();
      if (first) {
        position = fold.position();
        changed = fold.changedInstruments();
      }
      let bytes = 0;
      while (next < changed.length) {
        const record = serialise(fold, changed[next++] as FoldedInstrument);
        bytes += record.view.length + record.fold.length;
        turn.push(record);
        if (performance.now() - startedAt >= turnMs) break;
      }
      onTurn(performance.now() - startedAt, bytes);
    });
    if (updatesNext === undefined) {
      fold.giveBack(changed.slice(0, next));
      return undefined;
    }
    if (first) firstUpdatesNext = updatesNext;
    for (const record of turn) instruments.push({ ...record, updatesNext });
  } while (next < changed.length);
  return {
    record: { epoch: fold.epoch, updatesNext: firstUpdatesNext, ...(position as unknown as FoldPosition) },
    instruments,
    entries: changed,
  };
}

function serialise(fold: PartitionFold, entry: FoldedInstrument): Omit<InstrumentRecord, 'updatesNext'> {
  const { instrument, view, saved, ticksNext } = fold.capture(entry);
  return { instrument, view: encodeView(view), fold: encodeSavedState(saved), ticksNext };
}
