import { MarketStateError } from '../errors.ts';
import { PENDING_CALLS_MAX, TAKE_GATHER_MS, TAKES_PER_CALL } from '../limits.ts';

/** One session to be taken: its key, and what the script gets of it. */
export interface Take {
  readonly key: string;
  readonly values: readonly (string | number)[];
}

interface Waiting {
  readonly take: Take;
  readonly resolve: (answer: string[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers takes of sessions for a moment and sends those of one slot together. Clients of a gateway that ended come back within a
 * second, each with a take: one by one they were a third of what their new gateway had to do.
 */
export class GatheredTakes {
  readonly #buckets: Waiting[][];
  readonly #send: (takes: readonly Take[]) => Promise<string[][]>;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `send` answers takes of one bucket, in their order. */
  constructor(buckets: number, send: (takes: readonly Take[]) => Promise<string[][]>) {
    this.#buckets = Array.from({ length: buckets }, () => []);
    this.#send = send;
  }

  take(bucket: number, take: Take): Promise<string[]> {
    if (this.#waiting >= PENDING_CALLS_MAX) {
      const message = `take a session: ${this.#waiting} wait for Redis already; try again later`;
      return Promise.reject(new MarketStateError('overloaded', message));
    }
    this.#waiting++;
    return new Promise((resolve, reject) => {
      this.#buckets[bucket]?.push({ take, resolve, reject });
      this.#timer ??= setTimeout(() => this.flush(), TAKE_GATHER_MS);
    });
  }

  /** Sends what was gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const gathered of this.#buckets) {
      // Owned here: who waits is told of what fails.
      while (gathered.length > 0) void this.#call(gathered.splice(0, TAKES_PER_CALL));
    }
  }

  async #call(waiting: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#send(waiting.map(({ take }) => take));
      for (const [i, { resolve }] of waiting.entries()) resolve(answers[i] ?? []);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    } finally {
      this.#waiting -= waiting.length;
    }
  }
}
