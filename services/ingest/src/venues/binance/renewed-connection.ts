import { LIMITS } from '../../limits.ts';
import { Overlap, type OverlapTarget } from './overlap.ts';
import { type MarketEvent, StreamConnection, type StreamConnectionOptions } from './stream-connection.ts';

/** How often it is looked whether the old connection may go. */
const LOOK_EVERY_MS = 100;

/** Why a connection is replaced: it nears the age at which the venue cuts it, or the venue said that it will end. */
export type RenewalReason = 'age' | 'shutdown';

export interface RenewedConnectionOptions
  extends Omit<StreamConnectionOptions, 'onEvent' | 'onPing' | 'onPong' | 'onShutdown'>,
    Pick<OverlapTarget, 'positionOf'> {
  /** Each event of the streams once and in order, from whichever connection. */
  onEvent: OverlapTarget['take'];
  /** Pings carry the time of one connection: its number says of which. */
  onPing: (connection: number, payload: Buffer, receivedAtUs: number) => void;
  /** A connection is gone, another may carry its streams. */
  onGone: (connection: number) => void;
  /** A newer connection carries the streams; nothing was lost by the change. */
  onRenewed: (reason: RenewalReason) => void;
  nextNumber: () => number;
  /** ms after its subscription at which a connection is replaced. */
  renewAfterMs: number;
}

interface Numbered {
  readonly number: number;
  readonly connection: StreamConnection;
}

/**
 * The streams of one connection, over one connection after the other. The next is made before the last is let go: it has
 * subscribed and delivers, and the last has brought all that was on its way.
 *
 * | old | new | then |
 * |---|---|---|
 * | subscribed | none | `renewAfterMs` passed, or `serverShutdown` → the new one is made |
 * | subscribed | connecting | the new one's own retries; the old one carries the streams |
 * | subscribed | subscribed | the old one answers a ping, nothing waits for it → let go |
 * | ended | subscribed | the new one carries on, without a word to anyone |
 * | ended | connecting, or none | down: told, until the new one, or the old one's next try, has subscribed |
 */
export class RenewedConnection {
  readonly #options: RenewedConnectionOptions;
  #main: Numbered;
  #next: Numbered | undefined;
  #reason: RenewalReason = 'age';
  #overlap: Overlap | undefined;
  #renewTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  /** What the old connection was sent before this ping has come. */
  #answered = false;
  #paused = false;
  /** A renewal fell into a pause: it comes after. */
  #due: RenewalReason | undefined;

  constructor(options: RenewedConnectionOptions) {
    this.#options = options;
    this.#main = this.#make();
  }

  /** The streams come, over whichever connection. */
  get subscribed(): boolean {
    return this.#main.connection.subscribed;
  }

  get downReason(): string {
    return this.#main.connection.downReason;
  }

  start(): void {
    this.#main.connection.start();
  }

  pause(): void {
    this.#paused = true;
    this.#main.connection.pause();
    this.#next?.connection.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#main.connection.resume();
    this.#next?.connection.resume();
    const due = this.#due;
    this.#due = undefined;
    if (due !== undefined) this.#renew(due);
  }

  stop(): void {
    clearTimeout(this.#renewTimer);
    clearInterval(this.#lookTimer);
    this.#main.connection.stop();
    this.#next?.connection.stop();
  }

  #make(): Numbered {
    const options = this.#options;
    const number = options.nextNumber();
    const isNext = (): boolean => this.#next?.number === number;
    const connection = new StreamConnection({
      ...options,
      logger: options.logger.child({ connection: number }),
      onEvent: (event, receivedAtUs, frame) => this.#onEvent(isNext(), event, receivedAtUs, frame),
      onPing: (payload, receivedAtUs) => options.onPing(number, payload, receivedAtUs),
      onPong: () => {
        if (!isNext()) this.#answered = true;
      },
      onSubscribed: () => {
        if (isNext()) this.#overlapped();
        else {
          this.#scheduleRenewal();
          options.onSubscribed();
        }
      },
      onShutdown: () => {
        // The newest one has nobody beside it yet: it begins again.
        if (isNext()) connection.reconnect('the venue announced its restart', true);
        else this.#renew('shutdown');
      },
      onDown: (reason) => {
        options.onGone(number);
        if (!isNext()) this.#mainDown(reason);
        else this.#nextDown();
      },
    });
    return { number, connection };
  }

  #onEvent(isNext: boolean, event: MarketEvent, receivedAtUs: number, frame: Buffer): void {
    const overlap = this.#overlap;
    if (overlap === undefined) this.#options.onEvent(event, receivedAtUs, frame);
    else if (!isNext) overlap.fromOld(event, receivedAtUs, frame);
    else {
      overlap.fromNew(event, receivedAtUs, frame);
      if (overlap.full) this.#letGo();
    }
  }

  #scheduleRenewal(): void {
    clearTimeout(this.#renewTimer);
    this.#renewTimer = setTimeout(() => this.#renew('age'), this.#options.renewAfterMs);
  }

  #renew(reason: RenewalReason): void {
    if (this.#paused) {
      // Nothing is read, so no answer to a subscription would be.
      this.#due = reason;
      return;
    }
    this.#reason = reason;
    if (this.#next !== undefined) return;
    clearTimeout(this.#renewTimer);
    this.#overlap = new Overlap({ positionOf: this.#options.positionOf, take: this.#options.onEvent });
    this.#next = this.#make();
    this.#options.logger.info({ event: 'binance_renewing', reason, connection: this.#next.number });
    this.#next.connection.start();
  }

  /** Both carry the streams. Whatever was sent before this moment only to the old one comes before its answer to a ping. */
  #overlapped(): void {
    let since = performance.now();
    this.#answered = false;
    this.#main.connection.ping();
    clearInterval(this.#lookTimer);
    this.#lookTimer = setInterval(() => {
      // What the old one has sent is not read meanwhile: it does not fall behind by that.
      if (this.#paused) since = performance.now();
      const lastedMs = performance.now() - since;
      const caughtUp = this.#answered && this.#overlap?.waiting === 0 && lastedMs >= LIMITS.overlapMsMin;
      if (caughtUp || lastedMs >= LIMITS.overlapMsMax) this.#letGo();
    }, LOOK_EVERY_MS);
  }

  #letGo(): void {
    const old = this.#main;
    this.#promote();
    old.connection.stop();
    this.#options.onGone(old.number);
  }

  /** The next one is the one: what waited for the old one is taken. */
  #promote(): void {
    clearInterval(this.#lookTimer);
    this.#main = this.#next!;
    this.#next = undefined;
    const overlap = this.#overlap;
    this.#overlap = undefined;
    overlap?.end();
    if (!this.#main.connection.subscribed) return;
    this.#scheduleRenewal();
    this.#options.onRenewed(this.#reason);
  }

  #mainDown(reason: string): void {
    clearTimeout(this.#renewTimer);
    this.#due = undefined;
    if (this.#next === undefined) {
      this.#options.onDown(reason);
      return;
    }
    // It would come back by itself, beside the next one.
    this.#main.connection.stop();
    // Of what only the old one had, something may be missing: books are read again, and holes are told.
    if (!this.#next.connection.subscribed) this.#options.onDown(reason);
    this.#promote();
  }

  /** It tries again by itself; what it brought, the old one brings too. */
  #nextDown(): void {
    clearInterval(this.#lookTimer);
    this.#overlap?.forget();
  }
}
