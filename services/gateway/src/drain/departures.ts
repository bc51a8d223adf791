import type { CloseReason, NoticeMessage } from '@tapecast/wire';
import { TokenBucket } from '../protocol/rate.ts';

/** Why clients are sent to another gateway. */
export type DepartureReason = Extract<CloseReason, 'drain' | 'rebalance'>;

/** A connection, as far as leaving is concerned. */
export interface Leaver {
  readonly client: { readonly closed: boolean; tell(message: NoticeMessage, nowUs: number): void };
  /** Hello is the first message, always: who was not told it yet is not told to move either. */
  readonly helloTold: boolean;
  /** Was told to move, and why. */
  leaving: DepartureReason | undefined;
}

export interface DepartureMetrics {
  /** Clients that were told to move. */
  told(reason: DepartureReason): void;
  /** Of those: gone by themselves, or closed when their time was over. */
  gone(reason: DepartureReason, how: 'left' | 'closed'): void;
}

export interface DeparturesOptions<L> {
  reason: DepartureReason;
  /** Clients that are told to move, and later closed, a second. */
  perSecond: number;
  /** Between two steps: so much of the rate goes at once. */
  slotMs: number;
  /** What a client has to be connected elsewhere, from the notice to its close. */
  afterMs: number;
  /** Unix ms of the end of all of it: nobody is promised time past it. */
  untilMs?: number;
  /** Where to, as clients know the place; undefined: by the address that they came by. */
  url: string | undefined;
  metrics: DepartureMetrics;
  /** Closes the connection with the code of that reason. */
  end(leaver: L, reason: DepartureReason): void;
}

interface Told<L> {
  leaver: L;
  byMs: number;
}

const MSG: Readonly<Record<DepartureReason, string>> = {
  drain: 'this gateway is being stopped: connect again now, go on there, then let go of this connection',
  rebalance: 'this gateway has more to do than others: connect again now, go on there, then let go of this connection',
};

/**
 * Sends clients away at a rate: each is told where to go and how long it has, and closed when that is over and it is still
 * there. So those who move by themselves come back at the rate, and those who don't know the notice too, a while later.
 * Pure but for what it tells: time is passed in, and `step` is called every slot.
 */
export class Departures<L extends Leaver> {
  readonly #options: DeparturesOptions<L>;
  readonly #bucket: TokenBucket;
  readonly #waiting: Iterator<L>;
  /** In the order in which their time is over. */
  #told: Told<L>[] = [];
  #through = false;

  /** `leavers` in the order in which they go; those of them that close before their turn are passed over. */
  constructor(leavers: Iterable<L>, nowMs: number, options: DeparturesOptions<L>) {
    this.#options = options;
    const { perSecond, slotMs } = options;
    this.#bucket = new TokenBucket(Math.max(1, (perSecond * slotMs) / 1000), perSecond, nowMs);
    this.#waiting = leavers[Symbol.iterator]();
  }

  /** Nobody is left who is to be told or closed. */
  get done(): boolean {
    return this.#through && this.#told.length === 0;
  }

  /** Told to move, and still there at the last step. */
  get underWay(): number {
    return this.#told.length;
  }

  /** The next slot. */
  step(nowUs: number): void {
    const nowMs = nowUs / 1000;
    this.#closeDue(nowMs);
    while (!this.#through && this.#bucket.take(nowMs)) this.#tellNext(nowUs);
  }

  #closeDue(nowMs: number): void {
    const { reason, metrics, end } = this.#options;
    const left: Told<L>[] = [];
    for (const told of this.#told) {
      if (told.leaver.client.closed) metrics.gone(reason, 'left');
      else if (nowMs < told.byMs) left.push(told);
      else {
        metrics.gone(reason, 'closed');
        end(told.leaver, reason);
      }
    }
    this.#told = left;
  }

  #tellNext(nowUs: number): void {
    const { reason, untilMs = Infinity, url, metrics, end } = this.#options;
    let next = this.#waiting.next();
    while (next.done !== true && (next.value.client.closed || next.value.leaving !== undefined))
      next = this.#waiting.next();
    if (next.done === true) {
      this.#through = true;
      return;
    }
    const leaver = next.value;
    leaver.leaving = reason;
    metrics.told(reason);
    if (!leaver.helloTold) {
      metrics.gone(reason, 'closed');
      end(leaver, reason);
      return;
    }
    const afterMs = Math.max(0, Math.min(this.#options.afterMs, Math.floor(untilMs - nowUs / 1000)));
    leaver.client.tell(
      { type: 'notice', code: 'moving', ...(url === undefined ? {} : { url }), afterMs, msg: MSG[reason] },
      nowUs,
    );
    this.#told.push({ leaver, byMs: nowUs / 1000 + afterMs });
  }
}
