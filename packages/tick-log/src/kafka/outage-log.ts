import type { LogWriter } from '../log-writer.ts';

const REPEAT_MS = 10_000;

/** Tells an outage when it begins, every ten seconds while it lasts, and when it is over: not with every try. */
export class OutageLog {
  readonly #logger: LogWriter;
  readonly #fields: object;
  #since: number | undefined;
  #toldAt = 0;
  #tries = 0;

  constructor(logger: LogWriter, fields: object) {
    this.#logger = logger;
    this.#fields = fields;
  }

  failed(event: string, fields: object): void {
    const now = performance.now();
    this.#since ??= now;
    this.#tries += 1;
    if (this.#tries > 1 && now - this.#toldAt < REPEAT_MS) return;
    this.#toldAt = now;
    this.#logger.warn({ ...this.#fields, ...fields, tries: this.#tries }, event);
  }

  worked(): void {
    if (this.#since === undefined) return;
    const outageMs = Math.round(performance.now() - this.#since);
    this.#logger.info({ ...this.#fields, outageMs, tries: this.#tries }, 'kafka works again');
    this.#since = undefined;
    this.#tries = 0;
  }
}
