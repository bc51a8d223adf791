import {
  type Channel,
  type DataMessage,
  type NoticeMessage,
  parseChannel,
  type ResumePosition,
  type StatusMessage,
  type SubscriptionResult,
  type TradeMessage,
} from '@tapecast/wire';
import type { FrameTimes } from './data-events.ts';
import type { GapEvent } from './events.ts';
import type { BookView } from './local-book.ts';
import type { MessageKind } from './range-tracker.ts';
import { type Emit, Subscription } from './subscription.ts';

export interface Wanted {
  symbol: string;
  channel: Channel;
  intervalMs: number;
}

/**
 * What became of a subscription on another connection. `continued`: trades go on after the last one. `anew`: its state comes as it
 * is now. `hole`: something is missing, which is told as a gap. `none`: it did not come from another connection.
 */
export type CameBack = 'continued' | 'anew' | 'hole' | 'none';

/**
 * What the client holds, over all its connections: checks each message against its sequence, keeps the books, and tells
 * what happened as events. A connection is known by a number, later ones by higher: while two are there, each pair is told by
 * the later one from its answer on. Knows no socket and no clock.
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

  /** What is held and not told by this connection: it has to be subscribed there. */
  missingOn(connection: number): Wanted[] {
    return [...this.#held.values()].filter(({ source }) => source !== connection).map(wantedOf);
  }

  /** Where the client stands, in all that it holds. */
  positions(): ResumePosition[] {
    return Array.from(this.#held.values(), ({ symbol, channel, intervalMs, tracker: { epoch, last, awaitsState } }) => {
      // A state that has not come yet is none that the client has; trades have none.
      if (epoch === undefined || (awaitsState && channel !== 'trade'))
        return { symbol, channel, epoch: '', seq: 0, intervalMs };
      return { symbol, channel, epoch, seq: last, intervalMs };
    });
  }

  book(symbol: string, channel: Channel): BookView | undefined {
    return this.#held.get(key(symbol, channel))?.book;
  }

  /** The connection ended: positions stay, to be compared with where the next one begins. */
  connectionEnded(connection: number): void {
    for (const held of this.#held.values()) {
      if (held.source !== connection) continue;
      held.source = undefined;
      held.resyncing = false;
    }
  }

  /** States that were asked for on this connection may not have been: the requests were let go of. */
  askAgain(connection: number): void {
    for (const held of this.#held.values())
      if (held.source === connection && held.resyncing) this.#resync(wantedOf(held));
  }

  /** A subscribe succeeded for one symbol and channel. */
  granted(result: SubscriptionResult, connection: number): CameBack {
    const { symbol, channel: name, epoch = '', seq = 0, intervalMs = 0 } = result;
    const channel = parseChannel(name);
    if (typeof channel !== 'string') return 'none'; // A newer gateway's channel: its data would be skipped, too.
    let held = this.#held.get(key(symbol, channel));
    // A connection that is about to be let go of answers late.
    if (held?.source !== undefined && held.source > connection) return 'none';
    if (held === undefined) {
      held = new Subscription(symbol, channel);
      this.#held.set(key(symbol, channel), held);
    }
    held.intervalMs = intervalMs;
    // Subscribed twice on one connection: the position stays where messages took it.
    if (held.source === connection && held.tracker.epoch === epoch) return 'none';
    return this.#begin(held, epoch, seq, connection);
  }

  /** A resume succeeded for one symbol and channel. False: it is not held any more. */
  resumed(result: SubscriptionResult, connection: number): CameBack | false {
    const { symbol, channel, epoch = '', outcome, from, lost, intervalMs } = result;
    const held = this.#held.get(key(symbol, channel));
    if (held === undefined) return false;
    const goesOn = outcome === 'resumed' || outcome === 'hole';
    if (!goesOn || from === undefined) return this.granted(result, connection);
    held.intervalMs = intervalMs ?? held.intervalMs;
    if (epoch !== held.tracker.epoch) {
      this.#begin(held, epoch, from - 1, connection);
      if (lost !== undefined) this.#gap(held, lost, 'reconnect');
      return 'hole';
    }
    held.source = connection;
    held.resyncing = false;
    const { tracker } = held;
    if (tracker.awaitsState) tracker.begin(epoch, tracker.last, false);
    held.tradesToldUpTo = tracker.last;
    // While two connections were there, the earlier may have gone on telling it.
    const missed: [number, number] = [tracker.last + 1, from - 1];
    if (missed[0] > missed[1]) return 'continued';
    tracker.announced(missed);
    this.#gap(held, missed, 'reconnect');
    return 'hole';
  }

  /** It is no longer subscribed. */
  dropped(symbol: string, channel: string): void {
    this.#held.delete(key(symbol, channel));
  }

  resynced({ symbol, channel, epoch, seq }: SubscriptionResult, connection: number): void {
    const held = this.#heldOn(connection, symbol, channel);
    if (held === undefined || epoch === undefined || held.tracker.epoch === epoch) return;
    const known = held.tracker.epoch !== undefined;
    held.tracker.begin(epoch, seq ?? 0, (seq ?? 0) > 0 && held.channel !== 'trade');
    held.forgetTold();
    if (known) this.#gap(held, undefined, 'epoch');
  }

  /** The request was answered with an error: the next difference asks again. */
  resyncFailed(symbol: string, channel: string): void {
    const held = this.#held.get(key(symbol, channel));
    if (held !== undefined) held.resyncing = false;
  }

  /** The connection's own count has a hole: any of the subscriptions may have lost a message. */
  connectionLostMessages(connection: number): void {
    this.#emit('gap', { symbol: undefined, channel: undefined, lost: undefined, reason: 'seq' });
    // Trades have no state; JSON alone counts, and there a `resync` of them tells nothing.
    for (const held of this.#held.values())
      if (held.source === connection && held.channel !== 'trade') this.#askForState(held);
  }

  /** Who was answered no epoch is told it before anything has a number. */
  status({ symbol, epoch }: StatusMessage, connection: number): void {
    if (epoch === undefined) return;
    for (const held of this.#held.values())
      if (held.symbol === symbol && held.source === connection) held.tracker.named(epoch);
  }

  /** The gateway announced a hole, or that the numbering began anew. */
  hole({ symbol, channel, range, epoch }: NoticeMessage, connection: number): void {
    for (const held of this.#held.values()) {
      if (held.symbol !== symbol || (channel !== undefined && held.channel !== channel)) continue;
      if (held.source !== connection) continue;
      // Without numbers it speaks of all of them: they began anew, and the epoch may be told or not.
      if (epoch === undefined ? range === undefined : epoch !== held.tracker.epoch) {
        held.tracker.beginAnew(epoch);
        held.forgetTold();
        held.book?.unbase();
        this.#gap(held, range, 'epoch');
        continue;
      }
      // The answer to a resume said it before.
      if (range === undefined || (held.channel === 'trade' && range[1] <= held.tracker.last)) continue;
      held.tracker.announced(range);
      this.#gap(held, range, 'announced');
    }
  }

  /** Differences came that could not be applied: what they said is lost, and a whole state is asked for. */
  baseless(symbol: string, channel: Channel, connection: number): void {
    const held = this.#heldOn(connection, symbol, channel);
    if (held === undefined || held.resyncing) return;
    // Which trades are missing is told when the last one came anew. Of a state what is missing shows in no number.
    if (channel !== 'trade') this.#gap(held, undefined, 'base');
    this.#askForState(held);
  }

  data(message: DataMessage, times: FrameTimes, connection: number): void {
    const held = this.#heldOn(connection, message.symbol, message.channel);
    // Frames on their way when it was unsubscribed, or when another connection took over.
    if (held === undefined) return;
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
    } else if (number !== undefined && number <= held.tradesToldUpTo) return;
    this.#deliver(held, message, times);
  }

  #deliver(held: Subscription, message: DataMessage, times: FrameTimes): void {
    if (held.deliver(message, times, this.#emit)) return;
    this.#gap(held, undefined, 'book');
    this.#askForState(held);
  }

  /** Another connection, or another epoch on the same one, begins to tell it. */
  #begin(held: Subscription, epoch: string, seq: number, connection: number): CameBack {
    const { tracker, channel, book } = held;
    const isTrade = channel === 'trade';
    const sameEpoch = tracker.epoch === epoch;
    held.source = connection;
    held.resyncing = false;
    if (sameEpoch) held.bridge();
    else held.forgetTold();
    if (sameEpoch) held.tradesToldUpTo = tracker.last;
    // Trades that this client has already come again from a gateway that is not as far yet.
    const begins = isTrade && sameEpoch ? Math.max(seq, tracker.last) : seq;
    // Without state (seq 0) there is none to wait for; trades have none ever.
    const missed = tracker.begin(epoch, begins, seq > 0 && !isTrade);
    if (seq === 0) book?.beginEmpty();
    else book?.unbase();
    if (missed === 'epoch') {
      this.#gap(held, undefined, 'epoch');
      return 'hole';
    }
    if (!sameEpoch) return 'none';
    // Quote, book and k-line come anew as they are now; what they passed through meanwhile is not missing.
    if (!isTrade) return 'anew';
    if (missed === undefined) return 'continued';
    this.#gap(held, missed, 'reconnect');
    return 'hole';
  }

  #heldOn(connection: number, symbol: string, channel: string): Subscription | undefined {
    const held = this.#held.get(key(symbol, channel));
    return held?.source === connection ? held : undefined;
  }

  #askForState(held: Subscription): void {
    if (held.resyncing) return;
    held.resyncing = true;
    if (held.channel !== 'trade') held.tracker.awaitState();
    held.book?.unbase();
    this.#resync(wantedOf(held));
  }

  #gap({ symbol, channel }: Subscription, lost: GapEvent['lost'], reason: GapEvent['reason']): void {
    this.#emit('gap', { symbol, channel, lost, reason });
  }
}

const wantedOf = ({ symbol, channel, intervalMs }: Subscription): Wanted => ({ symbol, channel, intervalMs });

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
