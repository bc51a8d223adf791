import type { BinanceDiff, BinanceSnapshot, BinanceTop } from './binance-frames.ts';
import { scaled } from './exact.ts';

/** Decimals in which prices and sizes are compared: the most that Binance writes. */
const COMPARED_DECIMALS = 8;

export type DiffOutcome =
  /** No snapshot yet: kept for it. */
  | 'buffered'
  /** Older than the book. */
  | 'ignored'
  | 'applied'
  /** Differences are missing before it: the book is unusable until a new snapshot. */
  | 'gap';

/**
 * A local order book by Binance's official procedure ("How to manage a local order book correctly", steps 1 to 7): differences
 * are buffered until a snapshot, those up to its `lastUpdateId` dropped, the next must bridge it, each further one must follow
 * without a gap; sizes are absolute and 0 removes.
 */
export class BookOracle {
  /** Times a difference did not follow, or a snapshot was older than what was buffered. */
  gaps = 0;
  #buffered: BinanceDiff[] = [];
  #id: number | undefined;
  readonly #bids = new Map<bigint, bigint>();
  readonly #asks = new Map<bigint, bigint>();

  /** The update id that the book is at; undefined while there is none. */
  get id(): number | undefined {
    return this.#id;
  }

  diff(diff: BinanceDiff): DiffOutcome {
    if (this.#id === undefined) {
      this.#buffered.push(diff);
      return 'buffered';
    }
    if (diff.lastId <= this.#id) return 'ignored';
    if (diff.firstId > this.#id + 1) {
      this.gaps++;
      this.#id = undefined;
      this.#buffered = [diff];
      return 'gap';
    }
    set(this.#bids, diff.bids);
    set(this.#asks, diff.asks);
    this.#id = diff.lastId;
    return 'applied';
  }

  /** Begins the book and applies what was buffered; `applied` is called after each of these differences. */
  snapshot(snapshot: BinanceSnapshot, applied: (diff: BinanceDiff) => void = () => {}): void {
    // Step 3 refetches when lastUpdateId < U. With lastUpdateId = U - 1 nothing is missing either, and step 4 takes it.
    const first = this.#buffered[0];
    if (first !== undefined && snapshot.lastUpdateId < first.firstId - 1) {
      this.gaps++;
      return;
    }
    this.#bids.clear();
    this.#asks.clear();
    set(this.#bids, snapshot.bids);
    set(this.#asks, snapshot.asks);
    this.#id = snapshot.lastUpdateId;
    const buffered = this.#buffered;
    this.#buffered = [];
    for (const diff of buffered) if (this.diff(diff) === 'applied') applied(diff);
  }

  /** The best `count` levels, prices and sizes scaled by 10^8. */
  bids(count: number): [bigint, bigint][] {
    return [...this.#bids].sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, count);
  }

  asks(count: number): [bigint, bigint][] {
    return [...this.#asks].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, count);
  }

  /** Whether the best bid and ask, with sizes, are the given ones. */
  topIs(top: BinanceTop): boolean {
    return (
      isBest(this.#bids, top.bid, top.bidSize, (a, b) => a > b) &&
      isBest(this.#asks, top.ask, top.askSize, (a, b) => a < b)
    );
  }
}

export interface BookCheck {
  /** Differences after which the top was compared: all that changed a whole book and follow a bookTicker. */
  readonly checks: number;
  /** `E` of the differences after which the tops differed. */
  readonly mismatches: readonly number[];
  readonly gaps: number;
}

/**
 * Rebuilds one symbol's book and compares its top, after each difference, with the last bookTicker whose `u` is not above the
 * difference's, wherever in the recording that stands. `snapshotAfter` says how many differences had come when the snapshot did; the
 * procedure gives the same for each.
 */
export function checkBook(
  diffs: readonly BinanceDiff[],
  snapshot: BinanceSnapshot,
  tops: readonly BinanceTop[],
  snapshotAfter = 0,
): BookCheck {
  const oracle = new BookOracle();
  const mismatches: number[] = [];
  let checks = 0;
  let next = 0;
  const check = (diff: BinanceDiff) => {
    while (next < tops.length && tops[next]!.id <= diff.lastId) next++;
    const top = tops[next - 1];
    if (top === undefined) return;
    checks++;
    if (!oracle.topIs(top)) mismatches.push(diff.eventTimeMs);
  };
  diffs.forEach((diff, index) => {
    if (index === snapshotAfter) oracle.snapshot(snapshot, check);
    if (oracle.diff(diff) === 'applied') check(diff);
  });
  return { checks, mismatches, gaps: oracle.gaps };
}

function set(side: Map<bigint, bigint>, levels: readonly (readonly [string, string])[]): void {
  for (const [price, size] of levels) {
    const key = scaled(price, COMPARED_DECIMALS);
    const value = scaled(size, COMPARED_DECIMALS);
    if (value === 0n) side.delete(key);
    else side.set(key, value);
  }
}

function isBest(
  side: Map<bigint, bigint>,
  price: string,
  size: string,
  better: (a: bigint, b: bigint) => boolean,
): boolean {
  const expected = scaled(price, COMPARED_DECIMALS);
  if (side.get(expected) !== scaled(size, COMPARED_DECIMALS)) return false;
  for (const each of side.keys()) if (better(each, expected)) return false;
  return true;
}
