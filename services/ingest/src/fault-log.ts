import type { Logger } from '@tapecast/service-kit';
import { LIMITS } from './limits.ts';

/**
 * One log line a kind of fault and interval, with the number of faults that it stands for. A venue that sends a million
 * bad frames must not fill the disk, and the first of each kind must be seen at once.
 */
export class FaultLog {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  readonly #everyMs: number;
  readonly #kinds = new Map<string, { loggedAtMs: number; suppressed: number }>();

  constructor(logger: Logger, nowMs: () => number = Date.now, everyMs: number = LIMITS.faultLogEveryMs) {
    this.#logger = logger;
    this.#nowMs = nowMs;
    this.#everyMs = everyMs;
  }

  /** `kind` comes from a closed set of ours, never from the venue's text. `fields` is called only for a line that is written. */
  warn(kind: string, fields: () => Record<string, unknown>): void {
    const nowMs = this.#nowMs();
    const seen = this.#kinds.get(kind);
    if (seen !== undefined && nowMs - seen.loggedAtMs < this.#everyMs) {
      seen.suppressed++;
      return;
    }
    const suppressed = seen?.suppressed ?? 0;
    this.#kinds.set(kind, { loggedAtMs: nowMs, suppressed: 0 });
    this.#logger.warn({ event: kind, ...fields(), ...(suppressed > 0 ? { suppressed } : {}) });
  }
}
