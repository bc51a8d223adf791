import type { JournalLimits } from './session-journal.ts';

export const JOURNAL_LIMITS: JournalLimits = {
  /**
   * Entries of all clients together, some 70 bytes each, 700 at most. Past it the oldest are forgotten, and `since` of an answer says
   * from when on all are there: 10,000 clients that come back at once with 20 subscriptions write 200,000.
   */
  journalEntriesMax: 100_000,
  /** Characters of each text that is not ours: names that a client wrote, the reason of a status. Past it: cut. */
  journalTextMax: 128,
  /** ms for which a question may be asked: as long as a session can be resumed. */
  journalMs: 300_000,
};
