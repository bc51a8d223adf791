import { closeAnswer } from '@tapecast/wire';
import { RECONNECT_FIRST_MS_MAX, RECONNECT_MS_MAX, STABLE_AFTER_MS } from './limits.ts';

/** What to do after a connection ended. */
export type Reconnect = { kind: 'stop' } | { kind: 'retry'; delayMs: number };

/**
 * When to connect again: full jitter (a random wait between 0 and a bound that doubles), so that the clients of a gateway
 * that went away do not come back in one moment. Pure but for `random`.
 */
export class ReconnectPolicy {
  readonly #random: () => number;
  #failures = 0;

  /** `random` gives numbers in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * A connection ended with `code`, `goodForMs` after its `hello`; undefined when it never got one, or never came in.
   * `mayComeBack`: what the gateway stopped it for may be another next time, such as the token.
   */
  ended(code: number, goodForMs: number | undefined, mayComeBack = false): Reconnect {
    const answer = closeAnswer(code);
    if (answer === 'stop' && !mayComeBack) return { kind: 'stop' };
    const wasGood = goodForMs !== undefined && goodForMs >= STABLE_AFTER_MS;
    if (wasGood) this.#failures = 0;
    const failures = this.#failures++;
    // "At once" counts for a connection that got as far as hello: a gateway that sends everyone away gets no storm of retries.
    if (answer === 'at_once' && failures === 0 && goodForMs !== undefined) return { kind: 'retry', delayMs: 0 };
    return { kind: 'retry', delayMs: this.#delayMs(failures) };
  }

  /** There was nothing to connect with; the wait in ms before the next try. */
  notTried(): number {
    return this.#delayMs(this.#failures++);
  }

  #delayMs(failures: number): number {
    // 2^31 and more is far past the bound, whatever the exponent.
    const bound = Math.min(RECONNECT_MS_MAX, RECONNECT_FIRST_MS_MAX * 2 ** Math.min(failures, 31));
    return Math.floor(this.#random() * bound);
  }
}
