/** ms that the auth service may take to answer. Past it: an error that says so. */
export const ANSWER_MS_MAX = 10_000;
