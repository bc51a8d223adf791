import { CHANNELS, type Channel } from '@tapecast/market';
import type { StreamGroup } from './stream-group.ts';

/** Channels an instrument may have, with room: pairs of one instrument are neighbours. */
const CHANNELS_ROOM = 16;
/** The place among a stream's members of who is none. */
const NOWHERE = -1;

/** Names (instrument, channel) by one number, for tables that are searched. */
export const pairOf = (instrumentNumber: number, channel: Channel): number =>
  instrumentNumber * CHANNELS_ROOM + CHANNELS.indexOf(channel);

/**
 * Streams that a client has, at most one of each (instrument, channel), and its place among the members of each. Two sorted
 * lists: tables for every client would be most of what a connection costs.
 */
export class StreamList implements Iterable<StreamGroup> {
  #sorted: StreamGroup[] = [];
  #places: number[] = [];

  static copyOf(other: StreamList): StreamList {
    const copy = new StreamList();
    copy.#sorted = other.#sorted.slice();
    copy.#places = other.#places.map(() => NOWHERE);
    return copy;
  }

  get size(): number {
    return this.#sorted.length;
  }

  find(pair: number): StreamGroup | undefined {
    const found = this.#sorted[this.#indexOf(pair)];
    return found?.pair === pair ? found : undefined;
  }

  /** Whether there is any channel of the instrument. */
  hasInstrument(instrumentNumber: number): boolean {
    const found = this.#sorted[this.#indexOf(instrumentNumber * CHANNELS_ROOM)];
    return found?.instrument.number === instrumentNumber;
  }

  ofInstrument(instrumentNumber: number): StreamGroup[] {
    const from = this.#indexOf(instrumentNumber * CHANNELS_ROOM);
    return this.#sorted.slice(from, this.#indexOf((instrumentNumber + 1) * CHANNELS_ROOM));
  }

  /** Distinct instruments. */
  get instruments(): number {
    let count = 0;
    let last = -1;
    for (const { instrument } of this.#sorted) {
      if (instrument.number !== last) count++;
      last = instrument.number;
    }
    return count;
  }

  equals(other: StreamList): boolean {
    if (other.size !== this.size) return false;
    for (let at = 0; at < this.#sorted.length; at++) if (this.#sorted[at] !== other.#sorted[at]) return false;
    return true;
  }

  /** Adds the stream, in the place of the one of the same pair if there is one; the client is no member of it yet. */
  put(group: StreamGroup): void {
    const at = this.#indexOf(group.pair);
    const replaced = this.#sorted[at]?.pair === group.pair ? 1 : 0;
    this.#sorted.splice(at, replaced, group);
    this.#places.splice(at, replaced, NOWHERE);
  }

  /** False where it is not there. */
  remove(group: StreamGroup): boolean {
    const at = this.#indexOf(group.pair);
    if (this.#sorted[at] !== group) return false;
    this.#sorted.splice(at, 1);
    this.#places.splice(at, 1);
    return true;
  }

  /** The place among the members of the stream; undefined where it is none of them. */
  placeIn(group: StreamGroup): number | undefined {
    const at = this.#indexOf(group.pair);
    const place = this.#sorted[at] === group ? (this.#places[at] as number) : NOWHERE;
    return place === NOWHERE ? undefined : place;
  }

  setPlace(group: StreamGroup, place: number | undefined): void {
    const at = this.#indexOf(group.pair);
    if (this.#sorted[at] === group) this.#places[at] = place ?? NOWHERE;
  }

  /** Gives back room that was kept for more: called when a client has not changed anything for a while. */
  trim(): void {
    this.#sorted = this.#sorted.slice();
    this.#places = this.#places.slice();
  }

  /** In order of instrument and channel. Nothing may be added or removed meanwhile. */
  [Symbol.iterator](): IterableIterator<StreamGroup> {
    return this.#sorted.values();
  }

  /** The first place whose pair is not below. */
  #indexOf(pair: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as StreamGroup).pair < pair) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
