import type { MarketState } from '@tapecast/market';

export interface StatusChange {
  state: MarketState;
  reason: string;
}

/** `ts` of the venue's quotes. Others are not known, and change nothing. */
const TRADING: Readonly<Record<number, StatusChange>> = {
  0: { state: 'live', reason: '' },
  1: { state: 'halted', reason: 'suspended' },
  2: { state: 'closed', reason: 'delisted' },
  3: { state: 'halted', reason: 'circuit breaker' },
};

/**
 * What clients are told of one instrument, from what is known of its connection, its place in the plan, and the venue's own
 * status of it.
 *
 * | connection | heard of it | told |
 * |---|---|---|
 * | none yet, or refused by the plan | | pending, with the reason |
 * | lost | yes | stale, with the reason |
 * | subscribed | no | pending: the venue sends no snapshot, a closed market is silent |
 * | subscribed | yes | what the venue says: live, halted, closed |
 *
 * After a loss `live` says from when to when trades may be missing: the venue numbers none.
 */
export class ItickStatus {
  #up = false;
  #heard = false;
  #beyondPlan = false;
  #downReason = 'waiting for the venue';
  #lostAtMs: number | undefined;
  #gap = '';
  #trading: StatusChange = TRADING[0]!;
  #told = '';

  /** The state as it is now, when it differs from what was returned last. */
  change(): StatusChange | undefined {
    const now = this.current();
    const text = `${now.state} ${now.reason}`;
    if (text === this.#told) return undefined;
    this.#told = text;
    return now;
  }

  get heard(): boolean {
    return this.#heard;
  }

  subscribed(nowMs: number): void {
    this.#up = true;
    this.#beyondPlan = false;
    if (this.#lostAtMs === undefined) return;
    this.#missing(this.#lostAtMs, nowMs);
    this.#lostAtMs = undefined;
  }

  /** Who told it before us ended at `fromMs`; it comes here since `untilMs`, or will when it is subscribed. */
  notHeard(fromMs: number, untilMs: number | undefined): void {
    if (untilMs !== undefined) this.#missing(fromMs, untilMs);
    else this.#lostAtMs = Math.min(fromMs, this.#lostAtMs ?? fromMs);
  }

  #missing(fromMs: number, toMs: number): void {
    const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
    this.#gap = `trades from ${from} to ${to} may be missing: the venue numbers none`;
  }

  hears(): void {
    this.#heard = true;
  }

  beyondPlan(): void {
    this.#beyondPlan = true;
  }

  down(reason: string, nowMs: number): void {
    if (this.#up && this.#heard) this.#lostAtMs ??= nowMs;
    this.#up = false;
    this.#downReason = reason;
  }

  /** False: a status that is not documented. */
  trading(code: number): boolean {
    const status = TRADING[code];
    if (status === undefined) return false;
    this.#trading = status;
    return true;
  }

  current(): StatusChange {
    if (this.#beyondPlan) return { state: 'pending', reason: 'the plan has no room for it' };
    if (!this.#up) return { state: this.#heard ? 'stale' : 'pending', reason: this.#downReason };
    if (!this.#heard) return { state: 'pending', reason: 'subscribed; nothing was heard of it yet' };
    const { state, reason } = this.#trading;
    return { state, reason: [reason, this.#gap].filter((text) => text !== '').join('; ') };
  }
}
