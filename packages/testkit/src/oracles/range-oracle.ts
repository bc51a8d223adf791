export interface RangeFault {
  readonly symbol: string;
  readonly channel: string;
  /** `hole`: numbers were left out. `overlap`: numbers came again. `backwards`: first is above last. */
  readonly kind: 'hole' | 'overlap' | 'backwards';
  /** The `first` that had to come. */
  readonly expected: number;
  readonly first: number;
  readonly last: number;
}

/** Checks that the ranges of each (symbol, channel) follow one another: a message's `first` is the last one's `last` + 1. */
export class RangeOracle {
  readonly faults: RangeFault[] = [];
  /** Messages that were checked. */
  checked = 0;
  readonly #last = new Map<string, number>();

  /** A subscription's `seq`, a snapshot or a keyframe that may replace: the numbers go on from here. */
  startAt(symbol: string, channel: string, last: number): void {
    this.#last.set(key(symbol, channel), last);
  }

  /** A data message. The first of a channel that was not started starts it. */
  message(symbol: string, channel: string, range: readonly [number, number]): void {
    const [first, last] = range;
    const before = this.#last.get(key(symbol, channel));
    const expected = before === undefined ? first : before + 1;
    this.checked++;
    if (first > last) this.faults.push({ symbol, channel, kind: 'backwards', expected, first, last });
    else if (first > expected) this.faults.push({ symbol, channel, kind: 'hole', expected, first, last });
    else if (first < expected) this.faults.push({ symbol, channel, kind: 'overlap', expected, first, last });
    this.#last.set(key(symbol, channel), Math.max(last, before ?? last));
  }

  /** The last number seen of a channel. */
  lastOf(symbol: string, channel: string): number | undefined {
    return this.#last.get(key(symbol, channel));
  }
}

function key(symbol: string, channel: string): string {
  return `${symbol} ${channel}`;
}
