import type { RecordBounds } from './contract.ts';
import type { PlacedBlock } from './segment.ts';

/** Places of blocks that went are cut off the array's front in pieces of this many, not one by one. */
const COMPACT_AT = 1_024;

/** Where the records of one partition lie, oldest first. */
export class PartitionBlocks {
  #blocks: PlacedBlock[] = [];
  #head = 0;
  /** Nothing is missing from here to `next`. */
  #oldest = 0;
  #next = 0;
  /** Below this nothing is given. */
  #trimmed = 0;

  get next(): number {
    return this.#next;
  }

  get bounds(): RecordBounds {
    const block = this.#blocks[this.#head];
    if (block === undefined) return { first: this.#next, oldest: this.#next, next: this.#next };
    return { first: Math.max(block.first, this.#trimmed), oldest: this.#oldest, next: this.#next };
  }

  /**
   * Blocks come in the order of their writing. One may begin below `next`, where a write that was rejected is there after
   * all. False where it has nothing that is not there.
   */
  add(block: PlacedBlock): boolean {
    const end = block.first + block.count;
    if (end <= this.#next) return false;
    if (block.first > this.#next || this.#head === this.#blocks.length)
      this.#oldest = Math.max(block.first, this.#next);
    this.#blocks.push(block);
    this.#next = end;
    return true;
  }

  /** As `trim`, of an earlier process, when its blocks are added: those of the last ones may be gone with their segment. */
  restoreTrim(below: number): PlacedBlock[] {
    this.#next = Math.max(this.#next, below);
    return this.trim(below);
  }

  /** The first block that has records at `from` or later. */
  at(from: number): PlacedBlock | undefined {
    return this.#blocks[this.#indexOf(from)];
  }

  /** The lowest offset that may be given where `from` is asked for. */
  floor(from: number): number {
    return Math.max(from, this.#trimmed);
  }

  /** It can't be read: what is before it and what follows no longer hang together. */
  remove(block: PlacedBlock): void {
    const at = this.#blocks.indexOf(block, this.#head);
    if (at < 0) return;
    const end = block.first + block.count;
    if (at === this.#head) this.#dropFirst();
    else this.#blocks.splice(at, 1);
    this.#oldest = Math.max(this.#oldest, end);
  }

  /** Forgets blocks that lie below the offset as a whole, and returns them. */
  trim(below: number): PlacedBlock[] {
    this.#trimmed = Math.max(this.#trimmed, Math.min(below, this.#next));
    this.#oldest = Math.max(this.#oldest, this.#trimmed);
    const gone: PlacedBlock[] = [];
    for (;;) {
      const block = this.#blocks[this.#head];
      if (block === undefined || block.first + block.count > this.#trimmed) return gone;
      gone.push(block);
      this.#dropFirst();
    }
  }

  /** Forgets the blocks of segments up to that number: they are at the front. */
  dropSegments(upTo: number): void {
    for (;;) {
      const block = this.#blocks[this.#head];
      if (block === undefined || block.segment.number > upTo) return;
      this.#dropFirst();
    }
  }

  #dropFirst(): void {
    const block = this.#blocks[this.#head] as PlacedBlock;
    // The slot is emptied at once: it must not keep its segment.
    (this.#blocks as (PlacedBlock | undefined)[])[this.#head] = undefined;
    this.#head++;
    const next = this.#blocks[this.#head];
    this.#oldest = Math.max(this.#oldest, next?.first ?? block.first + block.count);
    if (this.#head < COMPACT_AT || this.#head * 2 < this.#blocks.length) return;
    this.#blocks = this.#blocks.slice(this.#head);
    this.#head = 0;
  }

  #indexOf(offset: number): number {
    let low = this.#head;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { first, count } = this.#blocks[middle] as PlacedBlock;
      if (first + count <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
