import type { LogProducer, PartitionBatch } from '@tapecast/tick-log';

export interface FlushRule {
  /** ms to wait before a flush, given whether it follows an acknowledgement and how long ago the last one started. */
  delayMs(afterAcknowledgement: boolean, sinceLastMs: number): number;
}

/** As ingest does: 3 ms for company, and at once what came during a send. */
export const LIKE_INGEST: FlushRule = { delayMs: (afterAcknowledgement) => (afterAcknowledgement ? 0 : 3) };
/** As compute does: flushes start 4 ms apart, a lone update waits 1 ms. */
export const LIKE_COMPUTE: FlushRule = { delayMs: (_, sinceLastMs) => Math.max(1, 4 - sinceLastMs) };

/** One send in flight; `take` gives what there is when a flush starts. */
export class Flusher {
  readonly #producer: LogProducer;
  readonly #rule: FlushRule;
  readonly #take: () => PartitionBatch[];
  #timer: NodeJS.Timeout | undefined;
  #sending = false;
  #waiting = false;
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(producer: LogProducer, rule: FlushRule, take: () => PartitionBatch[]) {
    this.#producer = producer;
    this.#rule = rule;
    this.#take = take;
  }

  /** Something is there to be taken. */
  offer(): void {
    this.#waiting = true;
    if (!this.#sending && this.#timer === undefined) this.#schedule(false);
  }

  #schedule(afterAcknowledgement: boolean): void {
    const delayMs = this.#rule.delayMs(afterAcknowledgement, performance.now() - this.#startedAt);
    if (delayMs === 0) this.#flush();
    else this.#timer = setTimeout(() => this.#flush(), delayMs);
  }

  #flush(): void {
    this.#timer = undefined;
    this.#sending = true;
    this.#waiting = false;
    this.#startedAt = performance.now();
    // A refusal is final and ends the process: the answer to the next call then says so.
    void this.#producer.send(this.#take()).then(() => {
      this.#sending = false;
      if (this.#waiting) this.#schedule(true);
    });
  }
}
