import { SIGNALS_KEPT, SIGNALS_REMEMBERED } from './limits.ts';

/** A signal as it is stored and sent. */
export interface Signal {
  /** Counts the signals of its channel. A failover that loses the last ones gives their numbers again, to others. */
  readonly number: number;
  /** Of its publishing: the same however often it was tried. */
  readonly id: string;
  /** `id` of the one before it in the store; '' for the first. Numbers alone can't tell a hole where some were given twice. */
  readonly previous: string;
  readonly payload: Uint8Array;
}

/**
 * What one channel's subscribers have, and what they are to be given next: every signal after the baseline once, in the
 * order of the store. Signals arrive by the subscriber's connection (which may lose some) and by reading what is kept
 * (which has all, for a while). Identity decides what is known and what is missing: after a failover that lost its last
 * writes the store counts on from an earlier number, and after a long silence from 1.
 */
export class ChannelFeed {
  #last: { number: number; id: string };
  readonly #known = new Set<string>();
  /** Arrived, but something before them is missing: they wait for `kept`. */
  #held: Signal[] = [];
  #readAgain = false;
  #lost = 0;

  /** `kept`: what the store had before the subscription, oldest first. None of it is given. */
  constructor(kept: readonly Signal[]) {
    this.#last = kept.at(-1) ?? { number: 0, id: '' };
    for (const { id } of kept) this.#remember(id);
  }

  /** Signals that are gone for good: the store kept too few, or was away for too long. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether the kept signals must be read before anything else is given. */
  get behind(): boolean {
    return this.#held.length > 0;
  }

  /** A signal came by the connection. Returns it when it is next; none when it is known or must wait for `kept`. */
  arrived(signal: Signal): Signal[] {
    if (this.#known.has(signal.id)) return [];
    if (this.#held.length === 0 && signal.previous === this.#last.id) return [this.#give(signal)];
    // Those before it are kept by the store at least as long as these.
    if (this.#held.length === SIGNALS_KEPT) this.#held.shift();
    this.#held.push(signal);
    return [];
  }

  /** Whether the store's newest signal of this channel is one that never arrived. `undefined`: the store has none. */
  misses(newest: { id: string } | undefined): boolean {
    return this.behind || (newest !== undefined && !this.#known.has(newest.id));
  }

  /**
   * What the store keeps now, oldest first. Returns what is to be given. `behind` afterwards: the store was read before
   * something that a held signal followed was in it; read it again.
   */
  kept(signals: readonly Signal[]): Signal[] {
    const given = signals.filter(({ id }) => !this.#known.has(id)).map((signal) => this.#give(signal));
    const held = this.#held;
    this.#held = [];
    for (const [i, signal] of held.entries()) {
      if (this.#known.has(signal.id)) continue;
      if (signal.previous !== '' && !this.#known.has(signal.previous) && !this.#readAgain) {
        this.#held = held.slice(i);
        break;
      }
      // Two readings after it arrived don't have what it follows: that is gone for good.
      given.push(this.#give(signal));
    }
    this.#readAgain = this.behind;
    return given;
  }

  #give(signal: Signal): Signal {
    if (signal.number > this.#last.number + 1) this.#lost += signal.number - this.#last.number - 1;
    this.#last = { number: signal.number, id: signal.id };
    this.#remember(signal.id);
    return signal;
  }

  #remember(id: string): void {
    this.#known.add(id);
    if (this.#known.size > SIGNALS_REMEMBERED) {
      const [oldest] = this.#known;
      this.#known.delete(oldest!);
    }
  }
}
