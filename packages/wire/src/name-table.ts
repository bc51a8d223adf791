const encoder = new TextEncoder();

const SLOTS_AT_FIRST = 8;
const NAME_BYTES_AT_FIRST = 64;

/**
 * Values by the bytes of their names, so that a reader of the log finds an instrument without making a string of its
 * name. Open addressing, at most half full; names are never removed.
 */
export class NameTable<Value> {
  /** Number of the name in each slot, from 1 on; 0 where the slot is free. */
  #slots = new Int32Array(SLOTS_AT_FIRST);
  #names = new Uint8Array(NAME_BYTES_AT_FIRST);
  #namesUsed = 0;
  readonly #hashes: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #values: Value[] = [];

  get size(): number {
    return this.#values.length;
  }

  get(bytes: Uint8Array, start: number, end: number): Value | undefined {
    const hash = hashOf(bytes, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]!;
      if (number === 0) return undefined;
      if (this.#hashes[number - 1] === hash && this.#same(number - 1, bytes, start, end))
        return this.#values[number - 1];
    }
  }

  set(name: string, value: Value): void {
    const bytes = encoder.encode(name);
    const hash = hashOf(bytes, 0, bytes.length);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]! - 1;
      if (this.#hashes[index] !== hash || !this.#same(index, bytes, 0, bytes.length)) continue;
      this.#values[index] = value;
      return;
    }
    this.#keep(bytes);
    this.#hashes.push(hash);
    this.#values.push(value);
    this.#slots[slot] = this.#values.length;
    if (this.#values.length * 2 > this.#slots.length) this.#grow();
  }

  #same(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[index]!;
    const length = end - start;
    if (this.#ends[index]! - from !== length) return false;
    const names = this.#names;
    for (let at = 0; at < length; at++) if (names[from + at] !== bytes[start + at]) return false;
    return true;
  }

  #keep(bytes: Uint8Array): void {
    const end = this.#namesUsed + bytes.length;
    if (end > this.#names.length) {
      const grown = new Uint8Array(Math.max(end, this.#names.length * 2));
      grown.set(this.#names);
      this.#names = grown;
    }
    this.#names.set(bytes, this.#namesUsed);
    this.#starts.push(this.#namesUsed);
    this.#ends.push(end);
    this.#namesUsed = end;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#hashes.length; index++) {
      let slot = this.#hashes[index]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

/** FNV-1a, its halves folded: names differ in their last characters, and slots are taken by the lowest bits. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
