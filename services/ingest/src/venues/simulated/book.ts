import type { Levels } from '@tapecast/market';
import type { SeededRandom } from './random.ts';

/** Levels a side, contiguous in ticks. */
export const SIMULATED_LEVELS = 25;
/** Ticks between best bid and best ask at most; wider, and the next change narrows it. */
const SPREAD_TICKS_MAX = 3;

type BookSide = 'bid' | 'ask';

/** One simulated book: its best prices, and sizes outward from them. Always SIMULATED_LEVELS a side, never crossed. */
export class SimulatedBook {
  readonly #random: SeededRandom;
  readonly #tick: number;
  readonly #lot: number;
  readonly #lots: number;
  #bid: number;
  #ask: number;
  readonly #bidSizes: number[] = [];
  readonly #askSizes: number[] = [];

  constructor(random: SeededRandom, options: { tick: number; lot: number; lots: number; price: number }) {
    this.#random = random;
    this.#tick = options.tick;
    this.#lot = options.lot;
    this.#lots = options.lots;
    this.#bid = Math.round(options.price / options.tick) * options.tick;
    this.#ask = this.#bid + options.tick;
    for (let level = 0; level < SIMULATED_LEVELS; level++) {
      this.#bidSizes.push(this.#levelSize(level));
      this.#askSizes.push(this.#levelSize(level));
    }
  }

  get bid(): number {
    return this.#bid;
  }
  get ask(): number {
    return this.#ask;
  }
  get bidSize(): number {
    return this.#bidSizes[0]!;
  }
  get askSize(): number {
    return this.#askSizes[0]!;
  }

  /** Best first. */
  levels(side: BookSide): Levels {
    const flat: Levels = [];
    const step = side === 'bid' ? -this.#tick : this.#tick;
    let price = side === 'bid' ? this.#bid : this.#ask;
    for (const size of side === 'bid' ? this.#bidSizes : this.#askSizes) {
      flat.push(price, size);
      price += step;
    }
    return flat;
  }

  /** The size of a level becomes another one. */
  resize(side: BookSide, level: number): void {
    const sizes = side === 'bid' ? this.#bidSizes : this.#askSizes;
    const before = sizes[level]!;
    let size = this.#levelSize(level);
    if (size === before) size += this.#lot;
    sizes[level] = size;
  }

  /** Something traded on this side: its best level shrinks, and one that would be empty leaves. */
  trade(side: BookSide, size: number): void {
    const sizes = side === 'bid' ? this.#bidSizes : this.#askSizes;
    if (sizes[0]! > size) sizes[0] = sizes[0]! - size;
    else this.#retreat(side);
  }

  /** The best price of a side moves: inward while there is room, else the other side gives way first. */
  move(side: BookSide, up: boolean): void {
    const inward = side === 'bid' ? up : !up;
    if (!inward) {
      if (this.#ask - this.#bid < SPREAD_TICKS_MAX * this.#tick) this.#retreat(side);
      else this.#advance(side);
      return;
    }
    if (this.#ask - this.#bid <= this.#tick) this.#retreat(side === 'bid' ? 'ask' : 'bid');
    else this.#advance(side);
  }

  /** The best level leaves; a new one comes at the far end. */
  #retreat(side: BookSide): void {
    const sizes = side === 'bid' ? this.#bidSizes : this.#askSizes;
    sizes.shift();
    sizes.push(this.#levelSize(SIMULATED_LEVELS - 1));
    if (side === 'bid') this.#bid -= this.#tick;
    else this.#ask += this.#tick;
  }

  /** A better level comes; the last one leaves. */
  #advance(side: BookSide): void {
    const sizes = side === 'bid' ? this.#bidSizes : this.#askSizes;
    sizes.unshift(this.#levelSize(0));
    sizes.pop();
    if (side === 'bid') this.#bid += this.#tick;
    else this.#ask -= this.#tick;
  }

  /** Deeper levels hold more, as real books do. */
  #levelSize(level: number): number {
    const mean = this.#lots * (3 + level * 0.6);
    return this.#lot * Math.max(1, Math.round(this.#random.pareto(1.6, mean * 0.4, mean * 12)));
  }
}
