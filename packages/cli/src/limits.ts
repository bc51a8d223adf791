/** ms that the auth service may take to answer. Past it: an error that says so. */
export const ANSWER_MS_MAX = 10_000;

/** ms between two looks at how far something is that takes minutes. */
export const PROGRESS_POLL_MS = 200;

/** Bytes of lines that wait for a reader of our output. Past it: lines are left out, and their number is told once it reads again. */
export const OUTPUT_BYTES_MAX = 8 * 1024 * 1024;
