import { CHANNELS, type Channel } from '@tapecast/market';
import { INTERVALS_OFFERED_MS } from './intervals.ts';

/** Of a stream that is told nothing for now. */
export const HELD = -1;

/** Index of an interval, or `HELD`. */
export type Pace = number;

/** Where a stream finds its pace. */
export const paceIndexOf = (channel: Channel, interval: number): number =>
  CHANNELS.indexOf(channel) * INTERVALS_OFFERED_MS.length + interval;

/**
 * How often streams are told: at the interval that their clients asked for, or more rarely while this gateway has too much to
 * do. It holds for a stream and so for all who have it: nobody's place among others changes, and what was merged is told with
 * the range that it covers.
 */
export class Paces {
  readonly #of = new Int8Array(CHANNELS.length * INTERVALS_OFFERED_MS.length);

  constructor() {
    this.set(() => 0);
  }

  /** The interval at which that stream is told; `HELD`: it is not. */
  of(paceIndex: number): Pace {
    return this.#of[paceIndex] as Pace;
  }

  /** The fastest pace of each channel from now on; a longer interval that was asked for stays. */
  set(fastest: (channel: Channel) => Pace): void {
    for (const channel of CHANNELS) {
      const least = fastest(channel);
      for (let interval = 0; interval < INTERVALS_OFFERED_MS.length; interval++)
        this.#of[paceIndexOf(channel, interval)] = least === HELD ? HELD : Math.max(interval, least);
    }
  }
}
