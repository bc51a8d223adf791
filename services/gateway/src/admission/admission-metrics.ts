import type { FetchOutcome } from '@tapecast/access';
import type { Refusal } from './admission.ts';
import type { Spending } from './subject-rates.ts';

/** Where somebody asks to be let in. */
export const ADMISSION_PLACES = ['handshake', 'message', 'rest'] as const;
export type AdmissionPlace = (typeof ADMISSION_PLACES)[number];

/** What came of it; `forbidden`: the token is good, but not for this connection. */
export const ADMISSION_OUTCOMES = [
  'anonymous',
  'token',
  'unauthorized',
  'token_invalid',
  'token_expired',
  'token_not_yet_valid',
  'forbidden',
  'unavailable',
] as const satisfies readonly ('anonymous' | 'token' | Refusal['code'])[];
export type AdmissionOutcome = (typeof ADMISSION_OUTCOMES)[number];

/** What the door counts; metrics.ts has the metrics themselves. */
export interface AdmissionMetrics {
  admitted(place: AdmissionPlace, outcome: AdmissionOutcome): void;
  /** Seconds that the check of a token took, a wait for its key included. */
  checked(seconds: number): void;
  keysFetched(outcome: FetchOutcome): void;
  /** A user has spent what it may. */
  subjectLimited(what: Spending): void;
  /** Begins to report the keys that are known, and how long ago they were read. */
  watchKeys(sources: { known: () => number; ageMs: () => number }): void;
}
