import { LIMITS } from '../../limits.ts';

export type TradeIdOutcome =
  | { kind: 'next' }
  /** Seen, or below what was seen: leave it out. */
  | { kind: 'duplicate' }
  /** Publish it, and tell that `from..to` never came. */
  | { kind: 'hole'; from: number; to: number }
  /** The venue counts anew: publish it. */
  | { kind: 'restarted'; before: number };

/**
 * Follows the trade ids of one pair, which Binance counts without a hole. Kept over reconnects, so that what was traded
 * while we were away is known to be missing.
 */
export class TradeIds {
  #last: number | undefined;
  #newConnection = false;

  /** Of the last trade that was taken; undefined: there was none. */
  get last(): number | undefined {
    return this.#last;
  }

  /** The trades up to this id are told. */
  startAt(id: number): void {
    this.#last = id;
  }

  /** The next trade is the first of another connection. */
  reconnected(): void {
    this.#newConnection = true;
  }

  take(id: number): TradeIdOutcome {
    const last = this.#last;
    const newConnection = this.#newConnection;
    this.#newConnection = false;
    if (last === undefined || id === last + 1) {
      this.#last = id;
      return { kind: 'next' };
    }
    if (id > last) {
      this.#last = id;
      return { kind: 'hole', from: last + 1, to: id - 1 };
    }
    // Within one connection an older id is a double. After a reconnect one far below can only be another numbering.
    if (newConnection && last - id > LIMITS.tradeIdRewindMax) {
      this.#last = id;
      return { kind: 'restarted', before: last };
    }
    return { kind: 'duplicate' };
  }
}
