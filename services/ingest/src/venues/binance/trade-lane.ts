import type { IngestLimits } from '../../limits.ts';
import type { TradeEvent } from './messages.ts';
import { TradeIds } from './trade-ids.ts';

interface Waiting {
  event: TradeEvent;
  receivedAtUs: number;
}

export interface TradeLaneOptions {
  limits: Pick<IngestLimits, 'heldMs' | 'heldTradesMax' | 'fillTradesMax' | 'fillWaitingMax'>;
  emit: (event: TradeEvent, receivedAtUs: number) => void;
  /**
   * Trades with ids from..to (undefined: to the newest there is), ascending, as many as the venue gives in time. Never
   * rejects: what could not be had is not in the list.
   */
  fetch: (from: number, to: number | undefined) => Promise<TradeEvent[]>;
  /** The ids were never received and can't be had. */
  onMissing: (from: number, to: number) => void;
  onDuplicate: (id: number) => void;
  onRestarted: (before: number, now: number) => void;
  onFetched: (from: number, to: number, trades: number) => void;
  nowUs: () => number;
}

/**
 * The trades of one pair on their way to the log: each id once, in order, whatever was missing asked of the venue.
 *
 * | state | a trade comes | leaves it by |
 * |---|---|---|
 * | silent (another speaks) | is kept for `heldMs` | `speak`: what the log has is left out → open, or filling |
 * | open | the next id is told; a jump asks the venue for what lies between | a jump, `catchUp` → filling |
 * | filling | waits | the answer: told in order, then what waited; what the answer lacks is told as missing |
 */
export class TradeLane {
  readonly #options: TradeLaneOptions;
  readonly #ids = new TradeIds();
  #state: 'silent' | 'open' | 'filling' = 'silent';
  #waiting: Waiting[] = [];
  /** The last id that was told, by us or by whoever spoke before. */
  #told: number | undefined;
  /** A connection began, or we began to speak, and no trade has come since: what was traded before is not known. */
  #unproven = false;
  /** The filling that is under way; an answer of an earlier one is nothing. */
  #filling = 0;

  constructor(options: TradeLaneOptions) {
    this.#options = options;
  }

  /** Id of the last trade that came; undefined: there was none. */
  get last(): number | undefined {
    return this.#ids.last;
  }

  /** The next trade is the first of another connection. */
  reconnected(): void {
    this.#ids.reconnected();
    this.#unproven = true;
  }

  take(event: TradeEvent, receivedAtUs: number): void {
    const { onDuplicate, onRestarted } = this.#options;
    const outcome = this.#ids.take(event.tradeId);
    if (outcome.kind === 'duplicate') {
      onDuplicate(event.tradeId);
      return;
    }
    this.#unproven = false;
    if (outcome.kind === 'restarted') {
      onRestarted(outcome.before, event.tradeId);
      // What waits is of the numbering before; nothing lies between the two.
      this.#restart();
    }
    const { tradeId } = event;
    if (this.#state === 'open' && (this.#told === undefined || tradeId === this.#told + 1)) {
      this.#told = tradeId;
      this.#options.emit(event, receivedAtUs);
      return;
    }
    this.#waiting.push({ event, receivedAtUs });
    if (this.#state === 'silent') this.#forgetOld(receivedAtUs);
    else if (this.#state === 'open') this.#tellWaiting();
    else if (this.#waiting.length > this.#options.limits.fillWaitingMax) this.#giveUp();
  }

  /** From now on trades are told: those that the log lacks, whose last one of this pair is `last` (undefined: it has none). */
  speak(last: number | undefined): void {
    this.#state = 'open';
    this.#told = last;
    const came = this.#ids.last;
    if (last !== undefined && (came === undefined || came < last)) {
      this.#ids.startAt(last);
      this.#unproven = true;
    }
    this.#tellWaiting();
    // Trades came, and are no longer kept: the log should have had them long ago.
    if (this.#state === 'open' && came !== undefined && this.#told !== undefined && came > this.#told) {
      this.#fill(this.#told + 1, came);
    }
  }

  /** Asks for what was traded since the last one told, if nothing has come since the connection began. */
  catchUp(): void {
    if (this.#state !== 'open' || !this.#unproven || this.#told === undefined) return;
    this.#unproven = false;
    this.#fill(this.#told + 1, undefined);
  }

  /** Tells what follows; at a jump the venue is asked. */
  #tellWaiting(): void {
    const { emit } = this.#options;
    let at = 0;
    for (; at < this.#waiting.length; at++) {
      const { event, receivedAtUs } = this.#waiting[at]!;
      const { tradeId } = event;
      if (this.#told !== undefined && tradeId <= this.#told) continue;
      if (this.#told !== undefined && tradeId > this.#told + 1) break;
      this.#told = tradeId;
      emit(event, receivedAtUs);
    }
    this.#waiting = at === this.#waiting.length ? [] : this.#waiting.slice(at);
    const next = this.#waiting[0];
    if (next !== undefined) this.#fill(this.#told! + 1, next.event.tradeId - 1);
  }

  #fill(from: number, to: number | undefined): void {
    const { limits, fetch, onMissing } = this.#options;
    let first = from;
    if (to !== undefined && to - from >= limits.fillTradesMax) {
      first = to - limits.fillTradesMax + 1;
      onMissing(from, first - 1);
      this.#told = first - 1;
    }
    this.#state = 'filling';
    this.#filling++;
    const filling = this.#filling;
    void fetch(first, to).then((trades) => {
      if (this.#filling !== filling || this.#state !== 'filling') return;
      this.#tellFetched(first, to, trades);
      this.#state = 'open';
      this.#tellWaiting();
    });
  }

  #tellFetched(first: number, to: number | undefined, trades: readonly TradeEvent[]): void {
    const { emit, onFetched, onMissing, nowUs } = this.#options;
    const receivedAtUs = nowUs();
    let told = 0;
    for (const event of trades) {
      const { tradeId } = event;
      const expected = this.#told! + 1;
      if (tradeId < expected || (to !== undefined && tradeId > to)) continue;
      if (tradeId > expected) onMissing(expected, tradeId - 1);
      this.#told = tradeId;
      emit(event, receivedAtUs);
      told++;
    }
    if (told > 0) onFetched(first, this.#told!, told);
    if (to !== undefined && this.#told! < to) {
      onMissing(this.#told! + 1, to);
      this.#told = to;
    }
    if (this.#ids.last! < this.#told!) this.#ids.startAt(this.#told!);
  }

  /** More wait than may: what lies before the first of them is let go. */
  #giveUp(): void {
    const first = this.#waiting.find(({ event }) => event.tradeId > this.#told!);
    this.#state = 'open';
    if (first !== undefined && first.event.tradeId > this.#told! + 1) {
      this.#options.onMissing(this.#told! + 1, first.event.tradeId - 1);
      this.#told = first.event.tradeId - 1;
    }
    this.#tellWaiting();
  }

  #restart(): void {
    if (this.#state === 'filling') this.#giveUp();
    this.#filling++;
    if (this.#state !== 'silent') this.#state = 'open';
    this.#waiting = [];
    this.#told = undefined;
  }

  #forgetOld(nowUs: number): void {
    const { heldMs, heldTradesMax } = this.#options.limits;
    const oldestUs = nowUs - heldMs * 1_000;
    let drop = Math.max(0, this.#waiting.length - heldTradesMax);
    while (drop < this.#waiting.length && this.#waiting[drop]!.receivedAtUs < oldestUs) drop++;
    // In pieces: cutting the front off costs what is left.
    if (drop > 0 && (drop * 4 > this.#waiting.length || drop > 1_000)) this.#waiting.splice(0, drop);
  }
}
