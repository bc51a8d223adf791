import type { Logger } from '@tapecast/service-kit';
import type { StateReads } from '../degrade/guarded-calls.ts';
import type { Instruments } from './instruments.ts';

/** Keeps the known instruments up to the catalogue's version. An outage of the store only delays what is new. */
export class CatalogueWatch {
  readonly #state: StateReads;
  readonly #instruments: Instruments;
  readonly #logger: Logger;
  readonly #pollMs: number;
  #version = -1;
  #failing = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(state: StateReads, instruments: Instruments, logger: Logger, pollMs: number) {
    this.#state = state;
    this.#instruments = instruments;
    this.#logger = logger;
    this.#pollMs = pollMs;
  }

  /** Resolves after the first look, whatever it brought: a gateway starts without its store. */
  async start(): Promise<void> {
    await this.#look();
    this.#plan();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #plan(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      // Owned here: #look rejects nothing, and `close` waits for it.
      this.#looking = this.#look().then(() => this.#plan());
    }, this.#pollMs);
  }

  async #look(): Promise<void> {
    try {
      if ((await this.#state.catalogueVersion()) !== this.#version) {
        const { version, entries } = await this.#state.catalogue();
        for (const entry of entries) this.#instruments.note(entry.instrument, entry);
        this.#version = version;
      }
      if (this.#failing) this.#logger.info({ event: 'catalogue_read_again' });
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#logger.warn({ event: 'catalogue_unavailable', error: String(error) });
      this.#failing = true;
    }
  }
}
