import type { Channel, DataMessage } from '@tapecast/wire';
import { depthEvent, type FrameTimes, klineEvent, quoteEvent, tradeEvent } from './data-events.ts';
import type { ClientEvents } from './events.ts';
import { LocalBook } from './local-book.ts';
import { RangeTracker } from './range-tracker.ts';

export type Emit = <K extends keyof ClientEvents>(name: K, event: ClientEvents[K]) => void;

/** One symbol and channel that is held, over all connections that tell it. */
export class Subscription {
  readonly symbol: string;
  readonly channel: Channel;
  readonly tracker = new RangeTracker();
  readonly book: LocalBook | undefined;
  intervalMs = 0;
  /** The connection that tells it, by its number; undefined while none does. */
  source: number | undefined;
  /** A resync was asked for and its state has not come. */
  resyncing = false;
  /** Trades up to this number were told on an earlier connection: the history does not tell them again. */
  tradesToldUpTo = 0;
  /** The last number of a state that the program was told, of the tracker's epoch; 0: none. */
  #told = 0;
  /** Another connection tells it, and its states have not gone past what was told before: up to this number. */
  #bridge: number | undefined;

  constructor(symbol: string, channel: Channel) {
    this.symbol = symbol;
    this.channel = channel;
    this.book = channel.startsWith('depth@') ? new LocalBook() : undefined;
  }

  /** Another connection begins to tell it, with a whole state of the same epoch. */
  bridge(): void {
    this.#bridge = this.#told === 0 ? undefined : this.#told;
  }

  /** The numbers began anew: what was told before can't be compared with what comes. */
  forgetTold(): void {
    this.#told = 0;
    this.#bridge = undefined;
    this.tradesToldUpTo = 0;
  }

  /**
   * Tells the program a message that is in order. What it was told on an earlier connection is not told again, and the first
   * state after that stands for all numbers since. False: a difference of a book that is not there.
   */
  deliver(message: DataMessage, times: FrameTimes, emit: Emit): boolean {
    if (message.type === 'trade') {
      emit('trade', tradeEvent(message, times));
      return true;
    }
    const { book } = this;
    const isBook = message.type === 'l2_snapshot' || message.type === 'l2_update';
    if (isBook && book?.apply(message) !== true) return false;
    const last = message.range?.[1] ?? 0;
    const bridge = this.#bridge;
    if (bridge !== undefined) {
      // At the number itself it is what the program has: differences go on from there.
      if (last >= bridge) this.#bridge = undefined;
      if (last <= bridge) return true;
    }
    this.#told = last;
    const range = bridge === undefined ? message.range : ([bridge + 1, last] as [number, number]);
    if (message.type === 'quote') emit('quote', quoteEvent({ ...message, range }, times));
    else if (message.type === 'kline') emit('kline', klineEvent({ ...message, range }, times));
    else if (book !== undefined) {
      // A difference may begin before what was told: the whole book says it all.
      const event = depthEvent({ ...message, range }, book, times);
      const whole = bridge !== undefined && !event.snapshot;
      emit('depth', whole ? { ...event, snapshot: true, bids: book.bids(), asks: book.asks() } : event);
    }
    return true;
  }
}
