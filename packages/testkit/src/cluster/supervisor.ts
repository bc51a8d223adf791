import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@tapecast/service-kit';
import type { Part } from '../parts/part.ts';
import { HEALTHY_AFTER_MS, RESTART_DELAY_MS, RESTART_DELAY_MS_MAX } from './limits.ts';

/**
 * What happens when a process ends by itself or is killed:
 *
 * | role | then |
 * |---|---|
 * | ingest, compute, gateway, nginx | started again at once (200 ms), on its old port |
 * | kafka | started again after 1 s, on its data |
 * | redis | started again after 5 s: its replica takes over first, as it would in production, and it comes back as a replica |
 * | venue | not started again: it would play from the beginning. The cluster is not ready from then on |
 *
 * A process that hangs (SIGSTOP) has not ended and is left alone; `/readyz` tells it.
 */
const FIRST_DELAY_MS: Readonly<Record<string, number | 'never'>> = { kafka: 1_000, redis: 5_000, venue: 'never' };

/** Watches the processes of parts and starts again what ends. */
export class Supervisor {
  readonly #logger: Logger;
  readonly #onChange: () => void;
  readonly #stopping = new AbortController();
  readonly #down = new Set<string>();
  readonly #restarts = new Map<string, number>();

  /** `onChange` is called when a process has ended, and when it is back under another pid. */
  constructor(logger: Logger, onChange: () => void) {
    this.#logger = logger;
    this.#onChange = onChange;
  }

  /** Names of the processes that are not there now, `gateway-1`. */
  down(): string[] {
    return [...this.#down];
  }

  /** How often each watched process was started again. */
  restarts(): ReadonlyMap<string, number> {
    return this.#restarts;
  }

  watch(part: Part): void {
    for (const [position, { index }] of part.processes.entries()) {
      const name = `${part.role}-${index}`;
      this.#restarts.set(name, 0);
      this.#watchProcess(part, position, name).catch((error: unknown) => {
        this.#logger.error({ event: 'supervision_failed', process: name, error: String(error) });
      });
    }
  }

  /** From now on what ends stays down. */
  stop(): void {
    this.#stopping.abort();
  }

  async #watchProcess(part: Part, position: number, name: string): Promise<void> {
    const firstDelayMs = FIRST_DELAY_MS[part.role] ?? RESTART_DELAY_MS;
    let delayMs = firstDelayMs;
    while (!this.#stopping.signal.aborted) {
      const startedAt = performance.now();
      const exit = await part.processes[position]!.exited;
      if (this.#stopping.signal.aborted) return;
      this.#down.add(name);
      this.#onChange();
      this.#logger.warn({ event: 'process_ended', process: name, ...exit, startedAgain: delayMs !== 'never' });
      if (delayMs === 'never' || firstDelayMs === 'never') return;
      if (performance.now() - startedAt > HEALTHY_AFTER_MS) delayMs = firstDelayMs;
      delayMs = await this.#startAgain(part, position, name, delayMs);
    }
  }

  /** Returns the delay for the next time. */
  async #startAgain(part: Part, position: number, name: string, firstDelayMs: number): Promise<number> {
    let delayMs = firstDelayMs;
    for (;;) {
      await delay(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return delayMs;
      delayMs = Math.min(delayMs * 2, Math.max(RESTART_DELAY_MS_MAX, firstDelayMs));
      try {
        await part.restart(position);
      } catch (error) {
        if (this.#stopping.signal.aborted) return delayMs;
        this.#logger.error({ event: 'process_not_started', process: name, error: String(error), nextInMs: delayMs });
        continue;
      }
      this.#down.delete(name);
      this.#restarts.set(name, (this.#restarts.get(name) ?? 0) + 1);
      this.#onChange();
      this.#logger.info({ event: 'process_started_again', process: name, pid: part.processes[position]!.pid });
      return delayMs;
    }
  }
}
