import {
  type Channel,
  type DataMessage,
  type NoticeMessage,
  parseChannel,
  type SubscriptionResult,
  type TradeMessage,
} from '@tapecast/wire';
import { depthEvent, type FrameTimes, klineEvent, quoteEvent, tradeEvent } from './data-events.ts';
import type { ClientEvents, GapEvent } from './events.ts';
import { type BookView, LocalBook } from './local-book.ts';
import { type MessageKind, RangeTracker } from './range-tracker.ts';

type Emit = <K extends keyof ClientEvents>(name: K, event: ClientEvents[K]) => void;

interface Subscription {
  readonly symbol: string;
  readonly channel: Channel;
  intervalMs: number;
  readonly tracker: RangeTracker;
  readonly book: LocalBook | undefined;
  /** The gateway of this connection confirmed it. */
  live: boolean;
  /** A resync was asked for and its state has not come. */
  resyncing: boolean;
  /** Trades up to this number were told on an earlier connection: the history does not tell them again. */
  toldUpTo: number;
}

export interface Wanted {
  symbol: string;
  channel: Channel;
  intervalMs: number;
}

/**
 * What the client holds, over all its connections: checks each message against its sequence, keeps the books, and tells
 * what happened as events. Knows no socket and no clock.
 */
export class Subscriptions {
  readonly #emit: Emit;
  readonly #resync: (wanted: Wanted) => void;
  readonly #held = new Map<string, Subscription>();

  /** `resync` sends the request; its answer comes back through `resynced` or `resyncFailed`. */
  constructor(emit: Emit, resync: (wanted: Wanted) => void) {
    this.#emit = emit;
    this.#resync = resync;
  }

  /** What has to be subscribed on a new connection. */
  wanted(): Wanted[] {
    return [...this.#held.values()].map(({ symbol, channel, intervalMs }) => ({ symbol, channel, intervalMs }));
  }

  book(symbol: string, channel: Channel): BookView | undefined {
    return this.#held.get(key(symbol, channel))?.book;
  }

  /** The connection ended: positions stay, to be compared with where the next one begins. */
  connectionEnded(): void {
    for (const subscription of this.#held.values()) {
      subscription.live = false;
      subscription.resyncing = false;
    }
  }

  /** A subscribe succeeded for one symbol and channel. */
  granted({ symbol, channel: name, epoch = '', seq = 0, intervalMs = 0 }: SubscriptionResult): void {
    const channel = parseChannel(name);
    if (typeof channel !== 'string') return; // A newer gateway's channel: its data would be skipped, too.
    let held = this.#held.get(key(symbol, channel));
    if (held === undefined) {
      const book = channel.startsWith('depth@') ? new LocalBook() : undefined;
      held = {
        symbol,
        channel,
        intervalMs,
        tracker: new RangeTracker(),
        book,
        live: false,
        resyncing: false,
        toldUpTo: 0,
      };
      this.#held.set(key(symbol, channel), held);
    }
    held.intervalMs = intervalMs;
    // Subscribed twice on one connection: the position stays where messages took it.
    if (held.live && held.tracker.epoch === epoch) return;
    held.live = true;
    held.toldUpTo = held.tracker.epoch === epoch ? held.tracker.last : 0;
    // Without state (seq 0) there is none to wait for; trades have none ever.
    const missed = held.tracker.begin(epoch, seq, seq > 0 && channel !== 'trade');
    if (seq === 0) held.book?.beginEmpty();
    else held.book?.unbase();
    if (missed === 'epoch') this.#gap(held, undefined, 'epoch');
    // Quote, book and k-line come anew as they are now; what they passed through meanwhile is not missing.
    else if (missed !== undefined && channel === 'trade') this.#gap(held, missed, 'reconnect');
  }

  /** It is no longer subscribed. */
  dropped(symbol: string, channel: string): void {
    this.#held.delete(key(symbol, channel));
  }

  resynced({ symbol, channel, epoch, seq }: SubscriptionResult): void {
    const held = this.#held.get(key(symbol, channel));
    if (held === undefined || epoch === undefined || held.tracker.epoch === epoch) return;
    const known = held.tracker.epoch !== undefined;
    held.tracker.begin(epoch, seq ?? 0, (seq ?? 0) > 0 && held.channel !== 'trade');
    if (known) this.#gap(held, undefined, 'epoch');
  }

  /** The request was answered with an error: the next difference asks again. */
  resyncFailed(symbol: string, channel: string): void {
    const held = this.#held.get(key(symbol, channel));
    if (held !== undefined) held.resyncing = false;
  }

  /** The connection's own count has a hole: any of the subscriptions may have lost a message. */
  connectionLostMessages(): void {
    this.#emit('gap', { symbol: undefined, channel: undefined, lost: undefined, reason: 'seq' });
    // Trades have no state; JSON alone counts, and there a `resync` of them tells nothing.
    for (const held of this.#held.values()) if (held.live && held.channel !== 'trade') this.#askForState(held);
  }

  /** The gateway announced a hole, or that the numbering began anew. */
  hole({ symbol, channel, range, epoch }: NoticeMessage): void {
    for (const held of this.#held.values()) {
      if (held.symbol !== symbol || (channel !== undefined && held.channel !== channel)) continue;
      // Without numbers it speaks of all of them: they began anew, and the epoch may be told or not.
      if (epoch === undefined ? range === undefined : epoch !== held.tracker.epoch) {
        held.tracker.beginAnew(epoch);
        held.book?.unbase();
        this.#gap(held, range, 'epoch');
        continue;
      }
      if (range !== undefined) held.tracker.announced(range);
      this.#gap(held, range, 'announced');
    }
  }

  /** Differences came that could not be applied: what they said is lost, and a whole state is asked for. */
  baseless(symbol: string, channel: Channel): void {
    const held = this.#held.get(key(symbol, channel));
    if (held === undefined || !held.live || held.resyncing) return;
    // Which trades are missing is told when the last one came anew. Of a state what is missing shows in no number.
    if (channel !== 'trade') this.#gap(held, undefined, 'base');
    this.#askForState(held);
  }

  data(message: DataMessage, times: FrameTimes): void {
    const held = this.#held.get(key(message.symbol, message.channel));
    // Frames on their way when it was unsubscribed.
    if (held === undefined || !held.live) return;
    if (message.range === undefined) {
      if (message.type === 'trade') this.#history(held, message, times);
      return;
    }
    const verdict = held.tracker.saw(message.range, kindOf(message));
    if (verdict.kind === 'seen') return;
    if (verdict.kind === 'baseless') {
      this.#askForState(held);
      return;
    }
    if (verdict.kind === 'gap') {
      this.#gap(held, verdict.lost, 'range');
      // A difference across a gap can't be applied. A whole state can; asking tells the gateway's newest position.
      if (message.type === 'l2_update') held.book?.unbase();
      if (message.type !== 'trade') this.#askForState(held);
      if (message.type === 'l2_update') return;
    } else if (kindOf(message) !== 'difference') held.resyncing = false;
    this.#deliver(held, message, times);
  }

  #history(held: Subscription, message: TradeMessage, times: FrameTimes): void {
    const number = message.historySeq;
    if (held.resyncing && number !== undefined) {
      // Not the past but the present: it takes the place of one that was lost, or is one that was told.
      held.resyncing = false;
      const verdict = held.tracker.saw([number, number], 'event');
      if (verdict.kind === 'seen') return;
      if (verdict.kind === 'gap') this.#gap(held, verdict.lost, 'range');
    } else if (number !== undefined && number <= held.toldUpTo) return;
    this.#deliver(held, message, times);
  }

  #deliver(held: Subscription, message: DataMessage, times: FrameTimes): void {
    switch (message.type) {
      case 'trade':
        this.#emit('trade', tradeEvent(message, times));
        return;
      case 'quote':
        this.#emit('quote', quoteEvent(message, times));
        return;
      case 'kline':
        this.#emit('kline', klineEvent(message, times));
        return;
      case 'l2_snapshot':
      case 'l2_update': {
        const { book } = held;
        if (book === undefined) return;
        if (book.apply(message)) this.#emit('depth', depthEvent(message, book, times));
        else {
          this.#gap(held, undefined, 'book');
          this.#askForState(held);
        }
      }
    }
  }

  #askForState(held: Subscription): void {
    if (held.resyncing) return;
    held.resyncing = true;
    if (held.channel !== 'trade') held.tracker.awaitState();
    held.book?.unbase();
    this.#resync({ symbol: held.symbol, channel: held.channel, intervalMs: held.intervalMs });
  }

  #gap({ symbol, channel }: Subscription, lost: GapEvent['lost'], reason: GapEvent['reason']): void {
    this.#emit('gap', { symbol, channel, lost, reason });
  }
}

function key(symbol: string, channel: string): string {
  return `${symbol} ${channel}`;
}

function kindOf(message: DataMessage): MessageKind {
  switch (message.type) {
    case 'trade':
      return 'event';
    case 'quote':
    case 'kline':
      return 'whole';
    case 'l2_snapshot':
      return 'snapshot';
    case 'l2_update':
      return 'difference';
  }
}
