import type { LogGap, LogProducer, LogRecord, TickLog } from '../../src/index.ts';
import { eventually, record } from '../conformance.ts';

const FLUSH_MS = 10;
const RECORDS_A_FLUSH = 3;

/** Writes numbered records to every partition, flush after flush, and keeps what was acknowledged. */
export class Writer {
  /** Next number, by partition; all below are acknowledged when `stop` has resolved. */
  readonly next: number[];
  longestSendMs = 0;
  flushes = 0;
  readonly #producer: LogProducer;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(producer: LogProducer, partitions: number) {
    this.#producer = producer;
    this.next = Array.from({ length: partitions }, () => 0);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when so many more flushes are acknowledged. */
  async more(flushes: number): Promise<void> {
    const wanted = this.flushes + flushes;
    await eventually(() => this.flushes >= wanted, `${flushes} more flushes`);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const batches = this.next.map((number, partition) => ({
        partition,
        records: Array.from({ length: RECORDS_A_FLUSH }, (_, index) => record(String(number + index), 'KEY$US')),
      }));
      const began = performance.now();
      await this.#producer.send(batches);
      this.longestSendMs = Math.max(this.longestSendMs, performance.now() - began);
      this.next.forEach((number, partition) => {
        this.next[partition] = number + RECORDS_A_FLUSH;
      });
      this.flushes += 1;
      await new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
    }
  }
}

/** What a reader saw of numbered records. A fault is kept, with what was expected, and does not end the reading. */
export class Witness {
  readonly faults: string[] = [];
  readonly gaps: LogGap[] = [];
  longestSilenceMs = 0;
  readonly #next: number[];
  #lastAt: number | undefined;

  constructor(partitions: number) {
    this.#next = Array.from({ length: partitions }, () => 0);
  }

  readonly onRecords = (partition: number, records: readonly LogRecord[]): void => {
    const now = performance.now();
    if (this.#lastAt !== undefined) this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#lastAt);
    this.#lastAt = now;
    for (const entry of records) {
      const number = Number(Buffer.from(entry.value).toString());
      const expected = this.#next[partition]!;
      if (number !== expected) this.faults.push(`partition ${partition}: ${number} in the place of ${expected}`);
      this.#next[partition] = number + 1;
    }
  };

  readonly onGap = (gap: LogGap): void => {
    this.gaps.push(gap);
  };

  /** Resolves when everything below these numbers was seen. */
  async reach(numbers: readonly number[]): Promise<void> {
    await eventually(
      () => numbers.every((number, partition) => this.#next[partition]! >= number),
      `all records (at ${this.#next.join()} of ${numbers.join()}; faults: ${this.faults.slice(0, 3).join('; ')})`,
    );
  }
}

/** Reads everything again from the start: what the log itself holds. */
export async function witnessAll(log: TickLog, numbers: readonly number[]): Promise<Witness> {
  const witness = new Witness(numbers.length);
  const { onRecords, onGap } = witness;
  const reader = await log.read({ topic: 'md.ticks', from: () => 'earliest', onRecords, onGap });
  await witness.reach(numbers);
  await reader.close();
  return witness;
}
