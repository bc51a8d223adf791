import type { Tick } from './tick.ts';
import type { InstrumentView, Update } from './update.ts';

/** Ticks that a source sent, by its own numbers, and that are not there. */
export interface SourceHole {
  source: string;
  ticks: number;
  /** What the source's clock was before, Unix ms; 0 where it had not spoken. */
  fromMs: number;
  /** When the first tick after it was received, Unix ms. */
  toMs: number;
}

/** Receives each update of a fold, in order. The object is the receiver's to keep. */
export type Emit = (update: Update) => void;

/**
 * Why a tick was not folded, or not wholly; each is counted by the caller. `decimals_overflow`, `out_of_range` and
 * `unknown_kind` left the state as it was. `late_bar`: folded, but a bar it belongs to is no longer kept. `future_time`:
 * folded at its source's clock, because its exchange time was too far ahead of it.
 */
export type FoldRejection = 'decimals_overflow' | 'out_of_range' | 'late_bar' | 'future_time' | 'unknown_kind';

/**
 * The fold of one instrument: a deterministic function of its ticks and its source's clock. It reads no clock, no random
 * number and no other service. Same ticks, same updates with the same numbers.
 */
export interface InstrumentFold {
  readonly instrument: string;
  /**
   * Folds one tick (kind clock excepted; a venue's own bar changes nothing). Emits what it changes. Throws nothing; an
   * unusable tick returns why.
   * `clockMs` is the tick's source clock as the fold last saw it, 0 when not yet.
   */
  apply(tick: Tick, clockMs: number, emit: Emit): FoldRejection | undefined;
  /**
   * The clock of the instrument's source moved to `clockMs`: finishes bars, tells k-lines above 1m, rolls the day.
   * `receivedAtUs` is the clock tick's, passed on in what is emitted; without it, that of the last tick.
   */
  clock(clockMs: number, emit: Emit, receivedAtUs?: number): void;
  /**
   * Ticks of the instrument's source never came; whether any was of this instrument nobody knows. Tells so: a status with
   * the state as it was, and with the span in its reason.
   */
  missed(hole: SourceHole, emit: Emit): void;
  /** The source (`Tick.source` up to '/') whose clock moves this instrument: that of its last tick. */
  readonly venue: string;
  /** The state as updates have made it: a fresh copy that later folding does not change. */
  view(epoch: string): InstrumentView;
  /** All that `view` does not hold (full book, open day, late bars), as plain JSON-able data with bigint as decimal strings. */
  save(): unknown;
}

/** `createInstrumentFolds` in `instrument-fold.ts` makes one; the two functions stand there by themselves, too. */
export interface InstrumentFoldFactory {
  create(instrument: string): InstrumentFold;
  /** Exactly the fold that gave `view` and `saved`: what it does next is what the other would have done. */
  restore(view: InstrumentView, saved: unknown): InstrumentFold;
}
