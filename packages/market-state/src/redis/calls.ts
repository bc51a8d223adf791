import { MarketStateError } from '../errors.ts';
import { CALL_TIMEOUT_MS, PENDING_CALLS_MAX, RETRY_DELAY_MS } from '../limits.ts';

/** Runs one step of a call, again and again while the store is away and time is left. Every step may run twice. */
export type Step = <T>(send: () => Promise<T>) => Promise<T>;

/**
 * The time and number of calls to the store. ioredis waits out a failover by itself, but gives up at once while it has
 * lost all nodes, and answers from a node that is just loading or was just demoted reach us as errors.
 */
export class Calls {
  readonly #timeoutMs: number;
  /** Whose calls they are, for a person who reads an error. */
  readonly #of: string;
  #pending = 0;
  #closed = false;

  constructor(timeoutMs: number = CALL_TIMEOUT_MS, of = 'the market state') {
    this.#timeoutMs = timeoutMs;
    this.#of = of;
  }

  async run<T>(name: string, work: (step: Step) => Promise<T>): Promise<T> {
    if (this.#closed) throw new MarketStateError('closed', `${name}: ${this.#of} was closed`);
    if (this.#pending >= PENDING_CALLS_MAX) {
      throw new MarketStateError(
        'overloaded',
        `${name}: ${this.#pending} calls wait for Redis already; try again later`,
      );
    }
    const deadlineAt = performance.now() + this.#timeoutMs;
    let lastError: unknown;
    let expired = false;
    let timer: NodeJS.Timeout | undefined;
    const unavailable = (): MarketStateError =>
      new MarketStateError('unavailable', `${name}: Redis did not answer within ${this.#timeoutMs} ms`, {
        cause: lastError,
      });

    const step: Step = async (send) => {
      for (;;) {
        if (expired) throw unavailable();
        if (this.#closed) throw new MarketStateError('closed', `${name}: ${this.#of} was closed`);
        try {
          return await send();
        } catch (error) {
          if (error instanceof MarketStateError) throw error;
          lastError = error;
          if (!passes(error)) {
            throw new MarketStateError('failed', `${name}: Redis refused: ${messageOf(error)}`, { cause: error });
          }
          if (performance.now() + RETRY_DELAY_MS > deadlineAt) throw unavailable();
          await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
        }
      }
    };

    this.#pending += 1;
    try {
      return await Promise.race([
        work(step),
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            expired = true;
            reject(unavailable());
          }, this.#timeoutMs);
        }),
      ]);
    } finally {
      clearTimeout(timer);
      this.#pending -= 1;
    }
  }

  /** What runs ends with `closed` at its next step; what comes is refused. */
  close(): void {
    this.#closed = true;
  }
}

/** Redis error replies that say "not now"; by Redis's own convention the first word of a reply is its code. */
const PASSING_REPLIES: ReadonlySet<string> = new Set([
  'LOADING',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'BUSY',
  'UNBLOCKED',
  'NOSCRIPT',
]);

/** Whether the error passes by waiting: an error of the connection, or a reply of a cluster that is finding its feet. */
function passes(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name !== 'ReplyError') return true;
  return PASSING_REPLIES.has(error.message.split(' ', 1)[0] as string);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
