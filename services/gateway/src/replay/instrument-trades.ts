const ENTRIES_AT_FIRST = 8;
/** What an Uint32Array holds. */
const DISTANCE_MAX = 2 ** 32 - 1;

/**
 * Which records of its partition hold the trades of one instrument: of each record the offset and the number of its last
 * trade, eight bytes in all. The numbers follow each other without a hole from `first` to `last`.
 */
export class InstrumentTrades {
  epoch = '';
  /** What the lists count from. */
  #offsetBase = 0;
  #numberBase = 0;
  #offsets = new Uint32Array(ENTRIES_AT_FIRST);
  #lasts = new Uint32Array(ENTRIES_AT_FIRST);
  #head = 0;
  #tail = 0;
  #first = 1;

  /** Records that are noted. */
  get size(): number {
    return this.#tail - this.#head;
  }

  /** The lowest number; undefined where there is none. */
  get first(): number | undefined {
    return this.size === 0 ? undefined : this.#first;
  }

  /** The highest number; undefined where there is none. */
  get last(): number | undefined {
    return this.size === 0 ? undefined : this.#numberBase + (this.#lasts[this.#tail - 1] as number);
  }

  /** A record has the trades first..last. Those that are known already are passed over, and older ones forgotten where some are missing. */
  note(epoch: string, offset: number, first: number, last: number): void {
    const newest = this.last;
    if (epoch !== this.epoch || newest === undefined) this.#begin(epoch, first);
    else if (last <= newest) return;
    else if (first > newest + 1) this.#begin(epoch, first);
    if (this.#tail === this.#offsets.length) this.#makeRoom();
    if (this.size === 0) {
      this.#offsetBase = offset;
      this.#numberBase = this.#first;
    }
    // Four billion records of a partition, or trades, within the window: more than there can be.
    if (offset - this.#offsetBase > DISTANCE_MAX || last - this.#numberBase > DISTANCE_MAX) {
      this.#begin(epoch, first);
      this.#offsetBase = offset;
      this.#numberBase = first;
    }
    this.#offsets[this.#tail] = offset - this.#offsetBase;
    this.#lasts[this.#tail++] = last - this.#numberBase;
  }

  /** Records below the offset are gone. Returns how many of them were noted. */
  dropBelow(offset: number): number {
    const before = this.#head;
    const distance = offset - this.#offsetBase;
    while (this.#head < this.#tail && (this.#offsets[this.#head] as number) < distance) {
      this.#first = this.#numberBase + (this.#lasts[this.#head] as number) + 1;
      this.#head++;
    }
    return this.#head - before;
  }

  /** Offset of the record that holds the trade, which is between `first` and `last`. */
  offsetOf(number: number): number {
    const distance = number - this.#numberBase;
    let low = this.#head;
    let high = this.#tail - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#lasts[middle] as number) < distance) low = middle + 1;
      else high = middle;
    }
    return this.#offsetBase + (this.#offsets[low] as number);
  }

  #begin(epoch: string, first: number): void {
    this.epoch = epoch;
    this.#head = 0;
    this.#tail = 0;
    this.#first = first;
  }

  /** Moves what is left to the front, in lists that have room for as much again, and counts from there. */
  #makeRoom(): void {
    const { size } = this;
    const length = Math.max(ENTRIES_AT_FIRST, size * 2);
    const offsets = new Uint32Array(length);
    const lasts = new Uint32Array(length);
    const offsetBase = size === 0 ? 0 : (this.#offsets[this.#head] as number);
    const numberBase = size === 0 ? 0 : this.#first - this.#numberBase;
    for (let i = 0; i < size; i++) {
      offsets[i] = (this.#offsets[this.#head + i] as number) - offsetBase;
      lasts[i] = (this.#lasts[this.#head + i] as number) - numberBase;
    }
    this.#offsetBase += offsetBase;
    this.#numberBase += numberBase;
    this.#offsets = offsets;
    this.#lasts = lasts;
    this.#head = 0;
    this.#tail = size;
  }
}
