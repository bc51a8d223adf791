/** Why nobody new may connect now, and when to come again. */
export interface Shut {
  reason: ShutReason;
  msg: string;
  retryAfterS: number;
}

export const SHUT_REASONS = ['draining', 'overloaded', 'shedding', 'full'] as const;
export type ShutReason = (typeof SHUT_REASONS)[number];

/** Each says why nobody may come, or undefined where it has nothing against it. */
export interface EntranceOptions {
  draining: () => boolean;
  /** Those who are here would get less. */
  overloaded: () => boolean;
  /** Somebody who was just sent away may come back here: others have more room. */
  shedding: () => boolean;
  /** No room at all; a sentence. */
  full: () => string | undefined;
  /** In [0, 1): those who are turned away together do not come back together. */
  random: () => number;
}

/** A full gateway may have room again when its next client leaves, one under load when it has calmed down. */
const RETRY_S = 3;
const RETRY_SPREAD_S = 5;
/** Another gateway is there already. */
const ELSEWHERE_RETRY_S = 1;

/**
 * Whether anybody new may connect. A gateway under load refuses before it gives less to those it has; a balancer that
 * gets a 503 asks the next gateway, so a client only sees one where no gateway has room.
 */
export class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** Asked once for each handshake. */
  shut(): Shut | undefined {
    const { draining, overloaded, shedding, full } = this.#options;
    if (draining())
      return {
        reason: 'draining',
        msg: 'this gateway is being stopped; connect again, another takes over',
        retryAfterS: ELSEWHERE_RETRY_S,
      };
    if (overloaded())
      return {
        reason: 'overloaded',
        msg: 'this gateway has all that it can do for the clients that it has; try another or later',
        retryAfterS: this.#later(),
      };
    const noRoom = full();
    if (noRoom !== undefined) return { reason: 'full', msg: noRoom, retryAfterS: this.#later() };
    if (shedding())
      return {
        reason: 'shedding',
        msg: 'this gateway gives connections away to others that have less to do; connect again',
        retryAfterS: ELSEWHERE_RETRY_S,
      };
    return undefined;
  }

  #later(): number {
    return RETRY_S + Math.floor(this.#options.random() * RETRY_SPREAD_S);
  }
}
