import type { Update } from '@tapecast/market';

/** Trades of one instrument that follow each other: `trades[i]` has the number `first + i`. */
export interface TradeRun {
  first: number;
  /** Empty where nothing of what was asked for is there. Fewer than asked for where the answer would be too large: ask again from its end. */
  trades: readonly Update[];
}

/**
 * The trades of the replay window, as they stand in the log. Whatever was told live is here before it is told. How far back
 * it reaches differs from instrument to instrument and only ever grows shorter at its old end, but after a start of the
 * gateway, while older records are read.
 */
export interface TradeHistory {
  /**
   * The lowest number from which every trade up to the newest is there, of this epoch. Undefined where the window has no
   * trade of the instrument in this epoch: then nothing is missing only for a client that is at the newest number already.
   */
  oldest(symbol: string, epoch: string): number | undefined;
  /** Whether older trades of the instrument may yet come, as the gateway has just begun. */
  filling(symbol: string): boolean;
  /** Whether the log may have numbers of that epoch after those of `current`, which is the newest that was read. */
  mayFollow(symbol: string, epoch: string, current: string): boolean;
  /** The highest number that is there, of this epoch. */
  newest(symbol: string, epoch: string): number | undefined;
  /**
   * The trades from..to, in order. `first` is `from`, or later where the older ones are gone (they may go while it reads).
   * Rejects with a RecordStoreError where the disk can't be read.
   */
  trades(symbol: string, epoch: string, from: number, to: number): Promise<TradeRun>;
}
