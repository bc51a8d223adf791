/** Whether a service can do its work now; `reason` says what is missing, for /readyz and logs. */
export interface Readiness {
  ready: boolean;
  reason: string;
  /** No waiting mends it soon (a key that is refused): a start that waits for readiness fails at once. */
  refused?: boolean;
}

/** What each service's `start…` function resolves with. */
export interface RunningService {
  readonly name: string;
  ready(): Readiness;
  /** Resolves with the error when the service can't go on; the process then ends with code 1. Never resolves otherwise. */
  readonly failed: Promise<Error>;
  /** Resolves when the service has ended its work for good and in order: the process then ends with code 0. */
  readonly finished?: Promise<void>;
  /** Stops taking work, finishes what was taken, releases everything. Safe to call twice. */
  stop(): Promise<void>;
}
