import type { FleetMember } from '@tapecast/market-state';

export interface BalanceLimits {
  /** A gateway whose cost is so many times the mean sends clients away. */
  readonly balanceAbove: number;
  /** So does every one above the mean where another's cost is below this part of it: a new one is filled. */
  readonly balanceBelow: number;
  /** Cost above the mean that is not worth a client's move. */
  readonly balanceCostMin: number;
}

/** Of what is too much, sent away in one round: what others say is some time old, and all who have too much send. */
const PART_A_ROUND = 0.5;

/**
 * How many of its clients a gateway sends to others now, so that all come to have about the same to do. `all` are the gateways
 * that are there, this one too. Pure.
 */
export function surplusOf(ownId: string, all: readonly FleetMember[], limits: BalanceLimits): number {
  const staying = all.filter(({ leaving }) => !leaving);
  const own = staying.find(({ id }) => id === ownId);
  if (own === undefined || staying.length < 2 || own.connections === 0) return 0;
  const mean = staying.reduce((sum, { cost }) => sum + cost, 0) / staying.length;
  const excess = own.cost - mean;
  if (excess < limits.balanceCostMin) return 0;
  const farAbove = own.cost > mean * limits.balanceAbove;
  const oneIsEmpty = staying.some(({ cost }) => cost < mean * limits.balanceBelow);
  if (!farAbove && !oneIsEmpty) return 0;
  return Math.ceil(own.connections * (excess / own.cost) * PART_A_ROUND);
}

/** Counts those who were sent away and may come back to where they came from: each is turned away once, for a while. */
export class TurnAwayCredits {
  readonly #forMs: number;
  readonly #until: number[] = [];

  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  add(nowMs: number): void {
    this.#until.push(nowMs + this.#forMs);
  }

  /** True where one who comes is to be turned away. No more are than were sent: whoever else comes finds an open door soon. */
  take(nowMs: number): boolean {
    while (this.#until.length > 0 && (this.#until[0] as number) <= nowMs) this.#until.shift();
    return this.#until.shift() !== undefined;
  }
}
