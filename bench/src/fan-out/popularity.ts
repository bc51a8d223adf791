/** Activity falls with rank as in recorded markets: rank^-0.8 for the first 500. */
const EXPONENT = -0.8;

/** The same numbers on every machine: a bench's conditions must not depend on luck. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Which of `instruments` an event is about, the popular ones more often. */
export class Popularity {
  readonly #cumulated: Float64Array;
  readonly #random: () => number;

  constructor(instruments: number, random: () => number) {
    this.#cumulated = new Float64Array(instruments);
    let sum = 0;
    for (let rank = 1; rank <= instruments; rank++) this.#cumulated[rank - 1] = sum += rank ** EXPONENT;
    this.#random = random;
  }

  one(): number {
    const at = this.#random() * (this.#cumulated.at(-1) as number);
    let low = 0;
    let high = this.#cumulated.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#cumulated[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** `size` different ones. */
  list(size: number): number[] {
    const chosen = new Set<number>();
    while (chosen.size < size) chosen.add(this.one());
    return [...chosen];
  }

  share(rank: number): number {
    const sum = this.#cumulated.at(-1) as number;
    return ((this.#cumulated[rank] as number) - (rank === 0 ? 0 : (this.#cumulated[rank - 1] as number))) / sum;
  }
}

/** Clients that get an update on average, each update of an instrument as popular as its rank says. */
export function deliveriesAnUpdate(
  popularity: Popularity,
  lists: readonly (readonly number[])[],
  instruments: number,
): number {
  const holders = new Float64Array(instruments);
  for (const list of lists) for (const one of list) (holders[one] as number)++;
  return holders.reduce((sum, count, rank) => sum + count * popularity.share(rank), 0);
}
