/** Bounds of what the process keeps in its data folder. */
export const KEPT_LIMITS = {
  /** Of each topic. What clients may ask for again, and more than compute folds again after a start. Past it: forgotten. */
  journalMs: 300_000,
  /** Of each topic on disk; all of it is read at the next start, some 100 MB a second. Past it the oldest go. */
  journalBytes: 256 * 1024 * 1024,
} as const;
