import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS } from '../limits.ts';

/** Pauses between tries: doubling, with up to half of it at random so that many clients do not return together. */
export class Pause {
  #nextMs: number = LIMITS.retryMinMs;

  /** Ends early, without an error, when the signal does. */
  async wait(signal: AbortSignal): Promise<void> {
    const ms = this.#nextMs * (0.5 + Math.random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, LIMITS.retryMaxMs);
    if (signal.aborted) return;
    await delay(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  reset(): void {
    this.#nextMs = LIMITS.retryMinMs;
  }
}
