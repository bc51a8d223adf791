import type { Interval } from '../channel.ts';
import { ExactSum } from '../exact-sum.ts';
import { type Magnitude, measurePrice, measureSums } from '../rescale.ts';
import { COUNTS_HIGH_LOW, COUNTS_LAST, COUNTS_VOLUME, type TradeTick } from '../tick.ts';
import type { Kline } from '../update.ts';

export interface SavedBar {
  startMs: number;
  endMs: number;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
  volume: string;
  turnover: string;
  trades: number;
  final: boolean;
  sent: boolean;
  revision: number;
  changed: boolean;
}

/**
 * One bar as trades make it, in the order of the log: open and close by trades that count for last, high and low by those
 * that count for high and low, volume, turnover and number by those that count for volume. A bar without an open has no
 * price yet and is not told; its sums are kept for when it gets one.
 */
export class Bar {
  readonly startMs: number;
  readonly endMs: number;
  open: number | undefined;
  high: number | undefined;
  low: number | undefined;
  close: number | undefined;
  volume = new ExactSum();
  turnover = new ExactSum();
  trades = 0;
  /** The clock has passed its end by the grace. */
  final = false;
  /** Told as final at least once. */
  sent = false;
  revision = 0;
  /** Changed since it was last told. */
  changed = false;

  constructor(startMs: number, endMs: number) {
    this.startMs = startMs;
    this.endMs = endMs;
  }

  add(trade: TradeTick): void {
    const { price, size, counts } = trade;
    if (counts & COUNTS_LAST) {
      this.open ??= price;
      this.close = price;
    }
    if (counts & COUNTS_HIGH_LOW) {
      if (this.high === undefined || price > this.high) this.high = price;
      if (this.low === undefined || price < this.low) this.low = price;
    }
    if (counts & COUNTS_VOLUME) {
      this.volume.add(size);
      this.turnover.addProduct(price, size);
      this.trades++;
    }
    this.changed = true;
  }

  /** As it is now, told; undefined while it has no price. A final bar told again is its next revision. */
  tell(interval: Interval): Kline | undefined {
    const { open, close } = this;
    if (open === undefined || close === undefined) return undefined;
    if (this.sent) this.revision++;
    this.sent = this.final;
    this.changed = false;
    return {
      kind: 'kline',
      interval,
      startMs: this.startMs,
      open,
      high: this.high ?? Math.max(open, close),
      low: this.low ?? Math.min(open, close),
      close,
      volume: this.volume.value,
      turnover: this.turnover.value,
      trades: this.trades,
      final: this.final,
      revision: this.revision,
    };
  }

  measure(into: Magnitude): void {
    measurePrice(this.open, into);
    measurePrice(this.high, into);
    measurePrice(this.low, into);
    measurePrice(this.close, into);
    measureSums(this.volume.value, this.turnover.value, into);
  }

  rescale(priceFactor: number, sizeFactor: number): void {
    if (this.open !== undefined) this.open *= priceFactor;
    if (this.high !== undefined) this.high *= priceFactor;
    if (this.low !== undefined) this.low *= priceFactor;
    if (this.close !== undefined) this.close *= priceFactor;
    this.volume.multiply(sizeFactor);
    this.turnover.multiply(priceFactor);
    this.turnover.multiply(sizeFactor);
  }

  save(): SavedBar {
    return {
      startMs: this.startMs,
      endMs: this.endMs,
      open: this.open ?? null,
      high: this.high ?? null,
      low: this.low ?? null,
      close: this.close ?? null,
      volume: this.volume.value.toString(),
      turnover: this.turnover.value.toString(),
      trades: this.trades,
      final: this.final,
      sent: this.sent,
      revision: this.revision,
      changed: this.changed,
    };
  }

  static restore(saved: SavedBar): Bar {
    const bar = new Bar(saved.startMs, saved.endMs);
    bar.open = saved.open ?? undefined;
    bar.high = saved.high ?? undefined;
    bar.low = saved.low ?? undefined;
    bar.close = saved.close ?? undefined;
    bar.volume = new ExactSum(BigInt(saved.volume));
    bar.turnover = new ExactSum(BigInt(saved.turnover));
    bar.trades = saved.trades;
    bar.final = saved.final;
    bar.sent = saved.sent;
    bar.revision = saved.revision;
    bar.changed = saved.changed;
    return bar;
  }
}
