import { KEYS_MAX, PUBLISHED_MARGIN_MS } from '../limits.ts';

/** Every duration of the ring, from the two that an operator chooses. All instances are given the same two. */
export interface RingTimes {
  /** How long a key signs. */
  readonly rotateEveryMs: number;
  /** The longest life of a token. */
  readonly tokenMsMax: number;
  /** How long a verifier may keep the published keys without asking again. */
  readonly jwksMaxAgeMs: number;
  /** Between two looks of an instance at the store. */
  readonly refreshMs: number;
  /** The most by which the clocks of two instances may differ without any harm. */
  readonly clockDifferenceMs: number;
  /** From a key's publication until it may sign: every verifier has asked again after every instance published it. */
  readonly leadMs: number;
  /** From the decision that a key will sign until it does: every instance has read the decision. */
  readonly activationMs: number;
  /** From a key's last signature until it is no longer published. */
  readonly publishedAfterMs: number;
}

const SECOND = 1_000;

/** A day's rotation gives 5 minutes, 5 s and 5 s; one of some seconds, for tests, gives parts of it. */
export function ringTimes(rotateEveryMs: number, tokenSecondsMax: number): RingTimes {
  const tokenMsMax = tokenSecondsMax * SECOND;
  // Whole seconds: it is told in a header that has no others.
  const jwksMaxAgeMs = within(SECOND, Math.floor(rotateEveryMs / (2 * SECOND)) * SECOND, 300 * SECOND);
  const refreshMs = within(100, rotateEveryMs / 16, 5 * SECOND);
  const clockDifferenceMs = within(100, rotateEveryMs / 16, 5 * SECOND);
  return {
    rotateEveryMs,
    tokenMsMax,
    jwksMaxAgeMs,
    refreshMs,
    clockDifferenceMs,
    leadMs: jwksMaxAgeMs + refreshMs + 2 * clockDifferenceMs,
    activationMs: refreshMs + 2 * clockDifferenceMs,
    publishedAfterMs: tokenMsMax + PUBLISHED_MARGIN_MS,
  };
}

/** What is wrong with the two together; '' when nothing is. Where it is '', a ring never has to wait for room. */
export function timesDisagree({ rotateEveryMs, publishedAfterMs }: RingTimes): string {
  // One signs, one waits, and the others are what tokens still need.
  const keys = 2 + Math.ceil(publishedAfterMs / rotateEveryMs);
  if (keys <= KEYS_MAX) return '';
  const least = Math.ceil(publishedAfterMs / (KEYS_MAX - 2));
  return `at --rotate-every-ms ${rotateEveryMs} tokens of --token-seconds-max would need ${keys} published keys, more than ${KEYS_MAX}; rotate every ${least} ms or more seldom, or let tokens live shorter`;
}

const within = (least: number, value: number, most: number): number =>
  Math.round(Math.min(most, Math.max(least, value)));
