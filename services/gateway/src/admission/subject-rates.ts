import { ANONYMOUS, type Grant } from '@tapecast/access';
import { RateTable } from '../edge/rate-table.ts';
import type { GatewayLimits } from '../limits.ts';

/** What a user spends, whatever connection it comes by. */
export const SPENDINGS = ['messages', 'requests'] as const;
export type Spending = (typeof SPENDINGS)[number];

export type SubjectLimits = Pick<
  GatewayLimits,
  | 'subjectMessagesBurst'
  | 'subjectMessagesPerSecond'
  | 'subjectRequestsBurst'
  | 'subjectRequestsPerSecond'
  | 'subjectsMax'
>;

/**
 * What one user may do with all that it has: a connection's own bounds times its connections would be none. Anonymous clients
 * are nobody and have their connection's and their address's bounds. Pure: time is passed in.
 */
export class SubjectRates {
  readonly #tables: Readonly<Record<Spending, RateTable>>;

  constructor(limits: SubjectLimits) {
    this.#tables = {
      messages: new RateTable(limits.subjectMessagesBurst, limits.subjectMessagesPerSecond, limits.subjectsMax),
      requests: new RateTable(limits.subjectRequestsBurst, limits.subjectRequestsPerSecond, limits.subjectsMax),
    };
  }

  /** 0 and one is spent, or ms until there is one to spend. */
  spend(what: Spending, grant: Grant, nowMs: number): number {
    return grant === ANONYMOUS ? 0 : this.#tables[what].take(grant.subject, nowMs);
  }
}
