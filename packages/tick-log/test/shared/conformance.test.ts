import { LogSharing, openMemoryTickLog, openSharedTickLog, type TickLog } from '../../src/index.ts';
import { type ConformanceDriver, conformance, PARTITIONS } from '../conformance.ts';

const RETENTION_MS = 1_000;

/** Reads what another has, as a serving thread does; it is written beside it, by who opened it. */
class SharedDriver implements ConformanceDriver {
  readonly groups = false;
  #log: TickLog | undefined;
  #offsetMs = 0;
  readonly #open: { close(): Promise<void> }[] = [];

  async open(): Promise<TickLog> {
    this.#log ??= openMemoryTickLog({
      partitions: PARTITIONS,
      retentionMs: { 'md.ticks': RETENTION_MS, 'md.updates': RETENTION_MS },
      now: () => Date.now() + this.#offsetMs,
    });
    const log = this.#log;
    const sharing = new LogSharing(log, 1);
    const shared = openSharedTickLog(sharing.access());
    this.#open.push(shared, sharing);
    return {
      partitions: shared.partitions,
      generation: shared.generation,
      failed: shared.failed,
      read: (options) => shared.read(options),
      offsets: (topic) => shared.offsets(topic),
      offsetsAt: (topic, atMs) => shared.offsetsAt(topic, atMs),
      producer: (topic) => log.producer(topic),
      join: () => shared.join({} as never),
      close: () => shared.close(),
    };
  }

  async expire(): Promise<void> {
    this.#offsetMs += RETENTION_MS + 1;
  }

  async reset(): Promise<void> {
    for (const part of this.#open.splice(0)) await part.close();
    await this.#log?.close();
    this.#log = undefined;
    this.#offsetMs = 0;
  }
}

conformance('memory shared with another thread', new SharedDriver());
