import { sizeOf } from '../check-batches.ts';
import type { LogGap, LogRecord } from '../contract.ts';
import type { Failure } from '../failure.ts';
import { LIMITS } from '../limits.ts';

export interface FeedHandlers {
  onRecords: (partition: number, records: readonly LogRecord[], end: number) => void | Promise<void>;
  onGap: (gap: LogGap) => void;
  onEnd?: ((partition: number, end: number) => void) | undefined;
}

type Entry = { records: readonly LogRecord[]; end: number; bytes: number } | { gap: LogGap };

/**
 * What was fetched of one partition and not yet taken by its handler. Keeps the handler's calls one after the other, and
 * records and gaps in order, while the next fetch is under way.
 */
export class PartitionQueue {
  /** Next offset to be handed over. */
  position = 0;
  readonly #partition: number;
  readonly #handlers: FeedHandlers;
  readonly #running: Map<number, Promise<void>>;
  readonly #failure: Failure;
  readonly #drained: () => void;
  readonly #entries: Entry[] = [];
  #bytes = 0;
  #end = 0;
  #stopped = false;
  #waiting = false;

  constructor(
    partition: number,
    handlers: FeedHandlers,
    running: Map<number, Promise<void>>,
    failure: Failure,
    drained: () => void,
  ) {
    this.#partition = partition;
    this.#handlers = handlers;
    this.#running = running;
    this.#failure = failure;
    this.#drained = drained;
  }

  get full(): boolean {
    return this.#bytes >= LIMITS.queueBytesMax;
  }

  records(records: readonly LogRecord[], end: number): void {
    const bytes = records.reduce((sum, { key, value }) => sum + sizeOf(key, value), 0);
    this.#bytes += bytes;
    this.#entries.push({ records, end, bytes });
  }

  gap(gap: LogGap): void {
    this.#entries.push({ gap });
  }

  /** A fetch is done: hands over what it brought, or tells that it brought nothing. */
  fetched(end: number): void {
    this.#end = end;
    this.#handOver();
  }

  stop(): void {
    this.#stopped = true;
    this.#entries.length = 0;
  }

  #handOver(): void {
    if (this.#stopped || this.#waiting) return;
    const running = this.#running.get(this.#partition);
    if (running !== undefined) {
      this.#waiting = true;
      // Settled either way: a failure was reported where it happened.
      const goOn = (): void => {
        this.#waiting = false;
        this.#handOver();
      };
      running.then(goOn, goOn);
      return;
    }
    try {
      this.#handOverUntilBusy();
    } catch (cause) {
      this.#failed(cause);
    }
  }

  #handOverUntilBusy(): void {
    for (let entry = this.#entries.shift(); entry !== undefined; entry = this.#entries.shift()) {
      if ('gap' in entry) {
        this.position = entry.gap.to;
        this.#handlers.onGap(entry.gap);
      } else if (this.#deliver(entry.records, entry.end, entry.bytes)) return;
      if (this.#stopped) return;
    }
    if (this.position >= this.#end) this.#handlers.onEnd?.(this.#partition, this.#end);
  }

  /** True when the handler is busy with it. */
  #deliver(records: readonly LogRecord[], end: number, bytes: number): boolean {
    this.position = records.at(-1)!.offset + 1;
    const handled = this.#handlers.onRecords(this.#partition, records, end);
    if (handled === undefined) {
      this.#taken(bytes);
      return false;
    }
    const settled = handled.then(
      () => {
        this.#running.delete(this.#partition);
        this.#taken(bytes);
        this.#handOver();
      },
      (cause: unknown) => {
        this.#running.delete(this.#partition);
        this.#failed(cause);
      },
    );
    this.#running.set(this.#partition, settled);
    return true;
  }

  #taken(bytes: number): void {
    const wasFull = this.full;
    this.#bytes -= bytes;
    if (wasFull && !this.full && !this.#stopped) this.#drained();
  }

  #failed(cause: unknown): void {
    this.stop();
    this.#failure.handlerFailed(cause, `the reader of partition ${this.#partition}`);
  }
}
