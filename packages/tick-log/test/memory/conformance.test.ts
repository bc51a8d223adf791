import { openMemoryTickLog, type TickLog } from '../../src/index.ts';
import { type ConformanceDriver, conformance, PARTITIONS } from '../conformance.ts';

const RETENTION_MS = 1_000;

/** One log is shared by all handles of a test, as services share it in the embedded set-up. The clock is put forward to expire. */
class MemoryDriver implements ConformanceDriver {
  #log: TickLog | undefined;
  #offsetMs = 0;

  async open(): Promise<TickLog> {
    this.#log ??= openMemoryTickLog({
      partitions: PARTITIONS,
      retentionMs: { 'md.ticks': RETENTION_MS, 'md.updates': RETENTION_MS },
      now: () => Date.now() + this.#offsetMs,
    });
    return this.#log;
  }

  async expire(): Promise<void> {
    this.#offsetMs += RETENTION_MS + 1;
  }

  async reset(): Promise<void> {
    await this.#log?.close();
    this.#log = undefined;
    this.#offsetMs = 0;
  }
}

conformance('the memory driver', new MemoryDriver());
