import type { Kline } from '@tapecast/market';
import type { FinalBar } from '@tapecast/market-state';
import { encodeUpdate } from '@tapecast/wire';
import type { FinishedBar } from '../publish/pending-updates.ts';

/** Final bars that `md.updates` has and the store not yet: one of each (instrument, interval, start), the newest revision. */
export class UnwrittenBars {
  private readonly bars = new Map<string, FinishedBar>();
  private readonly max: number;
  private readonly onDropped: (count: number) => void;

  constructor(max: number, onDropped: (count: number) => void) {
    this.max = max;
    this.onDropped = onDropped;
  }

  get size(): number {
    return this.bars.size;
  }

  add(finished: readonly FinishedBar[]): void {
    for (const bar of finished) this.bars.set(keyOf(bar), bar);
    this.cut();
  }

  /** All of them; they are the caller's until it puts them back. */
  take(): FinishedBar[] {
    const taken = [...this.bars.values()];
    this.bars.clear();
    return taken;
  }

  /** They were not written. A revision that came meanwhile stays. */
  putBack(bars: readonly FinishedBar[]): void {
    const newer = this.take();
    this.add(bars);
    this.add(newer);
  }

  private cut(): void {
    let over = this.bars.size - this.max;
    if (over <= 0) return;
    this.onDropped(over);
    for (const key of this.bars.keys()) {
      if (over-- <= 0) break;
      this.bars.delete(key);
    }
  }
}

// Only updates with a kline body are among the finished bars (PendingUpdates.add).
const klineOf = (bar: FinishedBar): Kline => bar.update.body as Kline;

const keyOf = (bar: FinishedBar): string => {
  const { interval, startMs } = klineOf(bar);
  return `${bar.instrument} ${interval} ${startMs}`;
};

/** As the store takes it. */
export function finalBarOf(bar: FinishedBar): FinalBar {
  const { interval, startMs } = klineOf(bar);
  return { instrument: bar.instrument, interval, startMs, update: encodeUpdate(bar.update) };
}
