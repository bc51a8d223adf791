import type { MarketState } from '@tapecast/market';

export interface StatusChange {
  state: MarketState;
  reason: string;
}

/**
 * What clients are told of one pair, from what is known of its connection and its book. Returns a change only where there
 * is one, so that a flapping book is not told twice.
 *
 * | connection | book | told |
 * |---|---|---|
 * | never had data | any | pending |
 * | lost | any | stale |
 * | data flows | not yet in sync | live, "depth pending" |
 * | data flows | in sync | live |
 * | data flows | was in sync, lost | stale, "depth …": what clients hold of the book is old |
 */
export class InstrumentStatus {
  #flows = false;
  #book: 'never' | 'synced' | 'lost' = 'never';
  #bookReason = 'waiting for its snapshot';
  #downReason = 'waiting for the first data';
  #everFlowed = false;
  #told = '';

  /** The state as it is now, when it differs from what was returned last. */
  change(): StatusChange | undefined {
    const now = this.current();
    const text = `${now.state} ${now.reason}`;
    if (text === this.#told) return undefined;
    this.#told = text;
    return now;
  }

  get flowing(): boolean {
    return this.#flows;
  }

  flows(): void {
    this.#flows = true;
    this.#everFlowed = true;
  }

  down(reason: string): void {
    this.#flows = false;
    this.#downReason = reason;
  }

  bookSynced(): void {
    this.#book = 'synced';
  }

  bookLost(reason: string): void {
    if (this.#book === 'synced') this.#book = 'lost';
    this.#bookReason = reason;
  }

  current(): StatusChange {
    if (!this.#flows) return { state: this.#everFlowed ? 'stale' : 'pending', reason: this.#downReason };
    switch (this.#book) {
      case 'never':
        return { state: 'live', reason: `depth pending: ${this.#bookReason}` };
      case 'lost':
        return { state: 'stale', reason: `depth is being read again: ${this.#bookReason}` };
      case 'synced':
        return { state: 'live', reason: '' };
    }
  }
}
