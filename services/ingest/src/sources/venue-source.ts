import { sourceName } from '@tapecast/market';
import type { TickSource, UnnumberedTick } from './tick-source.ts';

/** What a feed publishes through. */
export type TickSink = Pick<VenueSource, 'emit' | 'clock' | 'clockMs'>;

/**
 * The voice of one venue in one process. Silent at first: what a feed emits then goes nowhere, for another process speaks for
 * the venue, or who does is not known yet. `mark` names it, and from its first tick on all who had a lower fence are void;
 * `open` lets the feed speak, once it is known what the log has.
 */
export class VenueSource {
  readonly venue: string;
  readonly #create: (name: string) => TickSource;
  readonly #session: string;
  #source: TickSource | undefined;
  #open = false;
  #clockMs = 0;

  constructor(venue: string, session: string, create: (name: string) => TickSource) {
    this.venue = venue;
    this.#session = session;
    this.#create = create;
  }

  get clockMs(): number {
    return this.#clockMs;
  }

  /** Tells every partition who speaks from now on, where that is to keep others out. */
  mark(fence: number | undefined, receivedAtUs: number): void {
    this.#source = this.#create(sourceName(this.venue, this.#session, fence));
    // Who has no fence makes nobody void.
    if (fence !== undefined) this.#source.mark(this.#clockMs, receivedAtUs);
  }

  /**
   * The venue's time as it is now goes first. Between `mark` and this lies as long as the log was away: trades of that time
   * would be ahead of the clock that the log has, and be taken for ones of the future.
   */
  open(receivedAtUs: number): void {
    this.#open = true;
    if (this.#clockMs > 0) this.#source!.clock(this.#clockMs, receivedAtUs);
  }

  emit(tick: UnnumberedTick, receivedAtUs: number): void {
    if (this.#open) this.#source!.emit(tick, receivedAtUs);
  }

  clock(timeMs: number, receivedAtUs: number): void {
    this.#clockMs = Math.max(this.#clockMs, timeMs);
    if (this.#open) this.#source!.clock(timeMs, receivedAtUs);
  }
}
