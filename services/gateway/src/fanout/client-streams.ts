import { CHANNELS, type Channel } from '@tapecast/market';
import type { StreamGroup } from './stream-group.ts';

/** Channels an instrument may have, with room: pairs of one instrument are neighbours. */
const CHANNELS_ROOM = 16;

/** Names (instrument, channel) by one number, for tables that are searched. */
export const pairOf = (streamNumber: number, channel: Channel): number =>
  streamNumber * CHANNELS_ROOM + CHANNELS.indexOf(channel);

/**
 * The streams of one client, at most one of each (instrument, channel). A sorted list: a table of their own for every client
 * would be most of what a connection costs.
 */
export class ClientStreams implements Iterable<StreamGroup> {
  #sorted: StreamGroup[] = [];

  get size(): number {
    return this.#sorted.length;
  }

  find(pair: number): StreamGroup | undefined {
    const found = this.#sorted[this.#indexOf(pair)];
    return found?.pair === pair ? found : undefined;
  }

  /** Whether the client has any channel of the instrument. */
  hasInstrument(streamNumber: number): boolean {
    const found = this.#sorted[this.#indexOf(streamNumber * CHANNELS_ROOM)];
    return found?.instrument.number === streamNumber;
  }

  ofInstrument(streamNumber: number): StreamGroup[] {
    const from = this.#indexOf(streamNumber * CHANNELS_ROOM);
    return this.#sorted.slice(from, this.#indexOf((streamNumber + 1) * CHANNELS_ROOM));
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

  /** Adds the stream, in the place of the one of the same pair if there is one. */
  put(group: StreamGroup): void {
    const at = this.#indexOf(group.pair);
    if (this.#sorted[at]?.pair === group.pair) this.#sorted[at] = group;
    else this.#sorted.splice(at, 0, group);
  }

  /** False where the client does not have it. */
  remove(group: StreamGroup): boolean {
    const at = this.#indexOf(group.pair);
    if (this.#sorted[at] !== group) return false;
    this.#sorted.splice(at, 1);
    return true;
  }

  /** Gives back room that was kept for more: called when a client has not changed anything for a while. */
  trim(): void {
    this.#sorted = this.#sorted.slice();
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
